/* relay/audio/microphone_watch.h
 *
 * What a microphone's sound is like, tick by tick: its level, and whether somebody can be listened
 * to who speaks into it. While it dozes only its level is known, from peeks; its verdict is kept
 * for a minute.
 *
 * Pure; no allocation after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_MICROPHONE_WATCH_H
#define DM_AUDIO_MICROPHONE_WATCH_H

#include "audio/survey.h"
#include "audio/tap.h"

struct dm_microphone_watch;

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_microphone_watch_create(struct dm_microphone_watch **out);
void dm_microphone_watch_destroy(struct dm_microphone_watch *watch); /* NULL is allowed */

/* The next 20 ms, as the tap gave them; `peak_dbfs`: what the channel's engine knows of the level,
 * of a sound that is not heard. */
void dm_microphone_watch_put(struct dm_microphone_watch *watch, const float *samples,
			     struct dm_tap_facts facts, float peak_dbfs);

/* Another person, another microphone: what was heard is forgotten. */
void dm_microphone_watch_reset(struct dm_microphone_watch *watch);

void dm_microphone_watch_report(const struct dm_microphone_watch *watch,
				struct dm_surveyed_microphone *report);

#endif
