/* relay/control/listener.c: see listener.h */
#include "control/listener.h"

#include <glib.h>

struct dm_listener {
	struct dm_subscriber *subscriber; /* owned; NULL once the peer is gone */
	dm_listener_cb *on_state;         /* nullable */
	void *user;
	struct dm_agreement agreement;
	char *token_id; /* owned, nullable */
	char id[33];
};

static void on_peer_state(void *user, struct dm_subscriber *subscriber, enum dm_peer_state state)
{
	struct dm_listener *listener = user;

	(void)subscriber;
	if (state != DM_PEER_CONNECTED)
		listener->subscriber = NULL; /* destroyed right after this call */
	if (listener->on_state)
		listener->on_state(listener->user, listener, state);
}

/* NULL, with *refusal filled, when the room has no such language. */
static struct dm_channel *find_channel(struct dm_room *room, const char *lang,
				       struct dm_refusal *refusal)
{
	struct dm_channel *channel = dm_room_find_channel(room, lang);

	if (!channel)
		dm_refuse_unknown_language(refusal, room->options->id, lang);
	return channel;
}

static struct dm_negotiation_options offered_by(const struct dm_room *room,
						const struct dm_listener_options *options)
{
	return (struct dm_negotiation_options){
		.picture = !options->no_pictures && room->picture.track_count,
		.sign = !options->no_pictures && room->sign.track_count,
		.microphone = options->interpreter != NULL,
		.monitor = options->interpreter != NULL,
	};
}

static bool subscribe(struct dm_listener *listener, const struct dm_listener_options *options,
		      struct dm_room *room, struct dm_channel *channel, char **answer,
		      struct dm_refusal *refusal)
{
	const struct dm_negotiation_options wanted = offered_by(room, options);
	const struct dm_listener_wish *wish = &options->wish;
	const struct dm_subscriber_options subscriber = {
		.room = room,
		.channel = channel,
		.interpreter = options->interpreter,
		.organiser = options->organiser,
		.video = wish->video ? *wish->video : DM_VIDEO_AUTO,
		.sign = wish->sign && *wish->sign,
		.on_state = on_peer_state,
		.user = listener,
	};
	struct dm_peer_answer peer = { 0 };
	struct dm_negotiation *negotiation;

	if (!dm_agreement_negotiate(&negotiation, &wanted, options->offer, options->offer_bytes,
				    refusal))
		return false;

	g_strlcpy(negotiation->peer.country, options->country ? options->country : "",
		  sizeof(negotiation->peer.country));

	const int error = dm_subscriber_create(&listener->subscriber, &subscriber,
					       &negotiation->peer, &peer);

	if (error) {
		dm_negotiation_destroy(negotiation);
		return dm_refuse_errno(refusal, error);
	}
	g_strlcpy(listener->id, dm_subscriber_id(listener->subscriber), sizeof(listener->id));
	*answer = dm_agreement_conclude(&listener->agreement, &wanted, options->offer,
					options->offer_bytes, negotiation, &peer);
	return true;
}

bool dm_listener_create(struct dm_listener **out, const struct dm_listener_options *options,
			char **answer, struct dm_refusal *refusal)
{
	struct dm_room *room = dm_event_find_room(options->event, options->room);

	*out = NULL;
	*answer = NULL;
	if (!room)
		return dm_refuse_unknown_room(refusal, options->room);

	struct dm_channel *channel = find_channel(
		room, options->wish.lang ? options->wish.lang : "floor", refusal);

	if (!channel)
		return false;

	struct dm_listener *listener = g_new0(struct dm_listener, 1);

	listener->on_state = options->on_state;
	listener->user = options->user;
	if (options->token_id && *options->token_id)
		listener->token_id = g_strdup(options->token_id);
	if (!subscribe(listener, options, room, channel, answer, refusal)) {
		dm_listener_destroy(listener);
		return false;
	}
	*out = listener;
	return true;
}

void dm_listener_destroy(struct dm_listener *listener)
{
	if (!listener)
		return;
	dm_subscriber_destroy(listener->subscriber);
	dm_agreement_finish(&listener->agreement);
	g_free(listener->token_id);
	g_free(listener);
}

void dm_listener_set_callback(struct dm_listener *listener, dm_listener_cb *on_state, void *user)
{
	listener->on_state = on_state;
	listener->user = user;
}

bool dm_listener_select(struct dm_listener *listener, const struct dm_listener_wish *wish,
			struct dm_refusal *refusal)
{
	struct dm_subscriber *subscriber = listener->subscriber;
	struct dm_channel *channel = NULL;
	int error = 0;

	if (!subscriber)
		return dm_agreement_refuse_gone(refusal);
	if (wish->lang) {
		channel = find_channel(dm_subscriber_room(subscriber), wish->lang, refusal);
		if (!channel)
			return false;
	}
	/* The sound first: it is what a language change is about. */
	if (channel)
		error = dm_subscriber_select_channel(subscriber, channel);
	if (!error && (wish->video || wish->sign))
		error = dm_subscriber_select_video(
			subscriber, wish->video ? *wish->video : dm_subscriber_video(subscriber),
			wish->sign ? *wish->sign : dm_subscriber_sign(subscriber));
	return error ? dm_refuse_errno(refusal, error) : true;
}

static int restart_ice(void *user, const char *remote_ufrag, struct dm_peer_answer *answer)
{
	struct dm_listener *listener = user;

	return dm_subscriber_restart_ice(listener->subscriber, remote_ufrag, answer);
}

bool dm_listener_restart(struct dm_listener *listener, const char *offer, size_t bytes,
			 char **answer, struct dm_refusal *refusal)
{
	*answer = NULL;
	if (!listener->subscriber)
		return dm_agreement_refuse_gone(refusal);
	return dm_agreement_restart(&listener->agreement, offer, bytes, restart_ice, listener,
				    answer, refusal);
}

enum dm_fragment_result dm_listener_fragment(struct dm_listener *listener, const char *fragment,
					     size_t bytes, char **answer,
					     struct dm_refusal *refusal)
{
	*answer = NULL;
	if (!listener->subscriber) {
		dm_agreement_refuse_gone(refusal);
		return DM_FRAGMENT_REFUSED;
	}
	return dm_agreement_fragment(&listener->agreement, fragment, bytes, restart_ice, listener,
				     answer, refusal);
}

const struct dm_subscriber *dm_listener_subscriber(const struct dm_listener *listener)
{
	return listener->subscriber;
}

const char *dm_listener_id(const struct dm_listener *listener)
{
	return listener->id;
}

const char *dm_listener_token_id(const struct dm_listener *listener)
{
	return listener->token_id;
}

const char *dm_listener_ufrag(const struct dm_listener *listener)
{
	return listener->agreement.ufrag;
}
