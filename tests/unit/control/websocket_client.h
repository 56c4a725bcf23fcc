/* tests/unit/control/websocket_client.h: what tests say on a websocket, without a network, and what
 * they hear. */
#ifndef WEBSOCKET_CLIENT_H
#define WEBSOCKET_CLIENT_H

#include "control/conversation.h"

#include <jansson.h>

/* The next message of one type, and those before it thrown away; NULL when none is there. The
 * caller's. */
json_t *ws_take(struct dm_conversation *conversation, const char *type);

/* Throws away what waits. */
void ws_drain(struct dm_conversation *conversation);

/* Says one thing, as JSON with ' for ", and takes the first message that comes. The caller's. */
json_t *ws_say(struct dm_conversation *conversation, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Likewise, fails when the reply's type, or of an error its code, is another one. */
void ws_expect(struct dm_conversation *conversation, const char *expected, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A value by a path as "booth.seats.0.name"; NULL when there is none. Borrowed. */
const json_t *ws_at(const json_t *json, const char *path);
const char *ws_text(const json_t *json, const char *path); /* "": none */
long long ws_number(const json_t *json, const char *path); /* -1: none */

#endif
