/* client/native/muster.h
 *
 * The listeners of a crowd as they come in: each is made with its offer, gets what the relay
 * answered, and is in the pool from then on; who did not make it, and why, is counted and told.
 *
 * Thread: the main thread.
 */
#ifndef DM_CLIENT_MUSTER_H
#define DM_CLIENT_MUSTER_H

#include "exchange.h"
#include "options.h"
#include "pool.h"

/* To be read by anybody, changed by muster.c alone. */
struct dm_muster {
	const struct dm_client_options *options; /* borrowed until finish, as the next two */
	struct dm_identity *identity;
	struct dm_pool *pool;
	struct dm_member *members; /* owned; `options->listeners` of them */
	size_t begun;
	size_t answered; /* joins, of which some failed */
	size_t joined;   /* by signalling */
	size_t failed;
	size_t problems; /* told, and those that were alike */
	bool refused;    /* no server is there */
};

/* Returns 0 or -ENOMEM. Finish is for failed ones too, and for one that is all zeros; by then the
 * pool is gone. */
int dm_muster_init(struct dm_muster *muster, const struct dm_client_options *options,
		   struct dm_identity *identity, struct dm_pool *pool);
void dm_muster_finish(struct dm_muster *muster);

/* The next member, borrowed until finish, and its offer (DM_OFFER_MAX bytes). Returns 0 or errors
 * of dm_pool_member and dm_receiver_offer; *out is set all the same. */
int dm_muster_begin(struct dm_muster *muster, struct dm_member **out, char *offer);

/* What came of its join, as in dm_requests_joined_cb; on success the session is taken over. */
void dm_muster_answer(struct dm_muster *muster, struct dm_member *member, int error,
		      const char *problem, struct dm_session *session);

/* The member got nothing, and never will. */
void dm_muster_fail(struct dm_muster *muster, struct dm_member *member, const char *problem);

/* The same at the end, of all that were answered but have no media. */
void dm_muster_fail_without_media(struct dm_muster *muster);

/* Tells a problem on stderr, unless there were some before. */
void dm_muster_tell_problem(struct dm_muster *muster, const char *problem);

/* How many of these it did not tell. */
void dm_muster_tell_rest(const struct dm_muster *muster);

/* True when all that have begun have media, or failed. */
bool dm_muster_is_settled(const struct dm_muster *muster);

#endif
