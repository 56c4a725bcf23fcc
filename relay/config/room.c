#include "config/room.h"

#include "config/agenda.h"
#include "config/backup.h"
#include "config/booth.h"
#include "config/fallback.h"
#include "config/interpretation.h"
#include "config/language_tag.h"
#include "config/picture.h"
#include "config/source.h"
#include "config/title.h"

/* Bit rates of Opus: fullband speech begins at 28 kbit/s (RFC 6716, 2.1.1); above 256 kbit/s mono
 * gains nothing (choice). */
#define SOUND_LEAST_BPS     28000
#define SOUND_MOST_BPS      256000
#define FLOOR_BITRATE_BPS   64000
#define CHANNEL_BITRATE_BPS 64000

/* A floor changes language with every speaker: "multiple languages" (ISO 639-2). */
#define FLOOR_LANGUAGE "mul"

static void check_new_language(struct dm_reading *reading, const char *path,
			       const struct dm_room_options *room, size_t before, const char *lang)
{
	for (size_t i = 0; i < before; i++) {
		if (room->channels[i].lang && dm_language_tag_equal(room->channels[i].lang, lang))
			dm_reading_complain(
				reading, path,
				"'%s' is already the language of channels[%zu]; a room has one channel for each language",
				lang, i);
	}
}

static const char *read_channel_language(struct dm_reading *reading, const char *path,
					 const char *text)
{
	if (!text || !*text) {
		dm_reading_complain(reading, path, "is missing; write a language tag such as fr");
		return NULL;
	}
	if (dm_language_tag_equal(text, "floor")) {
		dm_reading_complain(
			reading, path,
			"'floor' is not a language; the floor is a channel already, described by the room's key floor: remove this channel");
		return NULL;
	}
	return dm_reading_language(reading, path, text);
}

/* Of sound that is passed through nothing here is encoded. */
static void refuse_bitrate(struct dm_reading *reading, const char *path)
{
	const struct dm_key_path bitrate = dm_key_path("%s.bitrate", path);

	if (dm_outline_has(reading->outline, bitrate.text))
		dm_reading_complain(
			reading, bitrate.text,
			"has no use, since the source's sound is passed through as it comes; remove it, and set the sender's bit rate");
}

static void check_channel_source(struct dm_reading *reading, const char *path,
				 const struct dm_source_options *source)
{
	const struct dm_key_path key = dm_key_path("%s.source", path);

	if (source->whip)
		dm_reading_complain(
			reading, key.text,
			"is not needed for WHIP: whoever has a token may publish into the channel, as one of its booths; remove it");
	if (!source->passes_sound && !source->passes_picture)
		return;
	if (!source->passes_sound)
		dm_reading_complain(
			reading, key.text,
			"has no sound; write opus= and the payload type of the channel's Opus");
	else if (source->passes_picture)
		dm_reading_complain(reading, key.text,
				    "has a picture, and a channel is sound alone; leave out h264=");
	refuse_bitrate(reading, path);
}

static void read_channel(struct dm_reading *reading, const char *path,
			 const struct dm_yaml_channel *yaml, struct dm_channel_options *channel)
{
	const struct dm_key_path language = dm_key_path("%s.language", path);

	channel->lang = read_channel_language(reading, language.text, yaml->language);
	channel->source = dm_source_read(reading, dm_key_path("%s.source", path).text, yaml->source,
					 yaml->loop);
	channel->bitrate_bps = dm_reading_bitrate(reading, dm_key_path("%s.bitrate", path).text,
						  yaml->bitrate, CHANNEL_BITRATE_BPS,
						  SOUND_LEAST_BPS, SOUND_MOST_BPS);
	check_channel_source(reading, path, &channel->source);
}

static void read_channels(struct dm_reading *reading, const char *room_path,
			  const struct dm_yaml_room *yaml, struct dm_room_options *room)
{
	struct dm_channel_options *channels = dm_reading_allocate(reading, yaml->channels_count,
								  sizeof(*channels));

	room->channels = channels;
	room->channel_count = yaml->channels_count;
	room->channel_bitrate_bps = CHANNEL_BITRATE_BPS;
	if (yaml->channels_count >= DM_CHANNELS_MAX)
		dm_reading_complain(reading, dm_key_path("%s.channels", room_path).text,
				    "has %u channels; write at most %d", yaml->channels_count,
				    DM_CHANNELS_MAX - 1);
	for (unsigned i = 0; i < yaml->channels_count; i++) {
		const struct dm_key_path path = dm_key_path("%s.channels[%u]", room_path, i);

		read_channel(reading, path.text, &yaml->channels[i], &channels[i]);
		if (channels[i].lang)
			check_new_language(reading, dm_key_path("%s.language", path.text).text,
					   room, i, channels[i].lang);
	}
}

/* The floor's picture comes with its source. */
static void read_video(struct dm_reading *reading, const char *room_path,
		       const struct dm_yaml_room *yaml, struct dm_room_options *room)
{
	const struct dm_key_path path = dm_key_path("%s.video", room_path);

	if (!room->floor.passes_sound && !room->floor.passes_picture) {
		dm_video_read(reading, path.text, &yaml->video, &room->picture);
		return;
	}
	dm_picture_read_forwarded(reading, path.text, &yaml->video, room->floor.passes_picture,
				  &room->picture);
	if (room->floor.passes_sound)
		refuse_bitrate(reading, dm_key_path("%s.floor", room_path).text);
}

static void read_floor(struct dm_reading *reading, const char *room_path,
		       const struct dm_yaml_floor *yaml, struct dm_room_options *room)
{
	const struct dm_key_path source = dm_key_path("%s.floor.source", room_path);

	if (!yaml->source || !*yaml->source)
		dm_reading_complain(
			reading, source.text,
			"is missing; write where the room's sound and picture come from: test:, a file, or a URI such as srt://192.0.2.20:9000");
	room->floor = dm_source_read(reading, source.text, yaml->source, yaml->loop);
	if (room->floor.whip && yaml->loop)
		dm_reading_complain(reading, dm_key_path("%s.floor.loop", room_path).text,
				    "has no use, since whip: is no file; remove it");
	room->floor_language = FLOOR_LANGUAGE;
	if (yaml->language)
		room->floor_language = dm_reading_language(
			reading, dm_key_path("%s.floor.language", room_path).text, yaml->language);
	room->floor_bitrate_bps = dm_reading_bitrate(
		reading, dm_key_path("%s.floor.bitrate", room_path).text, yaml->bitrate,
		FLOOR_BITRATE_BPS, SOUND_LEAST_BPS, SOUND_MOST_BPS);
}

static void read_sign(struct dm_reading *reading, const char *room_path,
		      const struct dm_yaml_picture *yaml, struct dm_room_options *room)
{
	const struct dm_key_path path = dm_key_path("%s.sign", room_path);
	const struct dm_key_path source = dm_key_path("%s.sign.source", room_path);
	const struct dm_source_options *from = &room->sign.source;

	room->sign.source = dm_source_read(reading, source.text, yaml->source, yaml->loop);
	if (from->whip)
		dm_reading_complain(
			reading, source.text,
			"cannot be whip:, which brings the floor alone; write another source, such as srt: or rtsp:");
	if (from->passes_sound || from->passes_picture) {
		dm_picture_read_forwarded(reading, path.text, yaml, from->passes_picture,
					  &room->sign);
		if (!from->passes_picture)
			dm_reading_complain(
				reading, source.text,
				"has no picture; write h264= and the payload type of the signer's H.264");
		else if (from->passes_sound)
			dm_reading_complain(
				reading, source.text,
				"has sound, and a signer is a picture alone; leave out opus=");
		return;
	}
	dm_sign_read(reading, path.text, yaml, &room->sign);
	if (room->sign.ladder_count > 0 && (!yaml->source || !*yaml->source))
		dm_reading_complain(
			reading, source.text,
			"is missing; write where the signer's picture comes from, or remove the key sign");
}

static void read_room(struct dm_reading *reading, const char *path, const struct dm_yaml_room *yaml,
		      struct dm_room_options *room)
{
	room->id = dm_reading_id(reading, dm_key_path("%s.id", path).text, yaml->id);
	room->title_count = dm_titles_read(reading, dm_key_path("%s.title", path).text,
					   &room->titles);
	read_floor(reading, path, &yaml->floor, room);
	dm_backups_read(reading, path, &yaml->floor, room);
	read_video(reading, path, yaml, room);
	read_sign(reading, path, &yaml->sign, room);
	read_channels(reading, path, yaml, room);
	dm_fallbacks_read(reading, path, yaml, (struct dm_channel_options *)room->channels,
			  room->channel_count);
	dm_booths_read(reading, path, yaml, room);
	dm_interpretation_read(reading, path, &yaml->interpretation, room);
	dm_sessions_read(reading, path, yaml, room);
}

static void check_new_id(struct dm_reading *reading, const char *path,
			 const struct dm_room_options *rooms, size_t before)
{
	for (size_t i = 0; i < before && rooms[before].id; i++) {
		if (rooms[i].id && g_str_equal(rooms[i].id, rooms[before].id))
			dm_reading_complain(
				reading, path,
				"'%s' is already the id of rooms[%zu]; give each room an id of its own",
				rooms[i].id, i);
	}
}

void dm_event_read(struct dm_reading *reading, struct dm_event_options *event)
{
	const struct dm_yaml_file *yaml = reading->yaml;
	struct dm_room_options *rooms = dm_reading_allocate(reading, yaml->rooms_count,
							    sizeof(*rooms));

	event->id = dm_reading_id(reading, "event.id", yaml->event.id);
	event->title_count = dm_titles_read(reading, "event.title", &event->titles);
	event->rooms = rooms;
	event->room_count = yaml->rooms_count;
	if (yaml->rooms_count == 0)
		dm_reading_complain(
			reading, "rooms",
			"there is no room; write at least one \"- id: …\" beneath rooms:");
	if (yaml->rooms_count > DM_ROOMS_MAX)
		dm_reading_complain(reading, "rooms", "has %u rooms; write at most %d",
				    yaml->rooms_count, DM_ROOMS_MAX);
	for (unsigned i = 0; i < yaml->rooms_count; i++) {
		const struct dm_key_path path = dm_key_path("rooms[%u]", i);

		read_room(reading, path.text, &yaml->rooms[i], &rooms[i]);
		check_new_id(reading, dm_key_path("%s.id", path.text).text, rooms, i);
	}
}
