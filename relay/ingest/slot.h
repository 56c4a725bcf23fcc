/* relay/ingest/slot.h
 *
 * One configured source, or the lack of one, and what its media goes into. Private to ingest.c and
 * its parts.
 *
 * Thread: as each function says; the struct is made and ended on the control thread.
 */
#ifndef DM_INGEST_SLOT_H
#define DM_INGEST_SLOT_H

#include "ingest/feed.h"
#include "ingest/forwarder.h"
#include "ingest/source_format.h"

#include <stdatomic.h>

struct dm_slot {
	struct dm_room *room;       /* borrowed */
	struct dm_channel *channel; /* borrowed; NULL: pictures only */
	struct dm_picture *picture; /* borrowed; NULL: sound only */
	char name[80];              /* "room/floor" */

	bool forwarded;               /* the source is passed through */
	struct dm_feed *feed;         /* owned; NULL: no source, or one that is passed through */
	struct dm_sound_inlet *inlet; /* the channel's; NULL without sound that is decoded */
	struct dm_picture_line *line; /* owned; NULL without picture */
	struct dm_track *passed;    /* owned reference; NULL without sound that is passed through */
	struct dm_whip_inlet *whip; /* owned; NULL: nobody publishes to it */

	_Atomic int sound_state; /* enum dm_feed_state, on its way to the room */
	_Atomic int picture_state;
	_Atomic bool direct_sound; /* the same: whether the direct tracks carry something */
	_Atomic bool direct_picture;

	GMutex lock;                        /* for these two, on their way to the room */
	char format[DM_SOURCE_FORMAT_SIZE]; /* of the floor's source */
	GBytes *still;                      /* owned, nullable */

	struct dm_metric sound_live; /* 0 or 1 */
	struct dm_metric picture_live;
	struct dm_metric own_restarts; /* unless they are the room's to tell */
	struct dm_metric *restarts;    /* borrowed */
	struct dm_metric in_use;
	struct dm_metric stalls;
	struct dm_metric direct_stalls; /* of what is passed through besides */
	struct dm_metric frames_skipped;
	struct dm_metric frames_dropped;
	struct dm_forward_source_counts forward;
};

/* The floor's, with the room's source. */
bool dm_slot_is_floor(const struct dm_slot *slot);

/* --- slot_news.c: what became of it, on its way to the room. `user` is the slot; from any of
 * ingest's threads, the room is told on the control thread --- */

void dm_slot_on_state(void *user, enum dm_feed_state sound, enum dm_feed_state picture);
void dm_slot_on_format(void *user, const char *format);
void dm_slot_on_still(void *user, GBytes *jpeg); /* takes the reference */

/* Of what is passed through. */
void dm_slot_on_forward_state(void *user, enum dm_feed_state sound, enum dm_feed_state picture);
/* What a publisher sends, as it came. */
void dm_slot_on_direct_state(void *user, enum dm_feed_state sound, enum dm_feed_state picture);

/* --- slot_metrics.c: on the control thread. `metrics` is nullable; as dm_metrics_add --- */

int dm_slot_add_metrics(const struct dm_slot *slot, struct dm_metrics *metrics);
int dm_slot_add_live_metrics(const struct dm_slot *slot, struct dm_metrics *metrics);

#endif
