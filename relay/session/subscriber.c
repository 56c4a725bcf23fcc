#include "session/subscriber.h"

#include "base/log.h"
#include "session/desk_private.h"
#include "session/name.h"

#include <errno.h>
#include <inttypes.h>

/* What one of its streams is bound to: a part of a ladder. */
struct binding {
	struct dm_track *first; /* borrowed: tracks outlive subscribers */
	size_t count;
};

struct dm_subscriber {
	struct dm_room *room;       /* borrowed: outlives all subscribers */
	struct dm_channel *channel; /* borrowed, likewise; chosen */
	struct dm_channel *heard;   /* of a delegate; NULL: not bound yet */
	struct dm_languages languages;
	struct dm_interpreter *interpreter; /* borrowed, nullable */
	struct dm_ear *ear;                 /* borrowed, nullable: heard instead of a channel */
	bool organiser;
	dm_peer_id peer;
	char id[DM_ID_SIZE];
	struct binding bound[DM_MEDIA_COUNT];
	enum dm_video_choice video;
	bool sign;
	dm_subscriber_cb *on_state; /* nullable */
	void *user;
};

static struct dm_transport *transport_of(const struct dm_subscriber *subscriber)
{
	return subscriber->room->event->transport;
}

static int bind(struct dm_subscriber *subscriber, enum dm_media media,
		struct dm_track *const *ladder, size_t count)
{
	const struct binding binding = { count > 0 ? ladder[0] : NULL, count };
	struct binding *bound = &subscriber->bound[media];

	if (bound->first == binding.first && bound->count == binding.count)
		return 0;

	const int error = dm_transport_bind(transport_of(subscriber), subscriber->peer, media,
					    ladder, count);

	if (error == 0)
		*bound = binding;
	return error;
}

static struct dm_channel *wanted_channel(const struct dm_subscriber *subscriber)
{
	struct dm_room *room = subscriber->room;
	const size_t chosen = (size_t)(subscriber->channel - room->channels);

	return &room->channels[dm_my_languages_channel(&subscriber->languages, room->floor_language,
						       (uint8_t)chosen)];
}

/* A delegate is counted where it hears; an organiser nowhere. */
static void count(const struct dm_subscriber *subscriber, struct dm_channel *channel, int by)
{
	if (channel && !subscriber->organiser)
		dm_metric_add(&channel->listeners, by);
}

static int bind_delegate(struct dm_subscriber *subscriber)
{
	struct dm_channel *wanted = wanted_channel(subscriber);
	struct dm_track *track = subscriber->ear ? subscriber->ear->track : wanted->track;
	const int error = bind(subscriber, DM_MEDIA_AUDIO, &track, 1);

	if (error < 0 || wanted == subscriber->heard)
		return error;
	count(subscriber, subscriber->heard, -1);
	count(subscriber, wanted, 1);
	subscriber->heard = wanted;
	return 0;
}

static int bind_interpreter(struct dm_subscriber *subscriber)
{
	struct dm_room *room = subscriber->room;
	const struct dm_booth *booth = dm_interpreter_booth_of(subscriber->interpreter);
	struct dm_track *sound, *monitor;

	if (!booth)
		return 0; /* just leaving */
	sound = booth->incoming.channel == 0 && room->direct_sound_live
			? room->direct_sound
			: room->channels[booth->incoming.channel].track;
	monitor = room->channels[booth->options->outputs[subscriber->interpreter->monitored]].track;

	const int error = bind(subscriber, DM_MEDIA_AUDIO, &sound, 1);

	return error < 0 ? error : bind(subscriber, DM_MEDIA_MONITOR, &monitor, 1);
}

/* The part of the picture's ladder that the subscriber wants, from best to least. */
static int bind_picture(struct dm_subscriber *subscriber, enum dm_media media,
			struct dm_picture *picture, enum dm_video_choice choice)
{
	size_t first = 0;
	size_t count = picture->track_count;

	if (choice == DM_VIDEO_NONE)
		count = 0;
	else if (choice == DM_VIDEO_LOW && count > 0)
		first = count - 1;
	else if (choice == DM_VIDEO_MEDIUM && count > 1)
		first = 1;
	return bind(subscriber, media, picture->tracks + first, count > 0 ? count - first : 0);
}

static int bind_pictures(struct dm_subscriber *subscriber)
{
	struct dm_room *room = subscriber->room;
	const bool direct = subscriber->interpreter && room->direct_picture_live &&
			    subscriber->video != DM_VIDEO_NONE;
	const int error = direct ? bind(subscriber, DM_MEDIA_PICTURE, &room->direct_picture, 1)
				 : bind_picture(subscriber, DM_MEDIA_PICTURE, &room->picture,
						subscriber->video);

	if (error < 0)
		return error;
	return bind_picture(subscriber, DM_MEDIA_SIGN, &room->sign,
			    subscriber->sign ? subscriber->video : DM_VIDEO_NONE);
}

int dm_subscriber_rebind(struct dm_subscriber *subscriber)
{
	const int error = subscriber->interpreter ? bind_interpreter(subscriber)
						  : bind_delegate(subscriber);

	return error < 0 ? error : bind_pictures(subscriber);
}

static void forget(struct dm_subscriber *subscriber)
{
	struct dm_event *event = subscriber->room->event;
	struct dm_interpreter *interpreter = subscriber->interpreter;
	struct dm_ear *ear = subscriber->ear;

	g_hash_table_remove(event->subscribers_by_id, subscriber->id);
	g_hash_table_remove(event->subscribers_by_peer, &subscriber->peer);
	count(subscriber, subscriber->heard, -1);
	g_free(subscriber);
	dm_ear_release(ear);
	if (interpreter)
		dm_interpreter_lost_peer(interpreter);
}

static struct dm_subscriber *make(const struct dm_subscriber_options *options)
{
	struct dm_subscriber *subscriber = g_new0(struct dm_subscriber, 1);

	subscriber->room = options->room;
	subscriber->channel = options->channel ? options->channel : options->room->channels;
	subscriber->interpreter = options->interpreter;
	subscriber->organiser = options->organiser && !options->interpreter;
	subscriber->video = options->video;
	subscriber->sign = options->sign;
	subscriber->on_state = options->on_state;
	subscriber->user = options->user;
	return subscriber;
}

/* A microphone goes where its seat is. */
static int add_peer(struct dm_subscriber *subscriber, const struct dm_peer_options *peer,
		    struct dm_peer_answer *answer)
{
	struct dm_peer_options options = *peer;
	struct dm_uplink_options *uplink = &options.uplinks[DM_UPLINK_SOUND];

	if (subscriber->interpreter && uplink->wanted)
		uplink->intake = subscriber->interpreter->microphone;
	return dm_transport_add_peer(transport_of(subscriber), &options, answer);
}

static void enter(struct dm_subscriber *subscriber)
{
	struct dm_event *event = subscriber->room->event;
	struct dm_interpreter *interpreter = subscriber->interpreter;

	g_hash_table_insert(event->subscribers_by_peer, &subscriber->peer, subscriber);
	g_hash_table_insert(event->subscribers_by_id, subscriber->id, subscriber);
	if (!interpreter)
		return;
	if (interpreter->subscriber)
		dm_subscriber_evict(interpreter->subscriber);
	dm_interpreter_set_peer(interpreter, subscriber, NULL);
}

int dm_subscriber_create(struct dm_subscriber **out, const struct dm_subscriber_options *options,
			 const struct dm_peer_options *peer, struct dm_peer_answer *answer)
{
	struct dm_subscriber *subscriber = make(options);

	*out = NULL;

	int error = dm_event_make_id(subscriber->id);

	if (error == 0)
		error = add_peer(subscriber, peer, answer);
	if (error < 0) {
		g_free(subscriber);
		return error;
	}
	subscriber->peer = answer->id;
	enter(subscriber);
	error = dm_subscriber_rebind(subscriber);
	if (error < 0) {
		dm_subscriber_destroy(subscriber);
		return error;
	}
	dm_log(DM_LOG_INFO, "subscriber.join", "peer=%" PRIu64 " room=%s channel=%s video=%s",
	       subscriber->peer, subscriber->room->options->id,
	       dm_subscriber_heard(subscriber)->lang, dm_video_choice_name(subscriber->video));
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

void dm_subscriber_evict(struct dm_subscriber *subscriber)
{
	dm_transport_remove_peer(transport_of(subscriber), subscriber->peer);
	dm_subscriber_peer_state(subscriber, DM_PEER_CLOSED);
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
	struct dm_ear *const ear = subscriber->ear;

	if (subscriber->interpreter)
		return -EINVAL;
	subscriber->channel = channel;
	subscriber->ear = NULL;

	const int error = bind_delegate(subscriber);

	if (error < 0) {
		subscriber->channel = before;
		subscriber->ear = ear;
		return error;
	}
	dm_ear_release(ear);
	return 0;
}

bool dm_subscriber_is_organiser(const struct dm_subscriber *subscriber)
{
	return subscriber->organiser;
}

struct dm_ear *dm_subscriber_ear(const struct dm_subscriber *subscriber)
{
	return subscriber->ear;
}

int dm_subscriber_set_ear(struct dm_subscriber *subscriber, struct dm_ear *ear)
{
	struct dm_ear *const before = subscriber->ear;

	subscriber->ear = ear;

	const int error = bind_delegate(subscriber);

	if (error < 0)
		subscriber->ear = before;
	return error;
}

int dm_subscriber_understands(struct dm_subscriber *subscriber,
			      const struct dm_languages *languages)
{
	const struct dm_languages before = subscriber->languages;

	if (subscriber->interpreter)
		return -EINVAL;
	subscriber->languages = *languages;

	const int error = bind_delegate(subscriber);

	if (error < 0)
		subscriber->languages = before;
	return error;
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

dm_peer_id dm_subscriber_peer(const struct dm_subscriber *subscriber)
{
	return subscriber->peer;
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

const struct dm_languages *dm_subscriber_languages(const struct dm_subscriber *subscriber)
{
	return &subscriber->languages;
}

struct dm_channel *dm_subscriber_heard(const struct dm_subscriber *subscriber)
{
	const struct dm_booth *booth = subscriber->interpreter
					       ? dm_interpreter_booth_of(subscriber->interpreter)
					       : NULL;

	if (booth)
		return &subscriber->room->channels[booth->incoming.channel];
	return subscriber->heard ? subscriber->heard : subscriber->channel;
}

struct dm_interpreter *dm_subscriber_interpreter(const struct dm_subscriber *subscriber)
{
	return subscriber->interpreter;
}
