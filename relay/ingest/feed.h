/* relay/ingest/feed.h
 *
 * One stream coming in, for ever: plays its source, tells when it is live or lost, and when it
 * ends, fails or falls silent, plays it again after a back-off.
 *
 * Thread: create and destroy on the control thread; a thread of its own does all the waiting.
 */
#ifndef DM_INGEST_FEED_H
#define DM_INGEST_FEED_H

#include "base/metric.h"
#include "ingest/options.h"
#include "ingest/picture_line.h"
#include "ingest/reaper.h"
#include "audio/sound_inlet.h"
#include "session/room.h"

struct dm_feed;

struct dm_feed_options {
	const struct dm_source_options *source;
	const struct dm_source_options *backups; /* that may be played instead */
	size_t backup_count;                     /* 0..DM_BACKUPS_MAX */
	const char *name;                        /* "room/floor", for logs */
	const char *directory;                   /* relative paths start here; nullable */
	dm_usec stall_after;
	dm_usec retry_least;
	dm_usec retry_most;
	struct dm_whip_inlet *whip;                       /* of a WHIP source, else NULL */
	struct dm_sound_inlet *sound;                     /* nullable: no sound is wanted */
	struct dm_picture_line *picture;                  /* nullable, likewise */
	const struct dm_picture_options *picture_options; /* with `picture` */
	const struct dm_timeline *timeline;
	struct dm_reaper *reaper;
	struct dm_metric *restarts; /* attempts but the first */
	struct dm_metric *stalls;   /* times that it was lost */
	struct dm_metric *in_use;   /* which source is played: 0, or the number of a backup */
	struct dm_picture_health *picture_health; /* nullable, as the next */
	struct dm_source_health *source_health;

	/* Sound's or picture's state changed; on the feed's thread. OFF: is not wanted. */
	void (*on_state)(void *user, enum dm_feed_state sound, enum dm_feed_state picture);
	/* What comes, as dm_source_format_print writes it; likewise. "": nothing, or not known. */
	void (*on_format)(void *user, const char *format);
	void *user;
};

/* The options' strings and pointers are borrowed until destroy. Returns 0, -EINVAL (no such
 * source: logged), -ENOMEM or -EAGAIN (no thread); on failure *out is NULL. */
int dm_feed_create(struct dm_feed **out, const struct dm_feed_options *options);
void dm_feed_destroy(struct dm_feed *feed); /* NULL is allowed */

/* Plays another source from now on, 0: its own, n: the nth backup, n <= backup_count. The present
 * attempt ends, and what it gave; `in_use` and the states tell the rest. One that does not come up
 * is tried again, as any other: which one is right is not for a machine to say. */
void dm_feed_use(struct dm_feed *feed, unsigned n);

/* All feeds stop sooner when all are told before the first is destroyed. */
void dm_feed_stop(struct dm_feed *feed);

#endif
