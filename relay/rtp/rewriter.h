/* relay/rtp/rewriter.h
 *
 * How one subscriber's stream numbers the packets of the tracks that feed it: its own sequence
 * numbers and timestamps go on without a gap whichever track it is bound to, and a sequence number
 * that comes back in a NACK (RFC 4585, 6.2.1) leads to the track's packet again.
 *
 * Pure, plain data, no randomness of its own. Thread: the worker that owns the stream.
 */
#ifndef DM_RTP_REWRITER_H
#define DM_RTP_REWRITER_H

#include <stdbool.h>
#include <stdint.h>

/* Bindings remembered, the current one included: what was sent before a change of track can still
 * be asked for. Choice: three changes within the life of a NACK are many. */
#define DM_REWRITER_BINDINGS 4

/* Packet first_index + n of a track went out, or will, as sequence number first_sequence + n. */
struct dm_rewriter_binding {
	uint64_t first_index;
	uint64_t first_sequence; /* extended */
};

struct dm_rewriter {
	/* Extended sequence numbers: roll-over counter << 16 | sequence number (RFC 3711, 3.3.1).
	 * 48 bits, which last for 2^48 packets: more than one SRTP key may protect. */
	uint64_t origin_sequence; /* of the first packet ever */
	uint64_t next_sequence;   /* one past the newest sent */
	uint32_t timestamp_offset;
	uint8_t current;     /* slot in use */
	uint8_t bound_count; /* slots that hold a binding, 0..DM_REWRITER_BINDINGS */
	struct dm_rewriter_binding bindings[DM_REWRITER_BINDINGS]; /* a ring that ends at current */
};

/* `sequence` and `timestamp_offset` are random (RFC 3550, 5.1); `sequence` is below 2^15, so that a
 * receiver who misses the first packets still guesses the roll-over counter right (RFC 3711,
 * 3.3.1). */
void dm_rewriter_init(struct dm_rewriter *rewriter, uint16_t sequence, uint32_t timestamp_offset);

/* From now on the stream is fed by a track whose packet `first_index` follows the last packet
 * sent. Returns the slot of the binding, 0..DM_REWRITER_BINDINGS - 1: an older binding may have
 * been in it, which is forgotten. A binding of which nothing was sent leaves its slot at once. */
unsigned dm_rewriter_bind(struct dm_rewriter *rewriter, uint64_t first_index);

/* The extended sequence number of the bound track's packet `index`, which counts as sent from then
 * on. The index is not below the binding's first. */
uint64_t dm_rewriter_map(struct dm_rewriter *rewriter, uint64_t index);

/* All tracks share one timeline: the offset is the same for all of them. */
static inline uint32_t dm_rewriter_timestamp(const struct dm_rewriter *rewriter,
					     uint32_t track_timestamp)
{
	return track_timestamp + rewriter->timestamp_offset;
}

/* Finds what was sent as `sequence`: the binding's slot, the index in that binding's track, and the
 * extended sequence number that it had (under which alone it may be sent again: another would use
 * one SRTP index for two packets). False when that was not among the last 2^15 packets or its
 * binding is forgotten; the results are then unspecified. */
bool dm_rewriter_find(const struct dm_rewriter *rewriter, uint16_t sequence, unsigned *slot,
		      uint64_t *index, uint64_t *extended_sequence);

#endif
