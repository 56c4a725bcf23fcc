/**
 * The screen of a room's speaker or moderator: says nothing, until interpreters ask for slower speech; then
 * it says so, in the page's language and in the one that is spoken.
 */

import { byId, make, setAttribute, setText } from './page/element.js';
import { setIcon } from './page/icon.js';
import { SEVERAL, directionOf, nameIn } from './page/language.js';
import { readLink } from './page/link.js';
import { Locale } from './page/locale.js';
import { fillLocales } from './page/locale_choice.js';
import { Notices } from './page/notices.js';
import { chooseLocale, loadMessages } from './page/preference.js';
import { WakeLock } from './page/wake_lock.js';
import { Watch } from './session/watch.js';

/** @typedef {import('./session/protocol.js').Room} Room */

const link = readLink();
const locale = new Locale(['speaker']);
const wakeLock = new WakeLock();
const notices = new Notices(byId('notices', HTMLDivElement), locale);
const watch = new Watch({ url: link.socket, room: link.room, onChange: show, onNotice: (fields) => notices.add(fields) });
let ready = false;
/** "Slower, please" in the language that is spoken. @type {{ lang: string, text: string }} */
let own = { lang: '', text: '' };

function show() {
	if (!ready) return;
	const { event, room } = watch;
	const title = room ? locale.title(room.title) : { text: '', lang: '' };
	const heading = byId('room-title', HTMLHeadingElement);

	setText(heading, room ? title.text || room.id : event ? locale.title(event.title).text : locale.text('speaker.title'));
	setAttribute(heading, 'lang', title.lang || locale.name);
	document.title = [locale.text('speaker.title'), title.text].filter(Boolean).join(' – ');
	showFloor(room);
	showAsked(room);
	showRooms(room);
	setText(byId('state', HTMLParagraphElement), stateText());
}

/** @param {Room | null} room */
function showFloor(room) {
	const language = room?.floor.language ?? '';
	const named = !SEVERAL.test(language);

	setText(
		byId('floor', HTMLParagraphElement),
		named ? locale.text('speaker.floor', { language: nameIn(language, locale.name) }) : '',
	);
	if (own.lang !== language) loadOwn(named ? language : '');
}

/** @param {string} lang of the floor; '' for none */
async function loadOwn(lang) {
	own = { lang, text: '' };
	const name = chooseLocale([lang]);
	/* English stands in for what there is no file of. */
	if (!lang || name !== lang.toLowerCase().split('-')[0]) return;
	const words = await loadMessages(name, ['speaker']).catch(() => null);

	if (own.lang !== lang || !words) return;
	own.text = words['speaker.slower'] ?? '';
	show();
}

/** @param {Room | null} room */
function showAsked(room) {
	const count = watch.slowDown;
	const inOwn = byId('slower-own', HTMLParagraphElement);
	const twice = count > 0 && chooseLocale([room?.floor.language]) !== locale.name;

	setAttribute(byId('screen', HTMLElement), 'data-asked', String(count));
	setText(byId('slower-words', HTMLParagraphElement), count ? locale.text('speaker.slower') : '');
	if (own.lang) {
		setAttribute(inOwn, 'lang', own.lang);
		setAttribute(inOwn, 'dir', directionOf(own.lang));
	}
	setText(inOwn, twice ? own.text : '');
	setText(
		byId('slower-count', HTMLParagraphElement),
		count > 1 ? locale.text('speaker.slower.many', { number: locale.count(count) }) : count ? locale.text('speaker.slower.one') : '',
	);
}

function stateText() {
	if (!watch.connected) return locale.text('speaker.lost');
	if (watch.problem) return locale.text('speaker.refused', { message: watch.problem.message });
	return watch.room ? '' : locale.text('speaker.room');
}

/** @param {Room | null} room */
function showRooms(room) {
	const nav = byId('rooms', HTMLElement);
	const rooms = room ? [] : (watch.event?.rooms ?? []);

	nav.hidden = !rooms.length;
	nav.replaceChildren(
		...rooms.map(({ id, title }) => {
			const url = new URL(location.href);

			url.searchParams.set('room', id);
			return make('a', { href: url.href }, locale.title(title).text || id);
		}),
	);
}

async function begin() {
	const full = byId('full', HTMLButtonElement);
	const woke = () => {
		if (document.hidden) return;
		watch.poke();
		wakeLock.want(true);
	};

	await locale.loadPreferred(null);
	fillLocales(byId('interface', HTMLSelectElement), locale, show);
	setIcon(full, 'full');
	full.hidden = !document.fullscreenEnabled;
	full.addEventListener('click', () => document.documentElement.requestFullscreen().catch(() => {}));
	document.addEventListener('visibilitychange', woke);
	window.addEventListener('online', woke);
	ready = true;
	watch.start();
	woke();
	show();
}

begin();
