#include "member.h"

#include "inbox.h"

#include <stdlib.h>

static void on_datagram(void *user, const uint8_t *data, size_t bytes)
{
	struct dm_member *member = user;

	/* What is lost here is sent again by ICE, DTLS and RTCP. */
	(void)dm_inbox_send(member->inbox, member->number, data, bytes);
}

int dm_member_init(struct dm_member *member, const struct dm_member_options *options,
		   struct dm_inbox *inbox, struct dm_figures *figures)
{
	const struct dm_receiver_options receiver = {
		.identity = options->identity,
		.video = options->video,
		.counts_only = !options->sampled,
		.nack = options->nack,
		.stamped = options->stamped,
		.manner = options->manner,
		.figures = figures,
		.active = options->active,
		.send = on_datagram,
		.user = member,
	};

	*member = (struct dm_member){ .inbox = inbox,
				      .number = options->number,
				      .manner = options->manner,
				      .sampled = options->sampled,
				      .video = options->video };
	return dm_receiver_create(&member->receiver, &receiver);
}

void dm_member_finish(struct dm_member *member)
{
	dm_receiver_destroy(member->receiver);
	free(member->answer);
	free(member->resource);
	*member = (struct dm_member){ 0 };
}
