#include "ingest/lateness.h"

#define WINDOW DM_SEC(1) /* choice: longer than a busy machine's hiccup */

/* Sound has 33 ms between its time and the ticker (ticker.c); picture has no such limit but
 * follows the sound. */
#define BEARABLE DM_MSEC(15)

/* Moved by that much more than needed, so that jitter does not move it again soon; choice. */
#define MARGIN DM_MSEC(20)

struct dm_lateness dm_lateness_init(void)
{
	return (struct dm_lateness){ .window_start = DM_USEC_NEVER };
}

dm_usec dm_lateness_put(struct dm_lateness *lateness, dm_usec now, dm_usec presented_at)
{
	const dm_usec late = now - presented_at;
	dm_usec move = 0;

	if (lateness->window_start == DM_USEC_NEVER) {
		*lateness = (struct dm_lateness){ .window_start = now, .least = late };
		return 0;
	}
	if (late < lateness->least)
		lateness->least = late;
	if (now - lateness->window_start < WINDOW)
		return 0;
	if (lateness->least > BEARABLE)
		move = lateness->least + MARGIN;
	lateness->window_start = DM_USEC_NEVER;
	return move;
}
