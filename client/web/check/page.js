/** The check alone: to be sent to interpreters before the day. */

import { byId } from '../page/element.js';
import { Locale } from '../page/locale.js';
import { fillLocales } from '../page/locale_choice.js';
import * as memory from '../page/memory.js';
import { Headset } from '../sound/headset.js';
import { Microphone } from '../sound/microphone.js';
import { Check } from './check.js';

const locale = new Locale(['check']);
const microphone = new Microphone({ onChange: show });
const headset = new Headset({ onChange: show, memory });
const check = new Check({ root: byId('check', HTMLElement), locale, microphone, headset });
let ready = false;

function show() {
	if (!ready) return;
	document.title = locale.text('check.title');
	check.show();
}

async function begin() {
	await locale.loadPreferred(null);
	fillLocales(byId('interface', HTMLSelectElement), locale, show);
	ready = true;
	show();
}

begin();
