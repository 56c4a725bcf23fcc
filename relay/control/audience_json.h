/* relay/control/audience_json.h
 *
 * How many have listened to each channel of a room over time, as JSON for organisers.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_AUDIENCE_JSON_H
#define DM_CONTROL_AUDIENCE_JSON_H

#include "monitor/watch.h"

#include <glib.h>

/* The whole message; the caller owns the reference. Of a long day several points become one, their
 * mean. */
GBytes *dm_audience_json(const struct dm_watch *watch, const struct dm_room *room);

#endif
