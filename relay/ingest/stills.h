/* relay/ingest/stills.h
 *
 * A small still of each picture every two seconds, of what really leaves: the newest key frame of
 * its least rung. Of pictures that are passed through it tells besides whether they stand still or
 * are black, since nobody else decodes them.
 *
 * Thread: create, add, start and destroy on the control thread; a thread of its own, which yields
 * to everything (nice 10).
 */
#ifndef DM_INGEST_STILLS_H
#define DM_INGEST_STILLS_H

#include "rtp/track.h"
#include "session/health.h"

#include <glib.h>

struct dm_stills;

struct dm_stills_picture {
	struct dm_track *track;           /* a reference is taken */
	const char *name;                 /* for logs; borrowed until destroy */
	struct dm_picture_health *health; /* borrowed until destroy; NULL: is known otherwise */
	void (*on_still)(void *user, GBytes *jpeg /* taken */); /* on the thread of the stills */
	void *user;
};

/* Returns 0. */
int dm_stills_create(struct dm_stills **out);
void dm_stills_add(struct dm_stills *stills, const struct dm_stills_picture *picture);
/* Returns 0, -EIO (the decoder does not start, logged) or -EAGAIN (no thread). Without pictures
 * there is no thread. */
int dm_stills_start(struct dm_stills *stills);
/* Stops and joins. NULL is allowed. */
void dm_stills_destroy(struct dm_stills *stills);

#endif
