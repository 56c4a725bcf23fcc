/* relay/control/listener.h
 *
 * One listener as signalling sees it: a subscriber of the session together with what was
 * negotiated for it. WHEP resources and websockets both hold listeners; an interpreter is one who
 * sends a microphone too.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_LISTENER_H
#define DM_CONTROL_LISTENER_H

#include "control/agreement.h"
#include "session/interpreter.h"

struct dm_listener;

/* What somebody asks for; NULL: not stated. */
struct dm_listener_wish {
	const char *lang;
	const enum dm_video_choice *video;
	const bool *sign;
};

/* Told of the peer's state. After anything but CONNECTED the subscriber is gone: destroy the
 * listener, from within the call if you like. */
typedef void dm_listener_cb(void *user, struct dm_listener *listener, enum dm_peer_state state);

struct dm_listener_options {
	struct dm_event *event;
	const char *room;
	struct dm_listener_wish wish; /* defaults: floor, auto, no sign */
	bool no_pictures;             /* reject the video m-lines for good */
	const char *offer;
	size_t offer_bytes;
	bool organiser;                     /* see dm_subscriber_options */
	struct dm_interpreter *interpreter; /* nullable: of that room; the offer has a microphone */
	const char *country;                /* two capital letters; NULL or "": unknown */
	const char *token_id;     /* of the token that it joins with; copied; NULL or "": none */
	dm_listener_cb *on_state; /* nullable */
	void *user;
};

/* True with *out and *answer (g_free) set, or false with *refusal filled. */
bool dm_listener_create(struct dm_listener **out, const struct dm_listener_options *options,
			char **answer, struct dm_refusal *refusal);

/* Ends the peer if it is still there. NULL is allowed. */
void dm_listener_destroy(struct dm_listener *listener);

void dm_listener_set_callback(struct dm_listener *listener, dm_listener_cb *on_state, void *user);

/* Changes language or pictures; what is not stated stays. All or nothing. */
bool dm_listener_select(struct dm_listener *listener, const struct dm_listener_wish *wish,
			struct dm_refusal *refusal);

/* ICE restart with a whole new offer; *answer: g_free. */
bool dm_listener_restart(struct dm_listener *listener, const char *offer, size_t bytes,
			 char **answer, struct dm_refusal *refusal);

/* See dm_agreement_fragment. */
enum dm_fragment_result dm_listener_fragment(struct dm_listener *listener, const char *fragment,
					     size_t bytes, char **answer,
					     struct dm_refusal *refusal);

/* The subscriber, for reading. Borrowed; NULL after the peer is gone. */
const struct dm_subscriber *dm_listener_subscriber(const struct dm_listener *listener);

/* Names the listener for good; see dm_subscriber_id. */
const char *dm_listener_id(const struct dm_listener *listener);

/* NULL when it joined without a token. Borrowed. */
const char *dm_listener_token_id(const struct dm_listener *listener);

/* The relay's ICE fragment in use: changes with each restart, so it serves as an entity tag. */
const char *dm_listener_ufrag(const struct dm_listener *listener);

#endif
