/* relay/transport/stream.h
 *
 * One RTP stream as one peer receives it: a fixed SSRC whose sequence numbers and timestamps go on
 * unbroken whichever track feeds it. It writes packets of the track that it is bound to, and
 * resends what a NACK asks for from that track's ring.
 *
 * No clock, no I/O but through the sender, no allocation.
 * Thread: the worker that owns the connection.
 */
#ifndef DM_TRANSPORT_STREAM_H
#define DM_TRANSPORT_STREAM_H

#include "rtp/ladder.h"
#include "rtp/resend.h"
#include "rtp/rewriter.h"
#include "rtp/track.h"
#include "transport/peer.h"
#include "transport/sender.h"
#include "transport/transport.h"

struct dm_listing;

/* Where a stream's packets go, and under which key: shared by the streams of one connection. */
struct dm_stream_outlet {
	struct dm_destination to;
	struct dm_protector *protector; /* NULL until DTLS is done */
};

struct dm_stream {
	struct dm_stream_options options;
	enum dm_media media;
	const struct dm_stream_outlet *outlet; /* borrowed: of the connection */
	uint32_t ssrc;
	uint32_t rtx_ssrc; /* 0: resend on the stream's own SSRC */

	/* What may feed it, from best to least, and which rung does or shall. */
	struct dm_track *rungs[DM_LADDER_MAX]; /* shared references */
	size_t rung_count;                     /* 0: the stream rests */
	size_t rung;                           /* bound, or waited for */
	size_t rung_wanted;                    /* changes to it at the next key frame */
	struct dm_ladder ladder;               /* what the link allows */

	/* Its place in the fan-out. */
	struct dm_listing *listing; /* borrowed; NULL: nowhere */
	size_t position;            /* in the listing */
	bool waiting;               /* for a frame that it can start with */
	uint64_t next_index;        /* packets of the track before it are sent already */

	/* What it has sent. */
	struct dm_rewriter rewriter;
	struct dm_track *sources[DM_REWRITER_BINDINGS]; /* shared references, by binding slot */
	bool started;
	uint32_t last_timestamp; /* of the track, not of the wire */
	uint32_t packets;        /* for sender reports (RFC 3550, 6.4.1) */
	uint32_t octets;
	uint64_t rtx_sequence;    /* extended: roll-over counter and sequence number */
	struct dm_resend *resend; /* owned; NULL without NACK */
};

/* Calls what sending touches into the cache. */
static inline void dm_stream_prefetch(const struct dm_stream *stream)
{
	const char *bytes = (const char *)stream;

	for (size_t at = 0; at < sizeof(*stream); at += 64) /* a cache line */
		__builtin_prefetch(bytes + at);
}

/* Random SSRCs, sequence number and timestamp offset (RFC 3550, 5.1); those of one connection's
 * streams never meet. Returns 0, -ENOMEM or -EIO (no randomness); on failure nothing needs
 * finishing. */
int dm_stream_init(struct dm_stream *stream, const struct dm_stream_options *options,
		   enum dm_media media, const struct dm_stream_outlet *outlet, dm_usec now);

/* Gives the references back, frees what it owns. */
void dm_stream_finish(struct dm_stream *stream);

/* Takes references to the rungs; `count` 0 rests. The caller moves it in the fan-out. */
void dm_stream_set_rungs(struct dm_stream *stream, struct dm_track *const *rungs, size_t count);

/* True when a frame of this timestamp comes after everything sent: a stream may go on with it. */
bool dm_stream_may_follow(const struct dm_stream *stream, uint32_t timestamp);

/* Makes packet `first_index` of the track the successor of the last one sent. */
void dm_stream_switch(struct dm_stream *stream, struct dm_track *track, uint64_t first_index);

/* Sends packets of the bound track, in order and without gaps. */
void dm_stream_send(struct dm_stream *stream, struct dm_sender *sender,
		    const struct dm_track_packet *packets, size_t count);

enum dm_stream_resend {
	DM_STREAM_RESENT,
	DM_STREAM_NOT_SENT, /* never sent, or too long ago */
	DM_STREAM_TOO_SOON, /* resent a moment ago */
	DM_STREAM_OVER_BUDGET,
};

/* Answers one NACKed sequence number (RFC 4585, 6.2.1), by RTX where negotiated (RFC 4588).
 * `scratch` holds the packet meanwhile. */
enum dm_stream_resend dm_stream_resend(struct dm_stream *stream, struct dm_sender *sender,
				       uint16_t sequence, struct dm_track_packet *scratch,
				       dm_usec now);

#endif
