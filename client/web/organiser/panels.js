/**
 * The organiser's panels and dialogs besides the rooms themselves. Each panel is shown anew with every
 * change (but meters) and touches only what differs; a dialog opens for a room, or for the event.
 */

import { byId } from '../page/element.js';
import { AlarmsPanel } from './alarms.js';
import { AudiencePanel } from './audience_plot.js';
import { LineUpDialog } from './line_up.js';
import { MintDialog } from './mint.js';
import { NotifyDialog } from './notify.js';
import { SittingDialog } from './sitting.js';
import { SourceDialog } from './source_switch.js';
import { TimelinePanel } from './timeline.js';

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
 * @property {import('./actions.js').Actions} actions what is asked for, until the relay shows it
 * @property {(text: string) => void} toast for a few seconds, to everybody
 * @property {(room: string) => void} onRoom show this room in detail
 */

/** Sets of words that they need besides the page's own. @type {readonly import('../page/preference.js').WordSet[]} */
export const PANEL_WORDS = ['alarms', 'fitness', 'panels'];

/**
 * @param {PanelTools} tools
 * @returns {{ panels: readonly Panel[], dialogs: Readonly<Partial<Record<DialogName, Dialog>>> }}
 */
export function makePanels(tools) {
	const dialog = (/** @type {string} */ id) => byId(id, HTMLDialogElement);

	return {
		panels: [
			new AlarmsPanel(byId('alarms', HTMLElement), tools),
			new TimelinePanel(byId('timeline', HTMLElement), tools),
			new AudiencePanel(byId('audience', HTMLElement), tools),
		],
		dialogs: {
			'notify': new NotifyDialog(dialog('notify'), tools),
			'mint': new MintDialog(dialog('mint'), tools),
			'sitting': new SittingDialog(dialog('sitting'), tools),
			'source': new SourceDialog(dialog('source'), tools),
			'line-up': new LineUpDialog(dialog('line-up'), tools),
		},
	};
}
