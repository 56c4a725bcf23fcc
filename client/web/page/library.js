/**
 * What the pages load of other people's, as npm has it (deploy/install pages): pages work without.
 */

/** @type {Map<string, Promise<Readonly<Record<string, any>> | null>>} */
const loaded = new Map();

/** @param {string} file below vendor/ @returns {Promise<Readonly<Record<string, any>> | null>} null when it is not installed */
export function loadLibrary(file) {
	const known = loaded.get(file) ?? import(new URL(`vendor/${file}`, document.baseURI).href).catch(() => null);

	loaded.set(file, known);
	return known;
}

/** @param {string} file below vendor/ */
export function loadStyle(file) {
	const { href } = new URL(`vendor/${file}`, document.baseURI);
	if ([...document.styleSheets].some((sheet) => sheet.href === href)) return;
	const link = document.createElement('link');

	link.rel = 'stylesheet';
	link.href = href;
	document.head.append(link);
}
