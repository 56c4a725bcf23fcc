/* client/native/figures.h
 *
 * What is measured over all listeners of a kind together, and when.
 *
 * Plain data. Thread: the one that owns the listeners' receivers.
 */
#ifndef DM_CLIENT_FIGURES_H
#define DM_CLIENT_FIGURES_H

#include "delays.h"

#include <stdbool.h>

enum dm_window {
	DM_WINDOW_WHOLE,  /* there is none: everything counts */
	DM_WINDOW_BEFORE, /* counts will begin anew when it opens */
	DM_WINDOW_OPEN,
	DM_WINDOW_CLOSED, /* nothing counts any more */
};

struct dm_figures {
	enum dm_window window;
	dm_usec wall_offset; /* CLOCK_REALTIME less dm_time_now() */
	struct dm_delays sound_lateness;
	/* From the time stamps in payloads. */
	struct dm_delays sound_latency;
	struct dm_delays picture_latency;
};

/* False while delays must not be added. */
static inline bool dm_figures_counts(const struct dm_figures *figures)
{
	return figures->window == DM_WINDOW_WHOLE || figures->window == DM_WINDOW_OPEN;
}

#endif
