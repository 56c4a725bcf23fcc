/* relay/session/options.h
 *
 * What an event is, as the configuration describes it. Plain data; everything borrowed until
 * dm_event_destroy. Thread: any.
 */
#ifndef DM_SESSION_OPTIONS_H
#define DM_SESSION_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A title in one language (BCP 47). */
struct dm_title {
	const char *lang;
	const char *text;
};

/* Where a feed comes from: "test:", a path, or a URI (file, srt, rtsp, rtmp, rtp, udp). */
struct dm_source_options {
	const char *uri; /* NULL or "": none */
	bool loop;       /* a file starts again at its end */
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
	const struct dm_rung_options *ladder;
	size_t ladder_count; /* 0: no picture; at most DM_LADDER_MAX */
};

/* What a channel carries while it has no source, or its source is off. */
enum dm_fallback { DM_FALLBACK_FLOOR, DM_FALLBACK_SILENCE };

struct dm_channel_options {
	const char *lang;                /* BCP 47; "floor" is not allowed here */
	struct dm_source_options source; /* none: the channel carries the fallback */
	uint32_t bitrate_bps;            /* Opus; 0: the room's channel_bitrate_bps */
	enum dm_fallback fallback;
};

struct dm_room_options {
	const char *id; /* [a-z0-9-]{1,32}, unique in the event */
	const struct dm_title *titles;
	size_t title_count;
	struct dm_source_options floor; /* sound, and the picture unless there is no ladder */
	const char *floor_language;     /* BCP 47 of what is spoken at the start */
	uint32_t floor_bitrate_bps;     /* Opus */
	uint32_t channel_bitrate_bps;
	struct dm_picture_options picture; /* .source unused: it comes with the floor */
	struct dm_picture_options sign;
	const struct dm_channel_options *channels; /* without the floor */
	size_t channel_count;                      /* 0..DM_CHANNELS_MAX - 1 */
};

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
