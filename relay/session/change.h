/* relay/session/change.h
 *
 * What has changed in a room's interpretation, in order, until somebody reads it: for websockets,
 * logs and history.
 *
 * Pure, plain data. Thread: the control thread.
 */
#ifndef DM_SESSION_CHANGE_H
#define DM_SESSION_CHANGE_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_PARTICIPANT_SIZE      33 /* with NUL; as a subscriber's id, 32 hexadecimal digits */
#define DM_PARTICIPANT_NAME_SIZE 64 /* with NUL; as the name in a token */

struct dm_participant {
	char id[DM_PARTICIPANT_SIZE]; /* opaque; "": nobody */
	char name[DM_PARTICIPANT_NAME_SIZE];
};

enum dm_change_kind {
	DM_CHANGE_SEATED,
	DM_CHANGE_LEFT,
	DM_CHANGE_LINK,           /* detail: enum dm_link */
	DM_CHANGE_MICROPHONE,     /* detail: enum dm_mic; channel: what it speaks into */
	DM_CHANGE_HELD,           /* detail: enum dm_hold */
	DM_CHANGE_CONSENT,        /* detail: 1: agrees to hot stand-by */
	DM_CHANGE_TOOK_OVER,      /* the hot stand-by, from a link that died */
	DM_CHANGE_ON_AIR_MAX,     /* detail: how many of the booth may be on air */
	DM_CHANGE_HANDOVER,       /* detail: enum dm_handover_state; seat: who has the microphone */
	DM_CHANGE_HANDOVER_ENDED, /* detail: enum dm_handover_end */
	DM_CHANGE_PROGRAMME,      /* channel; detail: enum dm_carries */
	DM_CHANGE_INCOMING,       /* booth; channel: what it hears; detail: enum dm_incoming_why */
	DM_CHANGE_FLOOR_LANGUAGE,
	DM_CHANGE_SHIFT,     /* a shift is over; detail: how often this has been said, 1… */
	DM_CHANGE_SLOW_DOWN, /* detail: how many ask for it now; who asks is not told */
	DM_CHANGE_CALL,      /* detail: enum dm_call_state */
	DM_CHANGE_KINDS,
};

/* Where a field has nothing to say it is DM_NOBODY, or nobody. */
struct dm_change {
	enum dm_change_kind kind;
	uint8_t booth;
	uint8_t seat;
	uint8_t channel;
	uint8_t detail;
	dm_usec at;
	struct dm_participant who; /* as it was then */
};

/* Choice: more than one action can bring about in a room with all booths in use. */
#define DM_CHANGES_MAX 512

/* Full, it forgets the oldest and counts them; a reader that sees the count grow reads the whole
 * state again. */
struct dm_changes {
	struct dm_change list[DM_CHANGES_MAX];
	size_t first;
	size_t count;
	uint64_t forgotten;
};

void dm_changes_put(struct dm_changes *changes, const struct dm_change *change);

/* False when nothing is left. */
bool dm_changes_take(struct dm_changes *changes, struct dm_change *change);

/* "seated", "left", "link", …: for logs and the API. */
const char *dm_change_kind_name(enum dm_change_kind kind);

#endif
