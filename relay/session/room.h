/* relay/session/room.h
 *
 * A room: one floor, some channels, a picture and perhaps a sign-language picture. The structs
 * are open for reading; only session writes them, through the functions here.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_ROOM_H
#define DM_SESSION_ROOM_H

#include "audio/ticker.h"
#include "rtp/intake.h"
#include "rtp/track.h"
#include "session/agenda.h"
#include "session/health.h"
#include "session/interpretation.h"
#include "transport/transport.h"

#include <glib.h>

struct dm_desk;
struct dm_event;
struct dm_line_up;

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
	enum dm_fallback fallback;       /* what it carries while nobody serves it */
	uint32_t bitrate_bps;
	struct dm_track *track; /* owned reference, never NULL; the floor's own of a channel that
				   can carry nothing else */
	int number;             /* in the ticker; -1: it is not there */
	struct dm_sound_inlet *inlet; /* owned; a decoded source puts its sound there; nullable */
	struct dm_intake *intake;     /* owned reference; a sound that is passed through comes there
					 too, for the channels that fall back to it; nullable */
	struct dm_ticker_counts sound;        /* of the inlet */
	const struct dm_programme *programme; /* borrowed: what it carries now, and why */
	enum dm_feed_state state;
	struct dm_metric listeners; /* delegates who hear it; those in booths are not counted */
	struct dm_metric served;    /* 1: somebody interprets, or its source delivers */
};

struct dm_picture {
	const struct dm_picture_options *options; /* borrowed */
	struct dm_track *tracks[DM_LADDER_MAX];   /* owned references, best first */
	size_t track_count;                       /* 0: the room has no such picture */
	enum dm_feed_state state;
	struct dm_picture_health health; /* set by ingest's threads */
	GBytes *still;    /* owned, nullable: the newest one, a JPEG of at most 320x180 */
	int64_t still_at; /* when it was taken: wall-clock seconds since 1970 */
};

#define DM_SOURCE_FORMAT_SIZE 96

struct dm_room {
	struct dm_event *event; /* borrowed */
	const struct dm_room_options *options;
	struct dm_interpretation *interpretation; /* owned: the rules of its booths */
	struct dm_desk *desk;                     /* owned: does what they decide */
	const char *floor_language;               /* now spoken; borrowed */
	struct dm_channel *channels;              /* owned array, [0] is the floor */
	size_t channel_count;
	struct dm_picture picture;
	struct dm_picture sign;
	struct dm_agenda agenda;               /* when it is in session */
	struct dm_line_up *line_up;            /* owned; the last one; NULL: there was none */
	struct dm_source_health source_health; /* of the floor's source; set by ingest's threads */
	/* What the source brings, "H.264 1920x1080 25 fps, AAC 48 kHz stereo"; "": not known. */
	char source_format[DM_SOURCE_FORMAT_SIZE];

	/* Of a floor that a WHIP publisher brings: what it sends, for ingest to read. Owned
	 * references; NULL when the floor comes from elsewhere. */
	struct dm_intake *whip_sound;
	struct dm_intake *whip_picture; /* nullable: a room without a picture */

	/* The original packets of such a floor, for those who interpret, written by ingest. Owned
	 * references; NULL as above. While they are not live interpreters have channels[0] and the
	 * picture's ladder. */
	struct dm_track *direct_sound;
	struct dm_track *direct_picture;
	bool direct_sound_live;
	bool direct_picture_live;
};

/* What is on at wall-clock second `now`. */
enum dm_sitting dm_room_sitting(const struct dm_room *room, int64_t now);

/* NULL when the room has no channel of that language. Compares as BCP 47 does: no case. */
struct dm_channel *dm_room_find_channel(struct dm_room *room, const char *lang);

/* Ingest tells what became of a feed; observers of the event are called when it is news. */
void dm_room_set_channel_state(struct dm_room *room, struct dm_channel *channel,
			       enum dm_feed_state state);
void dm_room_set_picture_state(struct dm_room *room, struct dm_picture *picture,
			       enum dm_feed_state state);

/* Likewise; these are no news to the event's observers. Takes the still, and its time is now. */
void dm_room_set_still(struct dm_room *room, struct dm_picture *picture, GBytes *still);
void dm_room_set_source_format(struct dm_room *room, const char *format);

/* From now on the floor comes from backup `n`, counted from 1, or from its own source (0). Returns
 * 0: it is being switched, and `source_health.in_use` tells when it is; -EINVAL: there is no such
 * source; -ENOTSUP: it is passed through or published, or nobody plays sources here. */
int dm_room_use_source(struct dm_room *room, unsigned n);

/* Likewise: whether the direct tracks carry something now. */
void dm_room_set_direct(struct dm_room *room, bool sound, bool picture);

#endif
