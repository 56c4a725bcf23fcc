#include "rtp/ladder.h"

#include <assert.h>

/* Fractions of 256 (RFC 3550, 6.4.1). Over a tenth, loss is what people see however much is resent;
 * a fiftieth is what any radio link has. Both are libwebrtc's thresholds (loss-based control). */
#define LOSS_HEAVY 26 /* > 10 % */
#define LOSS_LIGHT 5  /* < 2 % */

#define BAD_REPORTS 2 /* choice: one may be an accident */

/* All choices, shown by the simulations in tests/unit/rtp/ladder.c. */
#define WAIT_FIRST  DM_SEC(8)
#define WAIT_MAX    DM_SEC(64)
#define TRIAL       DM_SEC(60) /* a step up is judged by this time */
#define SETTLE      DM_SEC(1)  /* until a change shows in reports, besides two round trips */
#define REMB_SETTLE DM_SEC(3)  /* a key frame to change at, and the REMB's own window */
/* Its detector takes one late frame (a busy encoder, a radio that woke) for a queue; from 85 % it
 * is above 1/1.15 again after a second. A queue that is there stays longer. */
#define REMB_PERSISTS DM_MSEC(1500)
#define REMB_CATCHUP  DM_SEC(8) /* libwebrtc's REMB grows 8 % a second: to 1.85 times */

/* In per cent. Overuse puts libwebrtc's REMB to 85 % of what arrives: 100/85 = 1.18 is told apart
 * from a REMB that merely equals what is sent. */
#define REMB_OVERUSE  115
#define REMB_FAR      60  /* of what is sent: no passing mistake */
#define REMB_HEADROOM 115 /* that a lower rung must leave */
#define REMB_ROOM     120 /* that a higher rung must leave */
#define REMB_UNBOUND  135 /* above, the REMB is bound by what is sent, not by the link */

static uint64_t sent_bps(const struct dm_ladder_view *view, size_t rung)
{
	return view->rung_bps[rung] + view->other_bps;
}

/* remb >= rate * per_cent, without overflow on a hostile REMB. */
static bool remb_covers(const struct dm_ladder_view *view, uint64_t rate_bps, uint64_t per_cent)
{
	return view->remb_bps >= rate_bps * per_cent / 100;
}

void dm_ladder_init(struct dm_ladder *ladder, size_t rung, dm_usec now)
{
	*ladder = (struct dm_ladder){
		.rung = rung,
		.changed_at = now,
		.raised_at = DM_USEC_NEVER,
		.calm_since = DM_USEC_NEVER,
		.overused_since = DM_USEC_NEVER,
		.wait = WAIT_FIRST,
	};
}

static void change(struct dm_ladder *ladder, size_t rung, dm_usec now)
{
	ladder->rung = rung;
	ladder->changed_at = now;
	ladder->bad_count = 0;
	ladder->calm_since = DM_USEC_NEVER;
	ladder->overused_since = DM_USEC_NEVER;
}

static void step_down(struct dm_ladder *ladder, size_t rung, dm_usec now)
{
	if (ladder->raised_at != DM_USEC_NEVER) { /* the last step up failed */
		ladder->wait = ladder->wait * 2 < WAIT_MAX ? ladder->wait * 2 : WAIT_MAX;
		ladder->raised_at = DM_USEC_NEVER;
	}
	change(ladder, rung, now);
}

static void step_up(struct dm_ladder *ladder, const struct dm_ladder_view *view, dm_usec now)
{
	ladder->raised_at = now;
	ladder->raised_remb = view->remb_bps;
	change(ladder, ladder->rung - 1, now);
}

/* True when the REMB is below what is sent. Just after a change it still speaks of the rung before;
 * for some time after a step up only a fall tells. */
static bool remb_is_short(const struct dm_ladder *ladder, const struct dm_ladder_view *view,
			  dm_usec now)
{
	if (view->remb_bps == 0 || now - ladder->changed_at < REMB_SETTLE ||
	    remb_covers(view, sent_bps(view, ladder->rung) * 100 / REMB_OVERUSE, 100))
		return false;
	return ladder->raised_at == DM_USEC_NEVER || now - ladder->raised_at >= REMB_CATCHUP ||
	       view->remb_bps < ladder->raised_remb;
}

/* True when the receiver has said for long enough, or clearly enough, that it can't take what is
 * sent. */
static bool is_overused(struct dm_ladder *ladder, const struct dm_ladder_view *view, dm_usec now)
{
	if (!remb_is_short(ladder, view, now)) {
		ladder->overused_since = DM_USEC_NEVER;
		return false;
	}
	if (ladder->overused_since == DM_USEC_NEVER)
		ladder->overused_since = now;
	return now - ladder->overused_since >= REMB_PERSISTS ||
	       !remb_covers(view, sent_bps(view, ladder->rung), REMB_FAR);
}

/* Where to go from an overused rung: when it was only tried, back to the one that held; else to the
 * best that the REMB carries with headroom, or the least. */
static size_t rung_under_remb(const struct dm_ladder *ladder, const struct dm_ladder_view *view)
{
	size_t rung = ladder->rung + 1;

	if (ladder->raised_at != DM_USEC_NEVER)
		return rung;
	while (rung + 1 < view->rung_count &&
	       !remb_covers(view, sent_bps(view, rung), REMB_HEADROOM))
		rung++;
	return rung;
}

static bool has_room_above(const struct dm_ladder *ladder, const struct dm_ladder_view *view)
{
	if (ladder->rung <= view->best_rung)
		return false;
	return view->remb_bps == 0 ||
	       remb_covers(view, sent_bps(view, ladder->rung - 1), REMB_ROOM) ||
	       remb_covers(view, sent_bps(view, ladder->rung), REMB_UNBOUND);
}

/* Counts a report; true when it is one of heavy loss too many. */
static bool is_lossy(struct dm_ladder *ladder, const struct dm_ladder_view *view, dm_usec now)
{
	/* A report from before the last change took effect is about another rung. */
	if (now - ladder->changed_at < SETTLE + 2 * view->round_trip)
		return false;
	ladder->bad_count = view->fraction_lost >= LOSS_HEAVY ? ladder->bad_count + 1 : 0;
	return ladder->bad_count >= BAD_REPORTS;
}

/* True when it has been calm for long enough to try the next rung. */
static bool is_calm(struct dm_ladder *ladder, const struct dm_ladder_view *view, dm_usec now)
{
	if (view->fraction_lost > LOSS_LIGHT || !has_room_above(ladder, view)) {
		ladder->calm_since = DM_USEC_NEVER;
		return false;
	}
	if (ladder->calm_since == DM_USEC_NEVER)
		ladder->calm_since = now;
	return now - ladder->calm_since >= ladder->wait;
}

/* The room or the subscriber's choice may have changed since the last time. */
static void keep_in_range(struct dm_ladder *ladder, const struct dm_ladder_view *view, dm_usec now)
{
	const size_t least = view->rung_count - 1;
	const size_t best = view->best_rung < least ? view->best_rung : least;

	if (ladder->rung < best)
		change(ladder, best, now);
	if (ladder->rung > least)
		change(ladder, least, now);
}

size_t dm_ladder_judge(struct dm_ladder *ladder, const struct dm_ladder_view *view, dm_usec now)
{
	assert(view->rung_count > 0);
	keep_in_range(ladder, view, now);

	if (ladder->raised_at != DM_USEC_NEVER && now - ladder->raised_at >= TRIAL) {
		ladder->raised_at = DM_USEC_NEVER; /* it held */
		ladder->wait = WAIT_FIRST;
	}

	const bool is_least = ladder->rung + 1 == view->rung_count;

	if (!is_least && is_overused(ladder, view, now)) {
		step_down(ladder, rung_under_remb(ladder, view), now);
	} else if (view->fraction_lost != DM_LADDER_NO_REPORT) {
		if (is_lossy(ladder, view, now) && !is_least)
			step_down(ladder, ladder->rung + 1, now);
		else if (is_calm(ladder, view, now))
			step_up(ladder, view, now);
	}
	return ladder->rung;
}
