// An organiser's websocket that keeps every alarm, and what the relay states about each kind.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tree, until } from './relay.mjs';
import { RoomSocket } from './whep.mjs';

/** Seconds by kind, as relay/monitor/limit.c has them: {raiseAfter, clearAfter}. */
export const limits = new Map([...readFileSync(join(tree, 'relay/monitor/limit.c'), 'utf8')
	.matchAll(/\[DM_ALARM_(\w+)\] = \{ DM_SEC\((\d+)\), DM_SEC\((\d+)\)/g)]
	.map(([, kind, raise, clear]) => [kind.toLowerCase().replaceAll('_', '-'), { raiseAfter: Number(raise), clearAfter: Number(clear) }]));

export const placeOf = ({ kind, room, place }) => `${kind} ${room ?? 'relay'} ${place}`.trim();

export class Overseer {
	/** @param {object} [options] see RoomSocket.open */
	static async open(base, options) {
		const overseer = new Overseer();
		overseer.socket = await RoomSocket.open(base, options);
		await overseer.socket.request('oversee');
		return overseer;
	}

	/** Every alarm that was raised, as last told; the oldest first. */
	get alarms() {
		const alarms = new Map();
		for (const { type, alarms: standing, alarm } of this.socket.events)
			for (const one of type === 'alarms' ? standing : type === 'alarm' ? [alarm] : []) alarms.set(one.id, one);
		return [...alarms.values()];
	}

	/** The newest overview's room. */
	room(id) {
		return this.socket.events.findLast(({ type }) => type === 'overview')?.rooms.find((room) => room.id === id);
	}

	/** Waits for an alarm of a kind at a place that was raised after `since` (Unix seconds). */
	raised(what, since, withinS) {
		return until(`raised: ${placeOf(what)}`, () => this.alarms.find((alarm) => placeOf(alarm) === placeOf(what) && alarm.raised >= since), withinS * 1000, 100);
	}

	cleared({ id, kind, room, place }, withinS) {
		return until(`cleared: ${placeOf({ kind, room, place })}`, () => this.alarms.find((alarm) => alarm.id === id && alarm.cleared), withinS * 1000, 100);
	}

	/** Lets the session of a room begin, or stop. */
	async sitting(room, state) {
		await this.socket.request('sitting', { room, state });
	}

	/** Changes over to another source of a room, and waits until it plays. */
	async use(room, source) {
		await this.socket.request('source', { room, use: source });
		await until(`source ${source} of ${room} is in use`, () => {
			const now = this.room(room)?.source;
			return now?.in_use === source && now.state === 'live';
		}, 20_000);
	}

	/** Forgets figures that come all the time. */
	forget() {
		this.socket.events = this.socket.events.filter(({ type }, n, { length }) => type === 'alarm' || type === 'alarms' || n > length - 50);
	}

	close() {
		this.socket.close();
	}
}
