// One packet becomes thousands: what that costs the relay, and how it compares, in one run and with
// identical traffic, with (a) the kernel's own floor, and (c) Debian's Janus, where it is installed.
// The server has one core, everybody else another. Usage: tests/bench/fanout --help
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { janusIsThere, startJanus } from './janus.mjs';
import { freeUdpPort } from './source.mjs';
import { payloadTypes, prepare } from './traffic.mjs';
import { build, clientPath, Program, Relay, until } from '../interop/relay.mjs';

const usage = `tests/bench/fanout [compare] [capacity] [storm] [joins] [memory] [cycles]      default: compare
  compare   CPU a packet, loss and latency: floor, relay and Janus in alternating rounds
  capacity  more and more listeners until somebody's sound suffers
  storm     5 % of the listeners stall, or send 1,000 NACKs a second: the others' latency
  joins     1,000 join within a second where 500 listen: how soon they hear, and whether the others notice
  memory    what a listener takes
  cycles    50,000 joins and leaves: what stays of their memory
  --rounds N (6)  --seconds N (8) of each  --listeners N (600 for sound, 200 for pictures; capacity: from N on)
  --media sound|both (each)  --srtp gcm|sha1 (each)  --sender udp|xdp… (udp)  --no-janus
  --json FILE     every round's figures, which are the last line of the output as well`;

const serverCore = ['taskset', '-c', '0'];
const otherCore = ['taskset', '-c', '1'];
const tool = (name) => join(build, 'tests/bench', name);
const room = 'hall';
const warmupSeconds = 3;

/** The kernel's threads that may do the server's work on its core. */
const softirq = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && comm(pid) === 'ksoftirqd/0');

function comm(pid) {
	try {
		return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
	} catch {
		return ''; // it has ended
	}
}

/** Seconds on a CPU, user and system, of all threads; and of the kernel on the server's core. */
function cpuSeconds(pid) {
	const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
	return [...threads, ...softirq.map((kernel) => `/proc/${kernel}`)]
		.reduce((sum, path) => sum + Number(readFileSync(`${path}/schedstat`, 'utf8').split(' ')[0]), 0) / 1e9;
}

const anonymousKb = (pid) => Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

// --- servers: {pid, url, feed: [ports of sound and picture], stop()} ---

async function startRelay({ media, sender }) {
	const port = await freeUdpPort();
	const types = media === 'both' ? `opus=${payloadTypes.opus}&h264=${payloadTypes.h264}` : `opus=${payloadTypes.opus}`;
	const relay = await Relay.start({
		server: { media: { workers: 1, ...(sender === 'udp' ? {} : { sender }) } },
		rooms: [{ id: room, title: { en: 'Hall' }, floor: { source: `rtp://127.0.0.1:${port}?${types}` }, channels: [] }],
	}, { prefix: serverCore });
	return { pid: relay.pid, url: relay.url, feed: [port], relay, stop: () => relay.stop() };
}

// libnice does not answer 127.0.0.0/8: here each listener has a socket of its own, which costs the
// server some 0.2 µs a packet.
async function startPeer({ media }) {
	const { ports, ...janus } = await startJanus(serverCore);
	return { ...janus, feed: media === 'both' ? [ports.soundOfBoth, ports.picture] : [ports.sound], clientArguments: ['--spread', 'off'] };
}

// --- one measurement of a server with listeners ---

const startFeed = (trace, media, ports) =>
	new Program(otherCore[0], [...otherCore.slice(1), tool('fanout_feed'), trace, media, ...ports.map(String)]);

const line = (program, type) => program.lines().find((one) => one.type === type);

/** The client's line, as soon as it is there: the server's CPU time is read at that moment. */
async function at(program, type, withinMs) {
	await until(`the client says ${type}`, () => {
		if (!program.running && !line(program, type)) throw new Error(`dragoman-client ended: ${program.err}`);
		return line(program, type);
	}, withinMs, 5);
}

const startCrowd = ({ media, srtp, seconds }, url, listeners, more) =>
	new Program(otherCore[0], [...otherCore.slice(1), clientPath, 'load', '--url', url, '--room', room, '--video', media === 'both' ? 'auto' : 'none',
		'--listeners', String(listeners), '--srtp', srtp, '--seconds', String(seconds), ...more]);

/** `meanwhile(url)` is done while the crowd is measured. */
async function measureServer(start, setup, meanwhile = async () => {}) {
	const { media, listeners, seconds, trace, clientArguments = [] } = setup;
	const server = await start(setup);
	const feed = startFeed(trace, media, server.feed);
	try {
		if (server.relay) await server.relay.live();
		const emptyKb = anonymousKb(server.pid);
		const crowd = startCrowd(setup, server.url, listeners, ['--warmup', String(warmupSeconds), '--latency', ...clientArguments, ...(server.clientArguments ?? [])]);
		await at(crowd, 'measuring', 120_000);
		const before = cpuSeconds(server.pid);
		const memoryKb = (anonymousKb(server.pid) - emptyKb) / listeners;
		const done = await meanwhile(server.url);
		await at(crowd, 'measured', (seconds + 10) * 1000);
		const cpu = cpuSeconds(server.pid) - before;
		await crowd.finish(120_000);
		return { cpu, memoryKb, summary: line(crowd, 'summary'), done };
	} finally {
		await feed.stop('SIGKILL');
		await server.stop();
	}
}

function figures({ cpu, memoryKb, summary, done }, seconds) {
	const sum = (streams, what) => (streams?.audio?.[what] ?? 0) + (streams?.video?.[what] ?? 0);
	const lost = sum(summary, 'lost');
	const misbehaving = [summary.stalled, summary.nack_storm].filter(Boolean);
	const packets = [summary, ...misbehaving].reduce((all, streams) => all + sum(streams, 'packets'), 0);
	return {
		usPerPacket: cpu * 1e6 / packets, core: cpu / seconds, packetsPerSecond: packets / seconds,
		lossPercent: 100 * lost / (sum(summary, 'packets') + lost), latencyMs: summary.latency_ms, latenessMs: summary.lateness_ms, memoryKb,
		joinsPerSecond: summary.joins_per_s, starved: summary.starved,
		failed: summary.failed + summary.dropped, nacks: summary.nack_storm?.nacks,
		resent: summary.nack_storm?.resent, done,
	};
}

async function measureFloor({ media, srtp, listeners, seconds, trace }) {
	const sink = new Program(otherCore[0], [...otherCore.slice(1), tool('fanout_sink'), String(listeners)]);
	const { port } = await until('the sink is ready', () => sink.lines()[0]);
	const floor = new Program(serverCore[0], [...serverCore.slice(1), tool('fanout_floor'), trace, media, String(listeners), String(port), srtp]);
	// The sink counts once a second: the CPU time is read at its lines.
	const count = async (number) => {
		await until('the sink counts', () => sink.lines().length > number, 60_000, 5);
		return { packets: sink.lines()[number].packets, cpu: cpuSeconds(floor.child.pid) };
	};
	try {
		const before = await count(2);
		const after = await count(2 + seconds);
		const packets = after.packets - before.packets;
		return { usPerPacket: (after.cpu - before.cpu) * 1e6 / packets, core: (after.cpu - before.cpu) / seconds, packetsPerSecond: packets / seconds };
	} finally {
		await floor.stop('SIGKILL');
		await sink.stop();
	}
}

const contenders = {
	floor: measureFloor,
	relay: async (setup, meanwhile) => figures(await measureServer(startRelay, setup, meanwhile), setup.seconds),
	janus: async (setup) => figures(await measureServer(startPeer, setup), setup.seconds),
};

// --- what the program prints ---

function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

const number = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '-');

/** Median and, in brackets, least and most. */
function spread(rounds, get, digits) {
	const values = rounds.map(get).filter(Number.isFinite);
	return values.length ? `${number(median(values), digits)} (${number(Math.min(...values), digits)}-${number(Math.max(...values), digits)})` : '-';
}

const columns = [
	['CPU µs/packet', (rounds) => spread(rounds, (one) => one.usPerPacket, 2)],
	['× floor', (rounds) => spread(rounds, (one) => one.ofFloor, 2)],
	['packets/s', (rounds) => number(median(rounds.map((one) => one.packetsPerSecond)), 0)],
	['loss %', (rounds) => number(Math.max(...rounds.map((one) => one.lossPercent ?? NaN)), 4)],
	...['p50', 'p99', 'p999'].map((part) => [`sound ${part} ms`, (rounds) => spread(rounds, (one) => one.latencyMs?.audio?.[part], 2)]),
	['picture p99 ms', (rounds) => spread(rounds, (one) => one.latencyMs?.video?.p99, 2)],
	['kB/listener', (rounds) => spread(rounds, (one) => one.memoryKb, 1)],
	['joins/s', (rounds) => spread(rounds, (one) => one.joinsPerSecond, 0)],
];

const row = (cells) => `| ${cells.join(' | ')} |`;

function table(names, results) {
	console.log(row(['', ...columns.map(([title]) => title)]));
	console.log(row(['---', ...columns.map(() => '---')]));
	for (const name of names) console.log(row([name, ...columns.map(([, cell]) => cell(results[name]))]));
}

async function compare(setup, rounds, names) {
	const results = Object.fromEntries(names.map((name) => [name, []]));
	for (let round = 0; round < rounds; round++) {
		for (const name of names) {
			const one = await contenders[name](setup);
			if (name !== 'floor') one.ofFloor = one.usPerPacket / results.floor.at(-1).usPerPacket;
			results[name].push(one);
			process.stderr.write(`${setup.media} ${setup.srtp} round ${round + 1} ${name}: ${number(one.usPerPacket, 2)} µs\n`);
		}
	}
	console.log(`\n${setup.listeners} listeners, ${setup.media === 'both' ? 'sound and picture' : 'sound'}, ${setup.srtp}, ${rounds} rounds of ${setup.seconds} s: median (least-most)\n`);
	table(names, results);
	return { ...setup, results };
}

const ladders = { sound: [1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000, 5500, 6000, 7000, 8000], both: [600, 800, 1000, 1200, 1400, 1600, 1800, 2000, 2400] };

/** What is wrong, if anything: somebody kept out or starved, packets lost, sound late. */
function wrong(one, media) {
	const late = media === 'both' ? 10 : 20;
	if (one.failed > 0) return `${one.failed} did not get in`;
	if (one.starved > 0) return `${one.starved} starved`;
	if (one.lossPercent >= 0.01) return 'loss';
	return one.latenessMs.p99 < late ? '' : 'late';
}

const gently = ['--rate', '200']; // not to measure the arrival

async function capacity(setup) {
	const steps = [];
	const floor = await contenders.floor({ ...setup, listeners: ladders[setup.media][0] });
	const most = Math.floor(ladders[setup.media][0] / floor.core);
	console.log(`\nListeners on one core, ${setup.media === 'both' ? 'sound and picture' : 'sound'}, ${setup.srtp}; the floor (${number(floor.usPerPacket, 2)} µs a packet) alone would fill it with ${most}\n`);
	console.log(row(['listeners', 'holds', 'core', 'CPU µs/packet', 'loss %', 'starved', 'lateness p99 ms', 'p999 ms', 'kB/listener']));
	console.log(row(Array(9).fill('---')));
	for (const listeners of ladders[setup.media].filter((step) => step >= setup.listeners)) {
		const one = await contenders.relay({ ...setup, listeners, clientArguments: gently });
		const fault = wrong(one, setup.media);
		const ok = !fault;
		steps.push({ listeners, ok, fault, ...one });
		console.log(row([listeners, fault || 'yes', number(one.core, 2), number(one.usPerPacket, 2), number(one.lossPercent, 4), one.starved,
			number(one.latenessMs.p99, 1), number(one.latenessMs.p999, 1), number(one.memoryKb, 1)]));
		if (!ok && steps.at(-2)?.ok === false) break;
	}
	return { ...setup, floor, most, steps };
}

const troubles = { healthy: [], stalled: ['--stalled', '0.05'], storm: ['--nack-storm', '0.05'] };

async function storm(setup, rounds) {
	const results = Object.fromEntries(Object.keys(troubles).map((name) => [name, []]));
	for (let round = 0; round < rounds; round++)
		for (const [name, clientArguments] of Object.entries(troubles)) results[name].push(await contenders.relay({ ...setup, clientArguments }));
	console.log(`\n${setup.listeners} listeners, of whom 5 % stall or send 1,000 NACKs a second: the others\n`);
	table(Object.keys(troubles), results);
	return { ...setup, results };
}

const burst = { listeners: 500, joins: 1000, rate: 1000 };

async function joins(setup, rounds) {
	const there = { ...setup, listeners: burst.listeners };
	const results = [];
	console.log(`\n${burst.joins} joins, ${burst.rate} a second, where ${burst.listeners} listen to ${setup.media === 'both' ? 'sound and picture' : 'sound'}, ${setup.srtp}\n`);
	console.log(row(['round', 'joins/s', 'POST to first packet p50 ms', 'p95 ms', 'worst ms', 'failed', "the others' lateness p99 ms", 'without joins']));
	console.log(row(Array(8).fill('---')));
	for (let round = 0; round < rounds; round++) {
		const quiet = await contenders.relay(there);
		const busy = await contenders.relay(there, async (url) => {
			const crowd = startCrowd({ ...setup, seconds: 1 }, url, burst.joins, ['--rate', String(burst.rate)]);
			await crowd.finish(60_000);
			return line(crowd, 'summary');
		});
		const { joins_per_s: perSecond, join_ms: { first_packet: first }, failed } = busy.done;
		results.push({ quiet, busy });
		console.log(row([round + 1, number(perSecond, 0), number(first.p50, 1), number(first.p95, 1), number(first.max, 1), failed,
			number(busy.latenessMs.p99, 2), number(quiet.latenessMs.p99, 2)]));
	}
	return { ...setup, results };
}

/** What a listener takes, DTLS included; what the server needs once it has served anybody is left out. */
async function memory(setup) {
	const kilobytes = {};
	for (const [name, start] of [['relay', startRelay], ...(setup.peers ? [['janus', startPeer]] : [])]) {
		const server = await start(setup);
		const feed = startFeed(setup.trace, setup.media, server.feed);
		try {
			if (server.relay) await server.relay.live();
			const first = startCrowd({ ...setup, seconds: 2 }, server.url, 50, [...gently, ...(server.clientArguments ?? [])]);
			await first.finish(60_000);
			const emptyKb = anonymousKb(server.pid);
			const crowd = startCrowd({ ...setup, seconds: 1 }, server.url, setup.listeners, [...gently, '--warmup', '1', ...(server.clientArguments ?? [])]);
			await at(crowd, 'measuring', 120_000);
			kilobytes[name] = (anonymousKb(server.pid) - emptyKb) / setup.listeners;
			await crowd.finish(120_000);
		} finally {
			await feed.stop('SIGKILL');
			await server.stop();
		}
		console.log(`memory a listener, ${setup.listeners} with ${setup.media === 'both' ? 'sound and picture' : 'sound'}, ${setup.srtp}: ${name} ${number(kilobytes[name], 1)} kB`);
	}
	return { ...setup, kilobytes };
}

const comings = { cycles: 50_000, together: 1000, settled: 5000 };

/** Listeners come and go: what of their memory and descriptors stays. */
async function cycles(setup) {
	const server = await startRelay(setup);
	const feed = startFeed(setup.trace, setup.media, server.feed);
	const rows = [];
	console.log(`\n${comings.cycles} joins and leaves, ${comings.together} at a time, ${setup.media === 'both' ? 'sound and picture' : 'sound'}, ${setup.srtp}\n`);
	console.log(row(['cycles', 'memory kB', 'grown kB', 'descriptors', 'failed']));
	console.log(row(Array(5).fill('---')));
	try {
		await server.relay.live();
		let failed = 0;
		for (let done = comings.together; done <= comings.cycles; done += comings.together) {
			const crowd = startCrowd({ ...setup, seconds: 0.1 }, server.url, comings.together, []);
			await crowd.finish(120_000);
			failed += line(crowd, 'summary').failed;
			if (done % comings.settled) continue;
			const gone = ([name, value]) => !name.startsWith('dragoman_worker_connections{') || value === 0;
			await until('all have gone', async () => [...await server.relay.metrics()].every(gone), 60_000);
			const kilobytes = anonymousKb(server.pid);
			rows.push({ done, kilobytes, descriptors: readdirSync(`/proc/${server.pid}/fd`).length, failed });
			console.log(row([done, kilobytes, kilobytes - rows[0].kilobytes, rows.at(-1).descriptors, failed]));
		}
	} finally {
		await feed.stop('SIGKILL');
		await server.stop();
	}
	return { ...setup, rows };
}

const modes = {
	compare: (setup, { rounds, names }) => compare(setup, rounds, names),
	capacity,
	memory,
	cycles,
	storm: (setup, { rounds }) => storm(setup, rounds),
	joins: (setup, { rounds }) => joins(setup, rounds),
};

/** Runs `mode` with each medium and profile; returns what each measured. */
export async function measure(mode, { media = ['sound', 'both'], srtp = ['gcm', 'sha1'], listeners, seconds = 8, sender = 'udp', rounds = 6, peers = true }) {
	if (availableParallelism() < 2) throw new Error('two cores are needed: one for the server, one for everybody else');
	const folder = await mkdtemp(join(tmpdir(), 'fanout-'));
	const names = ['floor', 'relay', ...(peers && janusIsThere() ? ['janus'] : [])];
	const runs = [];
	try {
		const trace = join(folder, 'traffic');
		const traffic = await prepare(trace);
		console.log(`${cpus()[0].model}, ${cpus().length} cores; sound ${traffic.sound.packetsPerSecond}/s of ${traffic.sound.meanBytes} bytes, picture ${traffic.picture.packetsPerSecond}/s of ${traffic.picture.meanBytes} bytes, ${traffic.picture.kbps} kbit/s`);
		for (const medium of media)
			for (const profile of srtp) {
				const setup = { media: medium, srtp: profile, trace, seconds, sender, peers: names.includes('janus'), listeners: listeners ?? (medium === 'both' ? 200 : 600) };
				runs.push({ mode, traffic, ...await modes[mode](setup, { rounds, names }) });
			}
		return runs;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function main() {
	const { values, positionals } = parseArgs({ allowPositionals: true, options: {
		help: { type: 'boolean' }, rounds: { type: 'string', default: '6' }, seconds: { type: 'string', default: '8' }, listeners: { type: 'string' },
		media: { type: 'string' }, srtp: { type: 'string' }, sender: { type: 'string' }, 'no-janus': { type: 'boolean' }, json: { type: 'string' },
	} });
	const wanted = positionals.length ? positionals : ['compare'];
	if (values.help || !wanted.every((mode) => mode in modes)) return console.log(usage);
	const options = { seconds: Number(values.seconds), rounds: Number(values.rounds), peers: !values['no-janus'], sender: values.sender,
		media: values.media && [values.media], srtp: values.srtp && [values.srtp], listeners: values.listeners && Number(values.listeners) };
	const runs = [];
	for (const mode of wanted) runs.push(...await measure(mode, options));
	console.log(`\n${JSON.stringify(runs)}`);
	if (values.json) await writeFile(values.json, JSON.stringify(runs, null, '\t'));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
