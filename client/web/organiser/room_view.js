/** One room in detail: what sits, its channels as a table, what is chosen there, its source, its listeners, its messages. */

import { byId, make, setAttribute, setText } from '../page/element.js';
import { icon, setIcon } from '../page/icon.js';
import { SEVERAL, nameIn } from '../page/language.js';
import { FLOOR } from '../session/protocol.js';
import { channelOf } from './alarm_line.js';
import { ContactPanel } from './contact_panel.js';
import { FloorLanguage } from './floor_language.js';
import { GroupsPanel } from './groups_panel.js';
import { Inspector } from './inspector.js';
import { Matrix } from './matrix.js';
import { SourcePanel } from './source_panel.js';
import { sittingText } from './tile.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../session/oversight.js').OversightState} OversightState */
/** @typedef {import('./selection.js').Selection} Selection */

/**
 * @typedef {object} RoomActions
 * @property {() => void} onBack
 * @property {(selection: Selection) => void} onListen
 * @property {(selection: Selection) => boolean} isHeard
 * @property {() => void} onChoice shows what was chosen before it returns: the next key pressed acts on it
 * @property {import('./actions.js').Actions} actions
 */

export class RoomView {
	image = make('img', { alt: '', class: 'still', decoding: 'async' });
	/** @type {Selection} */ selection = { lang: FLOOR, booth: null, seat: null };
	/** The room that the selection is of. */ #room = '';
	/** Somebody has chosen, or there was nothing to choose for them. */ #settled = false;

	#section = byId('room', HTMLElement);
	#back = make('button', { type: 'button', class: 'square', 'aria-keyshortcuts': 'O' });
	#title = make('h2', { id: 'room-heading', tabindex: '-1' });
	#sitting = make('span', { class: 'chip' });
	#entry = make('p', { class: 'room-entry', dir: 'auto' });
	#counts = make('p', { class: 'room-counts' });
	#sitButton = make('button', { type: 'button', class: 'small', 'data-opens': 'sitting', hidden: '' }, make('span'));
	#lineUpButton = make('button', { type: 'button', class: 'small', 'data-opens': 'line-up', hidden: '' }, make('span'));
	#notifyButton = make('button', { type: 'button', class: 'small', 'data-opens': 'notify', hidden: '' }, make('span'));
	#picture = make('div', { class: 'room-picture' }, this.image);
	#matrix;
	#inspector;
	#contact;
	#source = new SourcePanel();
	#groups;
	#floor;

	/** @param {RoomActions} options */
	constructor({ onBack, onListen, isHeard, onChoice, actions }) {
		this.#matrix = new Matrix((selection) => this.#select(selection, onChoice));
		this.#contact = new ContactPanel(actions);
		this.#groups = new GroupsPanel(onChoice);
		this.#floor = new FloorLanguage(actions);
		this.#inspector = new Inspector({ onListen, isHeard, actions, onMessage: (booth) => this.#contact.write(booth) });
		setIcon(this.#back, 'back');
		this.#back.addEventListener('click', onBack);
		this.image.hidden = true;
		this.#picture.append(icon('picture'));
		this.#section.append(
			make(
				'header',
				{ class: 'room-head' },
				this.#back,
				this.#picture,
				make('div', { class: 'room-words' }, make('div', { class: 'room-line' }, this.#title, this.#sitting), this.#entry, this.#counts),
				make('div', { class: 'room-keys' }, this.#floor.element, this.#sitButton, this.#lineUpButton, this.#notifyButton),
			),
			make(
				'div',
				{ class: 'room-main' },
				make('section', { class: 'panel matrix-panel' }, this.#matrix.element),
				make('div', { class: 'room-side' }, this.#inspector.element, this.#source.element),
				make('div', { class: 'room-more' }, this.#contact.element, this.#groups.element, make('section', { id: 'audience', class: 'panel' })),
			),
		);
	}

	focus() {
		this.#title.focus();
	}

	focusMatrix() {
		this.#matrix.focus();
	}

	focusActions() {
		this.#inspector.focus();
	}

	write() {
		this.#contact.write(this.selection.booth ?? undefined);
	}

	/** @param {Selection} selection @param {() => void} onChoice */
	#select(selection, onChoice) {
		this.selection = selection;
		this.#settled = true;
		onChoice();
	}

	/** @param {OversightState} state @param {import('./stills.js').Stills} stills @param {Locale} locale */
	show(state, stills, locale) {
		const { room } = state;
		const glance = state.overview?.rooms.find(({ id }) => id === room);

		this.#section.hidden = room === null;
		if (room === null) return;
		if (room !== this.#room) this.#enter(room, stills);
		if (!this.#settled && state.measures) this.#choose(room, state);
		this.#showHead(state, room, locale);
		this.#contact.show(state, room, locale);
		if (!glance) return;
		if (!glance.channels.some(({ lang }) => lang === this.selection.lang)) this.selection = { lang: FLOOR, booth: null, seat: null };
		this.#matrix.show(state, glance, this.selection, locale);
		this.#inspector.show(state, room, this.selection, locale);
		this.#source.show(glance, state.measures?.source ?? null, locale);
		this.#groups.show(state.measures?.groups ?? [], locale);
		stills.show(this.image, room, glance.picture ? glance.still : null);
	}

	/** @param {import('../session/oversight_state.js').Meters} meters */
	showLevels(meters) {
		this.#matrix.showLevels(meters);
	}

	/** @param {string} room @param {import('./stills.js').Stills} stills */
	#enter(room, stills) {
		this.#room = room;
		this.#settled = false;
		this.selection = { lang: FLOOR, booth: null, seat: null };
		stills.forget(this.image);
	}

	/** What is wrong is what one came for. @param {string} room @param {OversightState} state */
	#choose(room, state) {
		const info = state.event?.rooms.find(({ id }) => id === room);
		const alarm = state.alarms.find((each) => each.room === room && channelOf(each, info));

		this.#settled = true;
		if (alarm) this.selection = { lang: channelOf(alarm, info), booth: null, seat: null };
	}

	/** @param {OversightState} state @param {string} id @param {Locale} locale */
	#showHead(state, id, locale) {
		const room = state.event?.rooms.find((each) => each.id === id);
		const glance = state.overview?.rooms.find((each) => each.id === id);
		const title = room ? locale.title(room.title) : { text: '', lang: '' };
		const entry = glance?.entry ? locale.title(glance.entry.title) : { text: '', lang: locale.name };
		const language = room?.floor.language ?? '';

		setText(this.#title, title.text || id);
		setAttribute(this.#title, 'lang', title.lang || locale.name);
		setText(this.#entry, entry.text);
		setAttribute(this.#entry, 'lang', entry.lang || locale.name);
		setText(this.#sitting, glance ? sittingText(glance, locale) : '');
		setAttribute(this.#sitting, 'data-sitting', glance?.sitting ?? 'closed');
		setText(
			this.#counts,
			[
				SEVERAL.test(language) ? '' : locale.text('room.spoken', { language: nameIn(language, locale.name) }),
				glance ? locale.text('count.listeners', { count: locale.count(glance.listeners) }) : '',
				glance ? locale.text('count.interpreters', { count: locale.count(glance.interpreters) }) : '',
			]
				.filter(Boolean)
				.join(' · '),
		);
		setAttribute(this.#back, 'aria-label', locale.text('organiser.rooms'));
		setText(/** @type {Node} */ (this.#sitButton.firstChild), locale.text('room.sitting'));
		setText(/** @type {Node} */ (this.#lineUpButton.firstChild), locale.text('room.line-up'));
		setText(/** @type {Node} */ (this.#notifyButton.firstChild), locale.text('room.notify'));
		if (room) this.#floor.show(room, locale);
	}
}
