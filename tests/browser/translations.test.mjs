/* The page's words and sources: complete in six languages, nothing hard-coded, nothing from outside. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../client/web', import.meta.url));
const names = ['ar', 'zh', 'en', 'fr', 'ru', 'es'];
/** But for the libraries that deploy/install puts there. */
const files = readdirSync(root, { recursive: true }).filter((file) => !file.startsWith('vendor/') && statSync(join(root, file)).isFile());
const source = (file) => readFileSync(join(root, file), 'utf8');
const scripts = files.filter((file) => file.endsWith('.js') && !file.startsWith('i18n/'));
const pages = files.filter((file) => file.endsWith('.html'));
const html = pages.map(source).join('\n');

/** Of each language the words of every page, and those of the sets that some pages have besides: check.en.js. */
const sets = ['', ...new Set(files.flatMap((file) => /^i18n\/(\w+\.)en\.js$/.exec(file)?.[1] ?? []))];
const messages = Object.fromEntries(names.map((name) => [name, {}]));
const own = {};
for (const set of sets)
	for (const name of names) {
		const words = (await import(join(root, `i18n/${set}${name}.js`))).default;
		own[set + name] = Object.keys(words);
		Object.assign(messages[name], words);
	}

/** What a file imports, and what that imports; files that are loaded by their address too when `all`. */
function modulesOf(file, { all = false, seen = new Set() } = {}) {
	if (seen.has(file)) return seen;
	seen.add(file);
	const paths = [...source(file).matchAll(/^import [^;]*?from '([^']+)'/gms)];
	if (all) paths.push(...source(file).matchAll(/new URL\('([^']+\.js)', import\.meta\.url\)/g));
	for (const [, path] of paths) modulesOf(normalize(join(dirname(file), path)), { all, seen });
	return seen;
}
const entriesOf = (page) => [...source(page).matchAll(/<script [^>]*src="([^"]+)"/g)].map(([, path]) => path);
const needs = (page, options) => new Set(entriesOf(page).flatMap((entry) => [...modulesOf(entry, options)]));

test('every language has every key, with the same blanks', () => {
	for (const set of sets) for (const name of names) assert.deepEqual(own[set + name], own[`${set}en`], set + name);
	const all = sets.flatMap((set) => own[`${set}en`]);
	assert.equal(new Set(all).size, all.length, 'no key is in two sets');
	for (const name of names) {
		for (const [key, text] of Object.entries(messages[name])) {
			assert.ok(text.trim(), `${name} ${key} is empty`);
			const blanks = (each) => (each.match(/\{\w+\}/g) ?? []).sort();
			assert.deepEqual(blanks(text), blanks(messages.en[key]), `${name} ${key}`);
		}
	}
});

test('nothing was left untranslated', () => {
	/* The same word in both languages. */
	const same = { fr: ['player.pause', 'player.volume', 'check.microphone'], es: [], ru: [], zh: [], ar: [] };
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
		.replace(/<noscript>.*?<\/noscript>/gs, '')
		.replace(/<title>.*?<\/title>/gs, '')
		.replace(/<kbd[^>]*>[^<]*<\/kbd>/g, '')
		.replace(/<[^>]+>/g, '');

	assert.equal(text.replace(/[\s…]/g, ''), '');
	assert.doesNotMatch(html, /\s(?:aria-label|title|alt|placeholder)=/);
});

test('every module is fetched at once, whatever imports it', () => {
	for (const page of pages) {
		const preloaded = [...source(page).matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, href]) => href);

		assert.deepEqual([...preloaded].sort(), [...needs(page)].sort(), page);
	}
	const needed = new Set(pages.flatMap((page) => [...needs(page, { all: true })]));
	assert.deepEqual(scripts.filter((file) => !needed.has(file)), [], 'modules that no page needs');
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

test('the delegate’s page is small enough for a poor link', () => {
	const size = (list) => list.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
	const styles = [...source('index.html').matchAll(/rel="stylesheet" href="([^"]+)"/g)].map(([, href]) => href);
	const needed = size([...needs('index.html'), 'index.html', 'i18n/ar.js', ...styles]);

	/* 150 KB before compression is one second at 1.2 Mbit/s. */
	assert.ok(needed < 150_000, `${needed} bytes`);
});
