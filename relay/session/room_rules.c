#include "session/room_rules.h"

#include <glib.h>

static enum dm_carries carries_of(enum dm_fallback fallback)
{
	switch (fallback) {
	case DM_FALLBACK_FLOOR:
		return DM_CARRIES_FLOOR;
	case DM_FALLBACK_SILENCE:
		return DM_CARRIES_SILENCE;
	case DM_FALLBACK_CHANNEL:
		break;
	}
	return DM_CARRIES_CHANNEL;
}

void dm_room_rules_init(struct dm_room_rules *rules, const struct dm_room *room)
{
	const struct dm_room_options *options = room->options;

	rules->channels = g_new0(struct dm_interpreted_channel, room->channel_count);
	for (size_t c = 0; c < room->channel_count; c++) {
		rules->channels[c].lang = room->channels[c].lang;
		if (c == 0)
			continue;
		rules->channels[c].fallback = carries_of(options->channels[c - 1].fallback);
		rules->channels[c].fallback_channel = options->channels[c - 1].fallback_channel;
	}
	rules->options = (struct dm_interpretation_options){
		.channels = rules->channels,
		.channel_count = room->channel_count,
		.booths = options->booths,
		.booth_count = options->booth_count,
		.floor_language = options->floor_language ? options->floor_language : "und",
		.depth_max = options->relay_depth_max,
		.shift = options->shift,
	};
}

void dm_room_rules_finish(struct dm_room_rules *rules)
{
	g_free(rules->channels);
	rules->channels = NULL;
}
