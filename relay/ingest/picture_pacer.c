#include "ingest/picture_pacer.h"

/* A gap of three frames is filled with the last one: it carries key frames that were asked for,
 * and its time stays behind the next frame's own. Choice. */
#define REPEAT_AFTER 3

/* Times given out differ by at least this: 90 ticks of the video clock. */
#define LEAST_STEP DM_MSEC(1)

/* A slow source (slides at 1 frame a second) is not stalled before three of its own gaps have
 * passed, but after 2.5 s whatever it did before. Choice. */
#define SLOW_GAPS 3
#define SLOW_MOST DM_MSEC(2500)

struct dm_picture_pacer dm_picture_pacer_init(dm_usec interval, dm_usec stall_after, dm_usec now)
{
	return (struct dm_picture_pacer){
		.interval = interval,
		.stall_after = stall_after,
		.shown_at = now - 2 * interval,
		.stepped_at = now - interval,
		.arrived_at = DM_USEC_NEVER,
		.gap = interval,
		.holding = true,
	};
}

static dm_usec patience(const struct dm_picture_pacer *pacer)
{
	const dm_usec slow = SLOW_GAPS * pacer->gap;

	if (slow <= pacer->stall_after)
		return pacer->stall_after;
	return slow < SLOW_MOST ? slow : SLOW_MOST;
}

/* Never back, never the same time twice. */
static dm_usec show(struct dm_picture_pacer *pacer, dm_usec now, dm_usec at)
{
	const dm_usec least = pacer->shown_at + LEAST_STEP;

	pacer->stepped_at = now;
	pacer->shown_at = at > least ? at : least;
	return pacer->shown_at;
}

enum dm_picture_step dm_picture_pacer_frame(struct dm_picture_pacer *pacer, dm_usec now,
					    dm_usec presented_at, dm_usec *captured_at)
{
	const dm_usec at = presented_at < now ? presented_at : now;

	if (pacer->arrived_at != DM_USEC_NEVER) {
		const dm_usec gap = at - pacer->source_at;

		if (gap >= 0 && gap <= SLOW_MOST) /* longer is an outage, not a pace */
			pacer->gap += (gap - pacer->gap) / 4;
	}
	pacer->source_at = at;
	pacer->arrived_at = now;

	/* A frame whose time has been given to a repeat already: shown late if there is room for
	 * it, so that a source which is always late is still seen. */
	if (at <= pacer->shown_at && now - pacer->stepped_at < pacer->interval / 2)
		return DM_PICTURE_WAIT;
	pacer->holding = false;
	*captured_at = show(pacer, now, at);
	return DM_PICTURE_NEW;
}

enum dm_picture_step dm_picture_pacer_idle(struct dm_picture_pacer *pacer, dm_usec now,
					   dm_usec *captured_at)
{
	if (now < dm_picture_pacer_deadline(pacer))
		return DM_PICTURE_WAIT;
	if (pacer->arrived_at == DM_USEC_NEVER || now - pacer->arrived_at >= patience(pacer))
		pacer->holding = true;
	/* One frame behind now, to leave room for the source's next frame. */
	*captured_at = show(pacer, now, now - pacer->interval);
	return pacer->holding ? DM_PICTURE_HOLD : DM_PICTURE_REPEAT;
}

dm_usec dm_picture_pacer_deadline(const struct dm_picture_pacer *pacer)
{
	if (pacer->holding)
		return pacer->stepped_at + pacer->interval;

	const dm_usec repeat = pacer->stepped_at + REPEAT_AFTER * pacer->interval;
	const dm_usec hold = pacer->arrived_at + patience(pacer);

	return repeat < hold ? repeat : hold;
}
