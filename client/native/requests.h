/* client/native/requests.h
 *
 * WHEP for a crowd: many joins and leaves on their way at once, over connections that are kept.
 *
 * Thread: one; callbacks come from dm_requests_turn.
 */
#ifndef DM_CLIENT_REQUESTS_H
#define DM_CLIENT_REQUESTS_H

#include "exchange.h"

struct dm_requests;

/* A join was answered: `session` on success (the callee takes it over), else NULL with an error of
 * dm_exchange_session and one sentence. */
typedef void dm_requests_joined_cb(void *user, void *whose, int error, const char *problem,
				   struct dm_session *session);

struct dm_requests_options {
	const char *base;  /* the server's address; borrowed until destroy, as the rest */
	const char *token; /* nullable */
	const char *room;
	const char *lang;  /* nullable */
	const char *video; /* nullable */
	dm_requests_joined_cb *on_joined;
	void *user;
};

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_requests_create(struct dm_requests **out, const struct dm_requests_options *options);
void dm_requests_destroy(struct dm_requests *requests); /* NULL is allowed */

/* True when one more may be begun. */
bool dm_requests_has_room(const struct dm_requests *requests);
size_t dm_requests_under_way(const struct dm_requests *requests);

/* Begins POST /whep/{room} with a copy of the offer. Returns 0, -EAGAIN (no room) or -ENOMEM. */
int dm_requests_join(struct dm_requests *requests, const char *offer, void *whose);

/* Begins DELETE {resource}; what is answered does not matter. Returns as above. */
int dm_requests_leave(struct dm_requests *requests, const char *resource);

/* Waits for answers, or until one of two other descriptors is readable, for at most so long;
 * hands the answers on. */
void dm_requests_turn(struct dm_requests *requests, const int others[2], dm_usec most);

#endif
