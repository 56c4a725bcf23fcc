#include "session/subscriber.h"

#include "base/log.h"
#include "session/event_private.h"
#include "session/name.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/random.h>

#define ID_BYTES 16 /* 128 bits: not to be guessed */

struct dm_subscriber {
	struct dm_room *room;       /* borrowed: outlives all subscribers */
	struct dm_channel *channel; /* borrowed, likewise */
	dm_peer_id peer;
	char id[2 * ID_BYTES + 1];
	enum dm_video_choice video;
	bool sign;
	dm_subscriber_cb *on_state; /* nullable */
	void *user;
};

static int make_id(char *id)
{
	uint8_t random[ID_BYTES];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	for (size_t i = 0; i < ID_BYTES; i++)
		g_snprintf(id + 2 * i, 3, "%02x", random[i]);
	return 0;
}

static struct dm_transport *transport_of(const struct dm_subscriber *subscriber)
{
	return subscriber->room->event->transport;
}

static int bind_channel(const struct dm_subscriber *subscriber)
{
	struct dm_track *const track = subscriber->channel->track;

	return dm_transport_bind(transport_of(subscriber), subscriber->peer, DM_MEDIA_AUDIO, &track,
				 1);
}

/* The part of the picture's ladder that the subscriber wants, from best to least. */
static int bind_picture(const struct dm_subscriber *subscriber, enum dm_media media,
			const struct dm_picture *picture, enum dm_video_choice choice)
{
	size_t first = 0;
	size_t count = picture->track_count;

	if (choice == DM_VIDEO_NONE)
		count = 0;
	else if (choice == DM_VIDEO_LOW && count > 0)
		first = count - 1;
	else if (choice == DM_VIDEO_MEDIUM && count > 1)
		first = 1;
	return dm_transport_bind(transport_of(subscriber), subscriber->peer, media,
				 picture->tracks + first, count > 0 ? count - first : 0);
}

static int bind_pictures(const struct dm_subscriber *subscriber)
{
	const int error = bind_picture(subscriber, DM_MEDIA_PICTURE, &subscriber->room->picture,
				       subscriber->video);

	if (error < 0)
		return error;
	return bind_picture(subscriber, DM_MEDIA_SIGN, &subscriber->room->sign,
			    subscriber->sign ? subscriber->video : DM_VIDEO_NONE);
}

static void forget(struct dm_subscriber *subscriber)
{
	struct dm_event *event = subscriber->room->event;

	g_hash_table_remove(event->subscribers_by_id, subscriber->id);
	g_hash_table_remove(event->subscribers_by_peer, &subscriber->peer);
	dm_metric_add(&subscriber->channel->listeners, -1);
	g_free(subscriber);
}

int dm_subscriber_create(struct dm_subscriber **out, const struct dm_subscriber_options *options,
			 const struct dm_peer_options *peer, struct dm_peer_answer *answer)
{
	struct dm_event *event = options->room->event;

	*out = NULL;

	struct dm_subscriber *subscriber = g_new0(struct dm_subscriber, 1);

	subscriber->room = options->room;
	subscriber->channel = options->channel;
	subscriber->video = options->video;
	subscriber->sign = options->sign;
	subscriber->on_state = options->on_state;
	subscriber->user = options->user;

	int error = make_id(subscriber->id);

	if (error == 0)
		error = dm_transport_add_peer(event->transport, peer, answer);
	if (error < 0) {
		g_free(subscriber);
		return error;
	}
	subscriber->peer = answer->id;
	g_hash_table_insert(event->subscribers_by_peer, &subscriber->peer, subscriber);
	g_hash_table_insert(event->subscribers_by_id, subscriber->id, subscriber);
	dm_metric_add(&subscriber->channel->listeners, 1);

	error = bind_channel(subscriber);
	if (error == 0)
		error = bind_pictures(subscriber);
	if (error < 0) {
		dm_subscriber_destroy(subscriber);
		return error;
	}
	dm_log(DM_LOG_INFO, "subscriber.join", "peer=%" PRIu64 " room=%s channel=%s video=%s",
	       subscriber->peer, subscriber->room->options->id, subscriber->channel->lang,
	       dm_video_choice_name(subscriber->video));
	*out = subscriber;
	return 0;
}

void dm_subscriber_destroy(struct dm_subscriber *subscriber)
{
	if (!subscriber)
		return;
	dm_log(DM_LOG_INFO, "subscriber.leave", "peer=%" PRIu64 " room=%s", subscriber->peer,
	       subscriber->room->options->id);
	dm_transport_remove_peer(transport_of(subscriber), subscriber->peer);
	forget(subscriber);
}

void dm_subscriber_peer_state(struct dm_subscriber *subscriber, enum dm_peer_state state)
{
	dm_log(DM_LOG_INFO, "subscriber.state", "peer=%" PRIu64 " room=%s state=%s",
	       subscriber->peer, subscriber->room->options->id, dm_peer_state_name(state));
	if (subscriber->on_state)
		subscriber->on_state(subscriber->user, subscriber, state);
	if (state != DM_PEER_CONNECTED)
		forget(subscriber);
}

void dm_subscriber_set_callback(struct dm_subscriber *subscriber, dm_subscriber_cb *on_state,
				void *user)
{
	subscriber->on_state = on_state;
	subscriber->user = user;
}

int dm_subscriber_select_channel(struct dm_subscriber *subscriber, struct dm_channel *channel)
{
	struct dm_channel *const before = subscriber->channel;

	if (channel == before)
		return 0;
	subscriber->channel = channel;

	const int error = bind_channel(subscriber);

	if (error < 0) {
		subscriber->channel = before;
		return error;
	}
	dm_metric_add(&before->listeners, -1);
	dm_metric_add(&channel->listeners, 1);
	return 0;
}

int dm_subscriber_select_video(struct dm_subscriber *subscriber, enum dm_video_choice video,
			       bool sign)
{
	const enum dm_video_choice video_before = subscriber->video;
	const bool sign_before = subscriber->sign;

	if (video == video_before && sign == sign_before)
		return 0;
	subscriber->video = video;
	subscriber->sign = sign;

	const int error = bind_pictures(subscriber);

	if (error < 0) {
		subscriber->video = video_before;
		subscriber->sign = sign_before;
	}
	return error;
}

int dm_subscriber_restart_ice(struct dm_subscriber *subscriber, const char *remote_ufrag,
			      struct dm_peer_answer *answer)
{
	return dm_transport_restart_ice(transport_of(subscriber), subscriber->peer, remote_ufrag,
					answer);
}

const char *dm_subscriber_id(const struct dm_subscriber *subscriber)
{
	return subscriber->id;
}

struct dm_room *dm_subscriber_room(const struct dm_subscriber *subscriber)
{
	return subscriber->room;
}

struct dm_channel *dm_subscriber_channel(const struct dm_subscriber *subscriber)
{
	return subscriber->channel;
}

enum dm_video_choice dm_subscriber_video(const struct dm_subscriber *subscriber)
{
	return subscriber->video;
}

bool dm_subscriber_sign(const struct dm_subscriber *subscriber)
{
	return subscriber->sign;
}
