/* client/native/exchange.h
 *
 * One HTTP request and its answer over libcurl, as WHEP and WHIP need them (draft-ietf-wish-whep,
 * RFC 9725): what is sent, what came back, and what went wrong. Whoever has it performs it, alone
 * or among others.
 *
 * Thread: one at a time.
 */
#ifndef DM_CLIENT_EXCHANGE_H
#define DM_CLIENT_EXCHANGE_H

#include "base/time.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

struct dm_exchange;

/* What a server's answer to an offer comes to. */
struct dm_session {
	char *answer;        /* owned SDP */
	char *resource;      /* owned absolute URL of the session */
	char server[64];     /* numeric address that answered */
	dm_usec posted_at;   /* when the request was handed to libcurl */
	dm_usec answered_at; /* when the answer was complete */
};
void dm_session_finish(struct dm_session *session);

/* The address to POST an offer to; `lang` and `video` are nullable. Owned by the caller; NULL when
 * memory is out. */
char *dm_whep_url(const char *base, const char *room, const char *lang, const char *video);

/* Where to publish (RFC 9725): a channel, or with `lang` "floor" that. Owned by the caller; NULL
 * when memory is out. */
char *dm_whip_url(const char *base, const char *room, const char *lang);

/* `token` is nullable and copied. Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_exchange_create(struct dm_exchange **out, const char *token);
void dm_exchange_destroy(struct dm_exchange *exchange); /* NULL is allowed */

/* Makes ready to be performed; everything is copied. `type` and `body` are nullable together.
 * Returns 0 or -ENOMEM. */
int dm_exchange_prepare(struct dm_exchange *exchange, const char *method, const char *url,
			const char *type, const char *body);
CURL *dm_exchange_curl(struct dm_exchange *exchange); /* borrowed */

/* It has been performed. Returns the status, or -ECONNREFUSED (no connection, or it broke). */
long dm_exchange_done(struct dm_exchange *exchange, CURLcode result);

/* The session, after an offer was answered with `status`. Returns 0, what a negative status was,
 * -EPROTO (not 201 with SDP and a Location) or -ENOMEM. */
int dm_exchange_session(struct dm_exchange *exchange, long status, struct dm_session *session);

/* Returns 0 for a status of 2xx, else as above. */
int dm_exchange_success(struct dm_exchange *exchange, long status);

/* One sentence about the last failure. Borrowed until the next exchange. */
const char *dm_exchange_problem(const struct dm_exchange *exchange);

#endif
