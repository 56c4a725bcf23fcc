/* client/native/http.h
 *
 * WHEP over HTTP as a client speaks it (draft-ietf-wish-whep): one POST with an offer, then the
 * resource that stands for the session.
 *
 * Thread: one at a time. Calls wait for the answer.
 */
#ifndef DM_CLIENT_HTTP_H
#define DM_CLIENT_HTTP_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>

struct dm_http;

/* `base` is the relay's address, such as http://localhost:8080; `token` is nullable. Both are
 * copied. Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_http_create(struct dm_http **out, const char *base, const char *token);
void dm_http_destroy(struct dm_http *http); /* NULL is allowed */

struct dm_session {
	char *answer;        /* owned SDP */
	char *resource;      /* owned absolute URL of the session */
	char server[64];     /* numeric address that answered */
	dm_usec posted_at;   /* when the request was handed to the socket */
	dm_usec answered_at; /* when the answer was complete */
};
void dm_session_finish(struct dm_session *session);

/* POST /whep/{room}. `lang` is nullable (the relay's default); `video` is what ?video= takes,
 * nullable. Returns 0; -ECONNREFUSED (no connection, or it broke), -EPROTO (an answer that is not
 * 201 with SDP and a Location), -ENOMEM. On failure dm_http_problem() says why. */
int dm_http_join(struct dm_http *http, const char *room, const char *lang, const char *video,
		 const char *offer, struct dm_session *session);

/* POST {resource}/select. Errors as above. */
int dm_http_select(struct dm_http *http, const char *resource, const char *lang);

/* DELETE {resource}. Errors as above. */
int dm_http_leave(struct dm_http *http, const char *resource);

/* One sentence about the last failure. Borrowed until the next call. */
const char *dm_http_problem(const struct dm_http *http);

#endif
