/* relay/control/refusal.h
 *
 * Why a request was not granted, in words for a person and in a code for a program. The same
 * refusal becomes an HTTP problem (RFC 9457) or an error message on the websocket.
 *
 * Pure, plain data. Thread: any.
 */
#ifndef DM_CONTROL_REFUSAL_H
#define DM_CONTROL_REFUSAL_H

#include "session/ruling.h"

#include <stdbool.h>

enum dm_refusal_code {
	DM_REFUSAL_UNKNOWN_ROOM,
	DM_REFUSAL_UNKNOWN_LANGUAGE,
	DM_REFUSAL_BAD_JSON,
	DM_REFUSAL_BAD_MESSAGE,
	DM_REFUSAL_TOO_LARGE,
	DM_REFUSAL_NOT_JOINED,
	DM_REFUSAL_ALREADY_JOINED,
	DM_REFUSAL_BAD_OFFER,
	DM_REFUSAL_BUSY,
	DM_REFUSAL_UNAUTHORIZED, /* the key "token": of the one shown; none: none was shown */
	DM_REFUSAL_FORBIDDEN,
	DM_REFUSAL_NOT_WATCHING,    /* an organiser's message that needs a watch of its room */
	DM_REFUSAL_RULING,          /* the booths' rules said no: `reason` tells which */
	DM_REFUSAL_FLOOR_TAKEN,     /* another publisher sends it */
	DM_REFUSAL_FLOOR_ELSEWHERE, /* its source is not whip: */
	DM_REFUSAL_NO_WATCH,        /* the relay watches nothing, so there is nothing to oversee */
	DM_REFUSAL_NO_SUCH_ALARM,   /* none of that id stands */
	DM_REFUSAL_ACKNOWLEDGED,    /* somebody has seen it before */
	DM_REFUSAL_NO_SUCH_SOURCE,
	DM_REFUSAL_CANNOT_SWITCH, /* the source is one that cannot be exchanged */
	DM_REFUSAL_CANNOT_MINT,   /* there is no secret to sign tokens with */
	DM_REFUSAL_NO_LINE_UP, /* nobody listens to what leaves, or the room has no channel for it
				*/
	DM_REFUSAL_LINE_UP_RUNNING,
	DM_REFUSAL_IN_SESSION, /* the room is, and this would be heard */
	DM_REFUSAL_ALL_ON_AIR,
	DM_REFUSAL_NO_STILL,   /* no still of the picture has been taken yet */
	DM_REFUSAL_NO_HISTORY, /* none is kept */
	DM_REFUSAL_COUNT,
};

struct dm_refusal {
	enum dm_refusal_code code;
	enum dm_reason reason; /* RULING; else DONE */
	char key[32];          /* the key or parameter that is at fault; "": none */
	char message[240];     /* a sentence */
};

/* "unknown-room", …, and "ruling" for all rulings: for counters. */
const char *dm_refusal_name(enum dm_refusal_code code);

/* The word of the public protocol: the same, but a ruling's own, as "partner-on-air". */
const char *dm_refusal_word(const struct dm_refusal *refusal);

/* The HTTP status that says the same (RFC 9110, 15). */
unsigned dm_refusal_status(enum dm_refusal_code code);

/* `key` may be NULL. Always returns false, so that a predicate can end with it. */
bool dm_refuse(struct dm_refusal *refusal, enum dm_refusal_code code, const char *key,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* There is no such room in the event; no such channel in the room. */
bool dm_refuse_unknown_room(struct dm_refusal *refusal, const char *room);
bool dm_refuse_unknown_language(struct dm_refusal *refusal, const char *room, const char *lang);

/* The relay could not for now: `error` (-errno) goes to the log, not to the client. */
bool dm_refuse_errno(struct dm_refusal *refusal, int error);

/* What the rules of a room say, in their words; to be asked before the room's next action. */
bool dm_refuse_ruling(struct dm_refusal *refusal, const struct dm_ruling *ruling,
		      const struct dm_interpretation *interpretation);

/* True when the ruling is DONE; else false with what it says. */
bool dm_refuse_unless_done(struct dm_refusal *refusal, const struct dm_ruling *ruling,
			   const struct dm_interpretation *interpretation);

#endif
