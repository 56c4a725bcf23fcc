#include "monitor/window.h"

#include <string.h>

static void begin(struct dm_window *window, int n, const uint64_t *counters, size_t count,
		  dm_usec now)
{
	window->at[n] = now;
	memcpy(window->counters[n], counters, count * sizeof(*counters));
}

dm_usec dm_window_look(struct dm_window *window, dm_usec length, const uint64_t *counters,
		       size_t count, uint64_t *growth, dm_usec now)
{
	bool restarted = window->at[0] == 0;

	for (size_t n = 0; n < count; n++) {
		restarted = restarted || counters[n] < window->counters[1][n];
		growth[n] = 0;
	}
	if (restarted) {
		begin(window, 0, counters, count, now);
		begin(window, 1, counters, count, now);
		return 0;
	}
	if (now - window->at[1] >= length / 2) {
		window->at[0] = window->at[1];
		memcpy(window->counters[0], window->counters[1], sizeof(window->counters[0]));
		begin(window, 1, counters, count, now);
	}
	for (size_t n = 0; n < count; n++)
		growth[n] = counters[n] - window->counters[0][n];
	return now - window->at[0];
}
