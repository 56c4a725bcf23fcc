/* relay/session/room.h
 *
 * A room: one floor, some channels, a picture and perhaps a sign-language picture. The structs
 * are open for reading; only session writes them, through the functions here.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_ROOM_H
#define DM_SESSION_ROOM_H

#include "rtp/track.h"
#include "session/options.h"
#include "transport/transport.h"

struct dm_event;

enum dm_feed_state {
	DM_FEED_OFF,        /* no source is configured */
	DM_FEED_CONNECTING, /* has a source that has not delivered yet */
	DM_FEED_LIVE,
	DM_FEED_LOST, /* was live; being tried again */
};

/* One language's continuous sound. channels[0] of a room is the floor, lang "floor". */
struct dm_channel {
	const char *lang;                /* borrowed from the options */
	struct dm_source_options source; /* borrowed strings */
	enum dm_fallback fallback;       /* what it carries while it has no source */
	uint32_t bitrate_bps;
	struct dm_track *track; /* owned reference, never NULL */
	enum dm_feed_state state;
	struct dm_metric listeners;
};

struct dm_picture {
	const struct dm_picture_options *options; /* borrowed */
	struct dm_track *tracks[DM_LADDER_MAX];   /* owned references, best first */
	size_t track_count;                       /* 0: the room has no such picture */
	enum dm_feed_state state;
};

struct dm_room {
	struct dm_event *event; /* borrowed */
	const struct dm_room_options *options;
	const char *floor_language;  /* now spoken; borrowed */
	struct dm_channel *channels; /* owned array, [0] is the floor */
	size_t channel_count;
	struct dm_picture picture;
	struct dm_picture sign;
};

/* NULL when the room has no channel of that language. Compares as BCP 47 does: no case. */
struct dm_channel *dm_room_find_channel(struct dm_room *room, const char *lang);

/* Ingest tells what became of a feed; observers of the event are called when it is news. */
void dm_room_set_channel_state(struct dm_room *room, struct dm_channel *channel,
			       enum dm_feed_state state);
void dm_room_set_picture_state(struct dm_room *room, struct dm_picture *picture,
			       enum dm_feed_state state);

#endif
