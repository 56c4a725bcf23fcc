#include "monitor/limit.h"

#include <math.h>

#define LEVELS(a, b, c) .raise = (a), .clear = (b), .grave = (c)
#define STATE_ONLY      LEVELS(NAN, NAN, NAN)

/* "Choice" is a number of ours, tried in no hall yet; the reason stands beside it. */
static const struct dm_limit limits[DM_ALARM_COUNT] = {
	/* Share of the disk that is free. Choice: time to act, then hardly any. */
	[DM_ALARM_DISK_FULL] = { DM_SEC(10), DM_SEC(60), LEVELS(0.10, 0.12, 0.03), .below = true },
	/* Days. Let's Encrypt advises renewal 30 days before the end: with 14 left it has failed
	 * for two weeks. Critical: choice, a weekend. */
	[DM_ALARM_CERTIFICATE_ENDS] = { DM_SEC(10), DM_SEC(10), LEVELS(14, 15, 2), .below = true },
	/* Days: half an hour, and ten minutes. Choice: long enough to send somebody a link, and
	 * shorter than the shortest that the organiser's page makes, an hour. */
	[DM_ALARM_TOKEN_ENDS] = { DM_SEC(10), DM_SEC(10), LEVELS(1.0 / 48, 1.25 / 48, 1.0 / 144),
				  .below = true },
	/* Milliseconds a turn. A packet of sound is due every 20 ms (RFC 6716, 2.1.4); choice:
	 * five of them late are heard whatever the listener's buffer. */
	[DM_ALARM_WORKER_STALLED] = { DM_SEC(2), DM_SEC(5), LEVELS(100, 20, NAN) },
	/* Share of packets. Choice: a third of what a listener's network may lose (below). */
	[DM_ALARM_WORKER_DROPS] = { DM_SEC(5), DM_SEC(10), LEVELS(0.01, 0.001, NAN) },
	/* Choice: an encoder that reconnects at once is back within 2 s. */
	[DM_ALARM_SOURCE_LOST] = { DM_SEC(3), DM_SEC(5), STATE_ONLY },
	/* Choice: longer than a mixer's fade through black or its pause between two clips. */
	[DM_ALARM_SOURCE_BLACK] = { DM_SEC(10), DM_SEC(5), STATE_ONLY },
	/* Pictures a second. Choice: below one it is no picture of lips; EN 301 549, 6.5 asks
	 * for 20 where signs or lips are to be read. */
	[DM_ALARM_SOURCE_FROZEN] = { DM_SEC(10), DM_SEC(5), LEVELS(1, 5, NAN), .below = true },
	/* Choice: longer than a chair looks for papers; a minute of silence is 60 s. */
	[DM_ALARM_SOURCE_SILENT] = { DM_SEC(90), DM_SEC(3), STATE_ONLY },
	/* Milliseconds. ITU-R BT.1359-1: detectable from 45 early and 125 late on, not acceptable
	 * from 90 and 185 on. Times and the way back: choice, the measure wavers by some ms. */
	[DM_ALARM_SOUND_EARLY] = { DM_SEC(10), DM_SEC(10), LEVELS(45, 40, 90) },
	[DM_ALARM_SOUND_LATE] = { DM_SEC(10), DM_SEC(10), LEVELS(125, 115, 185) },
	/* Choice: two interpreters change seats, or reload their page. */
	[DM_ALARM_BOOTH_UNMANNED] = { DM_SEC(30), DM_SEC(5), STATE_ONLY },
	/* Choice: a handover's crossfade is 20-100 ms, and its news a second. */
	[DM_ALARM_BOOTH_CROWDED] = { DM_SEC(3), DM_SEC(3), STATE_ONLY },
	/* Choice: an ICE restart (RFC 8445, 9) takes a second or two. */
	[DM_ALARM_MICROPHONE_DEAD] = { DM_SEC(3), DM_SEC(3), STATE_ONLY },
	/* Share. ITU-T G.1010, table I.1: speech needs less than 3 % lost. Critical: choice. */
	[DM_ALARM_MICROPHONE_LOSS] = { DM_SEC(10), DM_SEC(10), LEVELS(0.03, 0.02, 0.10) },
	/* Choice: the meter takes its own time before. */
	[DM_ALARM_MICROPHONE_UNFIT] = { DM_SEC(10), DM_SEC(10), STATE_ONLY },
	/* Choice: an engine does what it is told in its next tick, a change crosses once. */
	[DM_ALARM_CHANNEL_WRONG] = { DM_SEC(3), DM_SEC(3), STATE_ONLY },
	/* Share of the time. Choice: in a dialogue voices overlap for a tenth of it, of two who do
	 * not hear each other for more than half. */
	[DM_ALARM_CHANNEL_VOICES] = { DM_SEC(5), DM_SEC(5), LEVELS(0.3, 0.1, NAN) },
	/* LUFS, momentary. Choice: speech is brought to -23 (EBU R 128), and a booth's noise
	 * (ISO 2603: 35 dB(A)) is 30 dB below speech at 65. Time: interpreters follow by
	 * 2 to 4 s, seldom by 10 (the ear-voice span); only what the floor says counts. */
	[DM_ALARM_CHANNEL_SILENT] = { DM_SEC(15), DM_SEC(2), LEVELS(-50, -45, NAN), .below = true },
	/* Choice: a cough lasts seconds. */
	[DM_ALARM_CHANNEL_MUTED] = { DM_SEC(30), DM_SEC(1), STATE_ONLY },
	/* Likeness. Choice: two voices in two languages stay below 0.3; a floor that is heard at
	 * the interpreter's own level gives 0.7. */
	[DM_ALARM_CHANNEL_LEAK] = { DM_SEC(10), DM_SEC(10), LEVELS(0.6, 0.4, NAN) },
	/* Choice: whoever measures has heard it at least twice. */
	[DM_ALARM_CHANNEL_LOOP] = { DM_SEC(5), DM_SEC(5), STATE_ONLY },
	/* Likeness. Choice: the same sound through two encoders keeps above 0.9. */
	[DM_ALARM_CHANNEL_TWIN] = { DM_SEC(10), DM_SEC(10), LEVELS(0.8, 0.6, NAN) },
	/* Share of samples within tops that were cut off. Recorded voices have up to 0.4 %, by the
	 * meter that measures it (audio/clipped.h); critical: choice. */
	[DM_ALARM_CHANNEL_CLIPS] = { DM_SEC(5), DM_SEC(10), LEVELS(0.02, 0.01, 0.06) },
	/* Share of the listeners whose group loses too much. Choice: most of them; `least` groups,
	 * else it is one network's fault. */
	[DM_ALARM_UPLINK_LOSS] = { DM_SEC(10), DM_SEC(20), LEVELS(0.5, 0.3, NAN), .least = 3 },
	/* Share. ITU-T G.1010, as above; time: two receiver reports of 5 s (RFC 3550, 6.2).
	 * Critical: choice, one packet in five is not mended by in-band FEC. */
	[DM_ALARM_GROUP_LOSS] = { DM_SEC(10), DM_SEC(20), LEVELS(0.03, 0.02, 0.20), .least = 5 },
};

const struct dm_limit *dm_limits_default(void)
{
	return limits;
}

bool dm_limit_is_valid(const struct dm_limit *limit)
{
	const double sign = limit->below ? -1 : 1;

	if (limit->raise_after < 0 || limit->clear_after < 0)
		return false;
	if (sign * limit->clear > sign * limit->raise) /* NAN: by state alone */
		return false;
	return !(sign * limit->grave < sign * limit->raise);
}

bool dm_limit_is_bad(const struct dm_limit *limit, double value, bool bad)
{
	const double edge = bad ? limit->clear : limit->raise;

	/* Back at `clear` is good, at `raise` already bad. */
	if (limit->below)
		return bad ? value < edge : value <= edge;
	return bad ? value > edge : value >= edge;
}

bool dm_limit_is_grave(const struct dm_limit *limit, double value)
{
	return limit->below ? value <= limit->grave : value >= limit->grave;
}
