#include "ingest/lateness.h"

/* Sound has 33 ms between its time and the ticker (ticker.c); picture has no such limit but
 * follows the sound. */
#define BEARABLE DM_MSEC(30)

/* Moved by that much more than needed, so that jitter does not move it again soon; choice. */
#define MARGIN DM_MSEC(20)

/* Closer together they are one: the ups and downs of the same hiccup. Choice. */
#define APART DM_MSEC(500)

#define AGAIN_WITHIN DM_SEC(4) /* choice: what comes less often is not worth a longer delay */
#define LASTING      DM_SEC(2) /* choice: longer than a network takes to make up for a hiccup */

static const struct dm_lateness_episode none = { .began_at = DM_USEC_NEVER };

struct dm_lateness dm_lateness_init(void)
{
	return (struct dm_lateness){ .now = none, .before = none };
}

static dm_usec move(struct dm_lateness *lateness, dm_usec by)
{
	*lateness = dm_lateness_init();
	return by + MARGIN;
}

static dm_usec put_late(struct dm_lateness *lateness, dm_usec now, dm_usec late)
{
	struct dm_lateness_episode *episode = &lateness->now;

	if (episode->began_at == DM_USEC_NEVER)
		*episode = (struct dm_lateness_episode){
			.began_at = now,
			.most = late,
			.least = late,
		};
	if (late > episode->most)
		episode->most = late;
	if (late < episode->least)
		episode->least = late;
	if (now - episode->began_at >= LASTING)
		return move(lateness, episode->least);
	return 0;
}

static dm_usec end_episode(struct dm_lateness *lateness, dm_usec now)
{
	const struct dm_lateness_episode ended = lateness->now, before = lateness->before;
	const dm_usec since = now - lateness->before_ended_at;

	/* The lesser of two: what happens again and again, not an outlier. */
	if (before.began_at != DM_USEC_NEVER && since >= APART && since < AGAIN_WITHIN)
		return move(lateness, ended.most < before.most ? ended.most : before.most);
	if (before.began_at == DM_USEC_NEVER || since >= APART || ended.most > before.most)
		lateness->before = ended;
	lateness->before_ended_at = now;
	lateness->now = none;
	return 0;
}

dm_usec dm_lateness_put(struct dm_lateness *lateness, dm_usec now, dm_usec presented_at)
{
	const dm_usec late = now - presented_at;

	if (late > BEARABLE)
		return put_late(lateness, now, late);
	if (lateness->now.began_at != DM_USEC_NEVER)
		return end_episode(lateness, now);
	return 0;
}
