/* relay/control/audience_json.c: see audience_json.h */
#include "control/audience_json.h"

#include "control/json_writer.h"

#define POINTS_MAX 12288 /* of all channels: some 80 kB at most, a third of what may be unsent */

/* As many points in one as it takes to stay below POINTS_MAX. */
static size_t points_in_one(size_t channels, size_t points)
{
	return MAX((channels * points + POINTS_MAX - 1) / POINTS_MAX, (size_t)1);
}

static void put_series(struct dm_json_writer *writer, const char *lang, const uint32_t *points,
		       size_t count, size_t in_one)
{
	dm_json_open(writer, lang, '[');
	for (size_t n = 0; n + in_one <= count; n += in_one) {
		uint64_t sum = 0;

		for (size_t i = 0; i < in_one; i++)
			sum += points[n + i];
		dm_json_whole(writer, NULL, (int64_t)((sum + in_one / 2) / in_one));
	}
	dm_json_close(writer, ']');
}

GBytes *dm_audience_json(const struct dm_watch *watch, const struct dm_room *room)
{
	const uint32_t *points;
	struct dm_json_writer writer;
	int64_t start = 0;
	const size_t count = dm_watch_audience(watch, room, 0, &points, &start);
	const size_t in_one = points_in_one(room->channel_count, count);

	dm_json_begin_message(&writer, "audience");
	dm_json_text_value(&writer, "room", room->options->id);
	dm_json_whole(&writer, "start", start);
	dm_json_whole(&writer, "step", (int64_t)(DM_ATTENDANCE_STEP_S * in_one));
	dm_json_open(&writer, "series", '{');
	for (size_t n = 0; n < room->channel_count; n++) {
		const size_t have = dm_watch_audience(watch, room, n, &points, &start);

		put_series(&writer, room->channels[n].lang, points, have, in_one);
	}
	dm_json_close(&writer, '}');
	return dm_json_end_message(&writer);
}
