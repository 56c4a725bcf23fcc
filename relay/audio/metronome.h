/* relay/audio/metronome.h
 *
 * Keeps the ticker's time: a thread that calls at every tick's time, however long the tick before
 * took, and counts how late it came to do so and how long ticks take. What is made at a tick it
 * does not know.
 *
 * Thread: all functions are for the control thread, or any while it does not run, but
 * dm_metronome_due, which is for any. The two calls come from the thread `dm-ticker`, which neither
 * allocates nor waits for anything but the time.
 */
#ifndef DM_AUDIO_METRONOME_H
#define DM_AUDIO_METRONOME_H

#include "base/metric.h"
#include "base/time.h"

#include <stdint.h>

struct dm_metronome;

struct dm_metronome_options {
	dm_usec first;  /* when tick 0 is due, by dm_time_now */
	dm_usec period; /* from one tick to the next */
	void (*make)(void *user, int64_t tick);
	void (*publish)(void *user, int64_t tick, dm_usec now); /* right after it is made */
	void *user;                                             /* borrowed until destroy */
	struct dm_metrics *metrics;                             /* likewise; nullable */
};

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_metronome_create(struct dm_metronome **out, const struct dm_metronome_options *options);

/* Stops. NULL is allowed. */
void dm_metronome_destroy(struct dm_metronome *metronome);

/* The first tick is the last that is due by then. Returns 0 or -EAGAIN (no thread). */
int dm_metronome_start(struct dm_metronome *metronome);

/* Joins the thread. Does nothing when none runs. */
void dm_metronome_stop(struct dm_metronome *metronome);

/* The last tick that is due at `now`; at least 0. */
int64_t dm_metronome_due(const struct dm_metronome *metronome, dm_usec now);

#endif
