/* relay/control/event_json.c: see event_json.h */
#include "control/event_json.h"

#include "control/booth_json.h"
#include "session/interpretation_name.h"
#include "session/name.h"
#include "session/slow_down.h"

#include <stdlib.h>
#include <string.h>

static json_t *titles_json(const struct dm_title *titles, size_t count)
{
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++)
		json_object_set_new(object, titles[i].lang, json_string(titles[i].text));
	return object;
}

/* To those who listen a booth that speaks is as good as a source that delivers. */
static enum dm_feed_state state_of(const struct dm_channel *channel,
				   const struct dm_programme *programme)
{
	return programme->booth != DM_NOBODY && dm_programme_is_served(programme) ? DM_FEED_LIVE
										  : channel->state;
}

static json_t *channels_json(const struct dm_room *room)
{
	json_t *array = json_array();

	for (size_t i = 0; i < room->channel_count; i++) {
		const struct dm_channel *channel = &room->channels[i];
		const struct dm_programme *programme = dm_interpretation_programme(
			room->interpretation, (uint8_t)i);

		json_array_append_new(
			array, json_pack("{s:s, s:s, s:s, s:s, s:b}", "lang", channel->lang,
					 "state", dm_feed_state_name(state_of(channel, programme)),
					 "carries", dm_carries_name(programme->carries), "why",
					 dm_programme_why_name(programme->why), "served",
					 dm_programme_is_served(programme)));
	}
	return array;
}

static json_t *booths_json(const struct dm_room *room)
{
	json_t *array = json_array();

	for (size_t i = 0; i < dm_interpretation_booth_count(room->interpretation); i++)
		json_array_append_new(array, dm_booth_public_json(room, (uint8_t)i));
	return array;
}

json_t *dm_room_json(const struct dm_room *room)
{
	const struct dm_room_options *options = room->options;

	return json_pack("{s:s, s:o, s:{s:s?, s:s}, s:o, s:o, s:i, s:b, s:b}", "id", options->id,
			 "title", titles_json(options->titles, options->title_count), "floor",
			 "language", room->floor_language, "state",
			 dm_feed_state_name(room->channels[0].state), "channels",
			 channels_json(room), "booths", booths_json(room), "slow_down",
			 (int)dm_slow_down_count(room->interpretation), "picture",
			 room->picture.track_count > 0, "sign", room->sign.track_count > 0);
}

json_t *dm_event_json(struct dm_event *event)
{
	const struct dm_event_options *options = dm_event_options(event);
	json_t *rooms = json_array();

	for (size_t i = 0; i < dm_event_room_count(event); i++)
		json_array_append_new(rooms, dm_room_json(dm_event_room(event, i)));
	return json_pack("{s:s, s:o, s:o}", "id", options->id, "title",
			 titles_json(options->titles, options->title_count), "rooms", rooms);
}

GBytes *dm_json_text(json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	if (!text)
		return g_bytes_new_static("{}", 2);
	return g_bytes_new_with_free_func(text, strlen(text), free, text);
}
