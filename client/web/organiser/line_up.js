/** Line-up: known sounds and pictures through every channel before the doors open, and what came out. */

import { channelName } from '../console/incoming_panel.js';
import { make, setText } from '../page/element.js';
import { RequestError } from '../session/socket.js';
import { DialogFrame } from './dialog_frame.js';
import { UNKNOWN, level, milliseconds, plain } from './format.js';
import { sorry } from './notify.js';
import { roomName } from './place_words.js';

/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../session/oversight_state.js').LineUp} LineUp */
/** @typedef {import('../session/oversight_state.js').LineUpChannel} LineUpChannel */
/** @typedef {import('./panels.js').PanelTools} PanelTools */

/** @type {Readonly<Record<string, MessageKey>>} */
const RESULTS = { pass: 'act.pass', fail: 'act.fail', pending: 'act.pending' };
/** @type {Readonly<Record<string, MessageKey>>} */
const PROBLEMS = {
	'no-signal': 'act.no-signal',
	'wrong-level': 'act.wrong-level',
	'wrong-frequency': 'act.wrong-frequency',
	'wrong-channel': 'act.wrong-channel',
	'clipped': 'act.clipped',
	'late': 'act.late',
	'on-air': 'act.on-air',
};
/** Why none begins. @type {Readonly<Record<string, MessageKey>>} */
const REFUSALS = { 'no-line-up': 'act.lineup.none', 'in-session': 'act.lineup.session', 'all-on-air': 'act.on-air', 'line-up-running': 'act.lineup.running' };
/** @type {Readonly<Record<string, MessageKey>>} */
const STEPS = { tone: 'act.tone', steps: 'act.steps', flash: 'act.flash' };
/** Shapes beside colours and words. @type {Readonly<Record<string, string>>} */
const SHAPES = { pass: '✓', fail: '✕', pending: '…' };

export class LineUpDialog {
	/** @type {PanelTools} */ #tools;
	/** @type {DialogFrame} */ #frame;
	#where = make('p', { class: 'dialog-where' });
	#state = make('p', { role: 'status' });
	#start = make('button', { 'type': 'button', 'class': 'primary', 'data-text': 'act.start' });
	#stop = make('button', { 'type': 'button', 'class': 'small', 'data-text': 'act.stop' });
	#rows = make('tbody');
	#table = make(
		'table',
		{ 'class': 'line-up', 'aria-labelledby': 'line-up-title' },
		make('thead', {}, make('tr', {}, .../** @type {const} */ (['act.channel', 'act.tone', 'act.steps', 'act.flash', 'act.measured']).map((text) => make('th', { 'scope': 'col', 'data-text': text })))),
		this.#rows,
	);
	/** @type {string | null} */ #room = null;

	/** @param {HTMLDialogElement} dialog @param {PanelTools} tools */
	constructor(dialog, tools) {
		this.#tools = tools;
		this.#frame = new DialogFrame(dialog, 'act.lineup', tools.locale);
		this.#frame.body.append(this.#where, make('p', { 'class': 'note', 'data-text': 'act.lineup.about' }), make('div', { class: 'dialog-keys' }, this.#start, this.#stop), this.#state, make('div', { class: 'plot-scroll', tabindex: '0', role: 'group', 'aria-labelledby': 'line-up-title' }, this.#table));
		this.#start.addEventListener('click', () => this.#do('start'));
		this.#stop.addEventListener('click', () => this.#do('stop'));
		tools.oversight.on('line-up', () => this.#show());
	}

	/** @param {string | null} room */
	open(room) {
		const { oversight, locale } = this.#tools;
		if (!room) return;

		this.#room = room;
		setText(this.#where, roomName(oversight.state.event, room, locale));
		this.#show();
		this.#frame.open(this.#start);
	}

	/** @param {'start' | 'stop'} what */
	async #do(what) {
		const { oversight, locale } = this.#tools;

		this.#frame.tell('');
		try {
			await oversight.say({ type: 'line-up', room: this.#room, do: what });
		} catch (error) {
			const why = error instanceof RequestError ? REFUSALS[error.code] : undefined;
			this.#frame.tell(why ? locale.text(why) : sorry(error, this.#tools));
		}
	}

	#show() {
		const lineUp = this.#tools.oversight.state.lineUps[this.#room ?? ''];
		const running = lineUp?.state === 'running';

		this.#start.disabled = running;
		this.#stop.disabled = !running;
		this.#table.hidden = !lineUp?.channels.length;
		setText(this.#state, lineUp ? this.#stateText(lineUp) : '');
		this.#rows.replaceChildren(...(lineUp?.channels ?? []).map((channel) => this.#row(channel)));
	}

	/** @param {LineUp} lineUp */
	#stateText({ state, step, channels }) {
		const { locale } = this.#tools;
		const at = STEPS[step];

		if (state === 'running') return [locale.text('act.lineup.running'), at ? locale.text(at) : ''].filter(Boolean).join(': ');
		if (state !== 'done') return locale.text('act.lineup.stopped');
		// The floor carries what its source sends: a film's flash at most is known of it.
		const passed = channels.filter(({ lang, tone, steps, flash }) => flash === 'pass' && (lang === 'floor' || (tone === 'pass' && steps === 'pass'))).length;
		return locale.text('act.lineup.done', { count: locale.count(passed), all: locale.count(channels.length) });
	}

	/** @param {LineUpChannel} channel */
	#row(channel) {
		const { locale } = this.#tools;
		const { tone, steps, flash, problem } = channel;
		const why = problem ? PROBLEMS[problem] : undefined;
		const measured = [
			channel.level_db === null ? '' : `${level(locale, channel.level_db)} dB`,
			channel.frequency_hz === null ? '' : `${plain(locale, channel.frequency_hz)} Hz`,
			channel.offset_ms === null ? '' : milliseconds(locale, channel.offset_ms),
		].filter(Boolean);

		return make(
			'tr',
			{},
			make('th', { scope: 'row' }, channelName(channel.lang, locale)),
			...[tone, steps, flash].map((result) => this.#cell(result)),
			make('td', {}, make('bdi', {}, measured.join(' · ') || UNKNOWN), ...(why ? [make('div', { class: 'line-up-problem' }, locale.text(why))] : [])),
		);
	}

	/** @param {string} result */
	#cell(result) {
		const words = RESULTS[result];

		return make('td', { 'data-result': words ? result : 'pending' }, make('span', { 'aria-hidden': 'true' }, SHAPES[result] ?? UNKNOWN), ' ', words ? this.#tools.locale.text(words) : '');
	}
}
