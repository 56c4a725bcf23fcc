/* relay/monitor/collect_sound.c: sources and channels; see collector_private.h */
#include "monitor/collector_private.h"
#include "session/programme.h"

#include <math.h>

#define MILLION 1000000.0

/* A picture is taken to stand still, or to be black, from here on; what is shorter is a cut or a
 * fade. Choice. */
#define STANDS_MS 1000

/* A floor pauses from here on; what is shorter is a breath between sentences. Choice. */
#define PAUSE_S 1.0

/* A microphone is heard from here on; words leave gaps. Choice: 10 dB below the quietest booth that
 * is still drawn to the others' loudness. */
#define HEARD_LUFS (-50.0)

/* --- sources --- */

static void look_at_picture(struct dm_picture_figures *figures, struct dm_window *window,
			    const struct dm_picture *picture, dm_usec now)
{
	const struct dm_picture_health *health = &picture->health;
	const uint64_t came = (uint64_t)dm_metric_get(&health->came);
	uint64_t growth;
	const dm_usec span = dm_window_look(window, DM_PICTURE_WINDOW, &came, 1, &growth, now);

	*figures = (struct dm_picture_figures){ .there = picture->track_count > 0 };
	if (!figures->there)
		return;
	figures->frame_rate = span > 0 ? (double)growth * MILLION / (double)span : NAN;
	figures->width = (unsigned)dm_metric_get(&health->width);
	figures->height = (unsigned)dm_metric_get(&health->height);
	figures->bitrate_bps = (double)dm_track_rate_bps(picture->tracks[0]);
	figures->key_interval_s = (double)dm_metric_get(&health->key_interval) / MILLION;
	figures->still_for_s = (double)dm_metric_get(&health->still_ms) / 1000;
	figures->black_for_s = (double)dm_metric_get(&health->black_ms) / 1000;
	figures->freezes = (uint64_t)dm_metric_get(&health->freezes);
	figures->rung_count = picture->track_count;
	for (size_t n = 0; n < picture->track_count; n++) {
		figures->rungs[n].height = picture->options->ladder[n].height;
		figures->rungs[n].readers = (uint32_t)dm_metric_get(
			dm_track_readers_metric(picture->tracks[n]));
	}
}

/* Where nobody surveys, levels are known all the same. */
static struct dm_surveyed_channel sound_of(const struct dm_collector *collector,
					   const struct dm_room *room,
					   const struct dm_channel *channel)
{
	struct dm_surveyed_channel sound = {
		.momentary_lufs = NAN,
		.short_term_lufs = NAN,
		.integrated_lufs = NAN,
		.true_peak_dbtp = NAN,
		.clipping = NAN,
		.floor_likeness = NAN,
		.twin_likeness = NAN,
		.twin = -1,
		.fitness = { .ceiling_hz = NAN, .snr_db = NAN },
	};
	struct dm_channel_level level;

	if (collector->survey) {
		dm_survey_channel(collector->survey, channel->number, &sound);
	} else {
		dm_channel_level(room, channel, &level);
		sound.momentary_lufs = level.lufs;
	}
	return sound;
}

void dm_collect_source(struct dm_collector *collector, struct dm_room_slots *slots, bool expected,
		       dm_usec now)
{
	const struct dm_room *room = slots->room;
	const struct dm_source_health *health = &room->source_health;
	const bool has_sound = collector->survey && room->channels[0].number >= 0;
	const bool slides = room->picture.options->slides;
	struct dm_source_figures *figures = &slots->source;

	look_at_picture(&figures->picture, &slots->pictures[0], &room->picture, now);
	look_at_picture(&figures->sign, &slots->pictures[1], &room->sign, now);
	figures->offset_ms = dm_metric_get(&health->offset_known)
				     ? (double)dm_metric_get(&health->offset) / 1000
				     : NAN;
	figures->restarts = (uint64_t)dm_metric_get(&health->restarts);
	figures->in_use = (unsigned)dm_metric_get(&health->in_use);

	collector->sources[slots->number] = (struct dm_source_sample){
		.used = room->channels[0].state != DM_FEED_OFF,
		.expected = expected,
		.connected = room->channels[0].state == DM_FEED_LIVE,
		.has_picture = figures->picture.there,
		.has_sound = has_sound,
		.frozen = !slides && dm_metric_get(&room->picture.health.still_ms) >= STANDS_MS,
		.black = dm_metric_get(&room->picture.health.black_ms) >= STANDS_MS,
		.silent = has_sound &&
			  sound_of(collector, room, room->channels).silent_for >= PAUSE_S,
		.room = slots->number,
		.frame_rate = slides ? NAN : figures->picture.frame_rate,
		.offset_ms = figures->offset_ms,
	};
}

/* --- channels --- */

static const enum dm_carried carried[DM_CARRIES_COUNT] = {
	[DM_CARRIES_FLOOR] = DM_CARRIED_FLOOR,
	[DM_CARRIES_SILENCE] = DM_CARRIED_SILENCE,
	[DM_CARRIES_CHANNEL] = DM_CARRIED_CHANNEL,
	[DM_CARRIES_SOURCE] = DM_CARRIED_SOURCE,
	[DM_CARRIES_VOICE] = DM_CARRIED_VOICE,
	[DM_CARRIES_CONCEALMENT] = DM_CARRIED_CONCEALMENT,
	[DM_CARRIES_COMFORT] = DM_CARRIED_COMFORT,
};

static const enum dm_carried fallbacks[] = {
	[DM_FALLBACK_FLOOR] = DM_CARRIED_FLOOR,
	[DM_FALLBACK_SILENCE] = DM_CARRIED_SILENCE,
	[DM_FALLBACK_CHANNEL] = DM_CARRIED_CHANNEL,
};

/* What its engine really puts out, whatever it was told. */
static enum dm_carried carried_by(const struct dm_channel *channel, bool is_floor,
				  const struct dm_channel_level *level)
{
	if (is_floor)
		return DM_CARRIED_FLOOR;
	if (level->fallen_back)
		return fallbacks[channel->fallback];
	if (level->booth != DM_NOBODY)
		return DM_CARRIED_VOICE;
	return carried[channel->programme->carries];
}

static enum dm_carried_why why_of(const struct dm_room *room, const struct dm_programme *programme)
{
	const struct dm_booth *booth = dm_interpretation_booth(room->interpretation,
							       programme->booth);

	switch (programme->why) {
	case DM_WHY_FLOOR:
		return DM_CARRIED_WHY_FLOOR;
	case DM_WHY_ON_AIR:
		return DM_CARRIED_WHY_ON_AIR;
	case DM_WHY_MUTED:
		for (size_t s = 0; booth && s < DM_SEATS_MAX; s++) {
			if (booth->seats[s].mic == DM_MIC_MUTED &&
			    booth->seats[s].hold == DM_HOLD_MUTED)
				return DM_CARRIED_WHY_ORGANISER;
		}
		return DM_CARRIED_WHY_COUGH;
	case DM_WHY_LINK_LOST:
		return DM_CARRIED_WHY_LINK_LOST;
	case DM_WHY_SOURCE:
		return DM_CARRIED_WHY_SOURCE;
	case DM_WHY_BOOTH_OFF:
		return DM_CARRIED_WHY_BOOTH_OFF;
	default:
		return DM_CARRIED_WHY_NOBODY;
	}
}

/* As the public state of a channel: "live" is what listeners are told. */
static bool is_live(const struct dm_channel *channel, const struct dm_programme *programme)
{
	return channel->state == DM_FEED_LIVE ||
	       (programme->booth != DM_NOBODY && dm_programme_is_served(programme));
}

static uint16_t twin_slot(const struct dm_room_slots *slots, int number)
{
	for (size_t c = 0; number >= 0 && c < slots->room->channel_count; c++) {
		if (slots->room->channels[c].number == number)
			return (uint16_t)(slots->channel + c);
	}
	return DM_SAMPLE_NONE;
}

static uint16_t microphone_slot(const struct dm_room_slots *slots,
				const struct dm_programme *programme)
{
	if (programme->booth == DM_NOBODY || programme->voice == DM_NOBODY)
		return DM_SAMPLE_NONE;
	return (uint16_t)((slots->booth + programme->booth) * DM_SEATS_MAX + programme->voice);
}

/* In how much of the last seconds two or more of its voices were heard at once. */
static double share_together(struct dm_collector *collector, const struct dm_room_slots *slots,
			     size_t c, dm_usec now)
{
	const struct dm_programme *programme = slots->room->channels[c].programme;
	const struct dm_microphone_figures
		*microphones = &collector->microphone_figures[slots->microphone];
	struct dm_channel_slot *slot = &collector->channel_slots[slots->channel + c];
	unsigned heard = 0;
	uint64_t growth[2];

	for (size_t n = 0; n < slots->microphone_count; n++)
		heard += microphones[n].booth == programme->booth &&
			 (programme->voices >> microphones[n].seat & 1) &&
			 microphones[n].sound.momentary_lufs > HEARD_LUFS;
	slot->looks++;
	slot->together += heard > 1;

	const uint64_t counters[] = { slot->together, slot->looks };

	dm_window_look(&slot->voices, DM_TOGETHER_WINDOW, counters, 2, growth, now);
	return growth[1] > 0 ? (double)growth[0] / (double)growth[1] : NAN;
}

static void sample_channel(struct dm_channel_sample *sample, const struct dm_room_slots *slots,
			   size_t c, const struct dm_channel_figures *figures, double together)
{
	const struct dm_channel *channel = &slots->room->channels[c];
	const struct dm_programme *programme = channel->programme;
	const struct dm_surveyed_channel *sound = &figures->sound;

	*sample = (struct dm_channel_sample){
		.used = channel->number >= 0,
		.floor = c == 0,
		.live = is_live(channel, programme),
		.repeats = sound->repeats,
		.carries = carried_by(channel, c == 0, &figures->level),
		.why = why_of(slots->room, programme),
		.room = slots->number,
		.source = slots->number,
		.booth = programme->booth == DM_NOBODY
				 ? DM_SAMPLE_NONE
				 : (uint16_t)(slots->booth + programme->booth),
		.microphone = microphone_slot(slots, programme),
		.twin = twin_slot(slots, sound->twin),
		.level_lufs = sound->momentary_lufs,
		.peak_db = sound->true_peak_dbtp,
		.clipping = sound->clipping,
		.floor_likeness = sound->floor_likeness,
		.twin_likeness = sound->twin_likeness,
		.together = together,
	};
}

void dm_collect_channels(struct dm_collector *collector, struct dm_room_slots *slots, dm_usec now)
{
	const struct dm_room *room = slots->room;

	slots->listeners = 0;
	for (size_t c = 0; c < room->channel_count; c++) {
		const struct dm_channel *channel = &room->channels[c];
		struct dm_channel_figures *figures = &collector
							      ->channel_figures[slots->channel + c];

		figures->sound = sound_of(collector, room, channel);
		dm_channel_level(room, channel, &figures->level);
		figures->bitrate_bps = (double)dm_track_rate_bps(channel->track);
		figures->listeners = (uint32_t)dm_metric_get(&channel->listeners);
		slots->listeners += figures->listeners;
		sample_channel(&collector->channels[slots->channel + c], slots, c, figures,
			       share_together(collector, slots, c, now));
	}
}
