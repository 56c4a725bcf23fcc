/* relay/audio/sound_inlet.h
 *
 * Carries a channel's sound from the thread that decodes it to the ticker, without locks: blocks
 * of samples, each with its place on the timeline.
 *
 * Thread: put from the source's threads; drain from the ticker.
 */
#ifndef DM_AUDIO_SOUND_INLET_H
#define DM_AUDIO_SOUND_INLET_H

#include "audio/sound_line.h"

struct dm_sound_inlet;

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_sound_inlet_create(struct dm_sound_inlet **out);
void dm_sound_inlet_destroy(struct dm_sound_inlet *inlet); /* NULL is allowed */

/* Any number of samples, the first of which belongs at `position` of the timeline, in samples
 * since its origin. What the ticker has not fetched for more than 1.2 s is refused. */
void dm_sound_inlet_put(struct dm_sound_inlet *inlet, int64_t position, const float *samples,
			size_t count);

/* Writes all that has come onto the line. */
void dm_sound_inlet_drain(struct dm_sound_inlet *inlet, struct dm_sound_line *line);

#endif
