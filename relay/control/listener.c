/* relay/control/listener.c: see listener.h */
#include "control/listener.h"

#include "base/log.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* There are thousands: a negotiation of 50 kB is made again from the offer when one is needed. */
struct dm_listener {
	struct dm_subscriber *subscriber; /* owned; NULL once the peer is gone */
	dm_listener_cb *on_state;         /* nullable */
	void *user;
	/* What was negotiated last. */
	struct dm_negotiation_options wanted;
	char *offer; /* owned; likewise its ufrag's successor */
	size_t offer_bytes;
	char *remote_ufrag;
	char *token_id; /* owned, nullable */
	uint64_t session_id;
	uint64_t version;
	char id[33];
	char ufrag[9];
};

/* Keeps what makes it again, and lets it go. NULL is allowed. */
static void settle(struct dm_listener *listener, const struct dm_negotiation_options *wanted,
		   const char *offer, size_t bytes, struct dm_negotiation *negotiation)
{
	g_free(listener->offer);
	g_free(listener->remote_ufrag);
	listener->wanted = *wanted;
	listener->offer = g_memdup2(offer, bytes);
	listener->offer_bytes = bytes;
	listener->remote_ufrag = g_strdup(negotiation->peer.remote_ufrag);
	listener->session_id = negotiation->session_id;
	listener->version = negotiation->version;
	dm_negotiation_destroy(negotiation);
}

/* What was settled, to be destroyed by the caller. Returns 0, -ENOMEM or -EIO. */
static int reopen(const struct dm_listener *listener, struct dm_negotiation **out)
{
	struct dm_sdp_problem problem; /* it had none then */
	const int error = dm_negotiation_create(out, &listener->wanted, listener->offer,
						listener->offer_bytes, &problem);

	if (error)
		return error;
	g_strlcpy((*out)->peer.remote_ufrag, listener->remote_ufrag,
		  sizeof((*out)->peer.remote_ufrag));
	(*out)->session_id = listener->session_id;
	(*out)->version = listener->version;
	return 0;
}

static void on_peer_state(void *user, struct dm_subscriber *subscriber, enum dm_peer_state state)
{
	struct dm_listener *listener = user;

	(void)subscriber;
	if (state != DM_PEER_CONNECTED)
		listener->subscriber = NULL; /* destroyed right after this call */
	if (listener->on_state)
		listener->on_state(listener->user, listener, state);
}

static bool refuse_errno(struct dm_refusal *refusal, int error)
{
	dm_log(DM_LOG_WARN, "control.refused", "errno=%d", -error);
	return dm_refuse(refusal, DM_REFUSAL_BUSY, NULL,
			 "The relay cannot take this on just now; try again in a few seconds.");
}

static bool refuse_offer(struct dm_refusal *refusal, const struct dm_sdp_problem *problem)
{
	if (problem->line)
		return dm_refuse(refusal, DM_REFUSAL_BAD_OFFER, "offer", "Line %u: %s",
				 problem->line, problem->message);
	return dm_refuse(refusal, DM_REFUSAL_BAD_OFFER, "offer", "%s", problem->message);
}

/* NULL, with *refusal filled, when the room has no such language. */
static struct dm_channel *find_channel(struct dm_room *room, const char *lang,
				       struct dm_refusal *refusal)
{
	struct dm_channel *channel = dm_room_find_channel(room, lang);

	if (!channel)
		dm_refuse(refusal, DM_REFUSAL_UNKNOWN_LANGUAGE, "lang",
			  "Room '%s' has no channel '%.40s'; /api/event lists what there is.",
			  room->options->id, lang);
	return channel;
}

static struct dm_negotiation_options offered_by(const struct dm_room *room, bool no_pictures)
{
	return (struct dm_negotiation_options){
		.picture = !no_pictures && room->picture.track_count,
		.sign = !no_pictures && room->sign.track_count,
	};
}

static bool negotiate(struct dm_negotiation **out, const struct dm_negotiation_options *wanted,
		      const char *offer, size_t bytes, struct dm_refusal *refusal)
{
	struct dm_sdp_problem problem;
	const int error = dm_negotiation_create(out, wanted, offer, bytes, &problem);

	if (error == -EINVAL)
		return refuse_offer(refusal, &problem);
	return error ? refuse_errno(refusal, error) : true;
}

static bool subscribe(struct dm_listener *listener, const struct dm_listener_options *options,
		      struct dm_room *room, struct dm_channel *channel,
		      struct dm_negotiation *negotiation, char **answer, struct dm_refusal *refusal)
{
	const struct dm_listener_wish *wish = &options->wish;
	const struct dm_subscriber_options subscriber = {
		.room = room,
		.channel = channel,
		.video = wish->video ? *wish->video : DM_VIDEO_AUTO,
		.sign = wish->sign && *wish->sign,
		.on_state = on_peer_state,
		.user = listener,
	};
	struct dm_peer_answer peer = { 0 };
	const int error = dm_subscriber_create(&listener->subscriber, &subscriber,
					       &negotiation->peer, &peer);

	if (error)
		return refuse_errno(refusal, error);
	g_strlcpy(listener->id, dm_subscriber_id(listener->subscriber), sizeof(listener->id));
	g_strlcpy(listener->ufrag, peer.ufrag, sizeof(listener->ufrag));
	*answer = dm_negotiation_write_answer(negotiation, &peer);
	return true;
}

bool dm_listener_create(struct dm_listener **out, const struct dm_listener_options *options,
			char **answer, struct dm_refusal *refusal)
{
	struct dm_room *room = dm_event_find_room(options->event, options->room);

	*out = NULL;
	*answer = NULL;
	if (!room)
		return dm_refuse(refusal, DM_REFUSAL_UNKNOWN_ROOM, "room",
				 "There is no room '%.40s'; /api/event lists the rooms.",
				 options->room);

	struct dm_channel *channel = find_channel(
		room, options->wish.lang ? options->wish.lang : "floor", refusal);

	if (!channel)
		return false;

	const struct dm_negotiation_options wanted = offered_by(room, options->no_pictures);
	struct dm_negotiation *negotiation;

	if (!negotiate(&negotiation, &wanted, options->offer, options->offer_bytes, refusal))
		return false;

	struct dm_listener *listener = g_new0(struct dm_listener, 1);

	listener->on_state = options->on_state;
	listener->user = options->user;
	if (options->token_id && *options->token_id)
		listener->token_id = g_strdup(options->token_id);
	if (!subscribe(listener, options, room, channel, negotiation, answer, refusal)) {
		dm_negotiation_destroy(negotiation);
		dm_listener_destroy(listener);
		return false;
	}
	settle(listener, &wanted, options->offer, options->offer_bytes, negotiation);
	*out = listener;
	return true;
}

void dm_listener_destroy(struct dm_listener *listener)
{
	if (!listener)
		return;
	dm_subscriber_destroy(listener->subscriber);
	g_free(listener->offer);
	g_free(listener->remote_ufrag);
	g_free(listener->token_id);
	g_free(listener);
}

void dm_listener_set_callback(struct dm_listener *listener, dm_listener_cb *on_state, void *user)
{
	listener->on_state = on_state;
	listener->user = user;
}

static bool refuse_gone(struct dm_refusal *refusal)
{
	return dm_refuse(refusal, DM_REFUSAL_NOT_JOINED, NULL,
			 "The media connection of this session has ended; join again.");
}

bool dm_listener_select(struct dm_listener *listener, const struct dm_listener_wish *wish,
			struct dm_refusal *refusal)
{
	struct dm_subscriber *subscriber = listener->subscriber;
	struct dm_channel *channel = NULL;
	int error = 0;

	if (!subscriber)
		return refuse_gone(refusal);
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
	return error ? refuse_errno(refusal, error) : true;
}

static bool restart_ice(struct dm_listener *listener, const char *remote_ufrag,
			struct dm_peer_answer *answer, struct dm_refusal *refusal)
{
	const int error = dm_subscriber_restart_ice(listener->subscriber, remote_ufrag, answer);

	if (error == -ENOENT)
		return refuse_gone(refusal);
	if (error)
		return refuse_errno(refusal, error);
	g_strlcpy(listener->ufrag, answer->ufrag, sizeof(listener->ufrag));
	return true;
}

/* True when the new offer may take the old one's place. */
static bool check_restart(const struct dm_negotiation *old, const struct dm_negotiation *new,
			  struct dm_refusal *refusal)
{
	if (!dm_negotiation_same_media(old, new))
		return dm_refuse(
			refusal, DM_REFUSAL_BAD_OFFER, "offer",
			"The offer asks for other streams than those running; a restart keeps them, so leave and join instead.");
	if (!strcmp(old->peer.remote_ufrag, new->peer.remote_ufrag))
		return dm_refuse(refusal, DM_REFUSAL_BAD_OFFER, "offer",
				 "The offer has the a=ice-ufrag in use; offer with iceRestart.");
	return true;
}

bool dm_listener_restart(struct dm_listener *listener, const char *offer, size_t bytes,
			 char **answer, struct dm_refusal *refusal)
{
	struct dm_negotiation *old = NULL, *new = NULL;
	struct dm_peer_answer peer = { 0 };
	bool ok = false;

	*answer = NULL;
	if (!listener->subscriber)
		return refuse_gone(refusal);

	const int error = reopen(listener, &old);

	if (error)
		return refuse_errno(refusal, error);

	const bool no_pictures = !old->peer.streams[DM_MEDIA_PICTURE].wanted &&
				 !old->peer.streams[DM_MEDIA_SIGN].wanted;
	const struct dm_negotiation_options wanted = offered_by(
		dm_subscriber_room(listener->subscriber), no_pictures);

	if (!negotiate(&new, &wanted, offer, bytes, refusal))
		goto destroy_old;
	ok = check_restart(old, new, refusal) &&
	     restart_ice(listener, new->peer.remote_ufrag, &peer, refusal);
	if (!ok) {
		dm_negotiation_destroy(new);
		goto destroy_old;
	}
	new->session_id = old->session_id;
	new->version = old->version;
	*answer = dm_negotiation_write_answer(new, &peer);
	settle(listener, &wanted, offer, bytes, new);

destroy_old:
	dm_negotiation_destroy(old);
	return ok;
}

/* Credentials stand at the fragment's top or in its first m-section (RFC 8840, 9.1). */
static struct dm_sdp_text fragment_ufrag(const struct dm_sdp *sdp)
{
	struct dm_sdp_text ufrag = sdp->transport.ufrag;

	for (size_t n = 0; !ufrag.data && n < sdp->media_count; n++)
		ufrag = sdp->media[n].transport.ufrag;
	return ufrag;
}

/* The peer's new ufrag as the fragment says it, empty when it says none. */
static bool read_fragment(const char *fragment, size_t bytes, char ufrag[DM_ICE_UFRAG_MAX + 1],
			  struct dm_refusal *refusal)
{
	struct dm_sdp *sdp = g_new(struct dm_sdp, 1);
	struct dm_sdp_problem problem;
	const bool ok = dm_sdp_parse_fragment(sdp, fragment, bytes, &problem);

	if (ok) {
		const struct dm_sdp_text found = fragment_ufrag(sdp);

		if (found.data)
			memcpy(ufrag, found.data, found.bytes); /* at most 256: the parser checks */
		ufrag[found.data ? found.bytes : 0] = '\0';
	} else {
		refuse_offer(refusal, &problem);
	}
	g_free(sdp);
	return ok;
}

enum dm_fragment_result dm_listener_fragment(struct dm_listener *listener, const char *fragment,
					     size_t bytes, char **answer,
					     struct dm_refusal *refusal)
{
	struct dm_negotiation *negotiation;
	struct dm_peer_answer reply = { 0 };
	char ufrag[DM_ICE_UFRAG_MAX + 1];

	*answer = NULL;
	if (!listener->subscriber) {
		refuse_gone(refusal);
		return DM_FRAGMENT_REFUSED;
	}
	if (!read_fragment(fragment, bytes, ufrag, refusal))
		return DM_FRAGMENT_REFUSED;
	if (!ufrag[0] || !strcmp(ufrag, listener->remote_ufrag))
		return DM_FRAGMENT_TRICKLE;

	const int error = reopen(listener, &negotiation);

	if (error) {
		refuse_errno(refusal, error);
		return DM_FRAGMENT_REFUSED;
	}

	const bool ok = restart_ice(listener, ufrag, &reply, refusal);

	if (ok) {
		g_free(listener->remote_ufrag);
		listener->remote_ufrag = g_strdup(ufrag);
		*answer = dm_negotiation_write_fragment(negotiation, &reply);
	}
	dm_negotiation_destroy(negotiation);
	return ok ? DM_FRAGMENT_RESTART : DM_FRAGMENT_REFUSED;
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
	return listener->ufrag;
}
