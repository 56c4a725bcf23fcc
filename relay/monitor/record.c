#include "monitor/record.h"

#include "session/booth.h"
#include "session/programme.h"

#include <math.h>

struct place {
	struct dm_history *history;
	dm_wall_usec at;
	const char *room;
	const char *channel;
};

static void put(const struct place *place, const char *figure, double value)
{
	if (isfinite(value)) /* what does not fit, the history counts */
		(void)dm_history_sample(place->history, place->at, place->room, place->channel,
					figure, value);
}

static void record_channel(const struct place *place, const struct dm_channel *channel,
			   const struct dm_channel_figures *figures,
			   const struct dm_group_figures *group)
{
	const bool served = dm_programme_is_served(channel->programme);

	put(place, "listeners", figures->listeners);
	put(place, "served", served);
	put(place, "lufs",
	    served && figures->sound.silent_for <= 0 ? figures->sound.momentary_lufs : NAN);
	put(place, "loss", group->loss_p50);
	put(place, "round_trip", group->round_trip_p50_ms / 1000);
}

static double interpreters_of(const struct dm_room *room)
{
	size_t people = 0;

	for (size_t b = 0; b < dm_interpretation_booth_count(room->interpretation); b++) {
		const struct dm_booth *booth = dm_interpretation_booth(room->interpretation,
								       (uint8_t)b);

		for (size_t s = 0; s < DM_SEATS_MAX; s++)
			people += dm_seat_is_taken(&booth->seats[s]);
	}
	return (double)people;
}

static void record_room(const struct place *place, const struct dm_room *room,
			const struct dm_room_figures *figures)
{
	put(place, "listeners", figures->listeners);
	put(place, "interpreters", interpreters_of(room));
	put(place, "frame_rate",
	    figures->source.picture.there ? figures->source.picture.frame_rate : NAN);
	for (size_t c = 0; c < figures->channel_count; c++) {
		struct place of = *place;

		of.channel = room->channels[c].lang;
		/* The groups: the room itself, then its channels. */
		record_channel(&of, &room->channels[c], &figures->channels[c],
			       &figures->groups[1 + c]);
	}
}

void dm_record_figures(struct dm_history *history, struct dm_event *event,
		       const struct dm_collector *collector, dm_wall_usec at)
{
	struct place place = { .history = history, .at = at, .room = "", .channel = "" };
	struct dm_relay_figures relay;

	dm_collector_relay(collector, &relay);
	put(&place, "cpu", relay.cpu);
	put(&place, "worker_drops", relay.worker_drops);
	for (size_t r = 0; r < dm_event_room_count(event); r++) {
		const struct dm_room *room = dm_event_room(event, r);
		struct dm_room_figures figures;

		dm_collector_room(collector, r, &figures);
		place.room = room->options->id;
		record_room(&place, room, &figures);
	}
}
