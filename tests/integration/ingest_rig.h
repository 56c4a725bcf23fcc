/* A room played through ingest, listened to and looked at as a subscriber would: sound decoded by
 * libopus, picture by libav. Everything is followed packet by packet, and every packet's times are
 * checked as it comes. */
#ifndef DM_TESTS_INGEST_RIG_H
#define DM_TESTS_INGEST_RIG_H

#include "ingest/ingest.h"
#include "transport/transport.h"

#include <gst/gst.h>
#include <opus.h>
#include <sys/types.h>

#define RIG_SECONDS_MAX 60
#define RIG_LAST        (RIG_SECONDS_MAX * 60)

/* One audio track. Aborts the test when a timestamp is off the grid. */
struct ear {
	struct dm_track *track;
	OpusDecoder *decoder;
	uint64_t next;
	dm_usec began_at;                       /* time of samples[0] */
	float samples[RIG_SECONDS_MAX * 48000]; /* decoded */
	size_t count;
	uint32_t last_timestamp;
	bool has_last;
};

/* One frame of a video track. */
struct sight {
	dm_usec captured_at;
	dm_usec published_at;
	bool key;
	int luma; /* mean; -1: not decoded yet */
};

struct eye {
	struct dm_track *track;
	uint64_t next;
	GstElement *pipeline;
	GstElement *source;
	uint32_t last_timestamp;
	uint16_t sequence;
	bool in_frame;
	struct sight sights[RIG_LAST];
	size_t count;
};

#define RIG_RUNGS 2

struct rig {
	struct dm_timeline timeline;
	struct dm_metrics *metrics;
	struct dm_transport *transport;
	struct dm_ticker *ticker;
	struct dm_event *event;
	struct dm_ingest *ingest;
	struct dm_room *room;
	struct ear floor;
	struct ear channel; /* the first after the floor, if any */
	struct eye eyes[RIG_RUNGS];
	struct eye sign; /* if any */
	bool has_channel;
	bool has_sign;
};

/* Channel NULL: the room has no channel; "": one without a source. */
struct rig *rig_start(const char *floor, bool loop, const char *channel);

/* The same with a sign-language picture. */
struct rig *rig_start_signed(const char *floor, bool loop, const char *channel, const char *sign);
/* The same with backups of the floor. */
struct rig *rig_start_backed(const char *floor, bool loop, const char *const *backups,
			     size_t backup_count);
void rig_stop(struct rig *rig);

/* Runs the main loop and follows the tracks. */
void rig_run(struct rig *rig, dm_usec duration);

/* The same until the state is reached; fails the test after `deadline`. */
void rig_await_sound(struct rig *rig, enum dm_feed_state state, dm_usec deadline);
void rig_await_picture(struct rig *rig, enum dm_feed_state state, dm_usec deadline);

/* Waits until all that was seen is decoded. */
void rig_settle(struct rig *rig);

/* When white frames and beeps began, at or after `since`. Return how many (at most `most`). */
size_t rig_flashes(const struct rig *rig, dm_usec since, dm_usec *at, size_t most);
size_t rig_beeps(const struct rig *rig, dm_usec since, dm_usec *at, size_t most);

/* Pairs each flash with the nearest beep; returns the median distance, sound after picture
 * positive (a machine too busy to encode every frame shows a flash late), and fails the test when
 * there are fewer than `least` pairs. */
dm_usec rig_lip_sync(struct rig *rig, dm_usec since, size_t least);

/* When the holding picture was published first after `since`; fails when it was not. */
dm_usec rig_first_hold(struct rig *rig, dm_usec since);

/* Level of `hz` (0..1 of full scale) in the last `duration` of what the ear heard. */
double rig_level(const struct ear *ear, double hz, dm_usec duration);

/* The longest time without any sound, digital silence, from `since` on. */
dm_usec rig_longest_silence(const struct ear *ear, dm_usec since);

/* A path in the tests' scratch folder: "name" under the working directory. */
const char *rig_media(const char *name);

/* Makes rig_media("lips.mp4"), six seconds: H.264 with B-frames and AAC, a flash of two frames and
 * a beep of 60 ms at each second. Once a process. */
const char *rig_lips(void);

/* The same without B-frames. */
const char *rig_lips_in_order(void);

/* Starts a program (argv NULL-terminated) with its output on /dev/null. */
pid_t rig_spawn(const char *const *argv);
void rig_kill(pid_t child);
void rig_kill_all(void);

/* For cmocka: after a test, and after the last one. */
int rig_kill_senders(void **state);
int rig_remove_media(void **state);
bool rig_has_ended(pid_t child); /* by itself; it is then gone */

#endif
