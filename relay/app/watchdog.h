/* relay/app/watchdog.h
 *
 * Notices when the control thread stalls: it no longer answers people, though media flows on. A
 * stall is logged while it lasts and counted; nothing is killed.
 *
 * Thread: create, beat and destroy on the control thread; looking on a thread of its own.
 */
#ifndef DM_APP_WATCHDOG_H
#define DM_APP_WATCHDOG_H

#include "base/metric.h"
#include "base/time.h"

#include <stdbool.h>

/* What one look at a heart shows. Pure. */
enum dm_pulse {
	DM_PULSE_STEADY,  /* all is well, or nothing is new */
	DM_PULSE_STALLED, /* since this look */
	DM_PULSE_BACK,    /* it beats again after a stall */
};

struct dm_pulse_watch {
	dm_usec stall_after;
	dm_usec stalled_at; /* the last beat before the stall */
	bool stalled;
};

/* Compares the last beat with now. *silence is how long it was silent, for STALLED and BACK. */
enum dm_pulse dm_pulse_look(struct dm_pulse_watch *watch, dm_usec last_beat, dm_usec now,
			    dm_usec *silence);

struct dm_watchdog;

/* Starts the thread. `metrics` is borrowed until destroy. Returns 0 or -errno; on failure *out is
 * NULL. */
int dm_watchdog_create(struct dm_watchdog **out, struct dm_metrics *metrics);
void dm_watchdog_destroy(struct dm_watchdog *watchdog); /* joins the thread; NULL is allowed */

void dm_watchdog_beat(struct dm_watchdog *watchdog, dm_usec now);

#endif
