/* The organiser's alarms, timeline, plot and dialogs: told once, in order, done when the relay says so. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { examine } from './axe.mjs';
import { launch, leave, until } from './browser.mjs';
import { speak } from './console.mjs';
import { FakeOrganiser } from './fake_organiser.mjs';

/** As relay/monitor/alarm.c names them. */
const KINDS = [
	...['disk-full', 'certificate-ends', 'token-ends', 'worker-stalled', 'worker-drops', 'source-lost', 'source-black', 'source-frozen', 'source-silent', 'sound-early', 'sound-late', 'booth-unmanned', 'booth-crowded'],
	...['microphone-dead', 'microphone-loss', 'microphone-unfit', 'channel-wrong', 'channel-voices', 'channel-silent', 'channel-muted', 'channel-leak', 'channel-loop', 'channel-twin', 'channel-clips', 'uplink-loss', 'group-loss'],
];

/** One that can line up. */
class LiningUp extends FakeOrganiser {
	/** @type {string | null} */ refuses = null;

	'on_line-up'(connection, { id, room, do: what }) {
		if (this.refuses) return connection.send({ type: 'error', id, code: this.refuses, message: 'There is none.' });
		connection.send({ type: 'line-up', id, room, do: what });
		const channel = (lang, rest) => ({ lang, tone: 'pass', steps: 'pass', flash: 'pass', level_db: -23, frequency_hz: 1000, offset_ms: 3, problem: null, ...rest });
		return connection.send({
			type: 'line-up',
			room,
			state: what === 'start' ? 'done' : 'stopped',
			started: 1_752_130_800,
			step: 'flash',
			channels: [
				channel('floor', { tone: 'pending', steps: 'pending', level_db: null, frequency_hz: null }),
				channel('fr'),
				channel('es', { tone: 'fail', steps: 'fail', level_db: null, frequency_hz: null, offset_ms: null, problem: 'no-signal' }),
				channel('ru', { tone: 'pending', steps: 'pending', flash: 'pending', level_db: null, frequency_hz: null, offset_ms: null, problem: 'on-air' }),
			],
		});
	}
}

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

async function withPage({ relay: settings = {}, ...options }, body) {
	const relay = await new LiningUp(settings).start();
	const page = await browser.open(`${relay.url}organiser?room=plenary`, { viewport: { width: 1600, height: 900 }, ...options });
	try {
		await page.locator('.matrix .row').first().waitFor();
		await body(page, relay);
		assert.deepEqual(page.problems, []);
	} finally {
		await leave(page);
		await relay.stop();
	}
}

const names = (page) => page.locator('.alarm-name').allInnerTexts();
const alarm = (page, name) => page.locator('.alarm').filter({ has: page.getByRole('heading', { name, exact: true }) });
const said = (relay, type) => relay.of(type).map(({ at, id, ...message }) => message);

async function open(page, dialog) {
	await page.locator(`[data-opens="${dialog}"]:visible`).first().click();
	await page.locator(`#${dialog}[open]`).waitFor();
	return page.locator(`#${dialog}`);
}

test('critical alarms come first; each says where, since when, what it means and what to do', async () => {
	await withPage({}, async (page, relay) => {
		await page.getByText('No alarm stands.').waitFor();
		relay.raise('microphone-unfit', { room: 'popov', place: 'fr/0', severity: 'warning' });
		relay.raise('channel-twin', { room: 'plenary', place: 'fr', other: 'es', value: 0.934 });
		relay.raise('source-silent', { room: 'room-a', severity: 'warning' });
		await until(async () => (await names(page)).length === 3, 'three alarms');
		assert.equal((await names(page))[0], 'Same sound on two channels');
		const twin = alarm(page, 'Same sound on two channels');
		assert.equal(await twin.locator('.alarm-where').innerText(), 'Plenary · French and Spanish');
		assert.equal(await twin.locator('.alarm-severity').innerText(), 'Critical');
		assert.match(await twin.innerText(), /since \d\d:\d\d, for \d+ sec/);
		assert.match(await twin.innerText(), /Listen to both and move the booth that is on the wrong one\.\s+Alike: 93%/);
		assert.equal(await alarm(page, 'Sound not fit').locator('.alarm-where').innerText(), 'Popov Room · French 1');
	});
});

test('seeing to an alarm is done when the relay says so; one that is over fades and stays in the timeline', async () => {
	await withPage({}, async (page, relay) => {
		const id = relay.raise('channel-silent', { room: 'plenary', place: 'fr', value: -70 });
		const silent = alarm(page, 'Channel silent');
		relay.change(id, { times: 4 });
		await silent.getByText('Comes and goes, so often: 4').waitFor();
		await silent.getByRole('button', { name: 'I see to it' }).click();
		await silent.getByText(/^Ana sees to it since \d\d:\d\d$/).waitFor();
		assert.deepEqual(said(relay, 'acknowledge'), [{ type: 'acknowledge', alarm: id }]);
		assert.equal(await silent.getByRole('button').isHidden(), true);
		relay.clear(id);
		await silent.getByText('Over', { exact: true }).waitFor();
		await page.locator('.entry-what').getByText('Over: Channel silent').waitFor();
		await silent.waitFor({ state: 'detached', timeout: 10_000 });
		await page.getByText('No alarm stands.').waitFor();
	});
});

test('every kind of alarm has a name, a meaning and advice of its own in every language', async () => {
	await withPage({}, async (page, relay) => {
		for (const kind of KINDS) relay.raise(kind, { room: null, value: 0.5 });
		await until(async () => (await names(page)).length === KINDS.length, 'all kinds');
		for (const locale of ['ar', 'zh', 'fr', 'ru', 'es', 'en']) {
			await speak(page, locale);
			await page.waitForTimeout(100);
			const texts = await page.locator('.alarm').evaluateAll((all) => all.map((each) => ['.alarm-name', '.alarm-why', '.alarm-help'].map((part) => each.querySelector(part).textContent)));
			for (let part = 0; part < 3; part++) assert.equal(new Set(texts.map((each) => each[part])).size, KINDS.length, `${locale} ${part}`);
			assert.doesNotMatch(texts.flat().join('\n'), /Meaning of|Advice on|[{}]|^[a-z]+-[a-z]+$/m, locale);
		}
	});
});

test('the soft sound is off until it is wanted, and remembered', async () => {
	await withPage({ script: () => (window.AudioContext = class extends AudioContext { createOscillator() { return super.createOscillator(); } resume() { window.chimes = (window.chimes ?? 0) + 1; return super.resume(); } }) }, async (page, relay) => {
		relay.raise('source-lost', { room: 'plenary' });
		await alarm(page, 'Source lost').waitFor();
		assert.equal(await page.evaluate(() => window.chimes ?? 0), 0);
		await page.getByLabel('Soft sound for new alarms').check();
		assert.equal(await page.evaluate(() => window.chimes), 1);
		relay.raise('source-black', { room: 'plenary', severity: 'warning' });
		await until(() => page.evaluate(() => window.chimes === 2), 'a sound');
		await page.reload();
		assert.equal(await page.getByLabel('Soft sound for new alarms').isChecked(), true);
	});
});

test('the timeline tells what happened in sentences, by room and by sort', async () => {
	await withPage({}, async (page, relay) => {
		const line = (text) => page.locator('.entry').filter({ hasText: text });
		relay.log('microphone', { room: 'popov', place: 'fr', who: 'Zoé Petit', detail: { state: 'on-air', output: 'fr' } });
		relay.log('handover', { room: 'plenary', place: 'fr', who: 'Ana', detail: { state: 'ended', how: 'declined' } });
		relay.log('feed', { room: 'plenary', place: 'picture', detail: { state: 'lost' } });
		relay.log('booth-restart', { room: 'plenary', place: 'es', who: 'Ana' });
		relay.log('quite-new', { room: 'plenary' });
		await line('quite-new').waitFor();
		assert.match(await line('On air').first().innerText(), /^\d\d:\d\d:\d\d\s+On air Zoé Petit Popov Room · French$/);
		assert.match(await line('The handover came to nothing').innerText(), /Ana Plenary · French/);
		await page.locator('#timeline-room').selectOption('popov');
		await until(async () => (await line('On air').count()) === 1 && (await line('Restarted').count()) === 0, 'one room');
		await page.locator('#timeline-room').selectOption('');
		await page.locator('#timeline-sort').selectOption('actions');
		await until(async () => (await line('Restarted a booth').count()) === 1 && (await line('On air').count()) === 0, 'actions');
		await page.locator('#timeline-sort').selectOption('sources');
		await line('The source is lost').waitFor();
		assert.equal(await page.locator('.entry[data-sort="sources"]').count(), await page.locator('.entry').count());
	});
});

test('a link is made with the rights that were asked for, as text and as a code that can be read', async () => {
	await withPage({ permissions: ['clipboard-read', 'clipboard-write'] }, async (page, relay) => {
		const mint = await open(page, 'mint');
		await mint.getByLabel('Channel').selectOption('fr');
		await mint.getByLabel('Their name').fill('Zoé Petit');
		await mint.getByText('take a seat in a booth').waitFor();
		await mint.getByRole('button', { name: 'Make it' }).click();
		await mint.locator('.minted-code svg').waitFor();
		assert.deepEqual(said(relay, 'mint'), [{ type: 'mint', role: 'interpreter', room: 'plenary', channel: 'fr', name: 'Zoé Petit', ttl: 28_800 }]);
		const link = await mint.getByRole('textbox', { name: 'Link' }).inputValue();
		assert.match(link, /^http:\/\/.*\/interpreter\?room=plenary&lang=fr&token=/);
		await mint.getByRole('button', { name: 'Copy' }).click();
		await until(async () => (await page.evaluate(() => navigator.clipboard.readText())) === link, 'the link is copied');
		/* Finder patterns in three corners (ISO/IEC 18004, 6.3.3). */
		const path = await mint.locator('.minted-code path').getAttribute('d');
		assert.ok(['M4 4h', 'M10 10h'].every((each) => path.includes(each)) && !path.includes('M5 5h'));
		await page.keyboard.press('Escape');
		await until(async () => (await page.locator('#mint .minted input').count()) === 0, 'the secret does not stay');
		assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-opens')), 'mint');
	});
});

test('where the relay cannot sign, it says so', async () => {
	await withPage({ relay: { mint: false } }, async (page) => {
		const mint = await open(page, 'mint');
		await mint.getByText('This server cannot make links').waitFor();
		assert.equal(await mint.locator('form').isHidden(), true);
	});
});

test('messages, sittings and sources are asked for and refused in words', async () => {
	await withPage({}, async (page, relay) => {
		const notify = await open(page, 'notify');
		await notify.getByLabel('Text of the message').fill('Lunch is at one.');
		await notify.getByText('Characters left: 484').waitFor();
		await notify.getByRole('button', { name: 'Send the message' }).click();
		await notify.getByText('Sent. People reached: 412').waitFor();
		assert.deepEqual(said(relay, 'notify'), [{ type: 'notify', to: 'room', room: 'plenary', text: 'Lunch is at one.' }]);
		await page.keyboard.press('Escape');

		const sitting = await open(page, 'sitting');
		assert.equal(await sitting.getByLabel('In session').isChecked(), true);
		await sitting.getByLabel('Break').check();
		await sitting.getByRole('button', { name: 'Set it' }).click();
		await sitting.waitFor({ state: 'hidden' });
		assert.deepEqual(said(relay, 'sitting'), [{ type: 'sitting', room: 'plenary', state: 'paused' }]);

		const source = await open(page, 'source');
		const key = source.getByRole('button', { name: 'Switch for everybody' });
		assert.equal(await key.isDisabled(), true, 'nothing else is chosen');
		await source.getByLabel(/^Spare 1/).check();
		await key.click();
		await source.waitFor({ state: 'hidden' });
		assert.deepEqual(said(relay, 'source'), [{ type: 'source', room: 'plenary', use: 1 }]);
	});
});

test('the line-up has a table of what passed, and says where there is none', async () => {
	await withPage({}, async (page, relay) => {
		const lineUp = await open(page, 'line-up');
		await lineUp.getByRole('button', { name: 'Start' }).click();
		await lineUp.getByText('Done: 2 of 4 channels pass').waitFor();
		assert.match(await lineUp.locator('tbody tr').nth(2).innerText(), /Spanish\s+✕ fail\s+✕ fail\s+✓ pass\s+–\s+No sound arrives/);
		assert.match(await lineUp.locator('tbody tr').nth(3).innerText(), /Russian\s+… not yet\s+… not yet\s+… not yet\s+–\s+Somebody is on air: not tested/);
		relay.refuses = 'in-session';
		await lineUp.getByRole('button', { name: 'Start' }).click();
		await lineUp.getByText('The room is in session').waitFor();
		relay.refuses = 'no-line-up';
		await lineUp.getByRole('button', { name: 'Start' }).click();
		await lineUp.getByText('This server has no line-up').waitFor();
	});
});

test('the audience is drawn, and is a table too', async () => {
	await withPage({}, async (page) => {
		await page.locator('#audience canvas').waitFor();
		assert.equal(await page.locator('#audience .plot-legend li').count(), 6);
		const dashes = await page.locator('#audience .plot-swatch line').evaluateAll((all) => all.map((each) => each.getAttribute('stroke-dasharray')));
		assert.equal(new Set(dashes).size, 6, 'told apart without colour');
		await page.locator('#audience summary').click();
		await page.locator('#audience tbody tr').first().waitFor();
	});
});

test('axe-core finds nothing in dialogs and alarms, in two directions', async () => {
	await withPage({}, async (page, relay) => {
		relay.raise('channel-silent', { room: 'plenary', place: 'fr', value: -70 });
		relay.raise('sound-late', { room: 'plenary', severity: 'warning', value: 180 });
		for (const locale of ['en', 'ar']) {
			await speak(page, locale);
			assert.deepEqual(await examine(page), [], locale);
			for (const name of ['notify', 'mint', 'sitting', 'source', 'line-up']) {
				const dialog = await open(page, name);
				if (name === 'line-up') await dialog.locator('.primary').click();
				assert.deepEqual(await examine(page), [], `${locale} ${name}`);
				await page.keyboard.press('Escape');
			}
		}
	});
});
