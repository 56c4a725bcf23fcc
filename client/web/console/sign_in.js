/** The way in: room, booth, name, microphone and headset, consent to hot stand-by. */

import { byId, make, setText } from '../page/element.js';
import { nameIn } from '../page/language.js';
import { showDevices } from './devices.js';

/** @typedef {import('../session/protocol.js').EventInfo} EventInfo */
/** @typedef {import('../session/protocol.js').BoothPlace} BoothPlace */
/** @typedef {import('../sound/microphone.js').Device} Device */
/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {{ room: string, booth: string, name: string, consent: boolean }} SignIn */

/**
 * @typedef {object} SignInActions
 * @property {(wish: SignIn) => void} onNext
 * @property {(device: string) => void} onMicrophone
 * @property {(device: string) => void} onHeadset
 */

/** @typedef {{ room: string | null, lang: string | null, booth: string | null, name: string }} Preset what the link and this device's memory say */

export class SignInForm {
	#room = byId('room-choice', HTMLSelectElement);
	#booth = byId('booth-choice', HTMLSelectElement);
	#name = byId('name', HTMLInputElement);
	#microphone = byId('microphone-choice', HTMLSelectElement);
	#headset = byId('headset-choice', HTMLSelectElement);
	#consent = byId('consent', HTMLInputElement);
	/** @type {EventInfo | null} */ #event = null;
	/** @type {Preset} */ #preset;
	#built = '';

	/** @param {SignInActions} actions @param {Preset} preset */
	constructor(actions, preset) {
		this.#preset = preset;
		this.#name.value = preset.name;
		this.#room.addEventListener('change', () => {
			this.#built = '';
			this.#preset = { ...this.#preset, room: this.#room.value };
		});
		this.#microphone.addEventListener('change', () => actions.onMicrophone(this.#microphone.value));
		this.#headset.addEventListener('change', () => actions.onHeadset(this.#headset.value));
		byId('sign-in-form', HTMLFormElement).addEventListener('submit', (event) => {
			event.preventDefault();
			for (const field of [this.#room, this.#booth, this.#name]) {
				field.setAttribute('aria-invalid', String(!field.value.trim()));
			}
			const missing = [this.#room, this.#booth, this.#name].find((field) => !field.value.trim());
			if (missing) missing.focus();
			else actions.onNext(this.#wish());
		});
		for (const field of [this.#booth, this.#name]) field.addEventListener('input', () => field.removeAttribute('aria-invalid'));
	}

	/** @returns {SignIn} */
	#wish() {
		return { room: this.#room.value, booth: this.#booth.value, name: cut(this.#name.value.trim()), consent: this.#consent.checked };
	}

	/**
	 * @param {EventInfo | null} event @param {Locale} locale
	 * @param {{ microphones: readonly Device[], microphone: string, headsets: readonly Device[], headset: string, choosable: boolean }} devices
	 * @param {string} problem
	 */
	show(event, locale, devices, problem) {
		const line = byId('sign-in-problem', HTMLParagraphElement);

		line.hidden = !problem;
		setText(line, problem);
		if (event) this.#showPlaces(event, locale);
		showDevices(this.#microphone, devices.microphones, devices.microphone, locale);
		showDevices(this.#headset, devices.headsets, devices.headset, locale);
		byId('headset-row', HTMLLabelElement).hidden = !devices.choosable;
	}

	/** @param {EventInfo} event @param {Locale} locale */
	#showPlaces(event, locale) {
		const rooms = event.rooms.filter(({ booths }) => booths?.length);
		const wanted = this.#room.value || this.#preset.room || '';
		const room = rooms.find(({ id }) => id === wanted) ?? rooms[0];
		const built = JSON.stringify([locale.name, rooms.map(({ id, title, booths }) => [id, title, booths]), room?.id]);
		if (built === this.#built) return;

		this.#built = built;
		this.#event = event;
		const booth = this.#booth.value;
		this.#room.replaceChildren(...rooms.map(({ id, title }) => make('option', { value: id }, locale.title(title).text || id)));
		this.#room.value = room?.id ?? '';
		const booths = room?.booths ?? [];
		this.#booth.replaceChildren(...booths.map((each) => this.#boothOption(each, locale)));
		this.#booth.value = (booths.find(({ id }) => id === booth) ?? this.#preferred(booths))?.id ?? '';
	}

	/** The link's booth, or the first with a free seat for its language. @param {readonly BoothPlace[]} booths */
	#preferred(booths) {
		const { booth, lang } = this.#preset;
		const fits = booths.filter(({ langs }) => lang && langs.includes(lang));

		return booths.find(({ id }) => id === booth) ?? fits.find(({ free }) => free > 0) ?? fits[0] ?? booths[0];
	}

	/** @param {BoothPlace} booth @param {Locale} locale */
	#boothOption({ id, langs, free }, locale) {
		const names = langs.map((lang) => nameIn(lang, locale.name)).join(', ');

		return make('option', { value: id }, locale.text(free > 0 ? 'signin.booth.free' : 'signin.booth.full', { booth: id, languages: names, count: locale.count(free) }));
	}

	/** The rooms that were shown have no booth at all. */
	get empty() {
		return this.#event !== null && !this.#room.options.length;
	}
}

/** Bytes of a name that the relay takes. */
const NAME_MAX = 63;

/** Whole characters of it that fit. @param {string} name */
export function cut(name) {
	let kept = '';

	for (const character of name) {
		if (new TextEncoder().encode(kept + character).length > NAME_MAX) break;
		kept += character;
	}
	return kept.trim();
}
