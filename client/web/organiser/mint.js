/** Links and tokens for people and devices: to be copied, or scanned by a phone. */

import { channelName } from '../console/incoming_panel.js';
import { make, setText } from '../page/element.js';
import { loadLibrary } from '../page/library.js';
import { RequestError } from '../session/socket.js';
import { DialogFrame, labelled } from './dialog_frame.js';
import { fillRooms, sorry } from './notify.js';

/** @typedef {import('../page/locale.js').MessageKey} MessageKey */
/** @typedef {import('./panels.js').PanelTools} PanelTools */

/** @type {Readonly<Record<string, { readonly name: MessageKey, readonly can: MessageKey }>>} */
const ROLES = {
	interpreter: { name: 'act.role.interpreter', can: 'act.can.interpreter' },
	delegate: { name: 'act.role.delegate', can: 'act.can.delegate' },
	organiser: { name: 'act.role.organiser', can: 'act.can.organiser' },
	feed: { name: 'act.role.feed', can: 'act.can.feed' },
};
/** Seconds; choices: a rehearsal, a day, an event, the longest that the relay signs. */
const TIMES = /** @type {const} */ ([
	{ seconds: 3_600, unit: 'hour', count: 1 },
	{ seconds: 28_800, unit: 'hour', count: 8 },
	{ seconds: 86_400, unit: 'day', count: 1 },
	{ seconds: 604_800, unit: 'day', count: 7 },
	{ seconds: 2_592_000, unit: 'day', count: 30 },
]);
const SVG = 'http://www.w3.org/2000/svg';

/** Black on white with a margin of four, whatever the page's colours: cameras want it so (ISO/IEC 18004). @param {readonly (readonly boolean[])[]} modules */
function drawCode(modules) {
	const svg = document.createElementNS(SVG, 'svg');
	const ground = document.createElementNS(SVG, 'rect');
	const path = document.createElementNS(SVG, 'path');
	const size = modules.length + 8;

	svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
	svg.setAttribute('role', 'img');
	svg.setAttribute('shape-rendering', 'crispEdges');
	for (const [name, value] of Object.entries({ width: String(size), height: String(size), fill: '#fff' })) ground.setAttribute(name, value);
	path.setAttribute('d', modules.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : []))).join(''));
	path.setAttribute('fill', '#000');
	svg.append(ground, path);
	return svg;
}

export class MintDialog {
	/** @type {PanelTools} */ #tools;
	/** @type {DialogFrame} */ #frame;
	#role = make('select', {}, ...Object.entries(ROLES).map(([role, { name }]) => make('option', { 'value': role, 'data-text': name })));
	#can = make('p', { class: 'note' });
	#room = make('select');
	#channel = make('select');
	#name = make('input', { type: 'text', maxlength: '60', autocomplete: 'off' });
	#ttl = make('select');
	#form = make('form', { class: 'dialog-form' });
	#made = make('div', { class: 'minted', hidden: '' });

	/** @param {HTMLDialogElement} dialog @param {PanelTools} tools */
	constructor(dialog, tools) {
		this.#tools = tools;
		this.#frame = new DialogFrame(dialog, 'act.mint', tools.locale);
		this.#form.append(
			labelled('act.role', this.#role),
			this.#can,
			labelled('act.room', this.#room),
			labelled('act.channel', this.#channel),
			labelled('act.name', this.#name),
			labelled('act.ttl', this.#ttl),
			make('button', { 'type': 'submit', 'class': 'primary', 'data-text': 'act.make' }),
		);
		this.#frame.body.append(this.#form, this.#made);
		this.#role.addEventListener('change', () => this.#show());
		this.#room.addEventListener('change', () => this.#fillChannels());
		this.#form.addEventListener('submit', (event) => {
			event.preventDefault();
			this.#mint();
		});
		dialog.addEventListener('close', () => this.#forget());
	}

	/** @param {string | null} room */
	open(room) {
		const { locale, oversight } = this.#tools;
		const { value } = this.#ttl;

		fillRooms(this.#room, this.#tools, room);
		this.#ttl.replaceChildren(
			...TIMES.map(({ seconds, unit, count }) => make('option', { value: String(seconds) }, new Intl.NumberFormat(locale.name, { style: 'unit', unit, unitDisplay: 'long' }).format(count))),
		);
		this.#ttl.value = value || '28800';
		this.#fillChannels();
		this.#show();
		this.#forget();
		this.#form.hidden = !oversight.state.mint;
		this.#frame.open(this.#role);
		if (!oversight.state.mint) this.#frame.tell(locale.text('act.cannot'));
	}

	/** A token is a secret: it is not left lying in the page. */
	#forget() {
		this.#made.replaceChildren();
		this.#made.hidden = true;
	}

	#show() {
		const role = ROLES[this.#role.value];

		if (role) setText(this.#can, this.#tools.locale.text(role.can));
	}

	#fillChannels() {
		const { oversight, locale } = this.#tools;
		const room = oversight.state.event?.rooms.find(({ id }) => id === this.#room.value);

		this.#channel.replaceChildren(make('option', { value: '' }, locale.text('act.any')), ...(room?.channels ?? []).map(({ lang }) => make('option', { value: lang }, channelName(lang, locale))));
	}

	async #mint() {
		const { oversight, locale } = this.#tools;
		const role = this.#role.value;
		const channel = this.#channel.value;
		const name = this.#name.value.trim();

		this.#forget();
		this.#frame.tell('');
		try {
			const made = await oversight.say({ type: 'mint', role, room: this.#room.value, ...(channel && { channel }), ...(name && { name }), ttl: Number(this.#ttl.value) });
			await this.#showMade(made);
		} catch (error) {
			const cannot = error instanceof RequestError && error.code === 'cannot-mint';
			this.#frame.tell(cannot ? locale.text('act.cannot') : sorry(error, this.#tools));
		}
	}

	/** @param {Readonly<Record<string, unknown>>} made */
	async #showMade({ link, token, expires }) {
		const { locale } = this.#tools;
		const address = typeof link === 'string' && link ? new URL(link, document.baseURI).href : '';
		const until = new Intl.DateTimeFormat(locale.name, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(Number(expires) * 1_000));
		const parts = address ? [this.#secret('act.link', address)] : [];

		if (!address || this.#role.value === 'feed') parts.push(this.#secret('act.token', String(token ?? '')));
		this.#made.replaceChildren(...parts, make('p', { class: 'note' }, locale.text('act.until', { time: until })));
		this.#made.hidden = false;
		this.#made.querySelector('input')?.select();
		if (address) this.#made.append(await this.#code(address));
	}

	/** @param {MessageKey} label @param {string} value */
	#secret(label, value) {
		const { locale } = this.#tools;
		const field = make('input', { type: 'text', readonly: '', dir: 'ltr', value });
		const copy = make('button', { type: 'button', class: 'small' }, locale.text('act.copy'));

		copy.addEventListener('click', async () => {
			field.select();
			await navigator.clipboard?.writeText(value).then(
				() => this.#frame.tell(locale.text('act.copied')),
				() => {}, /* it is selected: Ctrl+C copies it */
			);
		});
		return make('div', { class: 'minted-secret' }, make('label', { class: 'dialog-row' }, make('span', {}, locale.text(label)), field), copy);
	}

	/** @param {string} address */
	async #code(address) {
		const { locale } = this.#tools;
		const library = await loadLibrary('uqr/dist/index.mjs');
		if (!library) return make('p', { class: 'note' }, locale.text('act.qr.missing'));
		const svg = drawCode(library['encode'](address, { ecc: 'M', border: 0 }).data);

		svg.setAttribute('aria-label', locale.text('act.qr'));
		return make('div', { class: 'minted-code' }, svg);
	}
}
