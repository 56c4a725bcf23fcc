/** The table of the console's keys: which key does what, in the order in which the help lists them. */

/** @typedef {import('./keys.js').Key} Key */

/** @typedef {() => void} Act */
/**
 * @typedef {Readonly<Record<'microphone' | 'handOver' | 'status' | 'accept' | 'decline' | 'take' | 'standby' | 'output' | 'slow' | 'call'
 *   | 'floor' | 'incoming' | 'automatic' | 'pivots' | 'floorLanguage' | 'louder' | 'quieter' | 'bass' | 'treble' | 'balance'
 *   | 'monitor' | 'monitorOutput' | 'message' | 'ready' | 'full' | 'swap' | 'otherMicrophone' | 'leave' | 'help', Act>
 *   & { cough: (down: boolean) => void, preset: (n: number) => void, setPreset: (n: number) => void }>} KeyActions
 */

/** @param {KeyActions} act @returns {readonly Key[]} */
export function keyTable(act) {
	return [
		{ key: 'm', always: 'F8', text: 'ckey.microphone', press: act.microphone },
		{ key: 'c', always: 'F9', text: 'ckey.cough', press: () => act.cough(true), release: () => act.cough(false) },
		{ key: 'h', always: 'F4', text: 'ckey.handover', press: act.handOver },
		{ key: 'x', always: 'F2', text: 'ckey.status', press: act.status },
		{ key: 'y', text: 'ckey.accept', press: act.accept },
		{ key: 'n', text: 'ckey.decline', press: act.decline },
		{ key: 'k', text: 'ckey.take', press: act.take },
		{ key: 'b', text: 'ckey.standby', press: act.standby },
		{ key: 'o', text: 'ckey.output', press: act.output },
		{ key: 's', text: 'ckey.slow', press: act.slow },
		{ key: 't', text: 'ckey.call', press: act.call },
		{ key: '0', text: 'ckey.floor', press: act.floor },
		{ key: '1', text: 'ckey.preset.1', press: () => act.preset(0) },
		{ key: '2', text: 'ckey.preset.2', press: () => act.preset(1) },
		{ key: '3', text: 'ckey.preset.3', press: () => act.preset(2) },
		{ key: 'shift+1', text: 'ckey.preset.set.1', press: () => act.setPreset(0) },
		{ key: 'shift+2', text: 'ckey.preset.set.2', press: () => act.setPreset(1) },
		{ key: 'shift+3', text: 'ckey.preset.set.3', press: () => act.setPreset(2) },
		{ key: 'i', text: 'ckey.incoming', press: act.incoming },
		{ key: 'r', text: 'ckey.automatic', press: act.automatic },
		{ key: 'p', text: 'ckey.pivots', press: act.pivots },
		{ key: 'l', text: 'ckey.floor-language', press: act.floorLanguage },
		{ key: 'ArrowUp', text: 'ckey.louder', press: act.louder },
		{ key: 'ArrowDown', text: 'ckey.quieter', press: act.quieter },
		{ key: 'e', text: 'ckey.bass', press: act.bass },
		{ key: 'd', text: 'ckey.treble', press: act.treble },
		{ key: 'g', text: 'ckey.balance', press: act.balance },
		{ key: 'v', text: 'ckey.monitor', press: act.monitor },
		{ key: 'shift+v', text: 'ckey.monitor.output', press: act.monitorOutput },
		{ key: 'j', text: 'ckey.message', press: act.message },
		{ key: 'shift+j', text: 'ckey.ready', press: act.ready },
		{ key: 'f', text: 'key.full', press: act.full },
		{ key: 'w', text: 'ckey.swap', press: act.swap },
		{ key: 'u', text: 'ckey.other', press: act.otherMicrophone },
		{ key: 'shift+q', text: 'ckey.leave', press: act.leave },
		{ key: '?', text: 'key.help', press: act.help },
	];
}
