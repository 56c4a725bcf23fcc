/* relay/ingest/forward_source.h
 *
 * One source that is passed through: datagrams in, tracks written. Tells sound from picture by the
 * payload type, hears one sender of each (forward_senders), reads its sender reports, asks it for
 * key frames, and tells when sound and picture are live or lost (feed_states).
 *
 * Pure but for log lines: no socket, no clock; no allocation after create.
 * Thread: one at a time.
 */
#ifndef DM_INGEST_FORWARD_SOURCE_H
#define DM_INGEST_FORWARD_SOURCE_H

#include "ingest/forward_senders.h"
#include "ingest/forward_stream.h"
#include "session/room.h"

struct dm_forward_source;

struct dm_forward_source_counts {
	struct dm_forward_counts media[DM_FORWARD_MEDIA];
	struct dm_metric malformed;    /* datagrams that are neither RTP nor RTCP */
	struct dm_metric other_type;   /* packets of a payload type that is not the source's */
	struct dm_metric key_requests; /* sent */
	struct dm_metric moves;        /* times that timestamps were mapped anew */
};

struct dm_forward_source_options {
	const char *name; /* "room/floor", for logs; borrowed until destroy */
	uint8_t payload_types[DM_FORWARD_MEDIA]; /* 0: the source has no such stream */
	struct dm_track *const *sound;           /* tracks that all get the sound */
	size_t sound_count;
	struct dm_intake *intake; /* nullable, borrowed until destroy: takes a copy of each packet
				     of the sound, for who decodes it */
	struct dm_track *picture;
	const struct dm_timeline *timeline; /* copied */
	dm_usec stall_after;
	struct dm_forward_source_counts *counts;  /* borrowed until destroy */
	struct dm_metric *stalls;                 /* likewise; times that it was lost */
	struct dm_picture_health *picture_health; /* likewise; nullable, as the next */
	struct dm_source_health *source_health;

	/* Sound's or picture's state changed. OFF: the source has none. */
	void (*on_state)(void *user, enum dm_feed_state sound, enum dm_feed_state picture);
	void *user;
};

/* Returns 0, -EINVAL (no stream at all, or one without a track) or -ENOMEM; on failure *out is
 * NULL. */
int dm_forward_source_create(struct dm_forward_source **out,
			     const struct dm_forward_source_options *options);
void dm_forward_source_destroy(struct dm_forward_source *source); /* NULL is allowed */

/* Takes a datagram. Both return how many frames were published; if any, ring the audience. */
unsigned dm_forward_source_take(struct dm_forward_source *source,
				const struct dm_forward_address *from, enum dm_forward_port port,
				const uint8_t *data, size_t bytes, dm_usec now);

/* The same for what comes by an intake, from a publisher whom the transport has let in: a packet,
 * and what the sender's clock said (RFC 3550, 6.4.1). */
unsigned dm_forward_source_packet(struct dm_forward_source *source, enum dm_forward_medium medium,
				  const struct dm_rtp_packet *packet, dm_usec now);
void dm_forward_source_report(struct dm_forward_source *source, uint32_t ssrc, uint64_t ntp,
			      uint32_t rtp);

/* Gives up what is lost, looks at the states. Call by the deadline, or earlier. */
unsigned dm_forward_source_turn(struct dm_forward_source *source, dm_usec now);
dm_usec dm_forward_source_deadline(const struct dm_forward_source *source, dm_usec now);

/* True when a key frame is wanted of the picture's sender, and the last wish is a second ago. */
bool dm_forward_source_take_key_wish(struct dm_forward_source *source, dm_usec now);

#define DM_FORWARD_FEEDBACK_MAX 64

/* Writes RTCP that asks the picture's sender for a key frame, when one is wanted, the sender's RTCP
 * address is known and the last request is a second ago. Returns the bytes to send from `*port` to
 * `*to`, or 0. */
size_t dm_forward_source_feedback(struct dm_forward_source *source, dm_usec now,
				  uint8_t data[static DM_FORWARD_FEEDBACK_MAX],
				  enum dm_forward_port *port, struct dm_forward_address *to);

#endif
