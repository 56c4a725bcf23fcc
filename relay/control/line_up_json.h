/* relay/control/line_up_json.h
 *
 * A room's line-up, as JSON for organisers.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_LINE_UP_JSON_H
#define DM_CONTROL_LINE_UP_JSON_H

#include "session/line_up.h"

#include <glib.h>

/* The whole message, of the channels that the line-up is about: those with an engine of their own,
 * and the floor when its source tells how far its sound is off its picture. The caller owns the
 * reference. */
GBytes *dm_line_up_json(const struct dm_line_up *line_up);

#endif
