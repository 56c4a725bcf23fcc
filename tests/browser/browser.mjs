/** Starts Chromium for a test, opens pages in it, and looks at what they play. */

import { chromium } from 'playwright-core';

const FLAGS = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--use-fake-device-for-media-stream',
	'--use-fake-ui-for-media-stream',
];

/**
 * A browser with a fresh profile.
 * @param {{ gesture?: boolean, args?: string[] }} [options] gesture: sound needs a tap, as on a phone
 */
export async function launch({ gesture = false, args = [] } = {}) {
	const policy = gesture ? 'user-gesture-required' : 'no-user-gesture-required';
	const browser = await chromium.launch({
		executablePath: process.env.DRAGOMAN_CHROMIUM ?? '/usr/bin/chromium',
		args: [...FLAGS, `--autoplay-policy=${policy}`, ...args],
	});

	return {
		/** A page of a person of its own, by default on a phone; options as Playwright's newContext takes them. */
		async open(url, { locale = 'en-GB', script, ...options } = {}) {
			const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale, ...options });
			if (script) await context.addInitScript(script);
			const page = await context.newPage();
			/** What went wrong in it; a websocket that is refused on purpose is no problem. */
			page.problems = [];
			page.on('pageerror', (error) => page.problems.push(String(error)));
			page.on('console', (message) => {
				if (message.type() === 'error' && !/WebSocket|ERR_/.test(message.text())) page.problems.push(message.text());
			});
			await page.goto(url);
			return page;
		},
		close: () => browser.close(),
	};
}

/** Ends a page and its profile. */
export async function leave(page) {
	await page.context().close();
}

/** The frequency of the tone that the page's sound carries now, in hertz; 0 for silence. */
export function heardTone(page) {
	return page.evaluate(async () => {
		const stream = /** @type {HTMLAudioElement} */ (document.getElementById('sound')).srcObject;
		if (!(stream instanceof MediaStream) || !stream.getAudioTracks().length) return 0;
		const context = new AudioContext({ sampleRate: 48000 });
		const analyser = context.createAnalyser();
		analyser.fftSize = 8192;
		analyser.smoothingTimeConstant = 0;
		context.createMediaStreamSource(stream).connect(analyser);
		await new Promise((resolve) => setTimeout(resolve, 300));
		const bins = new Float32Array(analyser.frequencyBinCount);
		analyser.getFloatFrequencyData(bins);
		await context.close();
		let best = 0;
		for (let i = 1; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
		return bins[best] < -70 ? 0 : (best * 48000) / 8192;
	});
}

/** Waits until the tone of the given frequency is heard. */
export async function waitForTone(page, hertz, timeout = 10_000) {
	const end = Date.now() + timeout;
	let last = 0;

	while (Date.now() < end) {
		last = await heardTone(page);
		if (Math.abs(last - hertz) < 15) return;
	}
	throw new Error(`heard ${last} Hz, not ${hertz} Hz`);
}

/** Waits for a condition in this process. */
export async function until(condition, what, timeout = 10_000) {
	const end = Date.now() + timeout;

	while (!(await condition())) {
		if (Date.now() > end) throw new Error(`timed out: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
