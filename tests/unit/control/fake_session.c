/* tests/unit/control/fake_session.c: see fake_session.h */
#include "fake_session.h"

#include "fake_booths.h"
#include "session/ear.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SUBSCRIBERS_MAX 4096
#define OBSERVERS_MAX   4

static const struct dm_title event_titles[] = { { "en", "An event" }, { "ar", "حدث" } };
static const struct dm_title room_titles[] = { { "en", "Plenary" }, { "fr", "Plénière" } };
static const struct dm_channel_options channel_options[] = { { .lang = "en" },
							     { .lang = "fr" },
							     { .lang = "zh-Hans" } };
/* Numbers of channels: 1 en, 2 fr, 3 zh-Hans. */
static const struct dm_interpreted_channel interpreted[] = {
	{ .lang = "floor", .fallback = DM_CARRIES_FLOOR },
	{ .lang = "en", .fallback = DM_CARRIES_FLOOR },
	{ .lang = "fr", .fallback = DM_CARRIES_FLOOR },
	{ .lang = "zh-Hans", .fallback = DM_CARRIES_FLOOR },
};
static const struct dm_booth_options booth_options[] = {
	{ .id = "en", .outputs = { 1, 0 } },
	{ .id = "fr", .outputs = { 2, 1 } },
	{ .id = "fr-2", .outputs = { 2, 0 } },
};
static const struct dm_interpretation_options rules[] = {
	{ interpreted, 4, booth_options, 3, "en", 0, 0 },
	{ interpreted, 2, booth_options, 1, "fr", 0, 0 },
};
static const struct dm_source_options backup_options[] = {
	{ .uri = "srt://hall:9000?passphrase=secret" },
	{ .uri = "slide.mp4" },
};
static const struct dm_room_options room_options[] = {
	{ .id = "plenary",
	  .titles = room_titles,
	  .title_count = 2,
	  .floor = { .uri = "rtsp://user:secret@camera/live?x=secret" },
	  .backups = backup_options,
	  .backup_count = 2,
	  .floor_language = "en",
	  .channels = channel_options,
	  .channel_count = 3 },
	{ .id = "side",
	  .titles = room_titles,
	  .title_count = 1,
	  .floor_language = "fr",
	  .channels = channel_options,
	  .channel_count = 1 },
};
static const struct dm_event_options event_options = {
	.id = "test-event",
	.titles = event_titles,
	.title_count = 2,
	.rooms = room_options,
	.room_count = 2,
};

#define WIDE_ROOMS 8

struct dm_subscriber {
	struct dm_event *event;
	struct dm_subscriber_options options;
	struct dm_peer_options peer;
	struct dm_languages languages;
	char id[33];
	unsigned restarts;
	uint8_t ear_booth, ear_seat;
};

struct dm_event {
	struct dm_room rooms[WIDE_ROOMS];
	struct dm_channel channels[WIDE_ROOMS][DM_CHANNELS_MAX];
	size_t room_count;
	struct dm_subscriber *subscribers[SUBSCRIBERS_MAX];
	struct {
		dm_event_observer_cb *callback;
		void *user;
	} observers[OBSERVERS_MAX];
	unsigned made;
	int next_error;
	struct dm_line_up line_up;
	dm_line_up_cb *line_up_told;
	void *line_up_user;
};

static void fill_room(struct dm_event *event, const struct dm_room_options *options,
		      const struct dm_interpretation_options *interpretation)
{
	struct dm_room *room = &event->rooms[event->room_count];

	room->event = event;
	room->options = options;
	room->floor_language = options->floor_language;
	if (dm_interpretation_create(&room->interpretation, interpretation, 0))
		abort();
	room->channels = event->channels[event->room_count++];
	room->channel_count = options->channel_count + 1;
	room->channels[0].lang = "floor";
	room->channels[0].state = DM_FEED_LIVE;
	for (size_t c = 1; c < room->channel_count; c++)
		room->channels[c].lang = options->channels[c - 1].lang;
}

struct dm_event *fake_event_create(void)
{
	struct dm_event *event = calloc(1, sizeof(*event));

	for (size_t r = 0; r < 2; r++)
		fill_room(event, &room_options[r], &rules[r]);
	/* The plenary has a picture and a signer, the side room sound alone. */
	event->rooms[0].picture.track_count = 3;
	event->rooms[0].sign.track_count = 2;
	return event;
}

struct dm_event *fake_event_create_wide(void)
{
	static char langs[DM_CHANNELS_MAX][8], ids[WIDE_ROOMS][8];
	static struct dm_channel_options channels[DM_CHANNELS_MAX];
	static struct dm_interpreted_channel interpreting[DM_CHANNELS_MAX];
	static struct dm_booth_options booths[DM_CHANNELS_MAX];
	static struct dm_room_options rooms[WIDE_ROOMS];
	static const struct dm_interpretation_options all = {
		interpreting, DM_CHANNELS_MAX, booths, DM_CHANNELS_MAX - 1, "en", 0, 0
	};
	struct dm_event *event = calloc(1, sizeof(*event));

	interpreting[0] = interpreted[0];
	for (uint8_t c = 1; c < DM_CHANNELS_MAX; c++) {
		snprintf(langs[c], sizeof(langs[c]), "%c%c", 'a' + c / 26, 'a' + c % 26);
		channels[c - 1].lang = interpreting[c].lang = langs[c];
		interpreting[c].fallback = DM_CARRIES_FLOOR;
		booths[c - 1] = (struct dm_booth_options){ .id = langs[c], .outputs = { c, 0 } };
	}
	for (size_t r = 0; r < WIDE_ROOMS; r++) {
		snprintf(ids[r], sizeof(ids[r]), "room%zu", r);
		rooms[r] = room_options[0];
		rooms[r].id = ids[r];
		rooms[r].channels = channels;
		rooms[r].channel_count = DM_CHANNELS_MAX - 1;
		fill_room(event, &rooms[r], &all);
	}
	return event;
}

void fake_event_destroy(struct dm_event *event)
{
	for (size_t r = 0; r < event->room_count; r++) {
		fake_booths_clear(&event->rooms[r]);
		dm_interpretation_destroy(event->rooms[r].interpretation);
	}
	free(event);
}

void fake_event_fail_next(struct dm_event *event, int error)
{
	event->next_error = error;
}

static int take_error(struct dm_event *event)
{
	const int error = event->next_error;

	event->next_error = 0;
	return error;
}

size_t fake_event_subscriber_count(const struct dm_event *event)
{
	size_t count = 0;

	for (size_t i = 0; i < SUBSCRIBERS_MAX; i++)
		count += event->subscribers[i] != NULL;
	return count;
}

static struct dm_subscriber **slot_of(struct dm_event *event, const char *id)
{
	for (size_t i = 0; i < SUBSCRIBERS_MAX; i++) {
		if (event->subscribers[i] && !strcmp(event->subscribers[i]->id, id))
			return &event->subscribers[i];
	}
	return NULL;
}

void fake_subscriber_become(struct dm_event *event, const char *id, enum dm_peer_state state)
{
	struct dm_subscriber **slot = slot_of(event, id);
	struct dm_subscriber *subscriber = *slot;

	if (state != DM_PEER_CONNECTED)
		*slot = NULL;
	if (subscriber->options.on_state)
		subscriber->options.on_state(subscriber->options.user, subscriber, state);
	if (state != DM_PEER_CONNECTED)
		free(subscriber);
}

const struct dm_peer_options *fake_subscriber_peer(struct dm_event *event, const char *id)
{
	struct dm_subscriber **slot = slot_of(event, id);

	return slot ? &(*slot)->peer : NULL;
}

void fake_room_become(struct dm_event *event, const char *id, enum dm_feed_state state)
{
	struct dm_room *room = dm_event_find_room(event, id);

	dm_room_set_channel_state(room, &room->channels[0], state);
}

/* relay/session/event.h */

const struct dm_event_options *dm_event_options(const struct dm_event *event)
{
	(void)event;
	return &event_options;
}

size_t dm_event_room_count(const struct dm_event *event)
{
	return event->room_count;
}

struct dm_room *dm_event_room(struct dm_event *event, size_t n)
{
	return &event->rooms[n];
}

struct dm_room *dm_event_find_room(struct dm_event *event, const char *id)
{
	for (size_t r = 0; r < event->room_count; r++) {
		if (!strcmp(event->rooms[r].options->id, id))
			return &event->rooms[r];
	}
	return NULL;
}

int dm_event_observe(struct dm_event *event, dm_event_observer_cb *callback, void *user)
{
	for (size_t i = 0; i < OBSERVERS_MAX; i++) {
		if (!event->observers[i].callback) {
			event->observers[i].callback = callback;
			event->observers[i].user = user;
			return 0;
		}
	}
	return -ENOMEM;
}

void dm_event_unobserve(struct dm_event *event, dm_event_observer_cb *callback, void *user)
{
	for (size_t i = 0; i < OBSERVERS_MAX; i++) {
		if (event->observers[i].callback == callback && event->observers[i].user == user)
			event->observers[i].callback = NULL;
	}
}

/* relay/session/room.h */

struct dm_channel *dm_room_find_channel(struct dm_room *room, const char *lang)
{
	for (size_t c = 0; c < room->channel_count; c++) {
		if (!strcasecmp(room->channels[c].lang, lang))
			return &room->channels[c];
	}
	return NULL;
}

void fake_room_notify(struct dm_room *room)
{
	room->floor_language = dm_interpretation_floor_language(room->interpretation);
	for (size_t i = 0; i < OBSERVERS_MAX; i++) {
		if (room->event->observers[i].callback)
			room->event->observers[i].callback(room->event->observers[i].user, room);
	}
}

void dm_room_set_channel_state(struct dm_room *room, struct dm_channel *channel,
			       enum dm_feed_state state)
{
	channel->state = state;
	fake_room_notify(room);
}

enum dm_sitting dm_room_sitting(const struct dm_room *room, int64_t now)
{
	return dm_agenda_at(&room->agenda, now);
}

/* The plenary has two backups; the side room's source is passed through. */
int dm_room_use_source(struct dm_room *room, unsigned n)
{
	if (room == &room->event->rooms[1])
		return -ENOTSUP;
	if (n > room->options->backup_count)
		return -EINVAL;
	dm_metric_set(&room->source_health.in_use, n);
	return 0;
}

/* relay/session/line_up.h */

int dm_line_up_start(struct dm_room *room)
{
	struct dm_event *event = room->event;
	const int error = event->next_error;

	event->next_error = 0;
	if (error)
		return error;
	event->line_up = (struct dm_line_up){ .room = room, .started = 1800000000 };
	for (size_t c = 0; c < DM_CHANNELS_MAX; c++)
		dm_line_up_report_pending(&event->line_up.channels[c].report);
	room->line_up = &event->line_up;
	return 0;
}

void dm_line_up_stop(struct dm_room *room)
{
	if (!room->line_up)
		return;
	room->line_up->state = DM_LINE_UP_STOPPED;
	fake_line_up_tell(room);
}

void fake_line_up_tell(struct dm_room *room)
{
	if (room->event->line_up_told)
		room->event->line_up_told(room->event->line_up_user, room);
}

void dm_line_up_set_observer(struct dm_event *event, dm_line_up_cb *callback, void *user)
{
	event->line_up_told = callback;
	event->line_up_user = user;
}

const char *dm_line_up_state_name(enum dm_line_up_state state)
{
	static const char *const names[] = { "running", "done", "stopped" };

	return names[state];
}

/* relay/session/ear.h */

int dm_ear_listen(struct dm_subscriber *subscriber, uint8_t booth, uint8_t seat)
{
	const int error = take_error(subscriber->event);

	if (error)
		return error;
	subscriber->ear_booth = booth;
	subscriber->ear_seat = seat;
	return 0;
}

bool dm_ear_listens(const struct dm_subscriber *subscriber, uint8_t *booth, uint8_t *seat)
{
	*booth = subscriber->ear_booth;
	*seat = subscriber->ear_seat;
	return subscriber->ear_booth != DM_NOBODY;
}

/* relay/session/subscriber.h */

static void fill_answer(const struct dm_subscriber *subscriber, struct dm_peer_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->id = subscriber->event->made;
	snprintf(answer->ufrag, sizeof(answer->ufrag), "uf%03u%03u", subscriber->event->made % 1000,
		 subscriber->restarts % 1000);
	snprintf(answer->pwd, sizeof(answer->pwd), "passwordpasswordpassword");
	snprintf(answer->cname, sizeof(answer->cname), "cname0123456789a");
	answer->fingerprint.hash = DM_HASH_SHA256;
	answer->fingerprint.bytes = 32;
	for (size_t i = 0; i < 32; i++)
		answer->fingerprint.value[i] = (uint8_t)(i * 7);
	for (uint32_t media = 0; media < DM_MEDIA_COUNT; media++) {
		const struct dm_stream_options *stream = &subscriber->peer.streams[media];

		answer->ssrc[media] = stream->wanted ? 1000 + media : 0;
		answer->rtx_ssrc[media] = stream->rtx_payload_type ? 2000 + media : 0;
	}
	answer->candidates[0] = (struct dm_candidate){ .address = "192.0.2.1",
						       .port = 40000,
						       .priority = 2130706431 };
	answer->candidates[1] = (struct dm_candidate){
		.address = "2001:db8::1", .port = 40000, .priority = 2130706175, .ipv6 = true
	};
	answer->candidate_count = 2;
}

int dm_subscriber_create(struct dm_subscriber **out, const struct dm_subscriber_options *options,
			 const struct dm_peer_options *peer, struct dm_peer_answer *answer)
{
	struct dm_event *event = options->room->event;
	const int error = take_error(event);
	size_t n = 0;

	*out = NULL;
	if (error)
		return error;
	while (n < SUBSCRIBERS_MAX && event->subscribers[n])
		n++;
	if (n == SUBSCRIBERS_MAX)
		return -EAGAIN;

	/* A former peer of the same seat ends. */
	for (size_t i = 0; options->interpreter && i < SUBSCRIBERS_MAX; i++) {
		if (event->subscribers[i] &&
		    event->subscribers[i]->options.interpreter == options->interpreter)
			fake_subscriber_become(event, event->subscribers[i]->id, DM_PEER_CLOSED);
	}

	struct dm_subscriber *subscriber = calloc(1, sizeof(*subscriber));

	subscriber->event = event;
	subscriber->ear_booth = DM_NOBODY;
	subscriber->options = *options;
	subscriber->peer = *peer;
	snprintf(subscriber->id, sizeof(subscriber->id), "%032x", ++event->made);
	event->subscribers[n] = subscriber;
	fill_answer(subscriber, answer);
	*out = subscriber;
	return 0;
}

void dm_subscriber_destroy(struct dm_subscriber *subscriber)
{
	if (!subscriber)
		return;
	*slot_of(subscriber->event, subscriber->id) = NULL;
	free(subscriber);
}

void dm_subscriber_set_callback(struct dm_subscriber *subscriber, dm_subscriber_cb *on_state,
				void *user)
{
	subscriber->options.on_state = on_state;
	subscriber->options.user = user;
}

int dm_subscriber_select_channel(struct dm_subscriber *subscriber, struct dm_channel *channel)
{
	const int error = take_error(subscriber->event);

	if (!error) {
		subscriber->options.channel = channel;
		subscriber->ear_booth = DM_NOBODY;
	}
	return error;
}

int dm_subscriber_understands(struct dm_subscriber *subscriber,
			      const struct dm_languages *languages)
{
	const int error = take_error(subscriber->event);

	if (!error)
		subscriber->languages = *languages;
	return error;
}

const struct dm_languages *dm_subscriber_languages(const struct dm_subscriber *subscriber)
{
	return &subscriber->languages;
}

struct dm_channel *dm_subscriber_heard(const struct dm_subscriber *subscriber)
{
	struct dm_room *room = subscriber->options.room;
	uint8_t channel;

	if (subscriber->options.interpreter)
		channel = dm_interpretation_booth(
				  room->interpretation,
				  dm_interpreter_booth(subscriber->options.interpreter))
				  ->incoming.channel;
	else
		channel = dm_my_languages_channel(
			&subscriber->languages,
			dm_interpretation_floor_language(room->interpretation),
			(uint8_t)(subscriber->options.channel - room->channels));
	return &room->channels[channel];
}

struct dm_subscriber *dm_event_find_subscriber(struct dm_event *event, const char *id)
{
	struct dm_subscriber **slot = slot_of(event, id);

	return slot ? *slot : NULL;
}

int dm_subscriber_select_video(struct dm_subscriber *subscriber, enum dm_video_choice video,
			       bool sign)
{
	subscriber->options.video = video;
	subscriber->options.sign = sign;
	return 0;
}

int dm_subscriber_restart_ice(struct dm_subscriber *subscriber, const char *remote_ufrag,
			      struct dm_peer_answer *answer)
{
	const int error = take_error(subscriber->event);

	if (error)
		return error;
	subscriber->restarts++;
	snprintf(subscriber->peer.remote_ufrag, sizeof(subscriber->peer.remote_ufrag), "%s",
		 remote_ufrag);
	fill_answer(subscriber, answer);
	return 0;
}

const char *dm_subscriber_id(const struct dm_subscriber *subscriber)
{
	return subscriber->id;
}

struct dm_room *dm_subscriber_room(const struct dm_subscriber *subscriber)
{
	return subscriber->options.room;
}

struct dm_channel *dm_subscriber_channel(const struct dm_subscriber *subscriber)
{
	return subscriber->options.channel;
}

enum dm_video_choice dm_subscriber_video(const struct dm_subscriber *subscriber)
{
	return subscriber->options.video;
}

bool dm_subscriber_sign(const struct dm_subscriber *subscriber)
{
	return subscriber->options.sign;
}
