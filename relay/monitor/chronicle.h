/* relay/monitor/chronicle.h
 *
 * Writes down what happens in the rooms by itself: who sits down and leaves, microphones, links,
 * handovers, what channels carry, sources that come and go, sessions that begin and end.
 *
 * Thread: the control thread.
 */
#ifndef DM_MONITOR_CHRONICLE_H
#define DM_MONITOR_CHRONICLE_H

#include "monitor/journal.h"
#include "session/event.h"

struct dm_chronicle;

/* Observes the event until destroy; both are borrowed until then. Returns 0;
 * memory that runs out ends the process, as everywhere on GLib. */
int dm_chronicle_create(struct dm_chronicle **out, struct dm_event *event,
			struct dm_journal *journal);
void dm_chronicle_destroy(struct dm_chronicle *chronicle); /* NULL is allowed */

/* Sessions begin and end with the time, in seconds since 1970. */
void dm_chronicle_advance(struct dm_chronicle *chronicle, int64_t wall);

#endif
