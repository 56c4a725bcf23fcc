/* relay/audio/jitter_buffer.h
 *
 * One microphone's packets of Opus over RTP (RFC 7587), from when they arrive until they are
 * played: put in order, kept once, and long enough for most of the late ones to come. How deep
 * it should be follows the measured jitter; who plays (audio/microphone.h) brings it there.
 *
 * Sequence numbers and timestamps are unwrapped; both start anywhere. A sender that begins anew
 * (another SSRC, or a jump) starts a new epoch, in which timestamps have nothing to do with those
 * before.
 *
 * Pure: no clock, no allocation after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_JITTER_BUFFER_H
#define DM_AUDIO_JITTER_BUFFER_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_JITTER_BUFFER_PACKETS 128 /* 2.5 s of 20 ms; choice */

struct dm_jitter_buffer;

struct dm_jitter_buffer_options {
	dm_usec least; /* depth, at least 20 ms: a tick */
	dm_usec most;  /* depth, `least`..1 s */
};

/* A packet as it arrived, its header read and its padding taken off. */
struct dm_jitter_packet {
	uint32_t ssrc;
	uint32_t timestamp;
	uint16_t sequence;
	const uint8_t *payload; /* borrowed for the call */
	size_t bytes;
};

enum dm_jitter_put {
	DM_JITTER_STORED,
	DM_JITTER_DUPLICATE,
	DM_JITTER_LATE,      /* its place has been played */
	DM_JITTER_MALFORMED, /* no Opus packet (RFC 6716, 3.4), or longer than one may be */
	DM_JITTER_FOREIGN,   /* of another SSRC, while the present one is heard */
	DM_JITTER_JUMPED, /* far from the last; the next one tells whether the sender began anew */
	DM_JITTER_PUTS
};

/* Totals since create. */
struct dm_jitter_buffer_totals {
	uint64_t puts[DM_JITTER_PUTS];
	uint64_t expected; /* packets that should have come, by their sequence numbers */
	uint64_t late;     /* stored, but not in time to be played; besides puts[LATE] */
	uint64_t overrun;  /* pushed out unplayed by newer ones */
	uint64_t epochs;
};

/* The earliest packet that waits. */
struct dm_jitter_view {
	int64_t timestamp;      /* unwrapped, 48 kHz */
	uint32_t samples;       /* at 48 kHz, 120..5760 */
	uint32_t missing;       /* packets before it that have not come */
	const uint8_t *payload; /* borrowed until the next put or drop */
	size_t bytes;
};

/* Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_jitter_buffer_create(struct dm_jitter_buffer **out,
			    const struct dm_jitter_buffer_options *options);
void dm_jitter_buffer_destroy(struct dm_jitter_buffer *buffer); /* NULL is allowed */

enum dm_jitter_put dm_jitter_buffer_put(struct dm_jitter_buffer *buffer,
					const struct dm_jitter_packet *packet, dm_usec now);

/* False when nothing waits. */
bool dm_jitter_buffer_peek(const struct dm_jitter_buffer *buffer, struct dm_jitter_view *view);

/* Forgets the earliest packet, and those before it that have not come. `late`: it could not be
 * played any more. */
void dm_jitter_buffer_drop(struct dm_jitter_buffer *buffer, bool late);

/* Nothing came for longer than is bridged: when it comes again, it may be by another way. */
void dm_jitter_buffer_relearn(struct dm_jitter_buffer *buffer);

/* Changes with every new epoch; 0 before the first packet. */
uint32_t dm_jitter_buffer_epoch(const struct dm_jitter_buffer *buffer);

/* How deep the buffer should be: from the arrival of the fastest packets until they are played. */
dm_usec dm_jitter_buffer_target(const struct dm_jitter_buffer *buffer);

/* How deep it is, if the sample of `timestamp` is played at `at`. */
dm_usec dm_jitter_buffer_depth(const struct dm_jitter_buffer *buffer, int64_t timestamp,
			       dm_usec at);

double dm_jitter_buffer_drift_ppm(const struct dm_jitter_buffer *buffer); /* > 0: it runs fast */
dm_usec dm_jitter_buffer_jitter(const struct dm_jitter_buffer *buffer);   /* RFC 3550, A.8 */
const struct dm_jitter_buffer_totals *dm_jitter_buffer_totals(
	const struct dm_jitter_buffer *buffer);

#endif
