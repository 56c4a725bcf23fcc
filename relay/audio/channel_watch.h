/* relay/audio/channel_watch.h
 *
 * Listens at the taps of one channel of the ticker: what leaves, and what its microphones give.
 *
 * Thread: create, destroy, renew and read on the control thread, while create and destroy nothing
 * else runs; the rest on the survey's.
 */
#ifndef DM_AUDIO_CHANNEL_WATCH_H
#define DM_AUDIO_CHANNEL_WATCH_H

#include "audio/fingerprint.h"
#include "audio/strip.h"
#include "audio/survey.h"

struct dm_channel_watch;

/* What was found by comparing it with others, which its own sound does not tell. */
struct dm_channel_comparison {
	bool repeats;
	double floor_likeness;
	double twin_likeness;
	int twin;
};

/* `strip` is borrowed until destroy, and has its taps. Returns 0 or -ENOMEM; on failure *out is
 * NULL. */
int dm_channel_watch_create(struct dm_channel_watch **out, const struct dm_strip *strip);
void dm_channel_watch_destroy(struct dm_channel_watch *watch); /* NULL is allowed */

/* Takes what has come since the last time; at most as much as the taps hold. Returns how many
 * ticks were missed. */
uint64_t dm_channel_watch_listen(struct dm_channel_watch *watch);

/* Hands over what was heard, and what was found. */
void dm_channel_watch_tell(struct dm_channel_watch *watch,
			   const struct dm_channel_comparison *found);

/* The channel has a sound of its own now, not a fallback: a floor always has. */
bool dm_channel_watch_speaks(const struct dm_channel_watch *watch);
int dm_channel_watch_floor(const struct dm_channel_watch *watch); /* -1: none */
const struct dm_fingerprint *dm_channel_watch_fingerprint(const struct dm_channel_watch *watch);

/* Integrated loudness and verdicts begin anew. */
void dm_channel_watch_renew(struct dm_channel_watch *watch);

void dm_channel_watch_read(const struct dm_channel_watch *watch, struct dm_surveyed_channel *sound);
void dm_channel_watch_read_microphone(const struct dm_channel_watch *watch, uint8_t microphone,
				      struct dm_surveyed_microphone *sound);

/* Of what is not there. */
void dm_surveyed_channel_unknown(struct dm_surveyed_channel *sound);
void dm_surveyed_microphone_unknown(struct dm_surveyed_microphone *sound);

#endif
