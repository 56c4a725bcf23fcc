// Starts relays and other programs for tests, on free ports, and ends them by their process id.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const tree = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of the build under test: DRAGOMAN_BUILD, or build/release. */
export const build = process.env.DRAGOMAN_BUILD ?? join(tree, 'build/release');
export const relayPath = join(build, 'relay/dragoman');
export const clientPath = join(build, 'client/native/dragoman-client');

const readyWithinMs = 20_000;
const stopWithinMs = 10_000;

/** Resolves after `ms`. For pacing a measurement, never for waiting until something is so. */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Waits until `condition()` is truthy and returns its value; fails with `what` after `withinMs`.
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} condition
 */
export async function until(what, condition, withinMs = 10_000, everyMs = 20) {
	const deadline = performance.now() + withinMs;
	for (;;) {
		const value = await condition();
		if (value) return value;
		if (performance.now() > deadline) throw new Error(`after ${withinMs} ms still not: ${what}`);
		await pause(everyMs);
	}
}

/** Fails with `what` when the promise takes longer than `ms`. */
export function within(what, ms, promise) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`after ${ms} ms still not: ${what}`)), ms);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// What still runs when this process ends is ended with it, however it ends.
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15]]) process.once(signal, () => process.exit(128 + number));

/** A child process with its output collected. */
export class Program {
	constructor(command, args, options = {}) {
		this.name = [command.split('/').pop(), ...args].join(' ');
		this.out = '';
		this.err = '';
		this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
		this.child.stdout.on('data', (data) => (this.out += data));
		this.child.stderr.on('data', (data) => (this.err += data));
		/** Resolves with {code, signal} when the process has ended. */
		this.ended = new Promise((resolve, reject) => {
			this.child.once('error', reject);
			this.child.once('close', (code, signal) => resolve({ code, signal }));
		});
		this.ended.catch(() => {}); // told to whoever waits for it
		this.running = true;
		running.add(this.child);
		const over = () => {
			this.running = false;
			running.delete(this.child);
		};
		this.ended.then(over, over);
	}

	/** Waits for the end, killing it at the deadline; returns the exit code (null: killed). */
	async finish(withinMs) {
		const timer = setTimeout(() => this.child.kill('SIGKILL'), withinMs);
		const { code } = await this.ended;
		clearTimeout(timer);
		return code;
	}

	/** SIGTERM, and SIGKILL when that does not help; returns the exit code. */
	async stop(signal = 'SIGTERM') {
		if (this.running) this.child.kill(signal);
		return this.finish(stopWithinMs);
	}

	/** Lines of JSON on standard output. */
	lines() {
		return this.out.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
	}
}

/** Runs dragoman-client to its end; returns {code, lines, summary, err}. */
export async function client(args, withinMs = 60_000, prefix = []) {
	const [command, ...rest] = [...prefix, clientPath, ...args];
	const program = new Program(command, rest);
	const code = await program.finish(withinMs);
	const lines = program.lines();
	return { code, lines, summary: lines.find((line) => line.type === 'summary'), err: program.err };
}

/** The port at the end of what `ready` says, in whichever form. */
const portOf = (text) => Number(/(\d+)\/?$/.exec(text)?.[1]);

/**
 * A running relay.
 */
export class Relay {
	/**
	 * @param {object} config what the YAML file would say; ports that are not given are free ones
	 * @param {{args?: string[], env?: Record<string, string>, prefix?: string[]}} [options]
	 *   prefix: a command that runs the relay, such as ['ip', 'netns', 'exec', 'x']
	 */
	static async start(config, options = {}) {
		if (!existsSync(relayPath)) throw new Error(`${relayPath} is not there: build it first (tests/run does)`);
		const relay = new Relay();
		relay.folder = await mkdtemp(join(tmpdir(), 'dragoman-'));
		relay.configPath = join(relay.folder, 'event.yaml');
		// JSON is YAML.
		await writeFile(relay.configPath, JSON.stringify(complete(config), null, '\t'));
		const [command, ...args] = [...(options.prefix ?? []), relayPath, 'serve', '--config', relay.configPath, ...(options.args ?? [])];
		relay.program = new Program(command, args, { env: { ...process.env, ...options.env } });
		try {
			const ready = await until('the relay is ready', () => {
				if (!relay.program.running) throw new Error('the relay ended');
				return /^ready .*$/m.exec(relay.program.out)?.[0];
			}, readyWithinMs);
			const fields = Object.fromEntries(ready.split(' ').slice(1).map((field) => field.split(/=(.*)/s)));
			relay.port = portOf(fields.http);
			relay.mediaPort = portOf(fields.media);
			relay.url = `http://127.0.0.1:${relay.port}`;
		} catch (error) {
			await relay.stop();
			throw new Error(`${error.message}; its log:\n${relay.program.err}`);
		}
		return relay;
	}

	get pid() {
		return this.program.child.pid;
	}

	/** What it has logged so far. */
	get log() {
		return this.program.err;
	}

	/** What it has warned of, as "event key=value …"; starvation of a busy machine shows here. */
	complaints() {
		return [...this.log.matchAll(/level=(?:warn|error) event=(.*)/g)].map(([, line]) => line);
	}

	/** Ends it; returns the exit code, 0 when it stopped cleanly. */
	async stop() {
		const code = await this.program.stop();
		await rm(this.folder, { recursive: true, force: true });
		return code;
	}

	async get(path) {
		const response = await fetch(this.url + path);
		if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
		return response;
	}

	/** Every sample of /metrics, by its name with labels as printed. */
	async metrics() {
		const samples = new Map();
		for (const line of (await (await this.get('/metrics')).text()).split('\n')) {
			const [, name, value] = /^([a-zA-Z_:][^ ]*(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
			if (name && !line.startsWith('#')) samples.set(name, Number(value));
		}
		return samples;
	}

	/** Waits until every feed of every room is live. */
	async live(withinMs = 20_000) {
		await until('every feed is live', async () => {
			const event = await (await this.get('/api/event')).json();
			return event.rooms.every((room) => room.channels.every(({ state }) => state === 'live' || state === 'off'));
		}, withinMs);
	}
}

/** Fills in what a test does not care about. */
function complete(config) {
	return {
		...config,
		event: { id: 'test', title: { en: 'Test event' }, ...config.event },
		server: {
			...config.server,
			http: { address: '127.0.0.1', port: 0, ...config.server?.http },
			media: { address: '127.0.0.1', port: 0, ...config.server?.media },
		},
		rooms: config.rooms,
	};
}

/** A ladder that costs little to encode. */
export const smallLadder = [
	{ width: 320, height: 180, bitrate: '200k' },
	{ width: 160, height: 90, bitrate: '80k' },
];

/** Frequencies far enough apart to be told in 20 ms, none a multiple of another. */
export const tones = { floor: 400, ar: 520, zh: 670, en: 850, fr: 1070, ru: 1330, es: 1630 };

/** A room "plenary" with a steady tone on the floor and on each of the six UN languages. */
export function toneRoom({ video = true, languages = Object.keys(tones) } = {}) {
	return {
		id: 'plenary',
		title: { en: 'Plenary' },
		floor: { source: `test:tone?hz=${tones.floor}`, language: 'en' },
		...(video ? { video: { frame_rate: 25, ladder: smallLadder } } : {}),
		channels: languages.filter((language) => language !== 'floor')
			.map((language) => ({ language, source: `test:tone?hz=${tones[language]}` })),
	};
}
