#include "ingest/sync_probe.h"

#include <math.h>

#define RATE_HZ 48000

/* A flash is a frame so much brighter, in levels of 219, than the one before, and none for a while
 * before it. Line-up pictures go from black to white, some with a frame number in it. Choice. */
#define FLASH_RISE 50
#define FLASH_REST DM_MSEC(300)

/* A beep follows so much silence. Coders leave under -46 dBFS of it; line-up tone is at -18 to -23
 * dBFS (EBU R 68, R 128), and a beep rises within 5 ms. Choice. */
#define QUIET_REST DM_MSEC(200)
#define QUIET_PEAK 0.005F
#define LOUD_PEAK  0.02F
#define RISE       DM_MSEC(5)

/* Further apart they are not each other's: with one a second the wrong one would be nearer. */
#define APART_MOST DM_MSEC(450)

#define PAIRS_LEAST 3
#define AGREE       DM_MSEC(60) /* of three pairs: a frame at 25 a second, and half of one more */
#define KNOWN_FOR   DM_SEC(5)   /* choice: such films flash once a second, some each third */

struct dm_sync_probe dm_sync_probe_init(void)
{
	return (struct dm_sync_probe){
		.flash_at = DM_USEC_NEVER,
		.flashed_at = DM_USEC_NEVER,
		.beep_at = DM_USEC_NEVER,
		.quiet_since = DM_USEC_NEVER,
		.onset_at = DM_USEC_NEVER,
	};
}

static void pair(struct dm_sync_probe *probe)
{
	if (probe->flash_at == DM_USEC_NEVER || probe->beep_at == DM_USEC_NEVER)
		return;

	const dm_usec apart = probe->flash_at - probe->beep_at;

	if (apart > APART_MOST) { /* the other one never came: the next may */
		probe->beep_at = DM_USEC_NEVER;
	} else if (apart < -APART_MOST) {
		probe->flash_at = DM_USEC_NEVER;
	} else {
		probe->paired_at = probe->flash_at > probe->beep_at ? probe->flash_at
								    : probe->beep_at;
		probe->pairs[probe->count++ % DM_SYNC_PAIRS] = apart;
		probe->flash_at = DM_USEC_NEVER;
		probe->beep_at = DM_USEC_NEVER;
	}
}

void dm_sync_probe_picture(struct dm_sync_probe *probe, unsigned luma, dm_usec at)
{
	const bool rises = probe->has_luma && luma >= probe->luma + FLASH_RISE;
	const bool rested = probe->flashed_at == DM_USEC_NEVER ||
			    at - probe->flashed_at > FLASH_REST;

	probe->has_luma = true;
	probe->luma = luma;
	if (!rises)
		return;
	probe->flashed_at = at;
	if (!rested)
		return;
	probe->flash_at = at;
	pair(probe);
}

static void hear(struct dm_sync_probe *probe, float level, dm_usec at)
{
	if (level < QUIET_PEAK) {
		if (probe->quiet_since == DM_USEC_NEVER)
			probe->quiet_since = at;
		return;
	}
	if (probe->quiet_since != DM_USEC_NEVER && at - probe->quiet_since >= QUIET_REST)
		probe->onset_at = at;
	probe->quiet_since = DM_USEC_NEVER;
	if (level < LOUD_PEAK || probe->onset_at == DM_USEC_NEVER)
		return;
	if (at - probe->onset_at <= RISE) {
		probe->beep_at = probe->onset_at;
		pair(probe);
	}
	probe->onset_at = DM_USEC_NEVER;
}

void dm_sync_probe_sound(struct dm_sync_probe *probe, const float *samples, size_t count,
			 dm_usec at)
{
	for (size_t n = 0; n < count; n++)
		hear(probe, fabsf(samples[n]), at + (dm_usec)n * DM_SEC(1) / RATE_HZ);
}

bool dm_sync_probe_offset(const struct dm_sync_probe *probe, dm_usec now, dm_usec *offset)
{
	dm_usec last[PAIRS_LEAST];

	if (probe->count < PAIRS_LEAST || now - probe->paired_at > KNOWN_FOR)
		return false;
	for (size_t n = 0; n < PAIRS_LEAST; n++) {
		const dm_usec apart = probe->pairs[(probe->count - 1 - n) % DM_SYNC_PAIRS];
		size_t place = n;

		for (; place > 0 && last[place - 1] > apart; place--)
			last[place] = last[place - 1];
		last[place] = apart;
	}
	if (last[PAIRS_LEAST - 1] - last[0] > AGREE)
		return false;
	*offset = last[PAIRS_LEAST / 2];
	return true;
}
