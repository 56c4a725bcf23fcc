/* relay/control/measures_json.c: see measures_json.h */
#include "control/measures_json.h"

#include "control/source_label.h"
#include "session/booth.h"
#include "session/interpreter.h"

#include <math.h>

#define LABEL_BYTES 256 /* of a source; choice */

void dm_fitness_json(struct dm_json_writer *writer, const char *key,
		     const struct dm_interpretability_report *fitness)
{
	dm_json_open(writer, key, '{');
	dm_json_text_value(writer, "verdict", dm_verdict_name(fitness->verdict));
	dm_json_text_value(writer, "reason", dm_verdict_reason_name(fitness->reason));
	dm_json_number(writer, "ceiling_hz", fitness->ceiling_hz, 0);
	dm_json_number(writer, "snr_db", fitness->snr_db, 1);
	dm_json_number(writer, "clipping", fitness->clipping, 4);
	dm_json_number(writer, "concealed", fitness->concealed, 4);
	dm_json_number(writer, "coded_bps", fitness->coded_bps, 0);
	dm_json_close(writer, '}');
}

/* --- meters --- */

static const struct dm_booth *booth_of(const struct dm_room *room, uint8_t booth)
{
	return dm_interpretation_booth(room->interpretation, booth);
}

static void put_microphone_meter(struct dm_json_writer *writer, struct dm_room *room,
				 const struct dm_booth *booth, uint8_t seat)
{
	const struct dm_interpreter *interpreter = dm_room_find_interpreter(
		room, booth->seats[seat].who.id);
	struct dm_microphone_level level = { .peak_dbfs = -HUGE_VAL };

	if (interpreter)
		dm_interpreter_level(interpreter, &level);
	dm_json_open(writer, NULL, '[');
	dm_json_text_value(writer, NULL, booth->options->id);
	dm_json_whole(writer, NULL, seat);
	dm_json_number(writer, NULL, level.peak_dbfs, 1);
	dm_json_truth(writer, NULL, level.live);
	dm_json_close(writer, ']');
}

GBytes *dm_meters_json(struct dm_room *room)
{
	const size_t booths = dm_interpretation_booth_count(room->interpretation);
	struct dm_json_writer writer;

	dm_json_begin_message(&writer, "meters");
	dm_json_text_value(&writer, "room", room->options->id);
	dm_json_open(&writer, "channels", '[');
	for (size_t n = 0; n < room->channel_count; n++) {
		struct dm_channel_level level;

		dm_channel_level(room, &room->channels[n], &level);
		dm_json_open(&writer, NULL, '[');
		dm_json_number(&writer, NULL, level.peak_dbfs, 1);
		dm_json_number(&writer, NULL, level.lufs, 1);
		dm_json_close(&writer, ']');
	}
	dm_json_close(&writer, ']');
	dm_json_open(&writer, "microphones", '[');
	for (uint8_t b = 0; b < booths; b++) {
		for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
			if (dm_seat_is_taken(&booth_of(room, b)->seats[s]))
				put_microphone_meter(&writer, room, booth_of(room, b), s);
		}
	}
	dm_json_close(&writer, ']');
	return dm_json_end_message(&writer);
}

/* --- measures: the source --- */

static void put_picture(struct dm_json_writer *writer, const struct dm_picture_figures *picture)
{
	dm_json_number(writer, "frame_rate", picture->frame_rate, 1);
	dm_json_whole(writer, "width", picture->width);
	dm_json_whole(writer, "height", picture->height);
	dm_json_number(writer, "bitrate", picture->bitrate_bps, 0);
	dm_json_number(writer, "key_interval", picture->key_interval_s, 1);
	dm_json_number(writer, "still_for", picture->still_for_s, 1);
	dm_json_number(writer, "black_for", picture->black_for_s, 1);
	dm_json_whole(writer, "freezes", (int64_t)picture->freezes);
	dm_json_open(writer, "rungs", '[');
	for (size_t n = 0; n < picture->rung_count; n++) {
		dm_json_open(writer, NULL, '{');
		dm_json_whole(writer, "height", picture->rungs[n].height);
		dm_json_whole(writer, "readers", picture->rungs[n].readers);
		dm_json_close(writer, '}');
	}
	dm_json_close(writer, ']');
}

static void put_sources(struct dm_json_writer *writer, const struct dm_room_options *options)
{
	char label[LABEL_BYTES];

	dm_json_open(writer, "sources", '[');
	dm_source_label(options->floor.uri, label, sizeof(label));
	dm_json_text_value(writer, NULL, label);
	for (size_t n = 0; n < options->backup_count; n++) {
		dm_source_label(options->backups[n].uri, label, sizeof(label));
		dm_json_text_value(writer, NULL, label);
	}
	dm_json_close(writer, ']');
}

/* A room without a picture has none of its numbers: all zero, as nothing comes. */
static void put_source(struct dm_json_writer *writer, const struct dm_room *room,
		       const struct dm_room_figures *figures)
{
	static const struct dm_interpretability_report unknown = { .ceiling_hz = NAN,
								   .snr_db = NAN };
	const struct dm_source_figures *source = &figures->source;

	dm_json_open(writer, "source", '{');
	put_picture(writer, &source->picture);
	dm_json_number(writer, "offset_ms", source->offset_ms, 1);
	dm_json_whole(writer, "restarts", (int64_t)source->restarts);
	dm_json_whole(writer, "in_use", source->in_use);
	put_sources(writer, room->options);
	if (source->sign.there) {
		dm_json_open(writer, "sign", '{');
		put_picture(writer, &source->sign);
		dm_json_close(writer, '}');
	} else {
		dm_json_null(writer, "sign");
	}
	dm_fitness_json(writer, "fitness",
			figures->channel_count ? &figures->channels[0].sound.fitness : &unknown);
	dm_json_close(writer, '}');
}

/* --- measures: channels and microphones --- */

static void put_heard(struct dm_json_writer *writer, const struct dm_room *room,
		      const struct dm_channel_level *level)
{
	const struct dm_booth *booth = level->booth == DM_NOBODY ? NULL
								 : booth_of(room, level->booth);

	if (!booth) {
		dm_json_null(writer, "heard");
		return;
	}
	dm_json_open(writer, "heard", '{');
	dm_json_text_value(writer, "booth", booth->options->id);
	dm_json_whole(writer, "seat", level->seat);
	dm_json_close(writer, '}');
}

/* By its number in the ticker. */
static const char *lang_of(const struct dm_room *room, int number)
{
	for (size_t n = 0; number >= 0 && n < room->channel_count; n++) {
		if (room->channels[n].number == number)
			return room->channels[n].lang;
	}
	return NULL;
}

static void put_channel(struct dm_json_writer *writer, const struct dm_room *room, size_t n,
			const struct dm_channel_figures *channel)
{
	const struct dm_surveyed_channel *sound = &channel->sound;

	dm_json_open(writer, NULL, '{');
	dm_json_text_value(writer, "lang", room->channels[n].lang);
	dm_json_number(writer, "momentary", sound->momentary_lufs, 1);
	dm_json_number(writer, "short_term", sound->short_term_lufs, 1);
	dm_json_number(writer, "integrated", sound->integrated_lufs, 1);
	dm_json_number(writer, "true_peak", sound->true_peak_dbtp, 1);
	dm_json_number(writer, "clipping", sound->clipping, 4);
	dm_json_number(writer, "silent_for", sound->silent_for, 1);
	put_heard(writer, room, &channel->level);
	dm_json_truth(writer, "fallen_back", channel->level.fallen_back);
	dm_json_number(writer, "floor_likeness", sound->floor_likeness, 2);
	dm_json_text_value(writer, "twin", lang_of(room, sound->twin));
	dm_json_number(writer, "twin_likeness", sound->twin_likeness, 2);
	dm_json_truth(writer, "repeats", sound->repeats);
	dm_json_whole(writer, "listeners", channel->listeners);
	dm_json_number(writer, "bitrate", channel->bitrate_bps, 0);
	dm_json_close(writer, '}');
}

static void put_microphone(struct dm_json_writer *writer, const struct dm_room *room,
			   const struct dm_microphone_figures *microphone)
{
	const struct dm_booth *booth = booth_of(room, microphone->booth);

	if (!booth)
		return;
	dm_json_open(writer, NULL, '{');
	dm_json_text_value(writer, "booth", booth->options->id);
	dm_json_whole(writer, "seat", microphone->seat);
	dm_json_truth(writer, "on_air", microphone->on_air);
	dm_json_truth(writer, "live", microphone->level.live || microphone->sound.live);
	dm_json_number(writer, "jitter_ms", microphone->jitter_ms, 1);
	dm_json_number(writer, "loss", microphone->loss, 4);
	dm_json_number(writer, "concealed", microphone->concealed, 4);
	dm_json_number(writer, "delay_ms", microphone->delay_ms, 1);
	dm_json_number(writer, "drift_ppm", microphone->drift_ppm, 1);
	dm_json_number(writer, "round_trip_ms", microphone->round_trip_ms, 1);
	dm_fitness_json(writer, "fitness", &microphone->sound.fitness);
	dm_json_close(writer, '}');
}

/* --- measures: those who listen --- */

static void put_group(struct dm_json_writer *writer, const struct dm_group_figures *group)
{
	static const char *const names[] = {
		[DM_GROUP_BY_ROOM] = "room",
		[DM_GROUP_BY_CHANNEL] = "channel",
		[DM_GROUP_BY_NETWORK] = "network",
		[DM_GROUP_BY_COUNTRY] = "country",
	};

	dm_json_open(writer, NULL, '{');
	dm_json_text_value(writer, "by", names[group->by]);
	dm_json_text_value(writer, "name", group->name);
	dm_json_whole(writer, "listeners", group->listeners);
	dm_json_open(writer, "round_trip_ms", '[');
	dm_json_number(writer, NULL, group->round_trip_p50_ms, 1);
	dm_json_number(writer, NULL, group->round_trip_p95_ms, 1);
	dm_json_close(writer, ']');
	dm_json_open(writer, "loss", '[');
	dm_json_number(writer, NULL, group->loss_p50, 4);
	dm_json_number(writer, NULL, group->loss_p95, 4);
	dm_json_number(writer, NULL, group->loss_mean, 4);
	dm_json_close(writer, ']');
	dm_json_number(writer, "resent_hz", group->resent_hz, 1);
	dm_json_close(writer, '}');
}

static void put_groups(struct dm_json_writer *writer, const struct dm_watch *watch,
		       const struct dm_room_figures *figures, bool whole)
{
	struct dm_relay_figures relay;

	dm_json_open(writer, "groups", '[');
	for (size_t n = 0; n < figures->group_count; n++)
		put_group(writer, &figures->groups[n]);
	if (whole) {
		dm_watch_relay(watch, &relay);
		for (size_t n = 0; n < relay.network_count; n++)
			put_group(writer, &relay.networks[n]);
	}
	dm_json_close(writer, ']');
}

GBytes *dm_measures_json(const struct dm_watch *watch, const struct dm_room *room, bool whole,
			 double now)
{
	struct dm_room_figures figures;
	struct dm_json_writer writer;

	dm_watch_room(watch, room, &figures);
	dm_json_begin_message(&writer, "measures");
	dm_json_text_value(&writer, "room", room->options->id);
	dm_json_number(&writer, "at", now, 3);
	put_source(&writer, room, &figures);
	dm_json_open(&writer, "channels", '[');
	for (size_t n = 0; n < figures.channel_count; n++)
		put_channel(&writer, room, n, &figures.channels[n]);
	dm_json_close(&writer, ']');
	dm_json_open(&writer, "microphones", '[');
	for (size_t n = 0; n < figures.microphone_count; n++)
		put_microphone(&writer, room, &figures.microphones[n]);
	dm_json_close(&writer, ']');
	put_groups(&writer, watch, &figures, whole);
	return dm_json_end_message(&writer);
}
