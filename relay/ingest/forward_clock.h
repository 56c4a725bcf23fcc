/* relay/ingest/forward_clock.h
 *
 * Maps the timestamps of a passed-through source onto the relay's timeline. A stream is mapped when
 * its first packet arrives and keeps that: its timestamps grow exactly as the sender's do. It is
 * mapped anew after a restart or a jump, and moved when a sender report tells that sound and
 * picture are apart (RFC 3550, 6.4.1), or when sender and relay have drifted apart by 40 ms.
 * Timestamps that are given out never go back.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_INGEST_FORWARD_CLOCK_H
#define DM_INGEST_FORWARD_CLOCK_H

#include "rtp/timeline.h"

#include <stdbool.h>

enum dm_forward_medium { DM_FORWARD_SOUND, DM_FORWARD_PICTURE, DM_FORWARD_MEDIA };

/* One stream. Sender's timestamps are counted on beyond 32 bits. */
struct dm_forward_lane {
	bool mapped;
	int64_t newest;     /* the last timestamp seen */
	int64_t base;       /* a timestamp, */
	dm_usec base_at;    /* when it happened here, */
	int64_t base_ticks; /* and that on the timeline */
	bool reported;      /* by a sender report: */
	int64_t report;     /* a timestamp, */
	dm_usec report_ntp; /* and the sender's clock then */
	bool given;         /* a timestamp was given out: */
	int64_t given_for;
	int64_t given_ticks;
	uint64_t backwards; /* timestamps that would have gone back */
};

struct dm_forward_clock {
	struct dm_timeline timeline;
	struct dm_forward_lane lanes[DM_FORWARD_MEDIA];
	dm_usec window_end;  /* of watching drift */
	dm_usec least_delay; /* in the window; DM_USEC_NEVER: nothing yet */
	uint64_t moves;      /* times that a running stream was mapped anew or moved */
};

struct dm_forward_time {
	dm_usec captured_at;
	uint32_t timestamp; /* on the timeline */
};

struct dm_forward_clock dm_forward_clock_init(const struct dm_timeline *timeline);

/* The stream's next packet begins it anew: another sender, another SSRC. */
void dm_forward_clock_restart(struct dm_forward_clock *clock, enum dm_forward_medium medium);

/* A sender report of the stream. `ntp` as it stands there, 32.32; 0, no clock, is passed over. */
void dm_forward_clock_report(struct dm_forward_clock *clock, enum dm_forward_medium medium,
			     uint64_t ntp, uint32_t rtp);

/* By how much sound and picture are apart on the timeline, by both senders' reports (RFC 3550,
 * 6.4.1); *offset above 0: the sound is early. False: not known. */
bool dm_forward_clock_offset(const struct dm_forward_clock *clock, dm_usec *offset);

/* Packets in the order of their sequence numbers. Those of one frame have one timestamp. */
struct dm_forward_time dm_forward_clock_map(struct dm_forward_clock *clock,
					    enum dm_forward_medium medium, uint32_t rtp,
					    dm_usec arrived_at);

#endif
