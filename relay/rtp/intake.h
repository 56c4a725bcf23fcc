/* relay/rtp/intake.h
 *
 * An intake: one stream that comes in, from the worker that received its packets to whoever uses
 * them (an engine of sound, a forwarder). The counterpart of a track. Packets are as they came:
 * decrypted, retransmissions under their original numbers, in order of arrival.
 *
 * It outlives the peers that feed it: a publisher that comes back feeds the same intake with
 * another SSRC.
 *
 * Thread: put from the workers; read from one thread; everything else from any. References are
 * atomic.
 */
#ifndef DM_RTP_INTAKE_H
#define DM_RTP_INTAKE_H

#include "base/time.h"
#include "rtp/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As large as a datagram can be that we receive. */
#define DM_INTAKE_PAYLOAD_MAX 1500

struct dm_intake;

enum dm_codec { DM_CODEC_OPUS, DM_CODEC_H264, DM_CODEC_VP8 };

struct dm_intake_packet {
	dm_usec arrived_at; /* monotonic */
	uint32_t ssrc;
	uint32_t timestamp;
	uint16_t sequence;
	uint16_t payload_bytes;
	uint8_t payload_type;
	bool marker;
	uint8_t payload[DM_INTAKE_PAYLOAD_MAX];
};

/* What the worker measures of the stream (RFC 3550, 6.4.1); of the latest sender. */
struct dm_intake_reception {
	uint64_t packets;
	uint64_t bytes;     /* of payload */
	uint64_t lost;      /* never came, also not when asked for again */
	uint64_t recovered; /* came when asked for again */
	dm_usec jitter;
	dm_usec round_trip;  /* 0: not known */
	dm_usec last_packet; /* when the latest came; 0: none has */
};

/* `capacity_packets` (a power of two, 16..4096) bridges the reader's pauses; `clock_rate_hz` 48000
 * or 90000. Returns 0, -EINVAL, -ENOMEM or what eventfd(2) says; on failure *out is NULL. The
 * caller owns one reference. */
int dm_intake_create(struct dm_intake **out, size_t capacity_packets, uint32_t clock_rate_hz);
struct dm_intake *dm_intake_ref(struct dm_intake *intake);
void dm_intake_unref(struct dm_intake *intake); /* NULL is allowed */

uint32_t dm_intake_clock_rate_hz(const struct dm_intake *intake);

/* What its packets carry from now on: a publisher's picture may be H.264 or VP8. Opus at first. */
void dm_intake_set_codec(struct dm_intake *intake, enum dm_codec codec);
enum dm_codec dm_intake_codec(const struct dm_intake *intake);

/* False when the reader is too far behind, or the payload too large: counted as refused. */
bool dm_intake_put(struct dm_intake *intake, const struct dm_rtp_packet *packet,
		   dm_usec arrived_at);

/* The reader's alone. False when nothing waits. */
bool dm_intake_take(struct dm_intake *intake, struct dm_intake_packet *packet);

/* The sender's reports (RFC 3550, 6.4.1): what its clock said at one of the stream's timestamps, by
 * which sound and picture are put in step. Put by the workers; take by the reader alone, all of
 * them at each turn, if it wants them: a few are kept, more are dropped. */
struct dm_intake_report {
	uint32_t ssrc;
	uint32_t timestamp;
	uint64_t ntp; /* 32.32 */
};
void dm_intake_put_report(struct dm_intake *intake, const struct dm_intake_report *report);
bool dm_intake_take_report(struct dm_intake *intake, struct dm_intake_report *report);

/* Readable when packets wait, for a reader that waits for them; answer, then take all. A reader
 * that comes by itself, as a tick does, needs neither. */
int dm_intake_fd(const struct dm_intake *intake);
void dm_intake_answer(struct dm_intake *intake);

uint64_t dm_intake_refused(const struct dm_intake *intake);

/* The reader asks the sender for a key frame; the worker takes the wish (clearing it), and limits
 * how often it sends one (PLI). */
void dm_intake_request_key(struct dm_intake *intake);
bool dm_intake_take_key_request(struct dm_intake *intake);

/* Written by the worker that feeds it, read by anybody: each figure is whole, together they may be
 * of two moments. */
void dm_intake_set_reception(struct dm_intake *intake, const struct dm_intake_reception *reception);
void dm_intake_reception(const struct dm_intake *intake, struct dm_intake_reception *reception);

#endif
