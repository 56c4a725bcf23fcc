// Headless Chromium with a bare page that plays by WHEP (player.mjs), served from another origin than
// the relay's, as a third party's player would be.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const html = '<!doctype html><title>player</title><body><script type="module">'
	+ "import { Player } from '/player.mjs'; window.Player = Player; window.players = [];</script>";

export const chromiumPath = process.env.DRAGOMAN_CHROMIUM ?? '/usr/bin/chromium';

/** Arguments without which a test machine has no sound, no autoplay, or no addresses in ICE. */
export const chromiumArguments = [
	'--no-sandbox', // tests may run as root
	'--autoplay-policy=no-user-gesture-required',
	'--disable-features=WebRtcHideLocalIpsWithMdns',
	'--disable-background-timer-throttling',
	'--disable-renderer-backgrounding',
	'--mute-audio',
];

export class Browser {
	static async start() {
		const browser = new Browser();
		browser.server = createServer(async (request, response) => {
			const script = request.url === '/player.mjs';
			response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html; charset=utf-8' });
			response.end(script ? await readFile(new URL('player.mjs', import.meta.url)) : html);
		});
		await new Promise((resolve) => browser.server.listen(0, '127.0.0.1', resolve));
		browser.chromium = await chromium.launch({ executablePath: chromiumPath, args: chromiumArguments });
		browser.page = await browser.chromium.newPage();
		browser.errors = [];
		browser.page.on('pageerror', (error) => browser.errors.push(error.message));
		await browser.page.goto(`http://127.0.0.1:${browser.server.address().port}/`);
		await browser.page.waitForFunction(() => window.Player);
		return browser;
	}

	/** Joins; returns the number of the player for the calls below. */
	join(choice) {
		return this.page.evaluate(async (options) => window.players.push(await window.Player.join(options)) - 1, choice);
	}

	select(n, lang) {
		return this.page.evaluate(([i, language]) => window.players[i].select(language), [n, lang]);
	}

	report(n) {
		return this.page.evaluate((i) => window.players[i].report(), n);
	}

	/** Waits until `is(report)`; returns that report. */
	async until(what, n, is, withinMs = 15_000) {
		const deadline = performance.now() + withinMs;
		for (;;) {
			const report = await this.report(n);
			if (is(report)) return report;
			if (performance.now() > deadline) throw new Error(`after ${withinMs} ms still not: ${what}; ${JSON.stringify(report)}`);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}

	leave(n) {
		return this.page.evaluate((i) => window.players[i].leave(), n);
	}

	async stop() {
		await this.chromium.close();
		await new Promise((resolve) => this.server.close(resolve));
	}
}
