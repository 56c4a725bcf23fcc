/* The report page: every table of the relay's answer, in six languages, on paper too; refusals; the span. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { examine } from './axe.mjs';
import { launch, leave, until } from './browser.mjs';
import { speak } from './console.mjs';
import { FakeOrganiser } from './fake_organiser.mjs';
import { BEGIN, REPORT } from './fake_report.mjs';

/** A relay with a history. */
class ReportingRelay extends FakeOrganiser {
	asked = [];
	status = 200;

	answer(request, response) {
		const url = new URL(request.url, 'http://host');

		if (url.pathname === '/api/event') {
			response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(this.event));
			return true;
		}
		if (url.pathname !== '/api/report') return super.answer(request, response);
		this.asked.push({ query: url.search, authorization: request.headers.authorization });
		response.writeHead(this.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(this.status === 200 ? REPORT : { error: 'no' }));
		return true;
	}
}

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

async function withReport({ query = '?token=secret', status = 200, ...options }, body) {
	const relay = new ReportingRelay({ rooms: 2 });
	relay.status = status;
	await relay.start();
	const page = await browser.open(`${relay.url}report.html${query}`, { viewport: { width: 1100, height: 900 }, timezoneId: 'UTC', ...options });
	try {
		await body(page, relay);
	} finally {
		await leave(page);
		await relay.stop();
	}
}

const rows = (page, name) => page.getByRole('table', { name }).locator('tbody tr').allInnerTexts();

test('the whole answer is laid out, with the token in a header', async () => {
	await withReport({}, async (page, relay) => {
		await page.getByRole('heading', { name: 'Incidents' }).waitFor();
		assert.equal(relay.asked[0].authorization, 'Bearer secret');
		assert.match((await rows(page, 'Attendance by language: Plenary'))[4], /French\s+138\s+244\.4\s+2\.9/);
		assert.match((await rows(page, 'Quality: Plenary'))[1], /Arabic\s+-23\.1 \/ -20\.4\s+0\.1% \/ 1\.2%\s+41 \/ 180/);
		const incidents = await rows(page, 'Incidents');
		assert.match(incidents[0], /Source lost \(Critical\)\s+Plenary.*\s4 min\s+p-4f7a21/s);
		assert.match(incidents[1], /Sound not fit \(Warning\)\s+Popov Room · French 1.*still on/s);
		assert.match((await rows(page, 'Interpreters’ hours'))[0], /p-81c2aa\s+Plenary · French\s+1:30\s+2:57\s+3/);
		assert.match((await rows(page, 'What organisers did'))[0], /Made a link\s+14/);
		await until(() => page.locator('.plot-canvas canvas').count().then((count) => count === 2), 'two plots');
		assert.deepEqual(page.problems, []);
	});
});

test('the span goes into the address, the question and the exports', async () => {
	await withReport({}, async (page, relay) => {
		await page.locator('#from').fill('2025-07-10T07:00');
		await page.locator('#until').fill('2025-07-10T10:00');
		await page.locator('#room').selectOption('popov');
		await page.getByRole('button', { name: 'Show' }).click();
		await until(() => relay.asked.length === 2, 'a second question');
		assert.equal(relay.asked[1].query, `?from=${BEGIN}&until=${BEGIN + 10800}&room=popov`);
		assert.match(page.url(), /room=popov/);
		const link = await page.getByRole('link', { name: 'Events (CSV)' }).getAttribute('href');
		assert.match(link, /\/api\/history\/events\.csv\?from=\d+&until=\d+&room=popov&token=secret$/);
	});
});

test('the plot’s figures are a table too', async () => {
	await withReport({}, async (page) => {
		await page.getByText('The same as a table').first().click();
		const table = page.getByRole('table', { name: 'Attendance by language: Plenary' });
		await until(() => page.locator('.plot-table tbody tr').count().then((count) => count === 45), 'every fourth minute');
		assert.match((await page.locator('.plot-table tbody tr').allInnerTexts())[23], /08:32\s+–/);
		assert.ok(await table.count());
	});
});

test('without the library that draws, the page says so and keeps its tables', async () => {
	const relay = await new ReportingRelay({ rooms: 2 }).start();
	const page = await browser.open('about:blank');
	await page.route('**/vendor/**', (route) => route.fulfill({ status: 404, body: '' }));
	await page.goto(`${relay.url}report.html?token=secret`);
	await page.getByText('The library that draws is not installed').first().waitFor();
	assert.equal(await page.locator('.plot-canvas').first().isHidden(), true);
	await page.getByText('The same as a table').first().click();
	await page.locator('.plot-table tbody tr').first().waitFor();
	await leave(page);
	await relay.stop();
});

test('a refusal and a busy relay are said in the page’s words', async () => {
	for (const [status, words] of [
		[403, 'This link does not allow it'],
		[503, 'The server is making other reports'],
		[500, 'The report could not be read: 500'],
	])
		await withReport({ status }, (page) => page.locator('#state').getByText(words).waitFor());
});

test('axe-core finds nothing, in six languages', async () => {
	await withReport({}, async (page) => {
		for (const locale of ['en', 'ar', 'zh', 'fr', 'ru', 'es']) {
			await speak(page, locale);
			await page.locator('.plot-legend li').first().waitFor();
			assert.deepEqual(await examine(page), [], locale);
		}
		assert.deepEqual(page.problems, []);
	});
});
