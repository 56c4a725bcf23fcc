/* client/native/http.h
 *
 * WHEP and WHIP over HTTP as a client speaks them (draft-ietf-wish-whep, RFC 9725), one request
 * after another: one POST with an offer, then the resource that stands for the session.
 *
 * Thread: one at a time. Calls wait for the answer.
 */
#ifndef DM_CLIENT_HTTP_H
#define DM_CLIENT_HTTP_H

#include "exchange.h"

struct dm_http;

/* `base` is the relay's address, such as http://localhost:8080; `token` is nullable. Both are
 * copied. Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_http_create(struct dm_http **out, const char *base, const char *token);
void dm_http_destroy(struct dm_http *http); /* NULL is allowed */

/* POST /whep/{room}. `lang` is nullable (the relay's default); `video` is what ?video= takes,
 * nullable. Errors are those of dm_exchange_session. On failure dm_http_problem() says why. */
int dm_http_join(struct dm_http *http, const char *room, const char *lang, const char *video,
		 const char *offer, struct dm_session *session);

/* POST /whip/{room}/floor, or …/channels/{lang}. Likewise. */
int dm_http_publish(struct dm_http *http, const char *room, const char *lang, const char *offer,
		    struct dm_session *session);

/* POST {resource}/select. Errors as above. */
int dm_http_select(struct dm_http *http, const char *resource, const char *lang);

/* DELETE {resource}. Errors as above. */
int dm_http_leave(struct dm_http *http, const char *resource);

/* Whether the server still knows the session. Returns 0, -ENOENT, or -ECONNREFUSED when it could
 * not be asked within some seconds. */
int dm_http_ask(struct dm_http *http, const char *resource);

/* One sentence about the last failure. Borrowed until the next call. */
const char *dm_http_problem(const struct dm_http *http);

#endif
