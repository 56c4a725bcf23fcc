/* relay/control/contribution.c: see contribution.h */
#include "control/contribution.h"

#include <errno.h>
#include <glib.h>

struct dm_contribution {
	struct dm_publisher *publisher; /* owned; NULL once the peer is gone */
	dm_contribution_cb *on_gone;
	void *user;
	struct dm_agreement agreement;
	char *token_id; /* owned, nullable */
	int64_t token_end;
	char id[33];
};

static void on_state(void *user, struct dm_publisher *publisher, enum dm_peer_state state)
{
	struct dm_contribution *contribution = user;

	(void)publisher;
	if (state == DM_PEER_CONNECTED)
		return;
	contribution->publisher = NULL; /* destroyed right after this call */
	contribution->on_gone(contribution->user, contribution);
}

/* NULL, with *refusal filled, when there is no such room or channel. */
static struct dm_channel *find_channel(const struct dm_contribution_options *options,
				       struct dm_room **room, struct dm_refusal *refusal)
{
	struct dm_channel *channel;

	*room = dm_event_find_room(options->event, options->room);
	if (!*room) {
		dm_refuse_unknown_room(refusal, options->room);
		return NULL;
	}
	channel = dm_room_find_channel(*room, options->lang);
	if (!channel)
		dm_refuse_unknown_language(refusal, options->room, options->lang);
	return channel;
}

static bool refuse_publisher(struct dm_refusal *refusal, int error, const struct dm_room *room,
			     const struct dm_ruling *ruling)
{
	switch (error) {
	case -EPERM:
		return dm_refuse_ruling(refusal, ruling, room->interpretation);
	case -EBUSY:
		return dm_refuse(
			refusal, DM_REFUSAL_FLOOR_TAKEN, NULL,
			"Somebody is sending the floor of room '%s' already; stop that first.",
			room->options->id);
	case -ENOTSUP:
		return dm_refuse(
			refusal, DM_REFUSAL_FLOOR_ELSEWHERE, NULL,
			"The floor of room '%s' comes from elsewhere; set its source to whip: in the configuration.",
			room->options->id);
	default:
		return dm_refuse_errno(refusal, error);
	}
}

static bool publish(struct dm_contribution *contribution,
		    const struct dm_contribution_options *options, struct dm_room *room,
		    struct dm_channel *channel, char **answer, struct dm_refusal *refusal)
{
	/* The picture comes with the floor, where the room shows one. */
	const struct dm_negotiation_options wanted = {
		.publish = true,
		.publish_picture = channel == &room->channels[0] && room->picture.track_count,
	};
	const struct dm_publisher_options publisher = {
		.room = room,
		.channel = channel,
		.name = options->name,
		.machine = options->machine,
		.on_state = on_state,
		.user = contribution,
	};
	struct dm_peer_answer peer = { 0 };
	struct dm_negotiation *negotiation;
	struct dm_ruling ruling;

	if (!dm_agreement_negotiate(&negotiation, &wanted, options->offer, options->offer_bytes,
				    refusal))
		return false;

	const int error = dm_publisher_create(&contribution->publisher, &publisher,
					      &negotiation->peer, &peer, &ruling);

	if (error) {
		dm_negotiation_destroy(negotiation);
		return refuse_publisher(refusal, error, room, &ruling);
	}
	g_strlcpy(contribution->id, dm_publisher_id(contribution->publisher),
		  sizeof(contribution->id));
	*answer = dm_agreement_conclude(&contribution->agreement, &wanted, options->offer,
					options->offer_bytes, negotiation, &peer);
	return true;
}

bool dm_contribution_create(struct dm_contribution **out,
			    const struct dm_contribution_options *options, char **answer,
			    struct dm_refusal *refusal)
{
	struct dm_room *room;
	struct dm_channel *channel = find_channel(options, &room, refusal);

	*out = NULL;
	*answer = NULL;
	if (!channel)
		return false;

	struct dm_contribution *contribution = g_new0(struct dm_contribution, 1);

	contribution->on_gone = options->on_gone;
	contribution->user = options->user;
	if (options->token_id && *options->token_id)
		contribution->token_id = g_strdup(options->token_id);
	contribution->token_end = options->token_end;
	if (!publish(contribution, options, room, channel, answer, refusal)) {
		dm_contribution_destroy(contribution);
		return false;
	}
	*out = contribution;
	return true;
}

void dm_contribution_destroy(struct dm_contribution *contribution)
{
	if (!contribution)
		return;
	dm_publisher_destroy(contribution->publisher);
	dm_agreement_finish(&contribution->agreement);
	g_free(contribution->token_id);
	g_free(contribution);
}

static int restart_ice(void *user, const char *remote_ufrag, struct dm_peer_answer *answer)
{
	struct dm_contribution *contribution = user;

	return dm_publisher_restart_ice(contribution->publisher, remote_ufrag, answer);
}

enum dm_fragment_result dm_contribution_fragment(struct dm_contribution *contribution,
						 const char *fragment, size_t bytes, char **answer,
						 struct dm_refusal *refusal)
{
	return dm_agreement_fragment(&contribution->agreement, fragment, bytes, restart_ice,
				     contribution, answer, refusal);
}

const struct dm_publisher *dm_contribution_publisher(const struct dm_contribution *contribution)
{
	return contribution->publisher;
}

const char *dm_contribution_id(const struct dm_contribution *contribution)
{
	return contribution->id;
}

const char *dm_contribution_token_id(const struct dm_contribution *contribution)
{
	return contribution->token_id;
}

int64_t dm_contribution_token_end(const struct dm_contribution *contribution)
{
	return contribution->token_end;
}

const char *dm_contribution_ufrag(const struct dm_contribution *contribution)
{
	return contribution->agreement.ufrag;
}
