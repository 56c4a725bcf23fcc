/* relay/monitor/window.h
 *
 * How much counters have grown over the last seconds: of every look at them the growth since one
 * between half a window and a whole one ago.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_MONITOR_WINDOW_H
#define DM_MONITOR_WINDOW_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_WINDOW_COUNTERS 4

/* Zero-initialised. */
struct dm_window {
	dm_usec at[2]; /* when it began, and when the next one did; 0: not yet */
	uint64_t counters[2][DM_WINDOW_COUNTERS];
};

/* One look at `count` counters, `length` being the window's. Sets `growth` and returns over how
 * long; 0 at the first look, and when one has gone back: it counts something else now. */
dm_usec dm_window_look(struct dm_window *window, dm_usec length, const uint64_t *counters,
		       size_t count, uint64_t *growth, dm_usec now);

#endif
