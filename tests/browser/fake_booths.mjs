/**
 * The stand-in's booths: as much of the rules of interpretation as the console's tests need, spoken as
 * relay/control/README.md says. The relay itself has them in relay/session.
 */

import { randomBytes } from 'node:crypto';

const HANDOVER_SECONDS = 3;
/** Of the stand-in: an engine's tick and the loop's turn. */
const ENGINE_MS = 40;

class Refusal extends Error {
	constructor(code) {
		super(`refused: ${code}`);
		this.code = code;
	}
}

/** One booth of one room. */
export class FakeBooth {
	constructor(relay, room, { id, langs, pivots = [] }) {
		Object.assign(this, { relay, room, id, langs });
		this.seats = [null, null, null];
		this.sounding = langs.map(() => null);
		this.handover = { state: 'none', from: null, to: null, invited: [], ends: 0 };
		this.incoming = { automatic: false, chosen: 'floor', pivots, presets: ['floor', null, null] };
		this.call = null;
		this.monitor = 'A';
		this.calls = 0;
		this.listeners = langs.map(() => 12);
		/** Of tests: the engine does as it is told. */
		this.obeys = true;
	}

	sit(connection, { name, key }) {
		let at = this.seats.findIndex((seat) => seat?.key === key);

		if (at < 0) at = this.seats.findIndex((seat) => !seat);
		if (at < 0) throw new Refusal('booth-full');
		const old = this.seats[at];
		this.seats[at] = {
			...(old ?? { seat: at, name, key: randomBytes(16).toString('hex'), microphone: 'off', output: 'A', held: 'none', consents: false, since: 0 }),
			connection,
			link: 'alive',
		};
		return this.seats[at];
	}

	leave(seat) {
		this.seats[seat.seat] = null;
		this.tell();
	}

	of(connection) {
		return this.seats.find((seat) => seat?.connection === connection) ?? null;
	}

	holder(output = 'A') {
		return this.seats.find((seat) => seat && seat.output === output && /on-air|muted/.test(seat.microphone)) ?? null;
	}

	microphone(seat, { state, output = 'A' }) {
		if (state === 'on') {
			const holder = this.seats.find((each) => each && each !== seat && /on-air|muted/.test(each.microphone));
			if (holder) throw new Refusal('partner-on-air');
			if (output === 'B' && this.langs.length < 2) throw new Refusal('no-output');
			if (seat.microphone === 'off' || seat.microphone === 'standby') seat.since = performance.now();
			Object.assign(seat, { microphone: 'on-air', output });
		} else if (state === 'muted') {
			if (!/on-air|muted/.test(seat.microphone)) throw new Refusal('microphone-off');
			seat.microphone = 'muted';
		} else {
			if (seat.microphone === 'off') throw new Refusal('already-off');
			seat.microphone = 'off';
			this.end('released', seat);
		}
		this.settle();
	}

	/** The engine follows a moment later. */
	settle() {
		this.standbys();
		this.tell();
		setTimeout(() => {
			if (this.obeys)
				this.sounding = this.langs.map((_, i) => {
					const holder = this.holder('AB'[i]);
					return holder?.microphone === 'on-air' ? holder.seat : null;
				});
			this.tell();
		}, ENGINE_MS);
	}

	standbys() {
		const active = this.seats.find((seat) => seat && /on-air|muted/.test(seat.microphone));

		for (const seat of this.seats) {
			if (!seat || /on-air|muted/.test(seat.microphone)) continue;
			seat.microphone = seat.consents && active?.consents ? 'standby' : 'off';
		}
	}

	/* Handover */

	hand(seat, { do: step, seat: to }) {
		const { handover } = this;
		const holder = this.seats.find((each) => each && /on-air|muted/.test(each.microphone));

		if (step === 'ask') {
			if (!holder) throw new Refusal('nobody-on-air');
			if (holder === seat) throw new Refusal('has-microphone');
			if (handover.state !== 'none') throw new Refusal('handover-running');
			Object.assign(handover, { state: 'asked', from: holder.seat, to: seat.seat, invited: [] });
		} else if (step === 'offer') {
			const invited = this.seats.filter((each) => each && each !== seat).map((each) => each.seat);
			if (holder !== seat) throw new Refusal('microphone-off');
			if (!invited.length) throw new Refusal('no-partner');
			Object.assign(handover, { state: 'offered', from: seat.seat, to: to ?? (invited.length === 1 ? invited[0] : null), invited });
		} else if (handover.state === 'none' && step !== 'take') {
			throw new Refusal('no-handover');
		} else if (step === 'accept') {
			if (handover.state === 'offered') handover.to = seat.seat;
			Object.assign(handover, { state: 'counting', ends: performance.now() + HANDOVER_SECONDS * 1000 });
			this.timer = setTimeout(() => this.cut('at-limit'), HANDOVER_SECONDS * 1000);
		} else if (step === 'take') {
			handover.to = seat.seat;
			handover.from = holder?.seat ?? null;
			this.cut('taken');
		} else {
			this.end(step === 'decline' ? 'declined' : 'cancelled');
		}
		this.tell();
	}

	cut(how) {
		const from = this.seats[this.handover.from];
		const to = this.seats[this.handover.to];

		if (to) Object.assign(to, { microphone: 'on-air', output: from?.output ?? 'A', since: performance.now() });
		if (from) from.microphone = 'off';
		this.end(how);
		this.settle();
	}

	end(how, by = null) {
		clearTimeout(this.timer);
		if (this.handover.state === 'none' || (by && by.seat !== this.handover.from)) return;
		this.handover = { state: 'none', from: null, to: null, invited: [], ends: 0 };
		this.broadcast({ type: 'handover-ended', how });
	}

	/* Incoming */

	heard() {
		const { automatic, chosen, pivots } = this.incoming;
		const floor = this.room.floor.language;

		if (!automatic) return { lang: chosen, depth: chosen === 'floor' ? 0 : 1, why: 'chosen' };
		if (floor === 'en' || this.langs.includes(floor)) return { lang: 'floor', depth: 0, why: 'direct' };
		return pivots.length ? { lang: pivots[0], depth: 1, why: 'relay' } : { lang: 'floor', depth: 0, why: 'no-pivot' };
	}

	choose({ lang, preset, automatic }) {
		const { incoming } = this;

		if (automatic) incoming.automatic = true;
		else {
			const wanted = preset === undefined ? lang : incoming.presets[preset];
			if (!wanted) throw new Refusal('no-preset');
			if (this.langs.includes(wanted)) throw new Refusal('own-channel');
			if (!this.room.channels.some((channel) => channel.lang === wanted)) throw new Refusal('no-such-channel');
			Object.assign(incoming, { automatic: false, chosen: wanted });
		}
		this.tell();
	}

	/* What everybody in it is told */

	describe(you) {
		const now = performance.now();
		const { handover, incoming } = this;
		const heard = this.heard();
		const active = this.seats.find((seat) => seat && /on-air|muted/.test(seat.microphone));

		return {
			id: this.id,
			room: this.room.id,
			you,
			monitor: this.monitor,
			outputs: this.langs.map((lang, i) => {
				const holder = this.holder('AB'[i]);
				const carries = !holder ? 'floor' : holder.microphone === 'muted' ? 'comfort' : 'voice';
				const why = !holder ? 'booth-off' : holder.microphone === 'muted' ? 'muted' : 'on-air';
				return { lang, carries, why, voice: holder?.seat ?? null, heard: holder !== null && this.sounding[i] === holder.seat, listeners: this.listeners[i] };
			}),
			seats: this.seats.filter(Boolean).map(({ seat, name, microphone, output, link, held, consents, since }) => ({
				seat,
				name,
				microphone,
				output,
				link,
				held,
				consents,
				on_air_for: /on-air|muted/.test(microphone) ? (now - since) / 1000 : 0,
			})),
			handover: {
				state: handover.state,
				from: handover.from,
				to: handover.to,
				invited: handover.invited,
				ends_in: handover.state === 'counting' ? Math.max(0, handover.ends - now) / 1000 : 0,
			},
			incoming: { ...incoming, ...heard },
			on_air_max: 1,
			shift: active ? { seat: active.seat, for: (now - active.since) / 1000, remind_in: 1800 - (now - active.since) / 1000 } : null,
			call: this.call,
		};
	}

	tell() {
		const { lang } = this.heard();

		for (const seat of this.seats) {
			seat?.connection?.peer?.set({ lang });
			seat?.connection?.send({ type: 'booth', booth: this.describe(seat.seat) });
		}
	}

	broadcast(message) {
		for (const seat of this.seats) seat?.connection?.send(message);
	}

	levels(uplinks) {
		for (const seat of this.seats) {
			if (!seat?.connection?.peer) continue;
			const peak = uplinks.get(seat.connection.peer.id) ?? null;
			seat.connection.send({
				type: 'levels',
				outputs: this.langs.map(() => ({ peak: -14.5, lufs: -23 })),
				incoming: { peak: -12, lufs: -23 },
				microphone: { peak: peak ?? -120, live: peak !== null },
			});
		}
	}
}

/** What a stand-in answers to those in a booth; mixed into FakeRelay. */
export const boothHandlers = {
	act(connection, message, what, reply = {}) {
		const booth = connection.booth;
		const seat = booth?.of(connection);

		if (!seat) return connection.send({ type: 'error', id: message.id, code: 'not-seated', message: 'refused: not-seated' });
		try {
			const more = what(booth, seat) ?? {};
			return connection.send({ type: message.type, id: message.id, ...reply, ...more });
		} catch (error) {
			return connection.send({ type: 'error', id: message.id, code: error.code ?? 'bad-message', message: error.message });
		}
	},

	on_microphone(connection, message) {
		this.act(connection, message, (booth, seat) => booth.microphone(seat, message), { state: message.state });
	},

	on_standby(connection, message) {
		this.act(connection, message, (booth, seat) => {
			seat.consents = message.consent;
			booth.settle();
			return { consent: message.consent };
		});
	},

	on_handover(connection, message) {
		this.act(connection, message, (booth, seat) => booth.hand(seat, message), { do: message.do });
	},

	on_incoming(connection, message) {
		this.act(connection, message, (booth) => booth.choose(message));
	},

	on_preset(connection, message) {
		this.act(connection, message, (booth) => {
			booth.incoming.presets[message.preset] = message.lang;
			booth.tell();
		});
	},

	on_pivots(connection, message) {
		this.act(connection, message, (booth) => {
			booth.incoming.pivots = message.langs;
			booth.tell();
		});
	},

	on_monitor(connection, message) {
		this.act(connection, message, (booth) => {
			booth.monitor = message.output;
			booth.tell();
			return { output: message.output };
		});
	},

	'on_floor-language'(connection, message) {
		this.act(connection, message, (booth) => {
			this.update(booth.room.id, (room) => ({ floor: { ...room.floor, language: message.lang } }));
			for (const each of this.booths.values()) each.tell();
		});
	},

	'on_slow-down'(connection, message) {
		this.act(connection, message, (booth) => {
			this.update(booth.room.id, (room) => ({ slow_down: (room.slow_down ?? 0) + 1 }));
		});
	},

	on_call(connection, message) {
		this.act(connection, message, (booth) => {
			if (booth.call !== null) throw new Refusal('already-called');
			booth.call = ++booth.calls;
			booth.tell();
			return { call: booth.call };
		});
	},

	'on_call-done'(connection, message) {
		this.act(connection, message, (booth) => {
			booth.call = null;
			booth.tell();
		});
	},

	on_chat(connection, message) {
		this.act(connection, message, (booth, seat) => {
			booth.broadcast({ type: 'chat', seat: seat.seat, from: seat.name, to: message.to, text: message.text, time: Math.floor(Date.now() / 1000) });
		});
	},
};
