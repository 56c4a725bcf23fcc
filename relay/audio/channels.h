/* relay/audio/channels.h
 *
 * All channels of the ticker, in the order in which their sound is made: an engine's floor comes
 * before it.
 *
 * Thread: as the ticker's; add and finish while it does not run.
 */
#ifndef DM_AUDIO_CHANNELS_H
#define DM_AUDIO_CHANNELS_H

#include "audio/strip.h"

struct dm_channels_entry {
	struct dm_strip *strip; /* owned */
	int other;              /* whose sound is the fallback; -1: none */
	struct dm_track_payload payload;
};

/* Zero-initialised. */
struct dm_channels {
	uint32_t lookahead;             /* samples, of all encoders; 0: not asked yet */
	struct dm_channels_entry *list; /* owned */
	size_t count;
};

/* Returns the channel's number, -EINVAL (as dm_strip_create, or its floor is none before it) or
 * -ENOMEM. */
int dm_channels_add(struct dm_channels *channels, const struct dm_ticker_channel *options,
		    struct dm_metrics *metrics);
void dm_channels_finish(struct dm_channels *channels);

/* NULL: there is none of that number. */
struct dm_strip *dm_channels_strip(const struct dm_channels *channels, int number);

/* Makes and encodes the next sound of one, after those before it. False: it could not be encoded,
 * and is silence. */
bool dm_channels_make(struct dm_channels *channels, size_t number, int64_t tick, dm_usec at);

/* `frame` but for its payload, on the track of each that has one. */
void dm_channels_publish(const struct dm_channels *channels, const struct dm_track_frame *frame,
			 dm_usec now);

#endif
