/* relay/rtp/track.h
 *
 * A track: one continuous stream that the relay emits, as a ring of packets with one writer
 * (ingest or a channel engine) and any number of readers (the transport workers). Packets carry
 * an index that grows by one for ever; a subscriber's sequence numbers are that index plus an
 * offset of its own. The ring is also the history that answers NACKs: nothing is stored per
 * subscriber.
 *
 * A slot is written and read as a sequence lock made of C11 atomics: the writer never waits for
 * readers, a reader that was overtaken is told so and keeps nothing. A worker reads a packet
 * once for all its subscribers.
 *
 * Thread: publish from the one writer; everything else from any thread. References are atomic.
 */
#ifndef DM_RTP_TRACK_H
#define DM_RTP_TRACK_H

#include "base/time.h"
#include "rtp/reception.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Payload of one RTP packet. With SRTP's tag, RTX's OSN, header and extensions, UDP and IPv6 it
 * stays under 1,280 bytes of IPv6 minimum link MTU (RFC 8200, 5). */
#define DM_TRACK_PAYLOAD_MAX 1168

enum dm_track_kind { DM_TRACK_AUDIO, DM_TRACK_VIDEO };

struct dm_track;

struct dm_track_options {
	enum dm_track_kind kind;
	uint32_t clock_rate_hz;    /* 48000 or 90000 */
	uint32_t capacity_packets; /* a power of two, 16..65536 */
	const char *name;          /* for logs; copied, cut at 63 bytes */
};

/* One packet as the writer hands it in, and as a reader gets it. */
struct dm_track_packet {
	dm_usec captured_at; /* when its sound or picture happened, monotonic */
	dm_usec published_at;
	uint64_t index;     /* position in the track, from 0; set by publish */
	uint32_t timestamp; /* RTP timestamp on the shared timeline */
	uint16_t payload_bytes;
	bool marker;      /* last packet of a video frame (RFC 6184, 5.1) */
	bool frame_start; /* first packet of its frame; set by publish */
	bool key;         /* belongs to a key frame; always true for sound */
	uint8_t payload[DM_TRACK_PAYLOAD_MAX];
};

struct dm_track_payload {
	const uint8_t *data; /* borrowed for the call */
	size_t bytes;        /* 1..DM_TRACK_PAYLOAD_MAX */
};

/* A whole frame: published at once, so that readers see all of it or nothing. */
struct dm_track_frame {
	const struct dm_track_payload *payloads; /* borrowed for the call */
	size_t payload_count;                    /* 1..capacity / 4 */
	dm_usec captured_at;
	uint32_t timestamp;
	bool key;
};

enum dm_track_read {
	DM_TRACK_READ_OK,
	DM_TRACK_READ_AHEAD, /* not published yet */
	DM_TRACK_READ_LOST,  /* overwritten */
};

/* Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. The caller owns one reference. */
int dm_track_create(struct dm_track **out, const struct dm_track_options *options);
struct dm_track *dm_track_ref(struct dm_track *track);
void dm_track_unref(struct dm_track *track); /* NULL is allowed */

enum dm_track_kind dm_track_kind(const struct dm_track *track);
uint32_t dm_track_clock_rate_hz(const struct dm_track *track);
const char *dm_track_name(const struct dm_track *track);

/* Writer only. Returns 0, or -EINVAL when a payload or the count is out of range (nothing is
 * then published). Readers are woken separately: see base/doorbell.h and rtp/audience.h. */
int dm_track_publish(struct dm_track *track, const struct dm_track_frame *frame, dm_usec now);

/* Index of the next packet to be published: one past the newest. */
uint64_t dm_track_head(const struct dm_track *track);

/* Index of the first packet of the newest key frame, or UINT64_MAX when there is none yet.
 * It may have been overwritten since. */
uint64_t dm_track_key_index(const struct dm_track *track);

/* Copies packet `index` out. On anything but OK, *packet is unspecified. */
enum dm_track_read dm_track_read(const struct dm_track *track, uint64_t index,
				 struct dm_track_packet *packet);

/* A reader asks for a key frame; the writer takes the wish (clearing it) when it makes its next
 * frame, and limits how often it grants one. */
void dm_track_request_key(struct dm_track *track);
bool dm_track_take_key_request(struct dm_track *track);

/* A receiver reports how much it has lost (RFC 3550, 6.4.1), in 256ths; from any thread. The writer
 * takes the loss that nine of ten reports since it last asked stay below, in percent, so that one
 * lost phone does not decide for everybody; -1: nobody has reported. */
void dm_track_note_loss(struct dm_track *track, uint8_t fraction_lost);
int dm_track_take_loss(struct dm_track *track);

/* How its receivers fare: whoever hears them notes it there. Lives as long as the track. */
struct dm_reception *dm_track_reception(struct dm_track *track);

/* Connections whose stream reads it now; a worker tells by how many they change. The metric is for
 * the registry, and lives as long as the track. */
void dm_track_change_readers(struct dm_track *track, int change);
int64_t dm_track_readers(const struct dm_track *track);
const struct dm_metric *dm_track_readers_metric(const struct dm_track *track);

/* Totals since create, for metrics. */
uint64_t dm_track_bytes(const struct dm_track *track);

/* Payload bits a second, measured over the last whole window of some two seconds (one distance of
 * key frames); 0 in the first. */
uint64_t dm_track_rate_bps(const struct dm_track *track);

#endif
