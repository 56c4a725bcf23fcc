// Faults of the whole relay, produced for real: a certificate and a token that end, a disk that is
// full, a network that loses its listeners' packets. Root: a tmpfs, and a network of its own.
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

/** Ten listeners of a relay, as long as `during` runs, which has all ten. */
async function heard(network, { address, prefix, listenersPrefix }, during) {
	let relay, overseer, listeners;
	try {
		relay = await Relay.start({ server: { http: { address }, media: { address, workers: 1 } }, rooms: [hall] }, { prefix });
		relay.url = `http://${address}:${relay.port}`;
		overseer = await Overseer.open(relay.url);
		const [command, ...args] = [...listenersPrefix, clientPath, 'load', '--url', relay.url, '--room', 'hall', '--listeners', '10', '--seconds', '300'];
		listeners = new Program(command, args);
		await until('ten listen', () => overseer.room('hall')?.listeners === 10, 20_000);
		await pause(5000); // as long as they hear well nothing is told
		assert.deepEqual(overseer.alarms, []);
		const fault = await during(overseer);
		assert.deepEqual(unexpected(overseer, [placeOf(fault)]), []);
	} finally {
		overseer?.close();
		await listeners?.stop();
		await relay?.stop();
		network.remove();
	}
}

describe('on the way', { concurrency: true, skip }, () => {
	test('a network that loses a tenth', (t) => {
		const network = Network.make();
		return heard(network, { address: network.lossyHere, prefix: [], listenersPrefix: network.prefix }, (overseer) => suffer(t, overseer, {
			kind: 'group-loss', room: null, place: `${network.lossy.split('.').slice(0, 2).join('.')}.0.0/16`, severity: 'warning',
			measuring: 15, // ten seconds of reports, five apart
			produce: () => network.lose(10), mend: () => network.lose(0),
		}));
	});

	test('a firewall that drops what the relay sends', (t) => {
		const network = Network.make();
		return heard(network, { address: network.clean, prefix: network.prefix, listenersPrefix: [] }, (overseer) => suffer(t, overseer, {
			kind: 'worker-drops', room: null, place: 'worker 0', severity: 'critical', measuring: 5,
			produce: () => network.loseLeaving(10), mend: () => network.loseLeaving(0),
		}));
	});
});
