/* relay/session/name.h
 *
 * What states and choices are called: the words of the public API, in logs too.
 *
 * Pure. Thread: any.
 */
#ifndef DM_SESSION_NAME_H
#define DM_SESSION_NAME_H

#include "session/room.h"
#include "session/subscriber.h"

#include <stdbool.h>

/* "off", "connecting", "live", "lost". */
const char *dm_feed_state_name(enum dm_feed_state state);

/* "connected", "closed", "expired", "failed". */
const char *dm_peer_state_name(enum dm_peer_state state);

/* "none", "low", "medium", "high", "auto". */
const char *dm_video_choice_name(enum dm_video_choice choice);
bool dm_video_choice_parse(const char *name, enum dm_video_choice *choice);

#endif
