/**
 * The organiser's panels and dialogs besides the rooms themselves. Each panel is shown anew with every
 * change (but meters) and touches only what differs; a dialog opens for a room, or for the event.
 */

/** @typedef {import('../page/locale.js').Locale} Locale */
/** @typedef {import('../session/oversight.js').Oversight} Oversight */
/** @typedef {import('../session/oversight.js').OversightState} OversightState */

/** @typedef {{ show(state: OversightState): void }} Panel */
/** @typedef {{ open(room: string | null): void }} Dialog */
/** @typedef {'notify' | 'mint' | 'sitting' | 'source' | 'line-up'} DialogName */

/**
 * @typedef {object} PanelTools what the page lends to its panels
 * @property {Oversight} oversight
 * @property {Locale} locale
 * @property {(text: string, urgent?: boolean) => void} say to a screen reader
 * @property {(text: string) => void} toast for a few seconds, to everybody
 * @property {(room: string) => void} onRoom show this room in detail
 */

/** Sets of words that they need besides the page's own. @type {readonly import('../page/preference.js').WordSet[]} */
export const PANEL_WORDS = [];

/**
 * @param {PanelTools} tools
 * @returns {{ panels: readonly Panel[], dialogs: Readonly<Partial<Record<DialogName, Dialog>>> }}
 */
export function makePanels(tools) {
	void tools;
	return { panels: [], dialogs: {} };
}
