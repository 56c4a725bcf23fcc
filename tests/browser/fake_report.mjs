/** A report as the relay makes it (relay/monitor/README.md), of a morning with two rooms, and its incidents. */

export const BEGIN = 1_752_130_800; /* 10 July 2025, 07:00 UTC */

const series = (n) => ({ step: 60, start: BEGIN, points: Array.from({ length: 180 }, (_, i) => (i > 88 && i < 93 ? null : Math.round(40 + n * 17 + 30 * Math.sin(i / 30 + n)))) });

const channel = (lang, n) => ({
	lang,
	listeners: series(n),
	peak: 70 + n * 17,
	hours_listened: 120.4 + n * 31,
	served_hours: lang === 'floor' ? 0 : 2.875,
	lufs: { p50: -23.1, p95: -20.4 },
	loss: { p50: 0.001, p95: 0.012 },
	round_trip_ms: { p50: 41, p95: 180 },
});

export const REPORT = {
	event: 'forum',
	from: BEGIN,
	until: BEGIN + 3 * 3600,
	rooms: ['plenary', 'popov'].map((id) => ({ id, listeners: series(3), peak: 160, hours_listened: 300, channels: ['floor', 'ar', 'zh', 'en', 'fr'].map(channel) })),
	incidents: [
		{ kind: 'source-lost', severity: 'critical', room: 'plenary', place: '', raised: BEGIN + 5300, cleared: BEGIN + 5548, seconds: 248, acknowledged_by: 'p-4f7a21' },
		{ kind: 'microphone-unfit', severity: 'warning', room: 'popov', place: 'fr/0', raised: BEGIN + 7000, cleared: null, seconds: null, acknowledged_by: null },
	],
	incidents_left_out: 0,
	interpreters: [
		{ who: 'p-81c2aa', room: 'plenary', booth: 'fr', on_air_seconds: 5400.2, seated_seconds: 10620, turns: 3 },
		{ who: 'p-90b511', room: 'plenary', booth: 'fr', on_air_seconds: 4980, seated_seconds: 10500.5, turns: 3 },
	],
	actions: [
		{ kind: 'mint', count: 14 },
		{ kind: 'acknowledge', count: 2 },
		{ kind: 'source', count: 1 },
	],
};
