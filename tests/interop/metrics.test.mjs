// What monitoring relies on: /metrics as Prometheus wants it, with every metric that the alerts and the
// dashboard name, and labels that the event's file bounds; the alerts do what they say.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Interpreter } from './interpreter.mjs';
import { Relay, smallLadder, tones, tree, until } from './relay.mjs';
import { WeriftClient } from './werift_client.mjs';
import { WrtcPublisher } from './wrtc_publisher.mjs';

const rules = join(tree, 'deploy/prometheus/dragoman.rules.yml');
const ruleTests = join(tree, 'deploy/prometheus/dragoman.test.yml');
const scraping = join(tree, 'deploy/prometheus/prometheus.yml');
const dashboard = join(tree, 'deploy/grafana/dragoman.json');

/** Runs promtool, with `input` on its standard input; resolves with what it says, and fails if it complains. */
function promtool(args, input = '') {
	return new Promise((resolve, reject) => {
		const child = execFile('promtool', args, { timeout: 30_000 }, (error, out, err) => {
			if (error) reject(new Error(`promtool ${args.join(' ')}: ${error.message}\n${out}${err}`));
			else resolve(out + err);
		});
		child.stdin.on('error', () => {}); // told by its exit
		child.stdin.end(input);
	});
}

/** The queries of the dashboard, with its variables as Grafana would fill them in. */
async function queries() {
	const { panels, templating, annotations } = JSON.parse(await readFile(dashboard, 'utf8'));
	const variables = templating.list.map(({ definition }) => /^label_values\((.*), \w+\)$/.exec(definition ?? '')?.[1]);
	return [
		...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
		...annotations.list.map(({ expr }) => expr), ...variables.filter(Boolean),
	].map((expr) => expr.replaceAll(/\$\w+/g, '.*'));
}

/** Metrics that a text names. */
const metricsIn = (text) => new Set(text.match(/\b(?:dragoman|process)_[a-z_]+/g));

/** Each sample's name and labels: [{name, labels}]. */
const seriesOf = (text) => text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
	const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? assert.fail(line);
	return { name, labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, value]) => [key, value])) };
});

describe('a relay with a listener, a booth and a publisher', () => {
	/** @type {Relay} */ let relay;
	let listener, interpreter, publisher, data;
	const languages = ['fr', 'es', 'zh'];
	const scrape = async () => (await relay.get('/metrics')).text();

	before(async () => {
		data = await mkdtemp(join(tmpdir(), 'dragoman-metrics-')); // for the history
		relay = await Relay.start({
			server: { data },
			rooms: [{
				id: 'plenary', title: { en: 'Plenary' },
				floor: { source: `test:tone?hz=${tones.floor}`, language: 'en' }, video: { frame_rate: 25, ladder: smallLadder },
				channels: [{ language: 'fr' }, { language: 'es', source: `test:tone?hz=${tones.es}` }, { language: 'zh' }],
			}, {
				id: 'hall', title: { en: 'Hall' }, floor: { source: 'whip:', language: 'en' }, video: { ladder: [] },
			}],
		});
		listener = await WeriftClient.whep(relay.url, { room: 'plenary', lang: 'fr' });
		interpreter = await Interpreter.sit(relay.url, { room: 'plenary', booth: 'fr', name: 'Ana' }, { hz: 1000 });
		await listener.receives(5);
		await interpreter.ask('microphone', { state: 'on' });
		await interpreter.becomes('on-air');
		publisher = await WrtcPublisher.publish(relay.url, 'plenary/channels/zh', { hz: 1900 });
	});
	after(async () => {
		await publisher?.leave();
		await interpreter?.leave();
		await listener?.close();
		assert.equal(await relay.stop(), 0, `the relay stops cleanly; its log:\n${relay.log}`);
		await rm(data, { recursive: true, force: true });
	});

	test('promtool finds nothing to complain of', async () => {
		assert.equal(await promtool(['check', 'metrics'], await scrape()), '');
	});

	test('every metric has a help, and its unit is a base unit', async () => {
		const text = await scrape();
		const types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]));
		assert.deepEqual([...text.matchAll(/^# HELP (\w+) \S/gm)].map(([, name]) => name), [...types.keys()]);
		for (const [name, type] of types) {
			assert.equal(name.endsWith('_total'), type === 'counter', `${name} is a ${type}`);
			assert.doesNotMatch(name, /_(percent|milliseconds|ms|us|microseconds|kilobytes|kb|bits|db)(_|$)/, name);
		}
	});

	test('what goes on can be read', async () => {
		const value = (samples, name, labels) => samples.get(`${name}{${labels}}`);
		await until('all are told of', async () => {
			const samples = await relay.metrics();
			return value(samples, 'dragoman_channel_listeners', 'room="plenary",channel="fr"') === 1
				&& value(samples, 'dragoman_booth_people', 'room="plenary",booth="fr",channel="fr"') === 1
				&& value(samples, 'dragoman_booth_on_air', 'room="plenary",booth="fr",channel="fr"') === 1
				&& value(samples, 'dragoman_channel_served', 'room="plenary",channel="fr"') === 1
				&& value(samples, 'dragoman_channel_fallen_back', 'room="plenary",channel="fr"') === 0
				&& value(samples, 'dragoman_channel_served', 'room="plenary",channel="zh"') === 1
				&& value(samples, 'dragoman_feed_live', 'room="plenary",feed="floor",medium="sound"') === 1
				&& value(samples, 'dragoman_feed_live', 'room="plenary",feed="floor",medium="picture"') === 1
				&& samples.get('dragoman_whip_sessions') === 1 && samples.get('dragoman_whep_sessions') === 1;
		});
	});

	test('how listeners fare is told by channel, and what they see by rung', async () => {
		await until('the listener has reported', async () => {
			const samples = await relay.metrics();
			const readers = [...samples].filter(([name]) => name.startsWith('dragoman_picture_readers{room="plenary",picture="picture",'));
			return samples.get('dragoman_channel_reception_loss_ratio_count{room="plenary",channel="fr"}') > 0
				&& samples.get('dragoman_channel_resent_packets_total{room="plenary",channel="fr"}') >= 0
				&& readers.length === smallLadder.length && readers.reduce((sum, [, value]) => sum + value, 0) >= 1;
		}, 20_000);
	});

	test('a source that comes and goes is told of', async () => {
		const live = async () => (await relay.metrics()).get('dragoman_feed_live{room="hall",feed="floor",medium="sound"}');
		assert.equal(await live(), 0);
		const floor = await WrtcPublisher.publish(relay.url, 'hall/floor', { hz: 2900 });
		await until('it is live', async () => await live() === 1);
		await floor.leave();
		await until('it is lost', async () => await live() === 0);
	});

	test('the alerts and the dashboard name only metrics that exist', async () => {
		const there = new Set(seriesOf(await scrape()).map(({ name }) => name));
		const named = metricsIn([await readFile(rules, 'utf8'), ...await queries()].join('\n'));
		assert.ok(named.size > 30, `${named.size} are named`);
		assert.deepEqual([...named].filter((name) => !there.has(name)), []);
	});

	test('labels are bounded by the event, whoever comes', async () => {
		const names = (series) => new Set(series.map(({ name, labels }) => name + JSON.stringify(labels)));
		const alone = seriesOf(await scrape());
		const crowd = await Promise.all(['fr', 'es', 'floor'].map((lang) => WeriftClient.whep(relay.url, { room: 'plenary', lang, video: 'none' }, { video: false })));
		await Promise.all(crowd.map((one) => one.receives(5)));
		const crowded = seriesOf(await scrape());
		await Promise.all(crowd.map((one) => one.close()));
		assert.deepEqual(names(crowded), names(alone));
		assert.equal(names(alone).size, alone.length, 'none is there twice');
		const allowed = {
			room: ['plenary', 'hall'], channel: ['floor', ...languages], booth: languages, feed: ['floor', 'es'], medium: ['sound', 'picture'], picture: ['picture', 'sign'],
			rung: smallLadder.map((_, n) => String(n)), height: smallLadder.map(({ height }) => String(height)),
			worker: Array.from({ length: availableParallelism() }, (_, n) => String(n)),
		};
		const fixed = ['version', 'le', 'reason', 'result', 'code', 'class', 'kind', 'table']; // lists in the program
		for (const { name, labels } of alone)
			for (const [key, value] of Object.entries(labels))
				assert.ok(fixed.includes(key) || allowed[key]?.includes(value), `${name} has ${key}="${value}"`);
	});

	test('it is small and comes at once', async (t) => {
		const times = [];
		let bytes = 0;
		for (let n = 0; n < 50; n++) {
			const since = performance.now();
			bytes = (await scrape()).length;
			times.push(performance.now() - since);
		}
		times.sort((a, b) => a - b);
		t.diagnostic(`${bytes} bytes, ${seriesOf(await scrape()).length} samples; ${times[25].toFixed(1)} ms (median), ${times[48].toFixed(1)} ms (p98) over HTTP`);
		assert.ok(bytes < 200_000);
		assert.ok(times[25] < 10, `${times[25]} ms`);
	});
});

test('the rules and the sample of scraping are well-formed', async () => {
	assert.match(await promtool(['check', 'rules', rules]), /SUCCESS: \d+ rules found/);
	await promtool(['check', 'config', scraping]);
});

test('every alert says what it means, and is tested', async () => {
	const text = await readFile(rules, 'utf8');
	const tested = await readFile(ruleTests, 'utf8');
	const alerts = text.split(/^ +- alert: /m).slice(1);
	for (const alert of alerts) {
		const [name] = alert.split('\n');
		for (const part of [/severity: (critical|warning|info)/, /summary: ./, /description: ./]) assert.match(alert, part, name);
		assert.match(tested, new RegExp(`alertname="${name}"`), `${name} has no test`);
	}
});

test('the alerts come in time, and none when all is well', async () => {
	assert.match(await promtool(['test', 'rules', ruleTests]), /SUCCESS/);
});

test('the dashboard\'s queries are well-formed', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'dragoman-metrics-'));
	try {
		const path = join(folder, 'queries.yml');
		const rulesOfQueries = (await queries()).map((expr, n) => ({ record: `query:${n}`, expr }));
		// JSON is YAML.
		await writeFile(path, JSON.stringify({ groups: [{ name: 'dashboard', rules: rulesOfQueries }] }));
		assert.match(await promtool(['check', 'rules', path]), new RegExp(`SUCCESS: ${rulesOfQueries.length} rules found`));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
});
