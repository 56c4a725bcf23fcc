/* relay/audio/source.h
 *
 * What a channel gets from outside for itself alone, beside the microphones of a booth: the PCM of
 * a decoded source, laid out on the timeline, or the Opus of one that is passed through, of a
 * publisher or a hardware booth. Each tick it has so much sound, or has been dead for so long.
 *
 * Nothing is allocated after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_SOURCE_H
#define DM_AUDIO_SOURCE_H

#include "audio/microphone.h"
#include "audio/ticker.h"

struct dm_source;

/* Of the channel's inlet (borrowed until destroy, as are its counts) or its intake (a reference is
 * taken). Returns 0, -EINVAL (both, or an intake that is not of 48 kHz) or -ENOMEM; on failure *out
 * is NULL, and so when the channel has neither. */
int dm_source_create(struct dm_source **out, const struct dm_ticker_channel *channel);
void dm_source_destroy(struct dm_source *source); /* NULL is allowed */

/* Reads the tick: from sample `position` of the timeline on, if it has its place there, else what
 * is to be heard at `at`. */
void dm_source_run(struct dm_source *source, int64_t position, dm_usec at);

/* Of the last tick: DM_AUDIO_FRAME_SAMPLES, borrowed until the next. */
const float *dm_source_sound(const struct dm_source *source);

/* For how long it has given nothing, 0: it lives; DM_USEC_NEVER before anything came. */
dm_usec dm_source_dead_for(const struct dm_source *source);

bool dm_source_is_made_up(const struct dm_source *source); /* the end of the last tick */

/* NULL, unless it is Opus. */
const struct dm_microphone *dm_source_microphone(const struct dm_source *source);

#endif
