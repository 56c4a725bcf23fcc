#include "rtp/reception.h"

#include <math.h>
#include <stdbool.h>

#define BOUNDS          (DM_RECEPTION_BUCKETS - 1)
#define THOUSAND        1000
#define FRACTION_ONE    256        /* fraction lost is in 256ths (RFC 3550, 6.4.1) */
#define ROUND_TRIP_MOST DM_SEC(10) /* choice: one peer's nonsense must not be everybody's mean */

/* Microseconds; choice: a building, a town, a country (20, 40 ms), a continent (70, 100 ms),
 * another one (150 ms: what resending is given, and nearly; 300 ms: twice the one-way delay at
 * which a conversation suffers, ITU-T G.114), a geostationary satellite (600 ms), a queue that is
 * full. */
static const int64_t round_trip_bounds[BOUNDS] = {
	DM_MSEC(5),   DM_MSEC(10),  DM_MSEC(20),  DM_MSEC(40),  DM_MSEC(70),
	DM_MSEC(100), DM_MSEC(150), DM_MSEC(300), DM_MSEC(600), DM_MSEC(1000),
};

/* Thousandths; choice: nothing; 0.5 % (one packet in 256, the least there is) and 1 %, which nobody
 * hears; 2 and 3 %, between which alarms begin and end (monitor/limit.c); what Opus' in-band FEC
 * repairs (5, 8 %); what it does not (10 %, a picture steps down); 15 and 20 %, not to be used. */
static const int64_t loss_bounds[BOUNDS] = { 0, 5, 10, 20, 30, 50, 80, 100, 150, 200 };

_Static_assert(BOUNDS <= DM_HISTOGRAM_BOUNDS_MAX, "a histogram holds the bounds");

void dm_reception_init(struct dm_reception *reception)
{
	*reception = (struct dm_reception){
		.round_trip = { .bounds = round_trip_bounds, .bound_count = BOUNDS },
		.loss = { .bounds = loss_bounds, .bound_count = BOUNDS },
	};
}

static void clear(struct dm_histogram *histogram)
{
	for (size_t n = 0; n < DM_RECEPTION_BUCKETS; n++)
		dm_metric_set(&histogram->buckets[n], 0);
	dm_metric_set(&histogram->sum, 0);
}

void dm_reception_clear(struct dm_reception *reception)
{
	clear(&reception->round_trip);
	clear(&reception->loss);
	dm_metric_set(&reception->resent, 0);
}

void dm_reception_note(struct dm_reception *reception, dm_usec round_trip, uint8_t fraction_lost)
{
	const unsigned lost = (fraction_lost * THOUSAND + FRACTION_ONE / 2U) / FRACTION_ONE;

	if (round_trip > 0)
		dm_histogram_add(&reception->round_trip,
				 round_trip < ROUND_TRIP_MOST ? round_trip : ROUND_TRIP_MOST, 1);
	dm_histogram_add(&reception->loss, lost, 1);
}

void dm_reception_read(const struct dm_reception *reception, struct dm_reception_counts *counts)
{
	*counts = (struct dm_reception_counts){ 0 };
	for (size_t n = 0; n < DM_RECEPTION_BUCKETS; n++) {
		counts->round_trip[n] = (uint64_t)dm_metric_get(&reception->round_trip.buckets[n]);
		counts->loss[n] = (uint64_t)dm_metric_get(&reception->loss.buckets[n]);
		counts->reports += counts->loss[n];
	}
	counts->resent = (uint64_t)dm_metric_get(&reception->resent);
	counts->loss_sum = (double)dm_metric_get(&reception->loss.sum) / THOUSAND;
}

void dm_reception_add(struct dm_reception_counts *counts, const struct dm_reception_counts *more)
{
	for (size_t n = 0; n < DM_RECEPTION_BUCKETS; n++) {
		counts->round_trip[n] += more->round_trip[n];
		counts->loss[n] += more->loss[n];
	}
	counts->resent += more->resent;
	counts->reports += more->reports;
	counts->loss_sum += more->loss_sum;
}

/* Somebody began to count anew between the two. */
static bool is_less(const struct dm_reception_counts *counts,
		    const struct dm_reception_counts *before)
{
	for (size_t n = 0; n < DM_RECEPTION_BUCKETS; n++) {
		if (counts->round_trip[n] < before->round_trip[n] ||
		    counts->loss[n] < before->loss[n])
			return true;
	}
	return counts->resent < before->resent;
}

void dm_reception_since(struct dm_reception_counts *counts,
			const struct dm_reception_counts *before)
{
	if (is_less(counts, before))
		return;
	for (size_t n = 0; n < DM_RECEPTION_BUCKETS; n++) {
		counts->round_trip[n] -= before->round_trip[n];
		counts->loss[n] -= before->loss[n];
	}
	counts->resent -= before->resent;
	counts->reports -= before->reports;
	/* The sum is read a moment after its buckets: it may be ahead of them, or seem behind. */
	counts->loss_sum = fmax(counts->loss_sum - before->loss_sum, 0);
}

/* As Prometheus' histogram_quantile: even within a bucket, and what is above all bounds counts as
 * the last of them. */
static double quantile(const uint64_t *buckets, const int64_t *bounds, double share)
{
	uint64_t total = 0, below = 0;

	for (size_t n = 0; n < DM_RECEPTION_BUCKETS; n++)
		total += buckets[n];

	const double rank = fmin(fmax(share, 0), 1) * (double)total;

	for (size_t n = 0; n < BOUNDS; n++) {
		if (buckets[n] > 0 && rank <= (double)(below + buckets[n])) {
			const double low = n > 0 ? (double)bounds[n - 1] : 0;

			return low + ((double)bounds[n] - low) * (rank - (double)below) /
					     (double)buckets[n];
		}
		below += buckets[n];
	}
	return total > 0 ? (double)bounds[BOUNDS - 1] : (double)NAN;
}

double dm_reception_round_trip(const struct dm_reception_counts *counts, double share)
{
	return quantile(counts->round_trip, round_trip_bounds, share);
}

double dm_reception_loss(const struct dm_reception_counts *counts, double share)
{
	return quantile(counts->loss, loss_bounds, share) / THOUSAND;
}
