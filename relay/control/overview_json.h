/* relay/control/overview_json.h
 *
 * Every room in short, and the relay itself, as JSON for organisers. A room is written once and
 * copied into the message of everybody who sees it.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_OVERVIEW_JSON_H
#define DM_CONTROL_OVERVIEW_JSON_H

#include "monitor/watch.h"

#include <glib.h>

struct dm_overview;

/* Everything as it is now. `now`: Unix seconds. */
struct dm_overview *dm_overview_make(const struct dm_watch *watch, struct dm_event *event,
				     double now);
void dm_overview_free(struct dm_overview *overview);

/* The message for who sees these rooms: a bit for each, by its number in the event. The same text
 * for the same rooms; borrowed until free. */
GBytes *dm_overview_text(struct dm_overview *overview, uint64_t rooms);

#endif
