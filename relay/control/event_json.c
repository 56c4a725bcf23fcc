/* relay/control/event_json.c: see event_json.h */
#include "control/event_json.h"

#include "session/name.h"

#include <stdlib.h>
#include <string.h>

static json_t *titles_json(const struct dm_title *titles, size_t count)
{
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++)
		json_object_set_new(object, titles[i].lang, json_string(titles[i].text));
	return object;
}

static json_t *channels_json(const struct dm_room *room)
{
	json_t *array = json_array();

	for (size_t i = 0; i < room->channel_count; i++) {
		const struct dm_channel *channel = &room->channels[i];

		json_array_append_new(array, json_pack("{s:s, s:s}", "lang", channel->lang, "state",
						       dm_feed_state_name(channel->state)));
	}
	return array;
}

json_t *dm_room_json(const struct dm_room *room)
{
	const struct dm_room_options *options = room->options;

	return json_pack("{s:s, s:o, s:{s:s?, s:s}, s:o, s:b, s:b}", "id", options->id, "title",
			 titles_json(options->titles, options->title_count), "floor", "language",
			 room->floor_language, "state", dm_feed_state_name(room->channels[0].state),
			 "channels", channels_json(room), "picture", room->picture.track_count > 0,
			 "sign", room->sign.track_count > 0);
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
