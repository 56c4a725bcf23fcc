/* The page's words and sources: complete in six languages, nothing hard-coded, nothing from outside. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../client/web', import.meta.url));
const names = ['ar', 'zh', 'en', 'fr', 'ru', 'es'];
const messages = {};
for (const name of names) messages[name] = (await import(join(root, `i18n/${name}.js`))).default;

const files = readdirSync(root, { recursive: true }).filter((file) => statSync(join(root, file)).isFile());
const source = (file) => readFileSync(join(root, file), 'utf8');
const scripts = files.filter((file) => file.endsWith('.js') && !file.startsWith('i18n/'));
const html = source('index.html');

test('every language has every key, with the same blanks', () => {
	for (const name of names) {
		assert.deepEqual(Object.keys(messages[name]), Object.keys(messages.en), name);
		for (const [key, text] of Object.entries(messages[name])) {
			assert.ok(text.trim(), `${name} ${key} is empty`);
			const blanks = (each) => (each.match(/\{\w+\}/g) ?? []).sort();
			assert.deepEqual(blanks(text), blanks(messages.en[key]), `${name} ${key}`);
		}
	}
});

test('nothing was left untranslated', () => {
	/* The same word in both languages. */
	const same = { fr: ['player.pause', 'player.volume'], es: [], ru: [], zh: [], ar: [] };
	const script = { ar: /\p{Script=Arabic}/u, zh: /\p{Script=Han}/u, ru: /\p{Script=Cyrillic}/u };

	for (const [name, allowed] of Object.entries(same))
		for (const [key, text] of Object.entries(messages[name])) {
			if (!allowed.includes(key)) assert.notEqual(text, messages.en[key], `${name} ${key}`);
			if (script[name]) assert.match(text, script[name], `${name} ${key}`);
		}
});

test('every key is used, and every key used exists', () => {
	const everything = [html, ...scripts.map(source)].join('\n');

	for (const key of Object.keys(messages.en))
		assert.ok(everything.includes(`'${key}'`) || everything.includes(`"${key}"`), `${key} is used nowhere`);
	for (const [, key] of html.matchAll(/data-(?:text|label)="([^"]+)"/g)) assert.ok(key in messages.en, key);
});

test('the page itself holds no words', () => {
	const text = html
		.replace(/<!--.*?-->/gs, '')
		.replace(/<noscript>.*?<\/noscript>/s, '')
		.replace(/<title>.*?<\/title>/s, '')
		.replace(/<kbd>[^<]*<\/kbd>/g, '')
		.replace(/<[^>]+>/g, '');

	assert.equal(text.replace(/[\s…]/g, ''), '');
	assert.doesNotMatch(html, /\s(?:aria-label|title|alt|placeholder)=/);
});

test('every module is fetched at once, whatever imports it', () => {
	const seen = new Set();
	const walk = (file) => {
		if (seen.has(file)) return;
		seen.add(file);
		for (const [, path] of source(file).matchAll(/^import [^;]*?from '([^']+)'/gms))
			walk(normalize(join(dirname(file), path)));
	};
	walk('delegate.js');
	const preloaded = [...html.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, href]) => href);

	assert.deepEqual([...preloaded].sort(), [...seen].sort());
	assert.deepEqual(scripts.filter((file) => !seen.has(file)), [], 'modules that nobody imports');
});

test('styles know start and end, not left and right', () => {
	for (const file of files.filter((each) => each.endsWith('.css'))) {
		const rules = source(file).replace(/\/\*.*?\*\//gs, '').replace(/env\([^)]*\)/g, '');
		assert.doesNotMatch(rules, /(?:^|[\s;{-])(?:left|right)\s*[:;]|(?:margin|padding|border|inset)-(?:left|right)|text-align:\s*(?:left|right)|float:/m, file);
	}
});

test('data never becomes markup, and nothing comes from elsewhere', () => {
	for (const file of scripts)
		assert.doesNotMatch(source(file), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, relative(root, file));
	for (const file of files.filter((each) => /\.(js|css|html|svg|webmanifest)$/.test(each)))
		assert.doesNotMatch(source(file).replaceAll('http://www.w3.org/2000/svg', ''), /https?:\/\/|["'(]\/\/\w/, file);
	assert.doesNotMatch(html, /\sstyle=|\son\w+=|<style|<script(?![^>]*src=)/);
});

test('the document is small enough for a poor link', () => {
	const size = (list) => list.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
	const needed = size([...scripts, 'index.html', 'i18n/ar.js', ...files.filter((file) => file.endsWith('.css'))]);

	/* 150 KB before compression is one second at 1.2 Mbit/s. */
	assert.ok(needed < 150_000, `${needed} bytes`);
});
