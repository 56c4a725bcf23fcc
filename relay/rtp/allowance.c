#include "rtp/allowance.h"

/* What a sender may begin with, and never has less than. Choice: a usual picture; a talking head
 * that moves at all. */
#define BEGIN_BPS UINT64_C(2000000)
#define LEAST_BPS UINT64_C(100000)
#define MOST_BPS  UINT64_C(20000000) /* choice: more than any picture here needs */

/* Over what arrives: libwebrtc's bound of 1.5 times what was measured, and headroom that grows by
 * as much a second while nothing is lost, so that a sender that pauses is not held down. Choice. */
#define HEADROOM_BEGIN_BPS UINT64_C(500000)
#define HEADROOM_MOST_BPS  UINT64_C(2000000)
#define HEADROOM_GROWTH    UINT64_C(100000)

/* libwebrtc's loss-based rules: below 2 % there may be more, by 8 % a second; above 10 % less, by
 * half of what is lost; in 256ths. */
#define LOSS_LITTLE    (256 * 2 / 100)
#define LOSS_MUCH      (256 * 10 / 100)
#define GROWTH_PERCENT 8

#define INTERVAL_LEAST DM_MSEC(100) /* of a measurement; choice */

void dm_allowance_init(struct dm_allowance *allowance, dm_usec now)
{
	*allowance = (struct dm_allowance){
		.bps = BEGIN_BPS,
		.headroom_bps = HEADROOM_BEGIN_BPS,
		.judged_at = now,
	};
}

static uint64_t clamp(uint64_t value, uint64_t least, uint64_t most)
{
	if (value < least)
		return least;
	return value > most ? most : value;
}

static void grow(struct dm_allowance *allowance, uint64_t arriving_bps, dm_usec interval)
{
	const uint64_t seconds_1024 = (uint64_t)interval * 1024 / DM_SEC(1);
	uint64_t most = 0;

	allowance->headroom_bps = clamp(allowance->headroom_bps +
						HEADROOM_GROWTH * seconds_1024 / 1024,
					0, HEADROOM_MOST_BPS);
	most = arriving_bps + arriving_bps / 2 + allowance->headroom_bps;
	if (most <= allowance->bps)
		return; /* it does not use what it has: that says nothing against the link */
	if (allowance->fell) {
		const uint64_t careful = allowance->bps + allowance->bps * GROWTH_PERCENT *
								  seconds_1024 / (100 * 1024);

		if (careful < most)
			most = careful;
	}
	allowance->bps = most;
}

static void shrink(struct dm_allowance *allowance, uint64_t arriving_bps, uint8_t fraction_lost)
{
	const uint64_t sent_bps = arriving_bps * 256 / (256u - fraction_lost);
	const uint64_t less = sent_bps - sent_bps * fraction_lost / 512;

	allowance->fell = true;
	allowance->headroom_bps = 0;
	if (less < allowance->bps)
		allowance->bps = less;
}

uint64_t dm_allowance_judge(struct dm_allowance *allowance, uint8_t fraction_lost, dm_usec now)
{
	const dm_usec interval = now - allowance->judged_at;

	if (interval < INTERVAL_LEAST)
		return allowance->bps;

	const uint64_t arriving_bps = allowance->bytes * 8 * 1000 / (uint64_t)(interval / 1000);

	if (fraction_lost > LOSS_MUCH)
		shrink(allowance, arriving_bps, fraction_lost);
	else if (fraction_lost < LOSS_LITTLE)
		grow(allowance, arriving_bps, interval);
	allowance->bps = clamp(allowance->bps, LEAST_BPS, MOST_BPS);
	allowance->bytes = 0;
	allowance->judged_at = now;
	return allowance->bps;
}
