/* relay/session/subscriber.h
 *
 * A subscriber: one receiving peer in a room, with the language and the pictures it has chosen.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_SUBSCRIBER_H
#define DM_SESSION_SUBSCRIBER_H

#include "session/event.h"

struct dm_interpreter;
struct dm_subscriber;

/* How much picture a subscriber wants at most. AUTO: as much as its link carries. */
enum dm_video_choice {
	DM_VIDEO_NONE,   /* sound alone */
	DM_VIDEO_LOW,    /* the least rung */
	DM_VIDEO_MEDIUM, /* not the best rung */
	DM_VIDEO_HIGH,
	DM_VIDEO_AUTO,
};

/* Called when the peer connected, or is gone for good (the subscriber is destroyed right after
 * the call, unless CONNECTED: keep no pointer to it). */
typedef void dm_subscriber_cb(void *user, struct dm_subscriber *subscriber,
			      enum dm_peer_state state);

struct dm_subscriber_options {
	struct dm_room *room;
	struct dm_channel *channel; /* of that room; of an interpreter not used, and nullable */
	enum dm_video_choice video;
	bool sign; /* the sign-language picture too, where room and peer have one */
	dm_subscriber_cb *on_state; /* nullable */
	void *user;
	struct dm_interpreter *interpreter; /* nullable: it is the peer of somebody in a booth */
	bool organiser; /* no listener who is counted; may use session/ear.h. Not an interpreter */
};

/* Adds the peer to the transport and binds its streams. An interpreter hears what the booth listens
 * to (the floor's original packets, where there are such) and the own channel as monitor; the
 * peer's sound is the microphone, and a former peer of the same seat ends. Returns 0 or what
 * dm_transport_add_peer says; on failure *out is NULL. */
int dm_subscriber_create(struct dm_subscriber **out, const struct dm_subscriber_options *options,
			 const struct dm_peer_options *peer, struct dm_peer_answer *answer);

/* Leaves: the peer is told. on_state is not called. NULL is allowed. */
void dm_subscriber_destroy(struct dm_subscriber *subscriber);

/* Who is told from now on; a websocket that closes sets NULL. */
void dm_subscriber_set_callback(struct dm_subscriber *subscriber, dm_subscriber_cb *on_state,
				void *user);

/* Changes language; binds the running stream to the other track. Returns 0, -EAGAIN, or -EINVAL of
 * an interpreter, who chooses by session/incoming.h. */
int dm_subscriber_select_channel(struct dm_subscriber *subscriber, struct dm_channel *channel);
int dm_subscriber_select_video(struct dm_subscriber *subscriber, enum dm_video_choice video,
			       bool sign);

/* "My languages": it keeps the channel that it chose, and hears the floor while the floor's
 * language is among these. An empty set ends it. Copied. Returns as select_channel. */
int dm_subscriber_understands(struct dm_subscriber *subscriber,
			      const struct dm_languages *languages);
const struct dm_languages *dm_subscriber_languages(const struct dm_subscriber *subscriber);

/* The channel that it hears now; of an interpreter what the booth listens to. When the floor's
 * language changes it may be another one: ask again when the event's observers are called. */
struct dm_channel *dm_subscriber_heard(const struct dm_subscriber *subscriber);

/* ICE restart: see dm_transport_restart_ice. */
int dm_subscriber_restart_ice(struct dm_subscriber *subscriber, const char *remote_ufrag,
			      struct dm_peer_answer *answer);

/* 32 lower-case hexadecimal digits, unguessable: names the WHEP resource. Borrowed. */
const char *dm_subscriber_id(const struct dm_subscriber *subscriber);
struct dm_subscriber *dm_event_find_subscriber(struct dm_event *event,
					       const char *id); /* nullable */

dm_peer_id dm_subscriber_peer(const struct dm_subscriber *subscriber);
struct dm_room *dm_subscriber_room(const struct dm_subscriber *subscriber);
struct dm_channel *dm_subscriber_channel(const struct dm_subscriber *subscriber); /* chosen */
struct dm_interpreter *dm_subscriber_interpreter(const struct dm_subscriber *subscriber);
enum dm_video_choice dm_subscriber_video(const struct dm_subscriber *subscriber);
bool dm_subscriber_sign(const struct dm_subscriber *subscriber);

#endif
