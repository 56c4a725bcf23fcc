/* The organiser's page on the real relay: two rooms at a glance, an incident from its alarm to its end, and
   what the page makes for others: a message, a link, the report. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Interpreter } from '../interop/interpreter.mjs';
import { Relay, smallLadder } from '../interop/relay.mjs';
import { signToken } from '../interop/token.mjs';
import { examine } from './axe.mjs';
import { heardTone, launch, leave, until, waitForTone } from './browser.mjs';
import { tabTo } from './console.mjs';

/** Hertz: the floor, and each interpreter's voice. */
const TONES = { floor: 440, anna: 1000, ben: 1900, eva: 2500 };
const LOUD = 0.1; /* of full scale: -23 LUFS at 1 kHz (tests/interop/wrtc_tone.mjs) */
const secret = randomBytes(48).toString('base64');
/* For a day: the end of an hour's would be an alarm. */
const tokenOf = (role, claims = {}) => signToken(secret, { role, exp: Math.floor(Date.now() / 1000) + 86_400, ...claims });

let browser, relay, folder, organiser, listener;
const people = {};

before(async () => {
	browser = await launch();
	folder = await mkdtemp(join(tmpdir(), 'dragoman-organiser-'));
	await writeFile(join(folder, 'secret'), secret, { mode: 0o600 });
	relay = await Relay.start({
		server: { data: folder },
		security: { secret: join(folder, 'secret') },
		rooms: [
			{
				id: 'plenary',
				title: { en: 'Plenary', ar: 'الجلسة العامة' },
				video: { frame_rate: 25, ladder: smallLadder },
				floor: { source: `test:tone?hz=${TONES.floor}`, language: 'en' },
				channels: [{ language: 'fr' }, { language: 'es' }],
			},
			{
				id: 'side',
				title: { en: 'Side room' },
				video: { ladder: [] },
				floor: { source: `test:tone?hz=${TONES.floor}`, language: 'en' },
				channels: [{ language: 'fr', source: 'test:tone?hz=700' }],
			},
		],
	});
	await relay.live();
	const token = tokenOf('interpreter');
	for (const [name, booth] of Object.entries({ anna: 'fr', ben: 'fr', eva: 'es' }))
		people[name] = await Interpreter.sit(relay.url, { room: 'plenary', booth, name: capital(name), token }, { hz: TONES[name], amplitude: LOUD });
	for (const name of ['anna', 'eva']) {
		await people[name].ask('microphone', { state: 'on' });
		await people[name].becomes('on-air');
	}
	listener = await browser.open(`${relay.url}/?room=plenary&lang=fr`);
	await waitForTone(listener, TONES.anna);
	organiser = await browser.open(`${relay.url}/organiser?token=${tokenOf('organiser', { name: 'Olga' })}`, { viewport: { width: 1600, height: 900 } });
});
after(async () => {
	for (const person of Object.values(people)) person.vanish();
	await browser.close();
	assert.equal(await relay.stop(), 0);
	await rm(folder, { recursive: true, force: true });
});

const capital = (name) => name[0].toUpperCase() + name.slice(1);
const tile = (name) => organiser.locator('.tile').filter({ has: organiser.getByRole('button', { name, exact: true }) });
const cell = (room, lang) => tile(room).locator('.cell').filter({ hasText: lang });
const row = (name) => organiser.locator('.row').filter({ has: organiser.locator('.channel-name', { hasText: name }) });
const seat = (name) => organiser.locator('.seat').filter({ hasText: name });
const act = (name) => organiser.locator(`.inspector [data-act="${name}"]`);
const alarm = (name) => organiser.locator('#alarms .alarm').filter({ hasText: name });
const entry = (...words) => words.reduce((found, hasText) => found.filter({ hasText }), organiser.locator('#timeline .entry'));
const has = (locator, words, what, timeout) => until(async () => words.test(await locator.innerText()), what, timeout);
const lufs = async (name) => Number(/(-?\d+\.\d) LUFS/.exec(await row(name).locator('.figures').innerText())?.[1]);

/** From key to key of the table, as a person without a mouse does. */
async function arrowTo(selector, key = 'ArrowDown') {
	for (let i = 0; i < 12; i++) {
		if (await organiser.evaluate((each) => document.activeElement?.closest(each) !== null, selector)) return;
		await organiser.keyboard.press(key);
	}
	throw new Error(`${key} does not reach ${selector}`);
}

test('both rooms are there as they are: picture, channels, listeners, interpreters, and nothing to worry about', async () => {
	await tile('Plenary').waitFor();
	assert.equal(await organiser.locator('.tile').count(), 2);
	await has(cell('Plenary', 'FR'), /On air/, 'French is on air');
	await has(cell('Plenary', 'FR').locator('.cell-listeners'), /^1$/, 'one hears French');
	await has(cell('Plenary', 'ES').locator('.cell-listeners'), /^0$/, 'nobody hears Spanish');
	await has(cell('Side room', 'FR'), /Own source/, 'the other room’s French comes from its own source');
	await has(tile('Plenary').locator('.tile-foot'), /Listeners: 1.*Interpreters: 3/s, 'people are counted');
	await has(tile('Side room').locator('.tile-foot'), /Listeners: 0.*Interpreters: 0/s, 'and are not in the other room');
	const still = tile('Plenary').locator('img');
	await until(() => still.evaluate((image) => image.complete && image.naturalWidth > 0), 'a still of the picture', 20_000);
	const first = await still.getAttribute('src');
	await until(async () => (await still.getAttribute('src')) !== first, 'and another one', 20_000);
	await tile('Side room').getByText('Sound only').waitFor();
	assert.deepEqual(await organiser.locator('#alarms .alarm:not([data-over="true"])').allInnerTexts(), []);
	assert.deepEqual(await examine(organiser), []);
});

test('an incident: silence on air is an alarm, the organiser hears it, changes the interpreter, and it is over', async () => {
	people.anna.tone.amplitude = 0;
	await alarm('Channel silent').waitFor({ timeout: 40_000 });
	await has(alarm('Channel silent'), /Plenary/, 'it says where');
	await has(tile('Plenary').locator('.tile-alarm'), /French: channel silent/i, 'the tile says it too');
	const severity = await tile('Plenary').getAttribute('data-severity');
	await until(async () => (await cell('Plenary', 'FR').locator('.shape').getAttribute('data-shape')) === severity, 'so does the channel’s cell');

	/* By keys alone, from here to the end. */
	await organiser.keyboard.press('n');
	await organiser.getByRole('heading', { name: 'Plenary' }).waitFor();
	await has(organiser.locator('#inspector-heading'), /^French$/, 'what is wrong is chosen');
	await has(row('French'), /Channel silent/i, 'in the table too');
	await until(async () => !((await lufs('French')) > -50), 'the meter shows silence');
	await until(async () => (await lufs('Spanish')) > -30, 'of French alone');
	await organiser.keyboard.press('l');
	await organiser.locator('#listening[data-state=flowing]').waitFor({ timeout: 20_000 });
	assert.equal(await heardTone(organiser), 0, 'the organiser hears nothing either');
	await tabTo(organiser, '.alarm-acknowledge');
	await organiser.keyboard.press('Enter');
	await has(alarm('Channel silent'), /Olga sees to it/, 'it is taken on');

	await organiser.keyboard.press('b');
	await arrowTo('[data-lang="fr"], .row:has(.seat)');
	await arrowTo('.seat', 'ArrowRight');
	assert.match(await organiser.evaluate(() => document.activeElement.textContent), /Anna/);
	await organiser.keyboard.press('Enter');
	await tabTo(organiser, '[data-act="mute"]');
	await organiser.keyboard.press('Enter');
	await has(seat('Anna'), /muted by an organiser/, 'held');
	await until(() => people.anna.seat().held === 'muted', 'Anna is told so');

	await organiser.keyboard.press('b');
	await organiser.keyboard.press('ArrowRight');
	assert.match(await organiser.evaluate(() => document.activeElement.textContent), /Ben/);
	await organiser.keyboard.press('Enter');
	await tabTo(organiser, '[data-act="on"]');
	await organiser.keyboard.press('Enter');
	await until(async () => (await seat('Ben').getAttribute('data-mic')) === 'on-air', 'Ben is on air');
	await waitForTone(organiser, TONES.ben);
	await waitForTone(listener, TONES.ben);
	await until(async () => Math.abs((await lufs('French')) + 23) < 4, 'the meter shows a voice');
	await until(async () => (await alarm('Channel silent').count()) === 0, 'the alarm is over, and gone', 30_000);

	for (const words of [['Alarm: Channel silent', 'French'], ['Saw to an alarm', 'Olga'], ['Took hold of a microphone', 'Olga'], ['Muted by an organiser', 'Anna'], ['Over: Channel silent', 'French']])
		await entry(...words).first().waitFor();
	assert.equal(await entry('Took hold of a microphone', 'Olga').count(), 2, 'once each');
	await organiser.keyboard.press('s');
	await organiser.locator('#listening[data-state=none]').waitFor();
	await organiser.keyboard.press('o');
	await has(cell('Plenary', 'FR').locator('.cell-listeners'), /^1$/, 'who oversees is no listener');
});

test('a microphone that nothing comes from: switched off and held, then released', async () => {
	await people.ben.silence();
	await alarm('Microphone dead').waitFor({ timeout: 30_000 });
	await tile('Plenary').getByRole('button').click();
	await has(seat('Ben'), /connection lost/, 'the seat says so');
	people.anna.tone.amplitude = LOUD;
	await seat('Ben').click();
	await act('off').click();
	await has(seat('Ben'), /switched off by an organiser/, 'held');
	await seat('Anna').click();
	await act('release').click();
	await until(async () => (await seat('Anna').getAttribute('data-held')) === 'none', 'Anna is free');
	await act('on').click();
	await until(async () => (await seat('Anna').getAttribute('data-mic')) === 'on-air', 'and on air');
	await waitForTone(listener, TONES.anna);
	await until(async () => (await alarm('Microphone dead').count()) === 0, 'over', 30_000);
	await entry('Over: Microphone dead').first().waitFor();
});

test('a message reaches a delegate, and a link that was made opens the console', async () => {
	await organiser.locator('.bar [data-opens=notify]').click();
	const notify = organiser.locator('dialog#notify');
	await notify.locator('textarea').fill('Break until three');
	await notify.getByRole('button', { name: 'Send the message' }).click();
	await notify.getByText(/People reached: \d/).waitFor();
	await listener.locator('.notice-words').getByText('Break until three').waitFor();
	await until(() => people.anna.latest('notice')?.text === 'Break until three', 'interpreters get it too');
	await organiser.keyboard.press('Escape');

	await organiser.locator('.bar [data-opens=mint]').click();
	const mint = organiser.locator('dialog#mint');
	await mint.getByLabel(/^Role/).selectOption('interpreter');
	await mint.getByLabel(/^Channel/).selectOption('es');
	await mint.getByRole('button', { name: 'Make it' }).click();
	const address = await mint.locator('.minted input').first().inputValue();
	await mint.locator('.minted-code svg').waitFor();
	await organiser.keyboard.press('Escape');
	await entry('Made a link', 'Olga').first().waitFor();
	const console = await browser.open(address, { permissions: ['microphone'], viewport: { width: 1280, height: 720 } });
	await console.locator('#name').waitFor();
	await until(() => console.locator('#booth-choice').inputValue().then((value) => /es/.test(value)), 'its booth is chosen');
	await console.locator('#name').fill('Irene');
	await console.locator('#sign-in-next').click();
	await console.locator('#check .mic-check-done').click();
	await seat('Irene').waitFor({ timeout: 20_000 });
	assert.deepEqual(console.problems, []);
	await leave(console);
});

test('the report tells of this very event', async () => {
	const token = tokenOf('organiser');
	const report = await until(async () => {
		const { rooms, incidents } = await (await fetch(`${relay.url}/api/report?token=${token}`)).json();
		return rooms.some(({ peak }) => peak > 0) && incidents.length > 1;
	}, 'a minute of it is on the disk', 90_000).then(() => browser.open(`${relay.url}/report?token=${token}`, { viewport: { width: 1100, height: 900 } }));
	const rows = (name) => report.getByRole('table', { name }).locator('tbody tr').allInnerTexts();
	await report.getByRole('heading', { name: 'Incidents' }).waitFor();
	assert.match((await rows('Attendance by language: Plenary')).find((line) => /French/.test(line)), /French\s+1\s/);
	assert.match((await rows('Incidents')).join('\n'), /Channel silent.*Plenary · French/);
	assert.match((await rows('What organisers did')).join('\n'), /Took hold of a microphone\s+\d/);
	assert.deepEqual(report.problems, []);
	await leave(report);
});

test('in Arabic it stands from right to left, with the same event', async () => {
	const page = await browser.open(`${relay.url}/organiser?room=plenary&token=${tokenOf('organiser', { name: 'Omar' })}`, { locale: 'ar', viewport: { width: 1600, height: 900 } });
	await page.getByRole('heading', { name: 'الجلسة العامة' }).waitFor();
	assert.equal(await page.evaluate(() => document.documentElement.dir), 'rtl');
	await page.locator('.seat').filter({ hasText: 'Anna' }).waitFor();
	assert.equal(await page.locator('.row').count(), 3);
	await page.locator('#timeline .entry').filter({ hasText: 'Olga' }).first().waitFor();
	assert.deepEqual(await examine(page), []);
	assert.deepEqual([page.problems, organiser.problems, listener.problems], [[], [], []]);
	await leave(page);
});
