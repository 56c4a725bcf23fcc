/* relay/rtp/reception.h
 *
 * How receivers fare, as distributions: what their receiver reports say (RFC 3550, 6.4.1), counted
 * into buckets, never kept for a single one. One for each track, one for each network.
 *
 * Thread: note from any; read from any: relaxed atomics, each count whole.
 */
#ifndef DM_RTP_RECEPTION_H
#define DM_RTP_RECEPTION_H

#include "base/metric.h"
#include "base/time.h"

#define DM_RECEPTION_BUCKETS 11 /* the last is "above all bounds" */

struct dm_reception {
	struct dm_histogram round_trip; /* microseconds */
	struct dm_histogram loss; /* thousandths of packets, since the receiver's last report */
	struct dm_metric resent;  /* packets */
};

void dm_reception_init(struct dm_reception *reception);

/* Counts anew from nothing, under the eyes of readers: they may see half of it. */
void dm_reception_clear(struct dm_reception *reception);

/* One report block. `round_trip` 0: not known (the receiver has had no sender report yet); what is
 * beyond 10 s counts as that. */
void dm_reception_note(struct dm_reception *reception, dm_usec round_trip, uint8_t fraction_lost);

/* Counts at one moment, to be subtracted. */
struct dm_reception_counts {
	uint64_t round_trip[DM_RECEPTION_BUCKETS]; /* not cumulative */
	uint64_t loss[DM_RECEPTION_BUCKETS];
	uint64_t resent;
	uint64_t reports; /* of loss */
	double loss_sum;  /* of shares, 0..1 a report */
};

void dm_reception_read(const struct dm_reception *reception, struct dm_reception_counts *counts);
void dm_reception_add(struct dm_reception_counts *counts, const struct dm_reception_counts *more);

/* What came after `before`. Where any count is less than it was, somebody began to count anew (a
 * network's place was given to another, see transport/networks.h): all of it is new then. */
void dm_reception_since(struct dm_reception_counts *counts,
			const struct dm_reception_counts *before);

/* The value that `share` (0..1) of the reports stay at or below, interpolated within its bucket:
 * microseconds, a share of packets. The last bound (1 s, 20 %) when it is above all. NAN without a
 * report. */
double dm_reception_round_trip(const struct dm_reception_counts *counts, double share);
double dm_reception_loss(const struct dm_reception_counts *counts, double share);

#endif
