/* The organiser's page against the stand-in: all rooms, one room, what can be done, keys, six languages, no jank. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { days, level } from '../../client/web/organiser/format.js';
import { Ordering, STAYS } from '../../client/web/organiser/ordering.js';
import { examine } from './axe.mjs';
import { heardTone, launch, leave, until } from './browser.mjs';
import { FakeOrganiser } from './fake_organiser.mjs';
import { TONES } from './fake_relay.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

async function withPage({ query = '', mess = () => {}, ...options }, body) {
	const relay = await new FakeOrganiser().start();
	mess(relay);
	const page = await browser.open(`${relay.url}organiser${query}`, { viewport: { width: 1600, height: 900 }, ...options });
	try {
		await page.locator(query ? '.matrix .row' : '.tile').first().waitFor();
		await body(page, relay);
		assert.deepEqual(page.problems, []);
	} finally {
		await leave(page);
		await relay.stop();
	}
}

const tile = (page, name) => page.locator('.tile').filter({ has: page.getByRole('button', { name, exact: true }) });
const order = (page) => page.locator('.tile-open').allInnerTexts();
const seat = (page, name) => page.locator('.seat').filter({ hasText: name });
const act = (page, name) => page.locator(`.inspector [data-act="${name}"]`);
const said = (relay, type) => relay.of(type).map(({ at, id, ...message }) => message);

test('all rooms are on one screen, with what sits, who listens, and each channel in colour, shape and word', async () => {
	await withPage({}, async (page, relay) => {
		assert.equal(await page.locator('.tile').count(), 8);
		assert.equal(await page.locator('.cell').count(), 48, 'the floor and five channels of each');
		const plenary = tile(page, 'Plenary');
		await plenary.getByText('Opening: statement by the Minister').waitFor();
		await plenary.getByText(/^In session until \d\d:\d\d$/).waitFor();
		await tile(page, 'Room K').getByText('Closed').waitFor();
		await tile(page, 'Room B').getByText(/^Break until/).waitFor();
		const fr = plenary.locator('.cell').filter({ hasText: 'FR' });
		assert.match(await fr.innerText(), /On air/);
		assert.equal(await fr.getAttribute('data-look'), 'on-air');
		relay.seat('plenary', 'fr', 0).microphone = relay.seat('plenary', 'fr', 1).microphone = 'off';
		relay.told(relay.room('plenary'));
		await fr.getByText('Nobody').waitFor();
		assert.equal(await fr.locator('.shape').getAttribute('data-shape'), 'ring');
		await until(async () => (await plenary.locator('img').getAttribute('src'))?.startsWith('blob:'), 'a still');
		const high = await page.evaluate(() => document.documentElement.scrollHeight);
		assert.ok(high <= 900, `${high} px high`);
	});
});

test('what is wrong comes forward at once, is told once, and goes back late', async () => {
	const ordering = new Ordering();
	const rooms = (...ranks) => ranks.map((rank, n) => ({ id: 'abcd'[n], rank }));

	assert.deepEqual(ordering.order(rooms(2, 2, 2, 2), 0, false), ['a', 'b', 'c', 'd']);
	assert.deepEqual(ordering.order(rooms(2, 2, 1, 0), 0, true), ['a', 'b', 'c', 'd'], 'nothing moves under a hand');
	assert.deepEqual(ordering.order(rooms(2, 2, 1, 0), 1, false), ['d', 'c', 'a', 'b']);
	assert.deepEqual(ordering.order(rooms(2, 2, 2, 2), 1_000, false), ['d', 'c', 'a', 'b']);
	assert.deepEqual(ordering.order(rooms(2, 2, 1, 2), 2_000, false), ['d', 'c', 'a', 'b'], 'it has come back meanwhile');
	assert.deepEqual(ordering.order(rooms(2, 2, 1, 2), 1_000 + STAYS, false), ['c', 'a', 'b', 'd']);

	await withPage({}, async (page, relay) => {
		await page.evaluate(() => {
			window.said = [];
			for (const id of ['say', 'say-now'])
				new MutationObserver(() => document.getElementById(id).textContent && window.said.push(`${id}: ${document.getElementById(id).textContent}`)).observe(document.getElementById(id), { childList: true });
		});
		assert.equal((await order(page))[0], 'Plenary');
		const id = relay.raise('channel-silent', { room: 'room-c', place: 'fr' });
		await until(async () => (await order(page))[0] === 'Room C', 'it comes forward');
		const room = tile(page, 'Room C');
		assert.equal(await room.getAttribute('data-severity'), 'critical');
		assert.match(await room.locator('.tile-alarm').innerText(), /French/);
		assert.equal(await room.locator('.cell').filter({ hasText: 'FR' }).locator('.shape').getAttribute('data-shape'), 'critical');
		relay.raise('microphone-unfit', { room: 'popov', place: 'es', severity: 'warning' });
		await until(async () => (await order(page))[1] === 'Popov Room', 'after the critical one');
		await until(() => page.evaluate(() => window.said.length === 2), 'two are told');
		const [first, second] = await page.evaluate(() => window.said);
		assert.match(first, /^say-now: Alarm, Critical, Room C: French/);
		assert.match(second, /^say: Alarm, Warning, Popov Room: Spanish/);
		relay.change(id, { severity: 'critical', times: 2 });
		relay.clear(id);
		await until(async () => (await room.getAttribute('data-severity')) === 'none', 'it clears');
		assert.equal((await order(page))[0], 'Room C', 'nothing jumps');
		assert.equal(await page.evaluate(() => window.said.length), 2, 'once each');
	});
});

test('a room in detail: who is on air, what they hear, how loud it is, how listeners fare', async () => {
	await withPage({}, async (page, relay) => {
		await tile(page, 'Plenary').getByRole('button').click();
		await page.getByRole('heading', { name: 'Plenary' }).waitFor();
		assert.equal(new URL(page.url()).searchParams.get('room'), 'plenary');
		assert.equal(await page.evaluate(() => document.activeElement.id), 'room-heading');
		const row = (name) => page.locator('.row').filter({ has: page.locator('.channel-name', { hasText: name }) });
		assert.equal(await page.locator('.row').count(), 6);
		assert.match(await row('Spanish').locator('.col-hears').innerText(), /English · relay|French · relay/);
		assert.match(await row('English').locator('.col-hears').innerText(), /Floor · direct/);
		await until(async () => (await page.locator('.relay-arrows path').count()) === 6, 'three arrows');
		assert.match(await row('French').locator('.figures').innerText(), /-\d+\.\d LUFS/);
		const before = await row('French').locator('.level-fill').evaluate((element) => element.style.getPropertyValue('--level'));
		await until(async () => (await row('French').locator('.level-fill').evaluate((element) => element.style.getPropertyValue('--level'))) !== before, 'meters move');
		relay.room('plenary').microphones['fr 0'] = { fitness: { verdict: 'unfit', reason: 'telephone', ceiling_hz: 3400, snr_db: 30, clipping: 0, concealed: 0, coded_bps: 31_000 } };
		await seat(page, 'Hélène Marchand').click();
		await page.locator('.inspector-fitness').getByText(/3\.4 kHz/).waitFor();
		await page.locator('.inspector .figure-list').getByText('31 kb/s').waitFor();
		await page.locator('.source-panel').getByText('rtsp://camera-0/main').waitFor();
		await page.locator('.groups-panel select').selectOption('network');
		await page.locator('.groups-panel').getByText('2001:db8:40::/48').waitFor();
		assert.equal(await page.locator('.groups-panel [data-tone="notice"]').count(), 1);
		await page.keyboard.press('o');
		await page.locator('.tile').first().waitFor();
		assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Plenary', 'back where one was');
	});
});

test('what is in order is not marked: filters’ last bits, the least alike of channels, a token of hours', async () => {
	const en = { name: 'en' };
	assert.deepEqual([-1977.3, -100.1, -99.9, 0, null].map((value) => level(en, value)), ['–', '–', '-99.9', '0.0', '–']);
	assert.deepEqual([30.9, 2, 1.99, 1 / 12, 0.0825, 0, null].map((value) => days(en, value)), ['30 days', '2 days', '47 hr', '2 hr', '118 min', '0 min', '–']);

	await withPage({ query: '?room=plenary', mess: (relay) => (relay.relay.token_days = 0.3) }, async (page, relay) => {
		const token = page.locator('#relay div').filter({ hasText: 'Next token ends' });
		await token.getByText('7 hr').waitFor();
		assert.equal(await token.getAttribute('data-tone'), 'quiet');
		relay.relay.token_days = 0.05;
		await token.getByText('72 min').waitFor();
		assert.equal(await token.getAttribute('data-tone'), 'notice');
		await page.locator('.channel-key').filter({ hasText: 'French' }).click();
		await page.locator('.inspector .figure-list').getByText('Like the floor').waitFor();
		assert.equal(await page.locator('.inspector .figure-list').getByText('Same sound as').count(), 0);
		assert.equal(await page.locator('.inspector .figure-list [data-tone="trouble"]').count(), 0);
	});
});

test('an action counts when the relay reports it: pending, done, refused', async () => {
	await withPage({ query: '?room=plenary' }, async (page, relay) => {
		const onAir = relay.seat('plenary', 'fr', 1);
		await seat(page, onAir.name).click();
		relay.delays.set('override', 600);
		await act(page, 'mute').click();
		await until(async () => (await act(page, 'mute').getAttribute('aria-busy')) === 'true', 'pending');
		assert.equal(await seat(page, onAir.name).getAttribute('data-held'), 'none', 'nothing is shown that is not so');
		await seat(page, onAir.name).getByText('muted by an organiser').waitFor();
		assert.equal(await act(page, 'mute').isVisible(), false);
		assert.deepEqual(said(relay, 'override'), [{ type: 'override', booth: 'fr', seat: 1, do: 'mute' }]);
		relay.delays.clear();

		/* The relay says yes and does nothing: that is not done. */
		const on = relay.on_override;
		relay.on_override = (connection, { id }) => connection.send({ type: 'override', id, do: 'release' });
		await act(page, 'release').click();
		await page.getByText('does not show it as done yet').waitFor();
		relay.on_override = on;
		await act(page, 'release').click();
		await until(async () => (await seat(page, onAir.name).getAttribute('data-held')) === 'none', 'released');

		await seat(page, 'Hélène Marchand').click();
		relay.refusals.set('override', { code: 'no-link', message: 'No sound.', times: 1 });
		await act(page, 'on').click();
		await page.getByText('No sound comes from this microphone').waitFor();
		await act(page, 'on').click();
		await until(async () => (await seat(page, 'Hélène Marchand').getAttribute('data-mic')) === 'on-air', 'the partner is on air');
		assert.equal(await seat(page, onAir.name).getAttribute('data-mic'), 'off');

		await act(page, 'off').click();
		await seat(page, 'Hélène Marchand').getByText('switched off by an organiser').waitFor();
		await page.locator('.act-move select').selectOption('es');
		await act(page, 'move').click();
		await until(async () => (await page.locator('.row').filter({ hasText: 'Spanish' }).locator('.seat').count()) === 3, 'moved');
		await page.getByText('This seat is free now').waitFor();
	});
});

test('an action is done to whom was chosen last, even before the page is drawn again', async () => {
	await withPage({ query: '?room=plenary' }, async (page, relay) => {
		const [partner, onAir] = [0, 1].map((n) => relay.seat('plenary', 'fr', n).name);
		await seat(page, onAir).click();
		await act(page, 'mute').waitFor();
		await page.evaluate((name) => {
			[...document.querySelectorAll('.seat')].find((key) => key.textContent.includes(name)).click();
			document.querySelector('.inspector [data-act="on"]').click();
		}, partner);
		await until(() => relay.of('override').length > 0, 'the relay is asked');
		assert.deepEqual(said(relay, 'override'), [{ type: 'override', booth: 'fr', seat: 0, do: 'on', output: 'A' }]);
	});
});

test('a booth is restarted after a question; more microphones; the floor’s language', async () => {
	await withPage({ query: '?room=plenary' }, async (page, relay) => {
		const questions = [];
		page.on('dialog', (dialog) => {
			questions.push(dialog.message());
			return questions.length === 1 ? dialog.dismiss() : dialog.accept();
		});
		await page.locator('.channel-key').filter({ hasText: 'French' }).click();
		await act(page, 'restart').click();
		assert.equal(relay.of('booth-restart').length, 0);
		await act(page, 'restart').click();
		await page.locator('.seat[data-mic="lost"]').first().waitFor();
		assert.match(questions[0], /Restart booth fr\?/);
		assert.deepEqual(said(relay, 'booth-restart'), [{ type: 'booth-restart', room: 'plenary', booth: 'fr' }]);
		await until(async () => (await page.locator('.seat[data-mic="lost"]').count()) === 0, 'they come back');
		await page.locator('.act-select select').selectOption('2');
		await until(() => relay.room('plenary').booths.find(({ id }) => id === 'fr').on_air_max === 2, 'two at once');
		await page.locator('.floor-language select').selectOption('fr');
		await page.getByText('Spoken now: French').waitFor();
		assert.deepEqual(said(relay, 'floor-language'), [{ type: 'floor-language', room: 'plenary', lang: 'fr' }]);
	});
});

test('the organiser hears any channel and any microphone, and is no listener', async () => {
	await withPage({ query: '?room=plenary' }, async (page, relay) => {
		const hears = (hertz) => until(async () => Math.abs((await heardTone(page)) - hertz) < 15, `${hertz} Hz`, 20_000);

		await page.locator('.channel-key').filter({ hasText: 'French' }).click();
		await act(page, 'listen').click();
		await page.locator('#listening').getByText('French').waitFor();
		await hears(TONES.fr);
		const [join] = relay.of('join');
		assert.equal(join.organiser, true);
		assert.equal(join.video, 'none');
		await seat(page, 'Inés Robledo').click();
		await page.keyboard.press('l');
		await page.locator('#listening').getByText('Microphone: Inés Robledo').waitFor();
		await hears(TONES.es);
		assert.deepEqual(said(relay, 'listen').at(-1), { type: 'listen', booth: 'es', seat: 0 });
		await page.keyboard.press('s');
		await page.locator('#listening').getByText('You listen to nothing').waitFor();
		await until(() => relay.of('leave').length === 1, 'it leaves');
	});
});

test('calls are taken and done, and booths are written to', async () => {
	await withPage({ query: '?room=popov' }, async (page, relay) => {
		relay.call('popov', 'fr', 'Hélène Marchand');
		const call = page.locator('.call');
		await call.getByText('Hélène Marchand calls the technician').waitFor();
		await call.getByRole('button', { name: 'Take it' }).click();
		await call.getByText('waits for Ana').waitFor();
		await call.getByRole('button', { name: 'Done' }).click();
		await until(async () => (await call.count()) === 0, 'it is over');

		relay.chat('popov', 'fr', 'Hélène Marchand', 'The floor is too quiet.');
		await page.getByRole('log').getByText('The floor is too quiet.').waitFor();
		await seat(page, 'Hélène Marchand').click();
		await act(page, 'message').click();
		relay.refusals.set('chat', { code: 'busy', message: 'Busy.', times: 1 });
		await page.keyboard.type('Better now?');
		await page.keyboard.press('Enter');
		await page.getByText('The server is busy').waitFor();
		const field = page.locator('.chat-form input');
		assert.equal(await field.inputValue(), 'Better now?', 'what was refused is not lost');
		await page.keyboard.press('Enter');
		await page.getByRole('log').getByText('Better now?').waitFor();
		await until(async () => (await field.inputValue()) === '', 'sent');
		assert.deepEqual(said(relay, 'chat').at(-1), { type: 'chat', to: 'booth', room: 'popov', booth: 'fr', text: 'Better now?' });
	});
});

test('everything is reached by keys, which can be switched off', async () => {
	await withPage({ mess: (relay) => relay.raise('channel-silent', { room: 'montbrillant', place: 'ar' }) }, async (page, relay) => {
		await page.locator('body').press('3');
		await page.getByRole('heading', { name: 'Room A' }).waitFor();
		await page.keyboard.press('n');
		await page.getByRole('heading', { name: 'Montbrillant' }).waitFor();
		await page.locator('.inspector h3', { hasText: 'Arabic' }).waitFor();
		await page.keyboard.press('b');
		const focused = () => page.evaluate(() => document.activeElement.innerText);
		assert.match(await focused(), /^Original sound/);
		await page.keyboard.press('ArrowDown');
		assert.match(await focused(), /^Arabic/);
		await page.keyboard.press('ArrowRight');
		await page.keyboard.press('Enter');
		await page.locator('.inspector h3', { hasText: 'ليلى حداد' }).waitFor();
		assert.equal(await page.locator('.matrix [tabindex="0"]').count(), 1, 'one stop of the Tab key');
		await page.keyboard.press('i');
		assert.equal(await page.evaluate(() => document.activeElement.dataset.act), 'listen');
		await page.keyboard.press('?');
		await page.getByText('Use keyboard shortcuts').waitFor();
		await page.locator('#shortcuts').uncheck();
		await page.keyboard.press('Escape');
		await page.keyboard.press('o');
		assert.equal(await page.locator('#room').isVisible(), true);
		await page.locator('#shortcuts').evaluate((box) => box.click());
		await page.keyboard.press('j');
		await page.keyboard.type('on');
		assert.equal(await page.locator('.chat-form input').inputValue(), 'on', 'letters are letters in a text');
		assert.equal(relay.of('chat').length, 0);
	});
});

test('without the relay nothing is shown as being of now; it comes back', async () => {
	await withPage({ query: '?room=plenary' }, async (page, relay) => {
		relay.accepting = false;
		relay.dropSockets();
		await page.getByRole('alert').getByText('Nothing on this page is of now').waitFor();
		relay.accepting = true;
		await until(async () => (await page.locator('#lost').innerText()) === '', 'back', 20_000);
		await until(() => relay.of('oversee').length === 2, 'it oversees again');
		assert.equal(relay.of('oversee')[1].room, 'plenary');
		await seat(page, 'Hélène Marchand').waitFor();
	});
});

test('a link that is no organiser’s says so in the relay’s words', async () => {
	const relay = await new FakeOrganiser().start();
	relay.refusals.set('oversee', { code: 'forbidden', message: 'This token is a delegate’s.', times: 9 });
	const page = await browser.open(`${relay.url}organiser`, { viewport: { width: 1280, height: 720 } });
	try {
		await page.getByRole('alert').getByText('This token is a delegate’s.').waitFor();
	} finally {
		await leave(page);
		await relay.stop();
	}
});

test('axe-core finds nothing, in English and Arabic, dark and light, all rooms and one; nothing is cut off', async () => {
	const mess = (relay) => {
		relay.raise('channel-silent', { room: 'plenary', place: 'fr' });
		relay.raise('microphone-unfit', { room: 'room-a', place: 'es/1', severity: 'warning' });
		relay.call('plenary', 'zh', '王芳');
		Object.assign(relay.seat('plenary', 'ar', 1), { held: 'off', microphone: 'off' });
		Object.assign(relay.seat('plenary', 'es', 1), { microphone: 'muted' });
		relay.seat('plenary', 'zh', 0).link = 'lost';
	};
	for (const locale of ['en', 'ar'])
		for (const theme of ['dark', 'light'])
			for (const query of ['', '?room=plenary'])
				await withPage({ query, mess, locale, script: `localStorage.setItem('dragoman.theme', '${theme}')` }, async (page) => {
					await page.locator('.tile[data-severity="critical"], .row[data-alarm="critical"]').first().waitFor();
					if (query) await page.locator('.seat').first().click();
					assert.deepEqual(await examine(page), [], `${locale} ${theme} ${query}`);
				});
});

test('it fits from 1280 × 720 up to 4K, and at 200 %, in six languages', async () => {
	const sizes = [
		[1280, 720],
		[3840, 2160],
		[800, 450], // 1600 × 900 at 200 %
	];
	for (const [width, height] of sizes)
		for (const locale of ['ar', 'zh', 'en', 'fr', 'ru', 'es'])
			for (const query of ['', '?room=plenary'])
				await withPage({ query, locale, viewport: { width, height }, mess: (relay) => relay.raise('channel-silent', { room: 'plenary', place: 'fr' }) }, async (page) => {
					await page.locator('.tile[data-severity="critical"], .row[data-alarm="critical"]').first().waitFor();
					const wide = await page.evaluate(() => document.documentElement.scrollWidth);
					assert.ok(wide <= width, `${locale} ${query}: ${wide} of ${width}`);
					/* Words of keys are whole. */
					const cut = await page.evaluate(() =>
						[...document.querySelectorAll('button, .chip, .channel-name')].filter((each) => each.offsetParent && each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent),
					);
					assert.deepEqual(cut, [], `${locale} ${width} ${query}`);
				});
});

/** Seconds of the processor that each task of the page's main thread took: what others do on this machine does not count. */
async function tasksOf(page, milliseconds) {
	const session = await page.context().browser().newBrowserCDPSession();
	const events = [];
	session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
	const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));

	await session.send('Tracing.start', { traceConfig: { includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'] }, transferMode: 'ReportEvents' });
	await page.waitForTimeout(milliseconds);
	await session.send('Tracing.end');
	await complete;
	await session.detach();
	const renderers = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`);
	const tasks = new Map();
	for (const { name, pid, tid, tdur } of events)
		if (/RunTask$/.test(name) && tdur !== undefined && renderers.includes(`${pid} ${tid}`)) tasks.set(`${pid} ${tid}`, [...(tasks.get(`${pid} ${tid}`) ?? []), tdur / 1e6]);
	/* One page is open: its thread is the busiest. */
	return [...tasks.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

test('forty channels, four times a second: no task over 50 ms, and under a tenth of a core', async () => {
	for (const query of ['', '?room=plenary'])
		await withPage({ query }, async (page) => {
			await page.waitForTimeout(2_000); // what it takes to begin
			const tasks = await tasksOf(page, 10_000);
			const [longest, sum] = [Math.max(...tasks), tasks.reduce((total, each) => total + each, 0)];

			console.log(`${query || 'all rooms'}: ${tasks.length} tasks in 10 s, the longest ${(longest * 1000).toFixed(1)} ms, in all ${(sum * 10).toFixed(2)} % of a core`);
			assert.ok(tasks.length > 40, 'something was measured');
			assert.ok(longest < 0.05, `a task of ${longest} s`);
			assert.ok(sum < 1, `${sum} s in 10 s`);
		});
});
