/** The view of the check: shows what it is given and reports what a person wants. */

import { make, setAttribute, setText } from '../page/element.js';
import { setIcon } from '../page/icon.js';
import { FULL_SCALE_SPL } from '../sound/protection.js';
import { FIGURES, REASONS } from './words.js';

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('../sound/analysis.js').Analysis} Analysis */
/** @typedef {import('../sound/headset.js').Headset} Headset */
/** @typedef {import('../sound/meter.js').Level} Level */
/** @typedef {import('../sound/microphone.js').Device} Device */
/** @typedef {import('../sound/microphone.js').Microphone} Microphone */
/** @typedef {import('./check.js').CheckStep} CheckStep */

/**
 * @typedef {object} CheckShown
 * @property {CheckStep} step
 * @property {Analysis | null} analysis
 * @property {boolean} playing
 * @property {boolean} playable
 * @property {Pick<Microphone, 'state' | 'problem' | 'silenced' | 'devices' | 'device'>} microphone
 * @property {Pick<Headset, 'devices' | 'device' | 'choosable' | 'settings'>} headset
 */

/**
 * @typedef {object} CheckWishes
 * @property {() => void} onStart start, or cancel what runs
 * @property {() => void} onPlay play, or stop what plays
 * @property {(device: string) => void} onMicrophone
 * @property {(device: string) => void} onHeadset
 * @property {(spl: number) => void} onLoudness how loud the headset is taken to be, dB SPL of full scale
 * @property {(() => void) | null} onDone
 * @property {() => Level | null} level
 */

/** dB SPL of full scale: 10 dB below and above what is assumed of most. @type {readonly { spl: number, name: MessageKey }[]} */
const LOUDNESSES = [
	{ spl: FULL_SCALE_SPL - 10, name: 'check.protection.quiet' },
	{ spl: FULL_SCALE_SPL, name: 'check.protection.usual' },
	{ spl: FULL_SCALE_SPL + 10, name: 'check.protection.loud' },
];
/** dBFS at the meter's empty end. */
const METER_LOW = -60;
/** Milliseconds between two readings: 85 ms are looked back upon. */
const METER_EVERY = 66;
/** dB that the peak mark sinks in a reading; choice. */
const MARK_SINKS = 0.8;

/** @type {Readonly<Record<CheckStep, MessageKey | null>>} */
const SAYS = {
	idle: null,
	opening: 'check.wait.open',
	quiet: 'check.wait.quiet',
	speak: 'check.wait.speak',
	judging: 'check.wait.judge',
	judged: null,
};

/** @type {Readonly<Record<NonNullable<Microphone['problem']>, MessageKey>>} */
const PROBLEMS = {
	denied: 'check.problem.denied',
	none: 'check.problem.none',
	busy: 'check.problem.busy',
	lost: 'check.problem.lost',
	insecure: 'check.problem.insecure',
	other: 'check.problem.other',
};

/** @type {Readonly<Record<Analysis['verdict'], { words: MessageKey, icon: import('../page/icon.js').IconName }>>} */
const VERDICTS = {
	good: { words: 'check.verdict.good', icon: 'check' },
	poor: { words: 'check.verdict.poor', icon: 'help' },
	unfit: { words: 'check.verdict.unfit', icon: 'lost' },
};

const RUNNING = new Set(['opening', 'quiet', 'speak', 'judging']);

export class CheckView {
	/** @type {HTMLElement} */ #root;
	/** @type {CheckWishes} */ #wishes;
	#microphone = make('select');
	#headset = make('select');
	#headsetField = make('label', { class: 'mic-check-field' }, make('span', { 'data-text': 'check.headset' }), this.#headset);
	#problem = make('p', { class: 'mic-check-problem', role: 'alert', hidden: '' });
	#bar = make('span', { class: 'mic-check-bar' });
	#mark = make('span', { class: 'mic-check-mark' });
	#meter = make(
		'div',
		{ class: 'mic-check-meter', role: 'meter', 'data-label': 'check.level', 'aria-valuemin': String(METER_LOW), 'aria-valuemax': '0', 'aria-valuenow': String(METER_LOW) },
		this.#bar,
		this.#mark,
	);
	#start = make('button', { type: 'button', class: 'mic-check-start' });
	#says = make('p', { class: 'mic-check-says', role: 'status' });
	#text = make('p', { class: 'mic-check-text', 'data-text': 'check.text', hidden: '' });
	#verdict = make('p', { class: 'mic-check-verdict' }, make('span'));
	#reasons = make('ul', { class: 'mic-check-reasons' });
	#figures = make('dl', { class: 'mic-check-figures' });
	#play = make('button', { type: 'button' }, make('span'));
	#result = make(
		'div',
		{ class: 'mic-check-result', hidden: '' },
		this.#reasons,
		make('details', {}, make('summary', { 'data-text': 'check.figures' }), this.#figures),
		make('div', { class: 'mic-check-playing' }, this.#play, make('p', { 'data-text': 'check.play.ask' })),
	);
	#loudness = make('select', {}, ...LOUDNESSES.map(({ spl, name }) => make('option', { value: String(spl), 'data-text': name })));
	/** @type {HTMLButtonElement | null} */ #done = null;
	#timer = 0;
	#marked = METER_LOW;

	/** @param {HTMLElement} root @param {CheckWishes} wishes */
	constructor(root, wishes) {
		this.#root = root;
		this.#wishes = wishes;
		this.#build();
		this.#microphone.addEventListener('change', () => wishes.onMicrophone(this.#microphone.value));
		this.#headset.addEventListener('change', () => wishes.onHeadset(this.#headset.value));
		this.#loudness.addEventListener('change', () => wishes.onLoudness(Number(this.#loudness.value)));
		this.#start.addEventListener('click', () => wishes.onStart());
		this.#play.addEventListener('click', () => wishes.onPlay());
		this.#done?.addEventListener('click', () => wishes.onDone?.());
	}

	#build() {
		const fields = make(
			'div',
			{ class: 'mic-check-fields' },
			make('label', { class: 'mic-check-field' }, make('span', { 'data-text': 'check.microphone' }), this.#microphone),
			this.#headsetField,
		);

		this.#root.classList.add('mic-check');
		this.#root.replaceChildren(
			make('p', { 'data-text': 'check.intro' }),
			fields,
			this.#problem,
			this.#meter,
			this.#start,
			/* What to do, and then what was found: one place, so that it is read out in order. */
			make('div', { class: 'mic-check-now', role: 'status' }, this.#says, this.#verdict),
			this.#text,
			this.#result,
			make(
				'details',
				{ class: 'mic-check-protection' },
				make('summary', { 'data-text': 'check.protection' }),
				make('p', { 'data-text': 'check.protection.about' }),
				make('label', { class: 'mic-check-field' }, make('span', { 'data-text': 'check.protection.headset' }), this.#loudness),
			),
		);
		this.#says.removeAttribute('role');
		if (!this.#wishes.onDone) return;
		this.#done = make('button', { type: 'button', class: 'mic-check-done' });
		this.#root.append(this.#done);
	}

	/** @param {CheckShown} shown @param {Locale} locale */
	show(shown, locale) {
		const { step, analysis, microphone, headset } = shown;
		const running = RUNNING.has(step);
		const says = SAYS[step];

		locale.translate(this.#root);
		this.#showDevices(this.#microphone, microphone, locale);
		this.#headsetField.hidden = !headset.choosable || !headset.devices.length;
		this.#showDevices(this.#headset, headset, locale);
		this.#showProblem(microphone, locale);
		const away = (/** @type {number} */ spl) => Math.abs(spl - headset.settings.fullScaleSpl);
		const [nearest] = [...LOUDNESSES].sort((a, b) => away(a.spl) - away(b.spl));
		this.#loudness.value = String(nearest?.spl);
		setText(this.#start, locale.text(running ? 'check.cancel' : analysis ? 'check.again' : 'check.start'));
		setText(this.#says, says ? locale.text(says) : '');
		this.#says.hidden = !says;
		this.#text.hidden = step !== 'quiet' && step !== 'speak';
		setAttribute(this.#text, 'data-now', String(step === 'speak'));
		this.#showResult(running ? null : analysis, shown, locale);
		if (this.#done) setText(this.#done, locale.text(analysis?.verdict === 'unfit' ? 'check.continue.anyway' : 'check.continue'));
		if (!this.#timer) this.#timer = setInterval(() => this.#draw(locale), METER_EVERY);
	}

	/** Draws nothing any more. */
	rest() {
		clearInterval(this.#timer);
		this.#timer = 0;
	}

	/** @param {HTMLSelectElement} select @param {{ devices: readonly Device[], device: string }} from @param {Locale} locale */
	#showDevices(select, { devices, device }, locale) {
		const known = devices.some(({ id }) => id === device);
		const options = devices.map(({ id, label }, at) => ({
			id,
			label: label || locale.text('check.unnamed', { number: String(at + 1) }),
		}));
		/* Where "default" is not among them, as in Firefox, and nothing was chosen yet. */
		if (!known) options.unshift({ id: '', label: locale.text('check.system') });
		const key = JSON.stringify(options);

		if (select.dataset['built'] !== key) {
			select.dataset['built'] = key;
			select.replaceChildren(...options.map(({ id, label }) => make('option', { value: id }, label)));
		}
		select.value = known ? device : '';
	}

	/** @param {CheckShown['microphone']} microphone @param {Locale} locale */
	#showProblem({ problem, silenced }, locale) {
		const key = problem ? PROBLEMS[problem] : silenced ? 'check.problem.silenced' : null;

		this.#problem.hidden = !key;
		setText(this.#problem, key ? locale.text(key) : '');
	}

	/** @param {Analysis | null} analysis @param {CheckShown} shown @param {Locale} locale */
	#showResult(analysis, { playing, playable }, locale) {
		const look = analysis && VERDICTS[analysis.verdict];

		this.#result.hidden = !analysis;
		setText(/** @type {Element} */ (this.#verdict.lastElementChild), look ? locale.text(look.words) : '');
		this.#verdict.hidden = !look;
		if (!analysis || !look) return;
		setAttribute(this.#verdict, 'data-verdict', analysis.verdict);
		setIcon(this.#verdict, look.icon);
		const sentences = analysis.reasons.map(({ reason }) => REASONS[reason](analysis, locale));
		if (sentences.join() !== [...this.#reasons.children].map(({ textContent }) => textContent).join())
			this.#reasons.replaceChildren(...sentences.map((sentence) => make('li', {}, sentence)));
		this.#reasons.hidden = !sentences.length;
		this.#figures.replaceChildren(
			...FIGURES.map(({ name, value }) =>
				make('div', {}, make('dt', {}, locale.text(name)), make('dd', {}, value(analysis, locale))),
			),
		);
		setIcon(this.#play, playing ? 'stop' : 'play');
		setText(/** @type {Element} */ (this.#play.lastElementChild), locale.text(playing ? 'check.stop' : 'check.play'));
		this.#play.disabled = !playable;
	}

	/** @param {Locale} locale */
	#draw(locale) {
		const level = this.#wishes.level();
		const peak = Math.max(METER_LOW, level?.peak ?? METER_LOW);
		const share = (/** @type {number} */ db) => String(1 - Math.max(METER_LOW, Math.min(0, db)) / METER_LOW);

		this.#marked = Math.max(peak, this.#marked - MARK_SINKS);
		this.#bar.style.setProperty('--share', share(level?.rms ?? METER_LOW));
		this.#mark.style.setProperty('--share', share(this.#marked));
		setAttribute(this.#meter, 'data-level', peak > -1 ? 'over' : peak > -40 ? 'good' : 'low');
		setAttribute(this.#meter, 'aria-valuenow', String(Math.round(peak)));
		setAttribute(this.#meter, 'aria-valuetext', locale.text('check.decibels', { number: locale.decimal(Math.round(peak)) }));
	}
}
