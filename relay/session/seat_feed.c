#include "session/seat_feed.h"

#include "session/desk_private.h"
#include "transport/load.h"

#include <math.h>

static int worker_of(const struct dm_interpreter *interpreter)
{
	if (interpreter->subscriber)
		return (int)dm_transport_worker_of(dm_subscriber_peer(interpreter->subscriber));
	if (interpreter->publisher)
		return (int)dm_transport_worker_of(dm_publisher_peer(interpreter->publisher));
	return -1;
}

bool dm_room_seat_feed(const struct dm_room *room, uint8_t booth, uint8_t seat,
		       struct dm_seat_feed *feed)
{
	const struct dm_interpreter *interpreter = dm_desk_find(room->desk, booth, seat);

	*feed = (struct dm_seat_feed){ .number = -1, .worker = -1, .level.peak_dbfs = -HUGE_VAL };
	if (!interpreter)
		return false;
	feed->microphone = seat;
	feed->worker = worker_of(interpreter);
	dm_intake_reception(interpreter->microphone, &feed->reception);
	dm_interpreter_level(interpreter, &feed->level);
	for (size_t c = 1; c < room->channel_count; c++) {
		if (room->desk->patchbay.patches[c].slots[seat] == interpreter->microphone)
			feed->number = room->channels[c].number;
	}
	if (feed->number >= 0)
		dm_ticker_microphone_stats(room->event->ticker, feed->number, seat, &feed->stats);
	return true;
}
