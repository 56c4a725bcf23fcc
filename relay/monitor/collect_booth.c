/* relay/monitor/collect_booth.c: booths and microphones; see collector_private.h */
#include "monitor/collector_private.h"
#include "session/programme.h"
#include "session/seat_feed.h"

#include <math.h>

static const enum dm_fitness fitness_of[DM_VERDICT_COUNT] = {
	[DM_VERDICT_UNKNOWN] = DM_FITNESS_UNKNOWN,
	[DM_VERDICT_GOOD] = DM_FITNESS_GOOD,
	[DM_VERDICT_POOR] = DM_FITNESS_POOR,
	[DM_VERDICT_UNFIT] = DM_FITNESS_UNFIT,
};

/* `part` of `part` and `rest`; NAN when there is neither. */
static double share(uint64_t part, uint64_t rest)
{
	return part + rest > 0 ? (double)part / (double)(part + rest) : NAN;
}

static void fill_figures(struct dm_microphone_figures *figures, struct dm_seat_slot *slot,
			 const struct dm_seat_feed *feed, dm_usec now)
{
	/* What was made up is part of what was played. */
	const uint64_t counters[] = {
		feed->reception.lost,
		feed->reception.packets,
		feed->stats.concealed_samples,
		feed->stats.played_samples,
	};
	uint64_t growth[4];

	dm_window_look(&slot->window, DM_MICROPHONE_WINDOW, counters, 4, growth, now);
	figures->loss = share(growth[0], growth[1]);
	figures->concealed = growth[3] > 0 ? (double)growth[2] / (double)growth[3] : NAN;
	figures->jitter_ms = (double)feed->reception.jitter / 1000;
	figures->delay_ms = (double)feed->stats.depth / 1000;
	figures->drift_ppm = feed->stats.drift_ppm;
	figures->round_trip_ms = feed->reception.round_trip > 0
					 ? (double)feed->reception.round_trip / 1000
					 : NAN;
}

/* False: nobody sits there, or has no microphone yet. */
static bool look_at_seat(struct dm_collector *collector, const struct dm_room_slots *slots,
			 uint8_t booth, uint8_t seat, struct dm_microphone_figures *figures,
			 dm_usec now)
{
	const struct dm_seat *is = &dm_interpretation_booth(slots->room->interpretation, booth)
					    ->seats[seat];
	const size_t n = (size_t)(slots->booth + booth) * DM_SEATS_MAX + seat;
	struct dm_microphone_sample *sample = &collector->microphones[n];
	struct dm_seat_feed feed;

	*sample = (struct dm_microphone_sample){ .used = false };
	if (!dm_room_seat_feed(slots->room, booth, seat, &feed))
		return false;
	*figures = (struct dm_microphone_figures){
		.booth = booth,
		.seat = seat,
		.on_air = is->mic == DM_MIC_ON_AIR,
		.level = feed.level,
		.sound = { .momentary_lufs = NAN, .peak_dbfs = feed.level.peak_dbfs },
	};
	fill_figures(figures, &collector->seat_slots[n], &feed, now);
	if (collector->survey)
		dm_survey_microphone(collector->survey, feed.number, feed.microphone,
				     &figures->sound);
	*sample = (struct dm_microphone_sample){
		.used = is->link != DM_LINK_NONE,
		.on_air = figures->on_air,
		.alive = is->link == DM_LINK_ALIVE,
		.fitness = fitness_of[figures->sound.fitness.verdict],
		.room = slots->number,
		.booth = (uint16_t)(slots->booth + booth),
		.worker = feed.worker < 0 ? DM_SAMPLE_NONE : (uint16_t)feed.worker,
		.loss = figures->loss,
		.concealed = figures->concealed,
	};
	return true;
}

static void look_at_booth(struct dm_collector *collector, struct dm_room_slots *slots, uint8_t b,
			  bool session, dm_usec now)
{
	const struct dm_booth *booth = dm_interpretation_booth(slots->room->interpretation, b);
	struct dm_booth_sample *sample = &collector->booths[slots->booth + b];

	*sample = (struct dm_booth_sample){
		.used = true,
		.manned = dm_interpretation_programme(slots->room->interpretation,
						      booth->options->outputs[DM_OUTPUT_A])
				  ->source_live,
		.session = session,
		.max = booth->on_air_max,
		.room = slots->number,
	};
	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		struct dm_microphone_figures *figures =
			&collector->microphone_figures[slots->microphone + slots->microphone_count];

		sample->manned = sample->manned || dm_seat_is_taken(&booth->seats[s]);
		/* A cough keeps the channel. */
		sample->on_air = (uint8_t)(sample->on_air + dm_seat_is_open(&booth->seats[s]));
		slots->microphone_count += look_at_seat(collector, slots, b, s, figures, now);
	}
}

void dm_collect_booths(struct dm_collector *collector, struct dm_room_slots *slots, bool session,
		       dm_usec now)
{
	const size_t count = dm_interpretation_booth_count(slots->room->interpretation);

	slots->microphone = (size_t)slots->booth * DM_SEATS_MAX;
	slots->microphone_count = 0;
	for (uint8_t b = 0; b < count; b++)
		look_at_booth(collector, slots, b, session, now);
}
