/** What is chosen in the table of channels: how it does, in figures and sentences, and what can be done about it. */

import { channelName } from '../console/incoming_panel.js';
import { make, setAttribute, setText } from '../page/element.js';
import { setIcon } from '../page/icon.js';
import { helpText, reasonText, verdictText } from '../page/fitness.js';
import { FLOOR } from '../session/protocol.js';
import { showPending } from './actions.js';
import { alarmAdvice, alarmMeaning, alarmName } from './alarm_text.js';
import { channelOf } from './alarm_line.js';
import { lookOf } from './channel_look.js';
import { Figures } from './figures.js';
import { bitrate, level, milliseconds, plain, seconds, share } from './format.js';
import { heldText, micOf } from './matrix_row.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../session/booth_state.js').BoothState} BoothState */
/** @typedef {import('../session/booth_state.js').Seat} Seat */
/** @typedef {import('../session/oversight.js').OversightState} OversightState */
/** @typedef {import('../session/oversight_state.js').ChannelMeasures} ChannelMeasures */
/** @typedef {import('../session/oversight_state.js').MicrophoneMeasures} MicrophoneMeasures */
/** @typedef {import('./figures.js').Figure} Figure */
/** @typedef {import('./selection.js').Selection} Selection */

/**
 * @typedef {object} InspectorActions
 * @property {(selection: Selection) => void} onListen
 * @property {(selection: Selection) => boolean} isHeard
 * @property {(booth: string) => void} onMessage
 * @property {import('./actions.js').Actions} actions
 */

/** Above these a figure is marked; choices, as the relay's limits for alarms are (relay/monitor/limit.c). */
const LOSS_MARKED = 0.02;
const JITTER_MARKED_MS = 30;
const CLIPPING_MARKED = 0.01;
/** There is always one that is most alike; from here on it is the same sound. */
const TWIN = 0.8;

/** @param {ChannelMeasures | null} measures @param {Locale} locale @returns {readonly Figure[]} */
function channelFigures(measures, locale) {
	if (!measures) return [];
	const { momentary, short_term, integrated, true_peak, clipping, silent_for, floor_likeness, twin, twin_likeness, repeats } = measures;

	return [
		{ name: 'figures.momentary', value: level(locale, momentary) },
		{ name: 'figures.short', value: level(locale, short_term) },
		{ name: 'figures.integrated', value: level(locale, integrated) },
		{ name: 'figures.peak', value: level(locale, true_peak), ...(true_peak !== null && true_peak > -1 && { tone: 'notice' }) },
		{ name: 'figures.clipping', value: share(locale, clipping, 1), ...(clipping !== null && clipping >= CLIPPING_MARKED && { tone: 'notice' }) },
		{ name: 'figures.silent', value: seconds(locale, silent_for, 0) },
		{ name: 'figures.bitrate', value: bitrate(locale, measures.bitrate) },
		...(measures.lang === FLOOR ? [] : [/** @type {const} */ ({ name: 'figures.floor', value: share(locale, floor_likeness) })]),
		...(twin && twin_likeness !== null && twin_likeness >= TWIN ? [/** @type {const} */ ({ name: 'figures.twin', value: channelName(twin, locale), tone: 'trouble' })] : []),
		...(repeats ? [/** @type {const} */ ({ name: 'figures.repeats', value: locale.text('yes'), tone: 'trouble' })] : []),
		...(measures.fallen_back ? [/** @type {const} */ ({ name: 'figures.fallback', value: locale.text('yes'), tone: 'notice' })] : []),
	];
}

/** @param {MicrophoneMeasures | null} measures @param {Locale} locale @returns {readonly Figure[]} */
function microphoneFigures(measures, locale) {
	if (!measures) return [];
	const { loss, concealed, jitter_ms, delay_ms, drift_ppm, round_trip_ms, fitness } = measures;

	return [
		{ name: 'figures.loss', value: share(locale, loss, 1), ...(loss !== null && loss > LOSS_MARKED && { tone: 'notice' }) },
		{ name: 'figures.concealed', value: share(locale, concealed, 1), ...(concealed !== null && concealed > LOSS_MARKED && { tone: 'notice' }) },
		{ name: 'figures.jitter', value: milliseconds(locale, jitter_ms), ...(jitter_ms !== null && jitter_ms > JITTER_MARKED_MS && { tone: 'notice' }) },
		{ name: 'figures.delay', value: milliseconds(locale, delay_ms) },
		{ name: 'figures.round-trip', value: milliseconds(locale, round_trip_ms) },
		{ name: 'figures.drift', value: locale.text('figure.ppm', { value: plain(locale, drift_ppm, 1) }) },
		{ name: 'figures.bitrate', value: bitrate(locale, fitness?.coded_bps ?? null) },
		{ name: 'figures.ceiling', value: locale.text('figure.khz', { value: plain(locale, fitness?.ceiling_hz ? fitness.ceiling_hz / 1_000 : null, 1) }) },
		{ name: 'figures.snr', value: locale.text('figure.db', { value: plain(locale, fitness?.snr_db ?? null) }) },
	];
}

/** @typedef {{ readonly selection: Selection, readonly booth: BoothState | null, readonly seat: Seat | null, readonly room: string }} Shown */
/** @typedef {'listen' | 'on' | 'on-b' | 'mute' | 'off' | 'release' | 'move' | 'restart' | 'message'} ActName */

export class Inspector {
	element = make('section', { class: 'panel inspector', 'aria-labelledby': 'inspector-heading' });
	#heading = make('h3', { id: 'inspector-heading', tabindex: '-1', dir: 'auto' });
	#detail = make('p', { class: 'inspector-detail' });
	#alarms = make('ul', { class: 'inspector-alarms' });
	#fitness = make('p', { class: 'inspector-fitness' });
	#figures = new Figures();
	#seatKeys = make('div', { class: 'acts', role: 'group' });
	#boothKeys = make('div', { class: 'acts', role: 'group' });
	#boothHeading = make('h4', {});
	#to = make('select', {});
	#atOnce = make('select', {});
	#atOnceLabel = make('label', { class: 'act-select' });
	/** @type {Readonly<Record<ActName, HTMLButtonElement>>} */ #keys;
	/** @type {InspectorActions} */ #options;
	/** @type {Shown | null} */ #shown = null;
	#alarmsShown = '';
	#boothsShown = '';

	/** @param {InspectorActions} options */
	constructor(options) {
		this.#options = options;
		const key = (/** @type {ActName} */ name) => {
			const button = make('button', { type: 'button', class: 'act', 'data-act': name }, make('span'));
			button.addEventListener('click', () => button.getAttribute('aria-disabled') !== 'true' && this.#act(name));
			return button;
		};
		this.#keys = { listen: key('listen'), on: key('on'), 'on-b': key('on-b'), mute: key('mute'), off: key('off'), release: key('release'), move: key('move'), restart: key('restart'), message: key('message') };
		for (const [name, icon] of /** @type {const} */ ([['listen', 'headphones'], ['on', 'microphone'], ['on-b', 'microphone'], ['mute', 'cough'], ['off', 'stop'], ['release', 'back']])) setIcon(this.#keys[name], icon);
		this.#atOnceLabel.append(make('span'), this.#atOnce);
		this.#atOnce.addEventListener('change', () => this.#setAtOnce());
		this.#seatKeys.append(this.#keys.on, this.#keys['on-b'], this.#keys.mute, this.#keys.off, this.#keys.release, make('span', { class: 'act-move' }, this.#to, this.#keys.move));
		this.#boothKeys.append(this.#keys.message, this.#keys.restart, this.#atOnceLabel);
		this.element.append(this.#heading, this.#detail, this.#alarms, this.#fitness, this.#keys.listen, this.#seatKeys, this.#boothHeading, this.#boothKeys, this.#figures.element);
	}

	focus() {
		this.#keys.listen.focus();
	}

	/** @param {OversightState} state @param {string} room @param {Selection} selection @param {Locale} locale */
	show(state, room, selection, locale) {
		const own = selection.booth === null ? state.booths.find(({ outputs }) => outputs[0]?.lang === selection.lang) : state.booths.find(({ id }) => id === selection.booth);
		const booth = selection.lang === FLOOR ? null : (own ?? null);
		const seat = selection.seat === null ? null : (booth?.seats.find((each) => each.seat === selection.seat) ?? null);
		const microphone = seat && booth ? (state.measures?.microphones.find((each) => each.booth === booth.id && each.seat === seat.seat) ?? null) : null;

		this.#shown = { selection, booth, seat, room };
		this.#showWords(state, room, locale);
		this.#showFitness(seat ? (microphone?.fitness ?? null) : selection.lang === FLOOR ? (state.measures?.source?.fitness ?? null) : null, locale);
		this.#showAlarms(state, room, selection, locale);
		this.#figures.show(selection.seat === null ? channelFigures(state.measures?.channels.find(({ lang }) => lang === selection.lang) ?? null, locale) : microphoneFigures(microphone, locale), locale);
		this.#showKeys(state, locale);
	}

	/** @param {OversightState} state @param {string} room @param {Locale} locale */
	#showWords(state, room, locale) {
		const { selection, booth, seat } = /** @type {Shown} */ (this.#shown);
		const channel = state.overview?.rooms.find(({ id }) => id === room)?.channels.find(({ lang }) => lang === selection.lang);
		const name = channelName(selection.lang, locale);

		if (selection.seat !== null) {
			setText(this.#heading, seat ? seat.name : locale.text('seat.gone'));
			setText(this.#detail, seat ? [locale.text('seat.of', { booth: booth?.id ?? '', channel: name }), locale.text(micOf(seat).text), heldText(seat, locale)].filter(Boolean).join(' · ') : '');
		} else {
			setText(this.#heading, name);
			setText(this.#detail, channel ? locale.text(lookOf(channel).explained) : '');
		}
	}

	/** @param {import('../session/oversight_state.js').Fitness | null} fitness @param {Locale} locale */
	#showFitness(fitness, locale) {
		setAttribute(this.#fitness, 'data-verdict', fitness?.verdict ?? 'unknown');
		setText(this.#fitness, fitness && fitness.verdict !== 'unknown' ? [locale.text('fitness.is', { verdict: verdictText(fitness, locale) }), reasonText(fitness, locale), helpText(fitness, locale)].filter(Boolean).join(' ') : '');
	}

	/** @param {OversightState} state @param {string} room @param {Selection} selection @param {Locale} locale */
	#showAlarms(state, room, selection, locale) {
		const info = state.event?.rooms.find(({ id }) => id === room);
		const alarms = state.alarms.filter((alarm) => alarm.room === room && channelOf(alarm, info) === selection.lang);
		const shown = JSON.stringify([locale.name, alarms.map(({ id, severity, meaning }) => [id, severity, meaning])]);

		if (shown === this.#alarmsShown) return;
		this.#alarmsShown = shown;
		this.#alarms.replaceChildren(
			...alarms.map((alarm) =>
				make(
					'li',
					{ 'data-severity': alarm.severity },
					make('strong', {}, make('span', { class: 'shape', 'data-shape': alarm.severity, 'aria-hidden': 'true' }), alarmName(alarm.kind, locale)),
					make('p', {}, alarmMeaning(alarm, locale)),
					make('p', { class: 'advice' }, alarmAdvice(alarm, locale)),
				),
			),
		);
	}

	/** @param {OversightState} state @param {Locale} locale */
	#showKeys(state, locale) {
		const { selection, booth, seat } = /** @type {Shown} */ (this.#shown);
		const { actions, isHeard } = this.#options;
		const outputs = booth?.outputs ?? [];
		const heard = isHeard(selection);
		const output = (/** @type {number} */ n) => locale.text('act.on', { channel: channelName(outputs[n]?.lang ?? '', locale) });
		/** @type {Readonly<Record<ActName, string>>} */
		const words = {
			listen: locale.text(heard ? 'act.listen.stop' : selection.seat === null ? 'act.listen.channel' : 'act.listen.microphone'),
			on: output(0),
			'on-b': output(1),
			mute: locale.text('act.mute'),
			off: locale.text('act.off'),
			release: locale.text('act.release'),
			move: locale.text('act.move'),
			restart: locale.text('act.restart'),
			message: locale.text('act.message'),
		};

		for (const name of /** @type {ActName[]} */ (Object.keys(words))) {
			setText(/** @type {Node} */ (this.#keys[name].querySelector('span')), words[name]);
			showPending(this.#keys[name], actions.isPending(this.#named(name)));
		}
		setAttribute(this.#keys.listen, 'aria-pressed', String(heard));
		setAttribute(this.#keys.restart, 'data-sure', locale.text('act.restart.sure', { booth: booth?.id ?? '' }));
		this.#keys.listen.hidden = selection.seat !== null && !seat;
		this.#seatKeys.hidden = !seat;
		this.#keys['on-b'].hidden = outputs.length < 2;
		this.#keys.mute.hidden = seat?.held === 'muted';
		this.#keys.off.hidden = seat?.held === 'off';
		this.#keys.release.hidden = seat?.held === 'none';
		this.#boothKeys.hidden = !booth;
		this.#boothHeading.hidden = !booth;
		setAttribute(this.#seatKeys, 'aria-label', locale.text('act.microphone'));
		setAttribute(this.#boothKeys, 'aria-label', locale.text('act.booth', { booth: booth?.id ?? '' }));
		setText(this.#boothHeading, locale.text('act.booth', { booth: booth?.id ?? '' }));
		this.#showChoices(state, booth, locale);
	}

	/** @param {OversightState} state @param {BoothState | null} booth @param {Locale} locale */
	#showChoices(state, booth, locale) {
		const others = state.booths.filter(({ id }) => id !== booth?.id).map(({ id }) => id);
		const shown = [locale.name, ...others].join(' ');

		if (shown !== this.#boothsShown) {
			this.#boothsShown = shown;
			this.#to.replaceChildren(...others.map((id) => make('option', { value: id }, id)));
			this.#atOnce.replaceChildren(...[1, 2, 3].map((count) => make('option', { value: String(count) }, locale.count(count))));
			setAttribute(this.#to, 'aria-label', locale.text('act.move.to'));
		}
		setText(/** @type {Node} */ (this.#atOnceLabel.firstChild), locale.text('act.at-once'));
		const pending = this.#options.actions.isPending(this.#named('at-once'));
		if (booth && !pending && document.activeElement !== this.#atOnce) this.#atOnce.value = String(booth.on_air_max);
	}

	/** @param {string} act */
	#named(act) {
		const { selection, booth, room } = /** @type {Shown} */ (this.#shown);

		return [act, room, booth?.id, selection.seat].join(' ');
	}

	/** @param {ActName} name */
	#act(name) {
		if (!this.#shown) return;
		const { selection, booth, seat, room } = this.#shown;

		if (name === 'listen') this.#options.onListen(selection);
		else if (!booth) return;
		else if (name === 'message') this.#options.onMessage(booth.id);
		else if (name === 'restart') this.#restart(room, booth.id, this.#keys.restart.dataset['sure'] ?? '');
		else if (seat) this.#override(name, booth.id, seat.seat, seat.name);
	}

	/** @param {Exclude<ActName, 'listen' | 'message' | 'restart'>} act @param {string} booth @param {number} seat @param {string} name */
	#override(act, booth, seat, name) {
		const at = (/** @type {OversightState} */ state) => state.booths.find(({ id }) => id === booth)?.seats.find((each) => each.seat === seat);
		const to = this.#to.value;
		/** What the relay reports once it is done. @type {Readonly<Record<typeof act, (state: OversightState) => boolean>>} */
		const done = {
			on: (state) => at(state)?.microphone === 'on-air',
			'on-b': (state) => at(state)?.microphone === 'on-air' && at(state)?.output === 'B',
			mute: (state) => at(state)?.held === 'muted',
			off: (state) => at(state)?.held === 'off',
			release: (state) => at(state)?.held === 'none',
			move: (state) => state.booths.some((each) => each.id === to && each.seats.some((other) => other.name === name)),
		};
		const step = act === 'on-b' ? 'on' : act;
		const more = act === 'on' ? { output: 'A' } : act === 'on-b' ? { output: 'B' } : act === 'move' ? { to } : {};

		this.#options.actions.do(this.#named(act), { type: 'override', booth, seat, do: step, ...more }, done[act]);
	}

	/** Everybody in it is cut off for seconds: asked first. @param {string} room @param {string} booth @param {string} question */
	#restart(room, booth, question) {
		if (!window.confirm(question)) return;
		this.#options.actions.do(this.#named('restart'), { type: 'booth-restart', room, booth });
	}

	#setAtOnce() {
		const { booth } = this.#shown ?? {};
		const count = Number(this.#atOnce.value);

		if (booth) this.#options.actions.do(this.#named('at-once'), { type: 'on-air-max', booth: booth.id, count }, (state) => state.booths.find(({ id }) => id === booth.id)?.on_air_max === count);
	}
}
