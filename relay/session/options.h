/* relay/session/options.h
 *
 * What an event is, as the configuration describes it. Plain data; everything borrowed until
 * dm_event_destroy. Thread: any.
 */
#ifndef DM_SESSION_OPTIONS_H
#define DM_SESSION_OPTIONS_H

#include "base/time.h"
#include "session/language.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A title in one language (BCP 47). */
struct dm_title {
	const char *lang;
	const char *text;
};

/* Where a feed comes from: "test:", a path, or a URI (file, srt, rtsp, rtmp, rtp, udp, whip). What
 * kind of URI it is, whoever reads the configuration says. */
struct dm_source_options {
	const char *uri;     /* NULL or "": none */
	bool loop;           /* a file starts again at its end */
	bool whip;           /* "whip:": a publisher brings it, and it is passed through */
	bool passes_sound;   /* its Opus is passed through, not decoded (rtp:, ?opus=) */
	bool passes_picture; /* likewise its H.264 (?h264=) */
};

struct dm_rung_options {
	uint32_t width; /* pixels, even */
	uint32_t height;
	uint32_t bitrate_bps;
};

/* One picture and its ladder, from best to least. */
struct dm_picture_options {
	struct dm_source_options source; /* the floor's picture comes with the floor's source */
	uint32_t frame_rate;             /* 1..60 per second */
	bool slides;                     /* it may stand still, and that is no fault */
	const struct dm_rung_options *ladder;
	size_t ladder_count; /* 0: no picture; at most DM_LADDER_MAX */
};

/* What a channel carries while nobody serves it. */
enum dm_fallback { DM_FALLBACK_FLOOR, DM_FALLBACK_SILENCE, DM_FALLBACK_CHANNEL };

struct dm_channel_options {
	const char *lang;                /* BCP 47; "floor" is not allowed here */
	struct dm_source_options source; /* none: the channel carries the fallback */
	uint32_t bitrate_bps;            /* Opus; 0: the room's channel_bitrate_bps */
	enum dm_fallback fallback;
	uint8_t fallback_channel; /* DM_FALLBACK_CHANNEL: which, counted as in a room (the floor is
				     0, and not allowed here); fallbacks make no circle */
};

/* One entry of a room's timetable. */
struct dm_agenda_entry {
	const struct dm_title *titles;
	size_t title_count;
	int64_t start; /* wall-clock seconds since 1970 */
	int64_t end;   /* after start */
};

#define DM_AGENDA_MAX 200 /* entries of a room; choice: ten days of twenty */

#define DM_BOOTHS_MAX 124 /* of a room: 31 channels of four booths each */
#define DM_OUTPUTS    2   /* A, B (retour) */
#define DM_PIVOTS_MAX 4   /* of a booth; choice */

/* Channels are counted as in a room: the floor is 0. */
struct dm_booth_options {
	const char *id;
	uint8_t outputs[DM_OUTPUTS]; /* channels spoken into; [1] 0: no retour */
	struct dm_languages takes; /* interprets from these, and the floor in its own; none: all */
	uint8_t pivots[DM_PIVOTS_MAX]; /* automatic relay, in order; none is an output A */
	size_t pivot_count;
};

struct dm_room_options {
	const char *id; /* [a-z0-9-]{1,32}, unique in the event */
	const struct dm_title *titles;
	size_t title_count;
	struct dm_source_options floor; /* sound, and the picture unless there is no ladder */
	const struct dm_source_options *backups; /* of the floor, which is then decoded, as they */
	size_t backup_count;                     /* 0..DM_BACKUPS_MAX */
	const char *floor_language;              /* BCP 47 of what is spoken at the start */
	uint32_t floor_bitrate_bps;              /* Opus */
	uint32_t channel_bitrate_bps;
	struct dm_picture_options picture; /* .source unused: it comes with the floor */
	struct dm_picture_options sign;
	const struct dm_channel_options *channels; /* without the floor */
	size_t channel_count;                      /* 0..DM_CHANNELS_MAX - 1 */
	const struct dm_booth_options *booths;
	size_t booth_count;      /* 0..DM_BOOTHS_MAX */
	uint8_t relay_depth_max; /* interpreters in a row; 0: DM_RELAY_DEPTH */
	dm_usec shift;           /* after which a booth is reminded; 0: DM_SHIFT_LENGTH */
	double loudness_lufs;    /* to which voices are drawn, below 0; 0: as they come */
	dm_usec ramp;            /* to and from a channel's fallback, 300 ms..5 s; 0: 300 ms */
	const struct dm_agenda_entry *sessions; /* in order, not overlapping */
	size_t session_count;                   /* 0: always in session; at most DM_AGENDA_MAX */
};

#define DM_BACKUPS_MAX  4  /* of a floor; choice */
#define DM_CHANNELS_MAX 32 /* of a room, floor included; choice */
#define DM_ROOMS_MAX    64 /* of an event; choice */

struct dm_event_options {
	const char *id;
	const struct dm_title *titles;
	size_t title_count;
	const struct dm_room_options *rooms;
	size_t room_count;
};

#endif
