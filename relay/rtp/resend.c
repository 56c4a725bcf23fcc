#include "rtp/resend.h"

#include <assert.h>

#define CREDIT_PER_BYTE INT64_C(8000000) /* millionths of a bit */
#define RATE_BPS_MAX    1000000000U      /* resend.h */

static int64_t burst_credit(const struct dm_resend *resend)
{
	return resend->options.burst_bytes * CREDIT_PER_BYTE;
}

static void refill(struct dm_resend *resend, dm_usec now)
{
	const int64_t missing = burst_credit(resend) - resend->credit;
	const dm_usec elapsed = now - resend->refilled_at;
	const int64_t rate = (int64_t)resend->options.rate_bps;

	if (elapsed <= 0)
		return;

	/* Divided, not multiplied: after a long rest the product would overflow. */
	if (rate > 0 && elapsed > missing / rate)
		resend->credit += missing;
	else
		resend->credit += elapsed * rate;
	resend->refilled_at = now;
}

void dm_resend_init(struct dm_resend *resend, const struct dm_resend_options *options, dm_usec now)
{
	assert(options->rate_bps <= RATE_BPS_MAX);
	*resend = (struct dm_resend){ .options = *options, .refilled_at = now };
	resend->credit = burst_credit(resend);

	/* A number that belongs into another place marks an empty one. */
	for (unsigned place = 0; place < DM_RESEND_RECENT; place++)
		resend->sequences[place] = (uint16_t)(place ^ 1);
}

void dm_resend_set_options(struct dm_resend *resend, const struct dm_resend_options *options,
			   dm_usec now)
{
	assert(options->rate_bps <= RATE_BPS_MAX);
	refill(resend, now); /* what has passed was earned at the old rate */
	resend->options = *options;
	if (resend->credit > burst_credit(resend))
		resend->credit = burst_credit(resend);
}

enum dm_resend_result dm_resend_take(struct dm_resend *resend, uint16_t sequence,
				     uint32_t size_bytes, dm_usec now)
{
	const unsigned place = sequence % DM_RESEND_RECENT;
	const uint32_t now_msec = (uint32_t)(now / DM_MSEC(1));
	const int64_t cost = size_bytes * CREDIT_PER_BYTE;

	/* Unsigned, so that it holds over the wrap of 49 days. */
	if (resend->sequences[place] == sequence &&
	    now_msec - resend->resent_at_msec[place] < resend->options.min_gap / DM_MSEC(1))
		return DM_RESEND_TOO_SOON;

	refill(resend, now);
	if (resend->credit < cost)
		return DM_RESEND_OVER_BUDGET;
	resend->credit -= cost;
	resend->sequences[place] = sequence;
	resend->resent_at_msec[place] = now_msec;
	return DM_RESEND_OK;
}
