#include "session/ear.h"

#include "base/log.h"
#include "session/desk_private.h"
#include "session/ear_private.h"

#include <errno.h>

#define BITRATE_BPS      64000 /* as channels mostly have; choice */
#define CAPACITY_PACKETS 256   /* five seconds, as channels keep. Choice */

/* --- life --- */

static int init(struct dm_ear *ear, size_t number, const struct dm_event *event)
{
	char name[16];
	const struct dm_track_options track = {
		.kind = DM_TRACK_AUDIO,
		.clock_rate_hz = 48000, /* RFC 7587, 4.1 */
		.capacity_packets = CAPACITY_PACKETS,
		.name = name,
	};

	g_snprintf(name, sizeof(name), "ear-%zu", number);
	ear->channel = -1;

	int error = dm_track_create(&ear->track, &track);

	if (error < 0)
		return error;
	error = dm_ticker_add_ear(event->ticker,
				  &(struct dm_ticker_ear){
					  .track = ear->track,
					  .bitrate_bps = BITRATE_BPS,
					  .target_lufs = event->options->rooms[0].loudness_lufs,
				  });
	ear->number = error;
	return error < 0 ? error : 0;
}

int dm_event_ears_init(struct dm_event *event)
{
	int error = 0;

	for (size_t n = 0; n < DM_EARS && event->ticker && error == 0; n++)
		error = init(&event->ears[n], n, event);
	return error;
}

void dm_event_ears_finish(struct dm_event *event)
{
	for (size_t n = 0; n < DM_EARS; n++) {
		dm_intake_unref(event->ears[n].own);
		dm_track_unref(event->ears[n].track);
	}
}

/* --- what the ticker is told --- */

static struct dm_ticker *ticker_of(const struct dm_ear *ear)
{
	return ear->room->event->ticker;
}

static bool connect(struct dm_ear *ear, struct dm_intake *intake)
{
	if (ear->own == intake)
		return true;
	if (dm_ticker_connect_ear(ticker_of(ear), ear->number, intake) < 0)
		return false;
	dm_intake_unref(ear->own);
	ear->own = intake ? dm_intake_ref(intake) : NULL;
	return true;
}

static bool point(struct dm_ear *ear, int channel, uint8_t microphone)
{
	if (ear->channel == channel && (channel < 0 || ear->microphone == microphone))
		return true;
	if (dm_ticker_point_ear(ticker_of(ear), ear->number, channel, microphone) < 0)
		return false;
	ear->channel = channel;
	ear->microphone = microphone;
	return true;
}

static struct dm_intake *find_microphone(const struct dm_ear *ear)
{
	const struct dm_interpreter *interpreter = dm_desk_find(ear->room->desk, ear->booth,
								ear->seat);

	return interpreter ? interpreter->microphone : NULL;
}

bool dm_room_ears_leave(struct dm_room *room)
{
	bool done = true;

	for (size_t n = 0; n < DM_EARS; n++) {
		struct dm_ear *ear = &room->event->ears[n];

		if (!ear->room || (ear->users > 0 && ear->room != room))
			continue;
		if (ear->users == 0)
			done &= connect(ear, NULL) && point(ear, -1, 0);
		else if (ear->own != find_microphone(ear) ||
			 dm_patchbay_wants(room, ear->own, ear->seat))
			done &= connect(ear, NULL);
	}
	return done;
}

/* Where an engine has it, or at the ear itself. */
static bool follow(struct dm_ear *ear)
{
	const struct dm_room *room = ear->room;
	struct dm_intake *microphone = find_microphone(ear);

	for (size_t c = 1; c < room->channel_count && microphone; c++) {
		if (room->desk->patchbay.patches[c].slots[ear->seat] == microphone)
			return point(ear, room->channels[c].number, ear->seat);
	}
	return connect(ear, microphone) && point(ear, -1, 0);
}

bool dm_room_ears_follow(struct dm_room *room)
{
	bool done = true;

	for (size_t n = 0; n < DM_EARS; n++) {
		struct dm_ear *ear = &room->event->ears[n];

		if (ear->users > 0 && ear->room == room)
			done &= follow(ear);
	}
	return done;
}

/* --- who listens --- */

/* One that listens to it already, or the subscriber's own if it is alone with that, or a free one.
 */
static struct dm_ear *find_ear(const struct dm_subscriber *subscriber, uint8_t booth, uint8_t seat)
{
	struct dm_room *room = dm_subscriber_room(subscriber);
	struct dm_ear *own = dm_subscriber_ear(subscriber);
	struct dm_ear *ears = room->event->ears;

	for (size_t n = 0; n < DM_EARS; n++) {
		if (ears[n].users > 0 && ears[n].room == room && ears[n].booth == booth &&
		    ears[n].seat == seat)
			return &ears[n];
	}
	if (own && own->users == 1)
		return own;
	for (size_t n = 0; n < DM_EARS; n++) {
		if (ears[n].users == 0)
			return &ears[n];
	}
	return NULL;
}

void dm_ear_release(struct dm_ear *ear)
{
	if (ear && --ear->users == 0)
		dm_desk_settle(ear->room);
}

int dm_ear_listen(struct dm_subscriber *subscriber, uint8_t booth, uint8_t seat)
{
	struct dm_room *room = dm_subscriber_room(subscriber);
	struct dm_ear *before = dm_subscriber_ear(subscriber);
	struct dm_ear *ear;
	int error;

	if (!dm_subscriber_is_organiser(subscriber))
		return -EINVAL;
	if (!room->event->ticker || seat >= DM_SEATS_MAX ||
	    booth >= dm_interpretation_booth_count(room->interpretation))
		return -ENOENT;
	ear = find_ear(subscriber, booth, seat);
	if (!ear)
		return -EBUSY;
	error = dm_subscriber_set_ear(subscriber, ear);
	if (error < 0)
		return error;
	if (ear != before)
		ear->users++;
	ear->room = room;
	ear->booth = booth;
	ear->seat = seat;
	dm_log(DM_LOG_INFO, "subscriber.ear", "room=%s id=%s booth=%u seat=%u ear=%d",
	       room->options->id, dm_subscriber_id(subscriber), booth, seat, ear->number);
	if (ear != before)
		dm_ear_release(before);
	dm_desk_settle(room);
	return 0;
}

bool dm_ear_listens(const struct dm_subscriber *subscriber, uint8_t *booth, uint8_t *seat)
{
	const struct dm_ear *ear = dm_subscriber_ear(subscriber);

	if (!ear)
		return false;
	*booth = ear->booth;
	*seat = ear->seat;
	return true;
}
