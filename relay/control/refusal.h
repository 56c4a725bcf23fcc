/* relay/control/refusal.h
 *
 * Why a request was not granted, in words for a person and in a code for a program. The same
 * refusal becomes an HTTP problem (RFC 9457) or an error message on the websocket.
 *
 * Pure, plain data. Thread: any.
 */
#ifndef DM_CONTROL_REFUSAL_H
#define DM_CONTROL_REFUSAL_H

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
	DM_REFUSAL_COUNT,
};

struct dm_refusal {
	enum dm_refusal_code code;
	char key[32];      /* the key or parameter that is at fault; "": none */
	char message[240]; /* a sentence */
};

/* "unknown-room", …: the words of the public protocol. */
const char *dm_refusal_name(enum dm_refusal_code code);

/* The HTTP status that says the same (RFC 9110, 15). */
unsigned dm_refusal_status(enum dm_refusal_code code);

/* `key` may be NULL. Always returns false, so that a predicate can end with it. */
bool dm_refuse(struct dm_refusal *refusal, enum dm_refusal_code code, const char *key,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
