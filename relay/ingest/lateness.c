#include "ingest/lateness.h"

#include <stddef.h>
#include <string.h>

#define WINDOW DM_SEC(1)

/* Sound has 33 ms between its time and the ticker (ticker.c); picture has no such limit but
 * follows the sound. */
#define BEARABLE DM_MSEC(20)

/* Moved by that much more than needed, so that jitter does not move it again soon; choice. */
#define MARGIN DM_MSEC(20)

struct dm_lateness dm_lateness_init(void)
{
	return (struct dm_lateness){ .window_start = DM_USEC_NEVER };
}

/* The second largest: what happens again and again, not the worst outlier. */
static dm_usec second_most(const struct dm_lateness *lateness)
{
	dm_usec first = 0, second = 0;

	for (size_t n = 0; n < DM_LATENESS_WINDOWS; n++) {
		const dm_usec most = lateness->most[n];

		if (most > first) {
			second = first;
			first = most;
		} else if (most > second) {
			second = most;
		}
	}
	return second;
}

dm_usec dm_lateness_put(struct dm_lateness *lateness, dm_usec now, dm_usec presented_at)
{
	const dm_usec late = now - presented_at;

	if (lateness->window_start == DM_USEC_NEVER)
		lateness->window_start = now;
	if (late > lateness->most[0])
		lateness->most[0] = late;
	if (now - lateness->window_start < WINDOW)
		return 0;

	const dm_usec move = second_most(lateness);

	if (move > BEARABLE) {
		*lateness = dm_lateness_init();
		return move + MARGIN;
	}
	memmove(lateness->most + 1, lateness->most,
		(DM_LATENESS_WINDOWS - 1) * sizeof(lateness->most[0]));
	lateness->most[0] = 0;
	lateness->window_start = now;
	return 0;
}
