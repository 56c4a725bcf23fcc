/* relay/session/interpretation_name.h
 *
 * What the states of interpretation are called: the words of the public API, in logs too.
 *
 * Pure. Thread: any.
 */
#ifndef DM_SESSION_INTERPRETATION_NAME_H
#define DM_SESSION_INTERPRETATION_NAME_H

#include "session/booth.h"
#include "session/call.h"
#include "session/programme.h"

/* "off", "standby", "muted", "on-air". */
const char *dm_mic_name(enum dm_mic mic);
/* "none", "alive", "lost". */
const char *dm_link_name(enum dm_link link);
/* "none", "muted", "off". */
const char *dm_hold_name(enum dm_hold hold);
/* "none", "asked", "offered", "counting". */
const char *dm_handover_state_name(enum dm_handover_state state);
/* "at-pause", "at-limit", "taken", "released", "declined", "cancelled", "expired", "withdrawn",
 * "no-sound". */
const char *dm_handover_end_name(enum dm_handover_end end);
/* "chosen", "direct", "relay", "no-pivot", "off", "loop", "too-deep". */
const char *dm_incoming_why_name(enum dm_incoming_why why);
/* "floor", "silence", "channel", "source", "voice", "concealment", "comfort". */
const char *dm_carries_name(enum dm_carries carries);
/* "floor", "on-air", "muted", "link-lost", "source", "booth-off", "nobody". */
const char *dm_programme_why_name(enum dm_programme_why why);
/* "open", "taken", "done". */
const char *dm_call_state_name(enum dm_call_state state);

#endif
