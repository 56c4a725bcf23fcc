#include "session/room.h"

#include "base/log.h"
#include "session/desk_private.h"
#include "session/name.h"

#include <errno.h>

/* What a track keeps for retransmission and for late joiners: five seconds of sound; of picture
 * at least twice the longest distance of key frames (2 s) at 4 Mbit/s. Choice. */
#define AUDIO_CAPACITY_PACKETS 256
#define VIDEO_CAPACITY_PACKETS 2048
/* What waits between a socket and whoever reads it: a second of sound, and of picture two of the
 * largest key frames. Choice. */
#define PASSED_PACKETS       64
#define WHIP_PICTURE_PACKETS 1024
#define VIDEO_CLOCK_RATE_HZ  90000 /* RFC 6184, 8.2.1 */
#define AUDIO_CLOCK_RATE_HZ  48000 /* RFC 7587, 4.1 */

/* So that after Opus, which adds up to 1 dB, true peaks stay under -1 dBTP (EBU R 128). */
#define CEILING_DB (-2.0)

static enum dm_feed_state first_state(const struct dm_source_options *source)
{
	return source->uri && *source->uri ? DM_FEED_CONNECTING : DM_FEED_OFF;
}

static int make_track(struct dm_track **out, const struct dm_room *room, const char *what,
		      enum dm_track_kind kind)
{
	const bool sound = kind == DM_TRACK_AUDIO;
	char *name = g_strdup_printf("%s.%s", room->options->id, what);
	const struct dm_track_options options = {
		.kind = kind,
		.clock_rate_hz = sound ? AUDIO_CLOCK_RATE_HZ : VIDEO_CLOCK_RATE_HZ,
		.capacity_packets = sound ? AUDIO_CAPACITY_PACKETS : VIDEO_CAPACITY_PACKETS,
		.name = name,
	};
	const int error = dm_track_create(out, &options);

	g_free(name);
	return error;
}

static int add_metrics(struct dm_channel *channel, const struct dm_room *room)
{
	struct dm_metrics *metrics = room->event->metrics;
	char *labels = g_strdup_printf("room=\"%s\",channel=\"%s\"", room->options->id,
				       channel->lang);
	int error = dm_metrics_add(metrics, DM_METRIC_GAUGE, "dragoman_channel_listeners",
				   "Delegates who hear the channel.", labels, &channel->listeners,
				   1);

	if (error == 0 && channel != room->channels)
		error = dm_metrics_add(
			metrics, DM_METRIC_GAUGE, "dragoman_channel_served",
			"1 while somebody interprets into the channel, or its source delivers.",
			labels, &channel->served, 1);
	g_free(labels);
	return error;
}

static bool has_source(const struct dm_channel *channel)
{
	return channel->source.uri && *channel->source.uri;
}

/* Nobody can serve it, and without that it carries the floor: then it is the floor. */
static bool is_the_floor(const struct dm_channel *channel, const struct dm_room *room)
{
	const struct dm_room_options *options = room->options;

	if (channel == room->channels || has_source(channel) ||
	    channel->fallback != DM_FALLBACK_FLOOR)
		return false;
	for (size_t b = 0; b < options->booth_count; b++) {
		for (size_t n = 0; n < DM_OUTPUTS; n++) {
			if (&room->channels[options->booths[b].outputs[n]] == channel)
				return false;
		}
	}
	return true;
}

/* How its sound comes to the ticker. */
static int sound_init(struct dm_channel *channel, const struct dm_room *room)
{
	if (channel->source.passes_sound)
		return dm_intake_create(&channel->intake, PASSED_PACKETS, AUDIO_CLOCK_RATE_HZ);
	if (channel != room->channels && !has_source(channel))
		return 0;
	return dm_sound_inlet_create(&channel->inlet);
}

static int channel_init(struct dm_channel *channel, const struct dm_room *room, const char *lang,
			const struct dm_source_options *source, uint32_t bitrate_bps)
{
	int error = 0;

	channel->lang = lang;
	channel->source = *source;
	channel->bitrate_bps = bitrate_bps;
	channel->number = -1;
	channel->state = first_state(source);
	if (is_the_floor(channel, room)) {
		channel->track = dm_track_ref(room->channels[0].track);
	} else {
		error = make_track(&channel->track, room, lang, DM_TRACK_AUDIO);
		if (error == 0)
			error = sound_init(channel, room);
	}
	return error == 0 && room->event->metrics ? add_metrics(channel, room) : error;
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
		char *name = g_strdup_printf("%s.%u", kind, options->ladder[i].height);
		const int error = make_track(&picture->tracks[i], room, name, DM_TRACK_VIDEO);

		g_free(name);
		if (error < 0)
			return error;
		picture->track_count = i + 1;
	}
	return 0;
}

/* What a publisher of the floor needs. */
static int whip_init(struct dm_room *room)
{
	int error;

	if (!room->options->floor.whip)
		return 0;
	error = dm_intake_create(&room->whip_sound, PASSED_PACKETS, AUDIO_CLOCK_RATE_HZ);
	if (error == 0)
		error = make_track(&room->direct_sound, room, "direct", DM_TRACK_AUDIO);
	if (error < 0 || room->picture.track_count == 0)
		return error;
	error = dm_intake_create(&room->whip_picture, WHIP_PICTURE_PACKETS, VIDEO_CLOCK_RATE_HZ);
	return error < 0
		       ? error
		       : make_track(&room->direct_picture, room, "direct.picture", DM_TRACK_VIDEO);
}

static struct dm_engine_options engine_of(const struct dm_room *room,
					  const struct dm_channel *channel)
{
	static const enum dm_engine_fallback fallbacks[] = {
		[DM_FALLBACK_FLOOR] = DM_ENGINE_FLOOR,
		[DM_FALLBACK_SILENCE] = DM_ENGINE_SILENCE,
		[DM_FALLBACK_CHANNEL] = DM_ENGINE_OTHER,
	};

	return (struct dm_engine_options){
		.fallback = fallbacks[channel->fallback],
		.ramp = room->options->ramp,
		.ceiling_db = CEILING_DB,
		.target_lufs = room->options->loudness_lufs,
		.phase = (unsigned)(channel - room->channels),
	};
}

/* A track has one writer: what is passed through is written by ingest, and is in the ticker for the
 * sake of those who fall back to it. */
static int add_to_ticker(struct dm_room *room, struct dm_channel *channel)
{
	const bool floor = channel == room->channels;
	const struct dm_engine_options engine = engine_of(room, channel);
	const struct dm_ticker_channel options = {
		.track = floor && channel->intake ? NULL : channel->track,
		.bitrate_bps = channel->bitrate_bps,
		.inlet = channel->inlet,
		.intake = channel->intake,
		.engine = floor ? NULL : &engine,
		.floor = floor ? -1 : room->channels[0].number,
		.counts = &channel->sound,
	};
	const int number = dm_ticker_add(room->event->ticker, &options);

	if (number < 0)
		return number;
	channel->number = number;
	return 0;
}

static int ticker_init(struct dm_room *room)
{
	struct dm_ticker *ticker = room->event->ticker;
	int error = 0;

	for (size_t c = 0; c < room->channel_count && ticker && error == 0; c++) {
		if (c == 0 || !is_the_floor(&room->channels[c], room))
			error = add_to_ticker(room, &room->channels[c]);
	}
	for (size_t c = 1; c < room->channel_count && ticker && error == 0; c++) {
		const struct dm_channel_options *options = &room->options->channels[c - 1];
		const struct dm_channel *other = &room->channels[options->fallback_channel];

		if (options->fallback != DM_FALLBACK_CHANNEL)
			continue;
		error = dm_ticker_set_other(ticker, room->channels[c].number,
					    other->number >= 0 ? other->number
							       : room->channels[0].number);
	}
	return error;
}

int dm_room_init(struct dm_room *room, struct dm_event *event,
		 const struct dm_room_options *options)
{
	room->event = event;
	room->options = options;
	room->agenda = (struct dm_agenda){
		.entries = options->sessions,
		.count = options->session_count,
	};
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
	if (error == 0)
		error = whip_init(room);
	if (error == 0)
		error = dm_desk_init(room, dm_time_now());
	return error == 0 ? ticker_init(room) : error;
}

static void picture_finish(struct dm_picture *picture)
{
	for (size_t i = 0; i < picture->track_count; i++)
		dm_track_unref(picture->tracks[i]);
	picture->track_count = 0;
	g_clear_pointer(&picture->still, g_bytes_unref);
}

void dm_room_finish(struct dm_room *room)
{
	dm_room_line_up_finish(room);
	struct dm_metrics *metrics = room->event->metrics;

	dm_desk_finish(room);
	dm_track_unref(room->direct_picture);
	dm_track_unref(room->direct_sound);
	dm_intake_unref(room->whip_picture);
	dm_intake_unref(room->whip_sound);
	picture_finish(&room->sign);
	picture_finish(&room->picture);
	for (size_t i = 0; i < room->channel_count; i++) {
		dm_sound_inlet_destroy(room->channels[i].inlet);
		dm_intake_unref(room->channels[i].intake);
		dm_track_unref(room->channels[i].track);
	}
	if (metrics)
		dm_metrics_remove(metrics, room->channels,
				  room->channel_count * sizeof(*room->channels));
	g_free(room->channels);
}

enum dm_sitting dm_room_sitting(const struct dm_room *room, int64_t now)
{
	return dm_agenda_at(&room->agenda, now);
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
	if (channel != room->channels)
		dm_interpretation_set_source(room->interpretation,
					     (uint8_t)(channel - room->channels),
					     state == DM_FEED_LIVE, dm_time_now());
	room->desk->news = true;
	dm_desk_settle(room);
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

void dm_room_set_direct(struct dm_room *room, bool sound, bool picture)
{
	sound = sound && room->direct_sound;
	picture = picture && room->direct_picture;
	if (sound == room->direct_sound_live && picture == room->direct_picture_live)
		return;
	room->direct_sound_live = sound;
	room->direct_picture_live = picture;
	dm_log(DM_LOG_INFO, "room.direct", "room=%s sound=%d picture=%d", room->options->id, sound,
	       picture);
	dm_desk_settle(room);
}

void dm_room_set_still(struct dm_room *room, struct dm_picture *picture, GBytes *still)
{
	g_assert(picture == &room->picture || picture == &room->sign);
	g_clear_pointer(&picture->still, g_bytes_unref);
	picture->still = still;
	picture->still_at = g_get_real_time() / G_USEC_PER_SEC;
}

void dm_room_set_source_format(struct dm_room *room, const char *format)
{
	g_strlcpy(room->source_format, format, sizeof(room->source_format));
}

int dm_room_use_source(struct dm_room *room, unsigned n)
{
	const struct dm_room_options *options = room->options;
	const struct dm_event *event = room->event;

	if (n > options->backup_count)
		return -EINVAL;
	if (options->floor.whip || options->floor.passes_sound || options->floor.passes_picture ||
	    !event->switch_source)
		return -ENOTSUP;

	const int error = event->switch_source(event->switch_user, room, n);

	dm_log(DM_LOG_INFO, "room.use_source", "room=%s source=%u error=%d", options->id, n, error);
	return error;
}
