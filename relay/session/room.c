#include "session/room.h"

#include "base/log.h"
#include "session/event_private.h"
#include "session/name.h"

#include <errno.h>

/* What a track keeps for retransmission and for late joiners: five seconds of sound; of picture
 * at least twice the longest distance of key frames (2 s) at 4 Mbit/s. Choice. */
#define AUDIO_CAPACITY_PACKETS 256
#define VIDEO_CAPACITY_PACKETS 2048
#define VIDEO_CLOCK_RATE_HZ    90000 /* RFC 6184, 8.2.1 */
#define AUDIO_CLOCK_RATE_HZ    48000 /* RFC 7587, 4.1 */

static enum dm_feed_state first_state(const struct dm_source_options *source)
{
	return source->uri && *source->uri ? DM_FEED_CONNECTING : DM_FEED_OFF;
}

static int channel_init(struct dm_channel *channel, const struct dm_room *room, const char *lang,
			const struct dm_source_options *source, uint32_t bitrate_bps)
{
	struct dm_metrics *metrics = room->event->metrics;
	char *name = g_strdup_printf("%s.%s", room->options->id, lang);
	const struct dm_track_options options = {
		.kind = DM_TRACK_AUDIO,
		.clock_rate_hz = AUDIO_CLOCK_RATE_HZ,
		.capacity_packets = AUDIO_CAPACITY_PACKETS,
		.name = name,
	};
	int error = dm_track_create(&channel->track, &options);

	g_free(name);
	channel->lang = lang;
	channel->source = *source;
	channel->bitrate_bps = bitrate_bps;
	channel->state = first_state(source);
	if (error == 0 && metrics) {
		char *labels = g_strdup_printf("room=\"%s\",channel=\"%s\"", room->options->id,
					       lang);

		error = dm_metrics_add(metrics, DM_METRIC_GAUGE, "dragoman_channel_listeners",
				       "Subscribers bound to the channel.", labels,
				       &channel->listeners, 1);
		g_free(labels);
	}
	return error;
}

static int picture_init(struct dm_picture *picture, const struct dm_room *room, const char *kind,
			const struct dm_picture_options *options,
			const struct dm_source_options *source)
{
	picture->options = options;
	picture->state = first_state(source);
	if (options->ladder_count > DM_LADDER_MAX)
		return -EINVAL;
	for (size_t i = 0; i < options->ladder_count; i++) {
		char *name = g_strdup_printf("%s.%s.%u", room->options->id, kind,
					     options->ladder[i].height);
		const struct dm_track_options track = {
			.kind = DM_TRACK_VIDEO,
			.clock_rate_hz = VIDEO_CLOCK_RATE_HZ,
			.capacity_packets = VIDEO_CAPACITY_PACKETS,
			.name = name,
		};
		const int error = dm_track_create(&picture->tracks[i], &track);

		g_free(name);
		if (error < 0)
			return error;
		picture->track_count = i + 1;
	}
	return 0;
}

int dm_room_init(struct dm_room *room, struct dm_event *event,
		 const struct dm_room_options *options)
{
	room->event = event;
	room->options = options;
	room->floor_language = options->floor_language;
	if (options->channel_count >= DM_CHANNELS_MAX)
		return -EINVAL;

	room->channels = g_new0(struct dm_channel, options->channel_count + 1);
	room->channel_count = 1;
	int error = channel_init(&room->channels[0], room, "floor", &options->floor,
				 options->floor_bitrate_bps);

	for (size_t i = 0; i < options->channel_count && error == 0; i++) {
		const struct dm_channel_options *channel = &options->channels[i];

		room->channel_count = i + 2;
		room->channels[i + 1].fallback = channel->fallback;
		error = channel_init(&room->channels[i + 1], room, channel->lang, &channel->source,
				     channel->bitrate_bps ? channel->bitrate_bps
							  : options->channel_bitrate_bps);
	}
	if (error == 0)
		error = picture_init(&room->picture, room, "picture", &options->picture,
				     &options->floor);
	if (error == 0)
		error = picture_init(&room->sign, room, "sign", &options->sign,
				     &options->sign.source);
	return error;
}

static void picture_finish(struct dm_picture *picture)
{
	for (size_t i = 0; i < picture->track_count; i++)
		dm_track_unref(picture->tracks[i]);
	picture->track_count = 0;
}

void dm_room_finish(struct dm_room *room)
{
	struct dm_metrics *metrics = room->event->metrics;

	picture_finish(&room->sign);
	picture_finish(&room->picture);
	for (size_t i = 0; i < room->channel_count; i++)
		dm_track_unref(room->channels[i].track);
	if (metrics)
		dm_metrics_remove(metrics, room->channels,
				  room->channel_count * sizeof(*room->channels));
	g_free(room->channels);
}

struct dm_channel *dm_room_find_channel(struct dm_room *room, const char *lang)
{
	for (size_t i = 0; i < room->channel_count; i++)
		if (g_ascii_strcasecmp(room->channels[i].lang, lang) == 0)
			return &room->channels[i];
	return NULL;
}

void dm_room_set_channel_state(struct dm_room *room, struct dm_channel *channel,
			       enum dm_feed_state state)
{
	if (channel->state == state)
		return;
	channel->state = state;
	dm_log(DM_LOG_INFO, "channel.state", "room=%s channel=%s state=%s", room->options->id,
	       channel->lang, dm_feed_state_name(state));
	dm_event_notify(room->event, room);
}

void dm_room_set_picture_state(struct dm_room *room, struct dm_picture *picture,
			       enum dm_feed_state state)
{
	if (picture->state == state)
		return;
	picture->state = state;
	dm_log(DM_LOG_INFO, "picture.state", "room=%s picture=%s state=%s", room->options->id,
	       picture == &room->sign ? "sign" : "floor", dm_feed_state_name(state));
	dm_event_notify(room->event, room);
}
