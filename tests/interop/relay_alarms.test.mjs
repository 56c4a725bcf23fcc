// Faults of the whole relay, produced for real: a certificate and a token that end, a disk that is
// full, a worker that hangs, networks that lose its listeners' packets. Root: a tmpfs, networks of its own, strace.
import './foreground.mjs';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { suffer } from './fault.mjs';
import { canMakeNetworks, Network } from './network.mjs';
import { Overseer, placeOf } from './overseer.mjs';
import { clientPath, pause, Program, Relay, tones, until } from './relay.mjs';
import { threads } from '../bench/threads.mjs';
import { signToken } from './token.mjs';

const skip = !canMakeNetworks && 'takes root';
const hall = { id: 'hall', title: { en: 'Hall' }, floor: { source: `test:tone?hz=${tones.floor}`, language: 'en' }, video: { ladder: [] } };

/** What came besides what was to come. */
const unexpected = (overseer, expected) => overseer.alarms.map(placeOf).filter((place) => !expected.includes(place));

describe('the house', { concurrency: true, skip }, () => {
	const lookout = 60; // DM_LOOKOUT_TURN: it looks once a minute
	let folder, disk, relay, overseer;
	const secret = randomBytes(48).toString('base64');
	const organiser = (exp) => signToken(secret, { role: 'organiser', name: 'Ana', exp: Math.floor(Date.now() / 1000) + exp });
	const certify = (days) => execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', String(days), '-subj', '/CN=127.0.0.1',
		'-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')], { stdio: 'pipe' });

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'dragoman-house-'));
		disk = await mkdtemp(join(tmpdir(), 'dragoman-disk-'));
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
		await writeFile(join(folder, 'secret'), secret, { mode: 0o600 });
		certify(5);
		relay = await Relay.start({
			server: { data: disk, tls: { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') } },
			security: { secret: join(folder, 'secret') }, rooms: [hall],
		});
		relay.url = relay.url.replace('http', 'https');
		relay.ca = await readFile(join(folder, 'certificate.pem'));
		overseer = await Overseer.open(relay.url, { token: organiser(86_400), ca: relay.ca });
	});
	after(async () => {
		const code = await relay?.stop();
		overseer?.close();
		execFileSync('umount', [disk]);
		for (const path of [folder, disk]) await rm(path, { recursive: true, force: true });
		assert.deepEqual(unexpected(overseer, ['certificate-ends relay', 'token-ends relay', 'disk-full relay']), []);
		assert.equal(code, 0, `the relay stops cleanly; its log:\n${relay.log}`);
	});

	test('a certificate that ends in five days', (t) => suffer(t, overseer, {
		kind: 'certificate-ends', room: null, place: '', severity: 'warning', forgetting: lookout,
		produce: () => {}, mend: () => certify(90), // it is so from the start
	}));

	test('a token that ends in half an hour', async (t) => {
		let late;
		await suffer(t, overseer, {
			kind: 'token-ends', room: null, place: '', severity: 'warning', measuring: 5, // once in so many seconds
			produce: async () => (late = await Overseer.open(relay.url, { token: organiser(1800), ca: relay.ca })), mend: () => late.close(),
		});
	});

	test('a disk that is full', async (t) => {
		await until('the history is there', async () => overseer.socket.events.findLast(({ type }) => type === 'overview')?.relay.history === 'running');
		const filler = join(disk, 'filler');
		await suffer(t, overseer, {
			kind: 'disk-full', room: null, place: '', measuring: lookout,
			produce: () => writeFile(filler, Buffer.alloc(16 << 20)).catch((error) => assert.equal(error.code, 'ENOSPC')),
			mend: () => rm(filler),
		});
	});
});

/** A relay and its listeners, `crowds` of them by what their commands begin with, as long as `during` runs. */
async function heard({ address = '127.0.0.1', prefix = [], crowds }, during) {
	const all = crowds.reduce((sum, { listeners }) => sum + listeners, 0);
	let relay, overseer, programs = [];
	try {
		relay = await Relay.start({ server: { http: { address }, media: { address, workers: 1 } }, rooms: [hall] }, { prefix });
		relay.url = `http://${address}:${relay.port}`;
		overseer = await Overseer.open(relay.url);
		programs = crowds.map(({ from = [], listeners }) => {
			const [command, ...args] = [...from, clientPath, 'load', '--url', relay.url, '--room', 'hall', '--listeners', String(listeners), '--seconds', '300'];
			return new Program(command, args);
		});
		await until(`${all} listen`, () => overseer.room('hall')?.listeners === all, 20_000);
		await pause(5000); // as long as they hear well nothing is told
		assert.deepEqual(overseer.alarms, []);
		const fault = await during(overseer, relay);
		assert.deepEqual(unexpected(overseer, [placeOf(fault)]), []);
	} finally {
		overseer?.close();
		for (const program of programs) await program.stop();
		await relay?.stop();
	}
}

/** A worker of a relay all of whose calls to send take so long: the kernel's, a driver's, a hypervisor's fault. */
async function hang(relay, ms) {
	const worker = (await threads(relay.pid)).find(({ name }) => name === 'dm-worker-0');
	const tracer = new Program('strace', ['-qq', '-o', '/dev/null', '-p', String(worker.tid), '-e', `inject=sendmsg,sendmmsg,sendto:delay_enter=${ms}ms`]);
	tracer.ended.then(({ code }) => code && console.error(tracer.err));
	return tracer;
}

describe('on the way', { concurrency: true, skip }, () => {
	const measuring = 15; // ten seconds of reports, five apart

	test('a network that loses a tenth', (t) => {
		const network = Network.make();
		return heard({ address: network.lossyHere, crowds: [{ from: network.prefix, listeners: 10 }] }, (overseer) => suffer(t, overseer, {
			kind: 'group-loss', room: null, place: `${network.lossy.split('.').slice(0, 2).join('.')}.0.0/16`, severity: 'warning',
			measuring, produce: () => network.lose(10), mend: () => network.lose(0),
		})).finally(() => network.remove());
	});

	test('a firewall that drops what the relay sends', (t) => {
		const network = Network.make();
		return heard({ address: network.clean, prefix: network.prefix, crowds: [{ listeners: 10 }] }, (overseer) => suffer(t, overseer, {
			kind: 'worker-drops', room: null, place: 'worker 0', severity: 'critical', measuring: 5,
			produce: () => network.loseLeaving(10), mend: () => network.loseLeaving(0),
		})).finally(() => network.remove());
	});

	test('a line that is too thin for everybody', (t) => {
		const networks = [1, 2, 3].map(() => Network.make());
		const crowds = networks.map((network) => ({ from: network.prefix, listeners: 4 }));
		const lose = (percent) => networks.forEach((network) => network.lose(percent));
		return heard({ address: networks[0].lossyHere, crowds }, (overseer) => suffer(t, overseer, {
			kind: 'uplink-loss', room: null, place: '', severity: 'critical', measuring, produce: () => lose(10), mend: () => lose(0),
		})).finally(() => networks.forEach((network) => network.remove()));
	});

	test('a worker that hangs', (t) => heard({ crowds: [{ listeners: 3 }] }, (overseer, relay) => {
		let tracer;
		return suffer(t, overseer, {
			kind: 'worker-stalled', room: null, place: 'worker 0', severity: 'critical',
			produce: async () => (tracer = await hang(relay, 150)), mend: () => tracer.stop(),
		});
	}));
});
