/* relay/monitor/figures.h
 *
 * What is known of a room at the last look, for people: each thing with its numbers. What the judge
 * needs of it is sample.h.
 *
 * Plain data; a number that could not be measured is NAN, silence -HUGE_VAL. Thread: the control
 * thread.
 */
#ifndef DM_MONITOR_FIGURES_H
#define DM_MONITOR_FIGURES_H

#include "audio/survey.h"
#include "rtp/reception.h"
#include "session/level.h"

struct dm_picture_figures {
	bool there;        /* the room has such a picture */
	double frame_rate; /* pictures that came, a second */
	unsigned width, height;
	double bitrate_bps; /* of the best rung as it leaves */
	double key_interval_s;
	double still_for_s;
	double black_for_s;
	uint64_t freezes;
	struct {
		uint32_t height;  /* pixels; 0: as it comes */
		uint32_t readers; /* who get it now */
	} rungs[DM_LADDER_MAX];
	size_t rung_count;
};

struct dm_source_figures {
	struct dm_picture_figures picture, sign;
	double offset_ms; /* sound against picture, > 0: the sound is early */
	uint64_t restarts;
	unsigned in_use; /* 0: the source, n: the nth backup */
};

struct dm_channel_figures {
	struct dm_surveyed_channel sound;
	struct dm_channel_level level;
	double bitrate_bps;
	uint32_t listeners;
};

struct dm_microphone_figures {
	uint8_t booth, seat;
	bool on_air;
	struct dm_microphone_level level;
	struct dm_surveyed_microphone sound;
	double jitter_ms;
	double loss;          /* share of packets of the last seconds, 0..1 */
	double concealed;     /* share of the sound of the last seconds, 0..1 */
	double delay_ms;      /* of the jitter buffer */
	double round_trip_ms; /* NAN: not known yet */
	double drift_ppm;
};

/* Listeners of one room, channel, network or country, over the last ten seconds of reports. */
enum dm_group_by {
	DM_GROUP_BY_ROOM,
	DM_GROUP_BY_CHANNEL,
	DM_GROUP_BY_NETWORK,
	DM_GROUP_BY_COUNTRY
};

struct dm_group_figures {
	enum dm_group_by by;
	const char *name; /* "plenary", "fr", "203.0.0.0/16", "CH"; borrowed until the next look */
	uint32_t listeners;
	double round_trip_p50_ms, round_trip_p95_ms;
	double loss_p50, loss_p95, loss_mean; /* 0..1 */
	double resent_hz;                     /* packets a second */
};

struct dm_room_figures {
	struct dm_source_figures source;
	const struct dm_channel_figures *channels; /* as the room's */
	size_t channel_count;
	const struct dm_microphone_figures *microphones; /* of taken seats */
	size_t microphone_count;
	const struct dm_group_figures *groups; /* the room first, then its channels */
	size_t group_count;
	uint32_t listeners;
};

struct dm_relay_figures {
	double cpu; /* cores in use */
	double disk_free;
	double certificate_days;
	double token_days;
	double worker_drops;   /* share, of the worst worker */
	double worker_loop_ms; /* the longest turn of the worst */
	const struct dm_group_figures
		*networks; /* and countries: of the whole event, largest first */
	size_t network_count;
};

#endif
