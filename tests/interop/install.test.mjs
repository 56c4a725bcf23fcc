// An installed tree, away from its source: the relay finds its own pages, with what they load from npm.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { build, Program, tree, until } from './relay.mjs';

const run = promisify(execFile);
const libraries = ['uplot/dist/uPlot.esm.js', 'uplot/dist/uPlot.min.css', 'uplot/LICENSE', 'uqr/dist/index.mjs', 'uqr/LICENSE'];

test('an installed relay serves every page, and the libraries that organisers\' pages load', { timeout: 120_000 }, async (t) => {
	const folder = await mkdtemp(join(tmpdir(), 'dragoman-install-'));
	t.after(() => rm(folder, { recursive: true, force: true }));
	const { stderr } = await run('cmake', ['--install', build, '--prefix', join(folder, 'first')]);
	assert.doesNotMatch(stderr, /Without plots/);
	await rename(join(folder, 'first'), join(folder, 'moved')); // nothing may remember where it was

	const config = join(folder, 'event.yaml');
	await writeFile(config, JSON.stringify({
		event: { id: 'test', title: { en: 'Test' } },
		server: { http: { address: '127.0.0.1', port: 0 }, media: { address: '127.0.0.1', port: 0 } },
		rooms: [{ id: 'plenary', title: { en: 'Plenary' }, floor: { source: 'test:', language: 'en' }, channels: [] }],
	}));
	const relay = new Program(join(folder, 'moved/bin/dragoman'), ['serve', '--config', config]);
	t.after(() => relay.stop());
	const port = await until('the relay is ready', () => /^ready .*?http=\S*?:(\d+)/m.exec(relay.out)?.[1], 20_000);
	const get = (path) => fetch(`http://127.0.0.1:${port}/${path}`);

	for (const page of ['', 'interpreter', 'organiser', 'report', 'speaker', 'check'])
		assert.match(await (await get(page)).text(), /<!doctype html>/, page);
	for (const library of libraries) {
		const answer = await get(`vendor/${library}`);
		assert.equal(answer.status, 200, library);
		assert.deepEqual(Buffer.from(await answer.arrayBuffer()), await readFile(join(tree, 'node_modules', library)), library);
	}
	await rm(join(folder, 'moved/share/dragoman/web/vendor'), { recursive: true });
	assert.equal((await get(`vendor/${libraries[0]}`)).status, 404);
	assert.equal(await relay.stop(), 0, relay.err);
});
