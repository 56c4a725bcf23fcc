#include "config/fallback.h"

#include "config/channel_name.h"

static struct dm_key_path path_of(const char *room_path, size_t channel)
{
	return dm_key_path("%s.channels[%zu].fallback", room_path, channel);
}

static void read_fallback(struct dm_reading *reading, const char *path, const char *text,
			  struct dm_channel_options *channels, size_t count, size_t at)
{
	struct dm_channel_options *channel = &channels[at];

	channel->fallback = DM_FALLBACK_FLOOR;
	if (!text || g_str_equal(text, "floor"))
		return;
	if (g_str_equal(text, "silence")) {
		channel->fallback = DM_FALLBACK_SILENCE;
		return;
	}

	const uint8_t other = dm_channel_name_read(reading, path, channels, count, text,
						   "floor, silence");

	if (other == at + 1) {
		dm_reading_complain(
			reading, path,
			"'%s' is the channel itself; write floor, silence, or another channel's language",
			text);
	} else if (other != 0) {
		channel->fallback = DM_FALLBACK_CHANNEL;
		channel->fallback_channel = other;
	}
}

/* Told once for each circle, at its first channel. */
static void check_circle(struct dm_reading *reading, const char *room_path,
			 const struct dm_channel_options *channels, size_t count, size_t first)
{
	GString *way = g_string_new(channels[first].lang);
	size_t at = first;
	size_t steps = 0;

	while (channels[at].fallback == DM_FALLBACK_CHANNEL && steps++ < count) {
		at = channels[at].fallback_channel - 1u;
		g_string_append_printf(way, " → %s", channels[at].lang);
		if (at <= first)
			break;
	}
	if (steps > 0 && at == first)
		dm_reading_complain(
			reading, path_of(room_path, first).text,
			"goes in a circle (%s), in which nothing would ever be heard; let one of them fall back to floor or silence",
			way->str);
	g_string_free(way, TRUE);
}

void dm_fallbacks_read(struct dm_reading *reading, const char *room_path,
		       const struct dm_yaml_room *yaml, struct dm_channel_options *channels,
		       size_t count)
{
	for (size_t i = 0; i < count; i++)
		read_fallback(reading, path_of(room_path, i).text, yaml->channels[i].fallback,
			      channels, count, i);
	for (size_t i = 0; i < count; i++)
		check_circle(reading, room_path, channels, count, i);
}
