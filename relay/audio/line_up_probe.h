/* relay/audio/line_up_probe.h
 *
 * Hears one channel's line-up where it leaves: the packets of its track, as its listeners get them,
 * decoded and put to the check (line_up.h).
 *
 * Thread: create, destroy, begin and report on the control thread, while create and destroy nothing
 * else runs; listen on the survey's.
 */
#ifndef DM_AUDIO_LINE_UP_PROBE_H
#define DM_AUDIO_LINE_UP_PROBE_H

#include "audio/line_up.h"
#include "rtp/track.h"

struct dm_line_up_probe;

struct dm_line_up_probe_options {
	struct dm_track *track; /* a reference is taken */
	uint8_t channel;        /* whose line-up it is to be */
	dm_usec delay;          /* as dm_line_up_check_create */
	dm_usec origin;         /* when tick 0 was captured */
};

/* Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_line_up_probe_create(struct dm_line_up_probe **out,
			    const struct dm_line_up_probe_options *options);
void dm_line_up_probe_destroy(struct dm_line_up_probe *probe); /* NULL is allowed */

/* The one that begins with tick `from`, from now on; -1: none. */
void dm_line_up_probe_begin(struct dm_line_up_probe *probe, int64_t from);

/* Hears what has been published since the last time, some seconds of it at most. A tick of which no
 * packet came, or none that can be decoded, is nothing. */
void dm_line_up_probe_listen(struct dm_line_up_probe *probe);

/* False: nothing has been heard of that one yet. */
bool dm_line_up_probe_report(const struct dm_line_up_probe *probe, int64_t from,
			     struct dm_line_up_report *report);

#endif
