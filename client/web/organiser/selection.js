/** What is chosen in a room's table of channels: a channel, or somebody's microphone in a booth. Pure. */

/** @typedef {{ readonly lang: string, readonly booth: string | null, readonly seat: number | null }} Selection seat null: the channel itself */

/** @param {Selection | null} a @param {Selection | null} b */
export function sameSelection(a, b) {
	return a?.lang === b?.lang && a?.booth === b?.booth && a?.seat === b?.seat;
}
