#include "muster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROBLEMS_TOLD 5 /* the others are alike */

int dm_muster_init(struct dm_muster *muster, const struct dm_client_options *options,
		   struct dm_identity *identity, struct dm_pool *pool)
{
	*muster = (struct dm_muster){ .options = options, .identity = identity, .pool = pool };
	muster->members = calloc(options->listeners, sizeof(*muster->members));
	return muster->members ? 0 : -ENOMEM;
}

void dm_muster_finish(struct dm_muster *muster)
{
	for (size_t i = 0; i < muster->begun; i++)
		dm_member_finish(&muster->members[i]);
	free(muster->members);
	muster->members = NULL;
}

void dm_muster_tell_problem(struct dm_muster *muster, const char *problem)
{
	if (muster->problems++ < PROBLEMS_TOLD)
		fprintf(stderr, "%s\n", problem);
}

void dm_muster_tell_rest(const struct dm_muster *muster)
{
	if (muster->problems > PROBLEMS_TOLD)
		fprintf(stderr, "and %zu more problems\n", muster->problems - PROBLEMS_TOLD);
}

void dm_muster_fail(struct dm_muster *muster, struct dm_member *member, const char *problem)
{
	muster->failed++;
	atomic_store(&member->gone, true);
	dm_muster_tell_problem(muster, problem);
}

static bool wants_video(const struct dm_muster *muster)
{
	return !muster->options->video || strcmp(muster->options->video, "none") != 0;
}

int dm_muster_begin(struct dm_muster *muster, struct dm_member **out, char *offer)
{
	const struct dm_client_options *options = muster->options;
	const uint32_t number = (uint32_t)muster->begun;
	struct dm_member *member = &muster->members[number];
	const struct dm_member_options member_options = {
		.identity = muster->identity,
		.number = number,
		.manner = dm_roles_manner(&options->roles, number),
		.video = wants_video(muster),
		.sampled = dm_roles_sampled(&options->roles, number, options->listeners),
		.nack = options->nack,
		.stamped = options->latency,
		.active = options->active,
	};
	int error = dm_pool_member(muster->pool, member, &member_options);

	*out = member;
	muster->begun++;
	if (error)
		return error;
	error = dm_receiver_offer(member->receiver, offer, DM_OFFER_MAX);
	return error < 0 ? error : 0;
}

/* Takes over the session. */
static int take_session(struct dm_muster *muster, struct dm_member *member,
			struct dm_session *session)
{
	struct dm_answer answer;
	int error = dm_answer_read(session->answer, &answer);

	member->posted_at = session->posted_at;
	member->answered_at = session->answered_at;
	member->resource = session->resource;
	session->resource = NULL;
	if (!error) {
		member->video = member->video && answer.video;
		while ((error = dm_pool_add(muster->pool, member, &answer, session->server)) ==
		       -EAGAIN)
			usleep(1000); /* the pool's thread empties its queue */
	}
	dm_session_finish(session);
	return error;
}

void dm_muster_answer(struct dm_muster *muster, struct dm_member *member, int error,
		      const char *problem, struct dm_session *session)
{
	char text[100];

	muster->answered++;
	if (error) {
		muster->refused = error == -ECONNREFUSED && !muster->joined;
		dm_muster_fail(muster, member, problem);
		return;
	}
	error = take_session(muster, member, session);
	if (error) {
		snprintf(text, sizeof(text), "the answer cannot be used: %s", strerror(-error));
		dm_muster_fail(muster, member, text);
		return;
	}
	muster->joined++;
}

bool dm_muster_is_settled(const struct dm_muster *muster)
{
	for (size_t i = 0; i < muster->begun; i++)
		if (!atomic_load(&muster->members[i].has_media) &&
		    !atomic_load(&muster->members[i].gone))
			return false;
	return true;
}

void dm_muster_fail_without_media(struct dm_muster *muster)
{
	for (size_t i = 0; i < muster->begun; i++) {
		struct dm_member *member = &muster->members[i];
		const int error = atomic_load(&member->error);

		if (!member->resource || atomic_load(&member->has_media))
			continue;
		muster->failed++;
		dm_muster_tell_problem(muster,
				       error ? strerror(-error) : "a listener got no media");
	}
}
