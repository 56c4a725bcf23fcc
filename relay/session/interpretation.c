#include "session/interpretation.h"

#include "session/interpretation_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_channel_valid(const struct dm_interpretation_options *options, size_t number)
{
	const struct dm_interpreted_channel *channel = &options->channels[number];
	size_t at = number;

	if (!channel->lang)
		return false;
	if (channel->fallback > DM_CARRIES_CHANNEL)
		return false;
	/* One more step than there are channels: a circle. */
	for (size_t step = 0; options->channels[at].fallback == DM_CARRIES_CHANNEL; step++) {
		at = options->channels[at].fallback_channel;
		if (at == 0 || at >= options->channel_count || step == options->channel_count)
			return false;
	}
	return number != 0 || channel->fallback == DM_CARRIES_FLOOR;
}

static bool is_booth_valid(const struct dm_booth_options *booth, size_t channel_count)
{
	const uint8_t a = booth->outputs[DM_OUTPUT_A];
	const uint8_t b = booth->outputs[DM_OUTPUT_B];

	if (!booth->id || a == 0 || a >= channel_count || b >= channel_count || a == b ||
	    booth->pivot_count > DM_PIVOTS_MAX || booth->takes.count > DM_LANGUAGES_MAX)
		return false;
	for (size_t n = 0; n < booth->pivot_count; n++) {
		if (booth->pivots[n] == 0 || booth->pivots[n] >= channel_count ||
		    booth->pivots[n] == a)
			return false;
	}
	return true;
}

static bool are_valid(const struct dm_interpretation_options *options)
{
	if (options->channel_count == 0 || options->channel_count > DM_CHANNELS_MAX ||
	    options->booth_count > DM_BOOTHS_MAX || options->shift < 0 ||
	    !dm_language_is_plausible(options->floor_language))
		return false;
	for (size_t c = 0; c < options->channel_count; c++) {
		if (!is_channel_valid(options, c))
			return false;
	}
	for (size_t b = 0; b < options->booth_count; b++) {
		if (!is_booth_valid(&options->booths[b], options->channel_count))
			return false;
	}
	return true;
}

static void init_booth(struct dm_booth *booth, const struct dm_booth_options *options)
{
	booth->options = options;
	booth->on_air_max = 1;
	booth->incoming = (struct dm_incoming){
		.automatic = options->pivot_count > 0,
		.why = DM_INCOMING_CHOSEN,
		.pivot_count = (uint8_t)options->pivot_count,
	};
	memcpy(booth->incoming.pivots, options->pivots, options->pivot_count);
	memset(booth->incoming.presets, DM_NOBODY, sizeof(booth->incoming.presets));
	dm_shift_init(&booth->shift);
}

int dm_interpretation_create(struct dm_interpretation **out,
			     const struct dm_interpretation_options *options, dm_usec now)
{
	struct dm_interpretation *interpretation;

	*out = NULL;
	if (!are_valid(options))
		return -EINVAL;
	interpretation = calloc(1, sizeof(*interpretation));
	if (!interpretation)
		return -ENOMEM;
	if (options->booth_count > 0) {
		interpretation->booths = calloc(options->booth_count,
						sizeof(*interpretation->booths));
		if (!interpretation->booths)
			goto free_interpretation;
	}
	interpretation->options = options;
	interpretation->booth_count = options->booth_count;
	interpretation->depth_max = options->depth_max ? options->depth_max : DM_RELAY_DEPTH;
	interpretation->shift = options->shift ? options->shift : DM_SHIFT_LENGTH;
	interpretation->now = now;
	strcpy(interpretation->floor_language, options->floor_language);
	for (size_t c = 0; c < options->channel_count; c++)
		interpretation->programmes[c].off_since = DM_USEC_NEVER;
	for (size_t b = 0; b < options->booth_count; b++)
		init_booth(&interpretation->booths[b], &options->booths[b]);
	dm_interpretation_settle(interpretation);
	interpretation->changes.count = 0; /* whoever creates reads the whole state */
	*out = interpretation;
	return 0;

free_interpretation:
	free(interpretation);
	return -ENOMEM;
}

void dm_interpretation_destroy(struct dm_interpretation *interpretation)
{
	if (!interpretation)
		return;
	free(interpretation->booths);
	free(interpretation);
}

void dm_interpretation_tell(struct dm_interpretation *interpretation, enum dm_change_kind kind,
			    const struct dm_seating *seating, uint8_t channel, uint8_t detail)
{
	struct dm_change change = {
		.kind = kind,
		.booth = DM_NOBODY,
		.seat = DM_NOBODY,
		.channel = channel,
		.detail = detail,
		.at = interpretation->now,
	};

	if (seating) {
		change.booth = seating->booth_number;
		change.seat = seating->seat_number;
		change.who = seating->seat->who;
	}
	dm_changes_put(&interpretation->changes, &change);
}

/* Who of a booth works: who worked before, if that one still has the microphone. */
static uint8_t find_working(const struct dm_booth *booth)
{
	uint8_t found = booth->shift.seat;

	if (found != DM_NOBODY && dm_seat_is_open(&booth->seats[found]))
		return found;
	found = DM_NOBODY;
	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		if (dm_seat_is_open(&booth->seats[s]) &&
		    (found == DM_NOBODY ||
		     booth->seats[s].opened_at < booth->seats[found].opened_at))
			found = s;
	}
	return found;
}

static void settle_shift(struct dm_interpretation *interpretation, uint8_t number)
{
	struct dm_booth *booth = &interpretation->booths[number];

	dm_shift_set(&booth->shift, find_working(booth), interpretation->shift,
		     interpretation->now);
	if (dm_shift_run(&booth->shift, interpretation->now)) {
		const struct dm_seating seating = dm_interpretation_seating(interpretation, number,
									    booth->shift.seat);

		dm_interpretation_tell(interpretation, DM_CHANGE_SHIFT, &seating, DM_NOBODY,
				       booth->shift.reminders);
	}
}

void dm_interpretation_settle(struct dm_interpretation *interpretation)
{
	for (size_t b = 0; b < interpretation->booth_count; b++) {
		dm_handover_run(interpretation, (uint8_t)b);
		dm_booth_arm_standby(interpretation, (uint8_t)b);
	}
	dm_programme_settle(interpretation);
	dm_incoming_settle(interpretation);
	for (size_t b = 0; b < interpretation->booth_count; b++)
		settle_shift(interpretation, (uint8_t)b);
}

void dm_interpretation_advance(struct dm_interpretation *interpretation, dm_usec now)
{
	if (now > interpretation->now)
		interpretation->now = now;
	if (interpretation->now < dm_interpretation_next(interpretation))
		return; /* all is settled since the last action */
	for (size_t b = 0; b < interpretation->booth_count; b++)
		dm_booth_run(interpretation, (uint8_t)b);
	dm_slow_down_run(interpretation);
	dm_interpretation_settle(interpretation);
}

static dm_usec earlier(dm_usec a, dm_usec b)
{
	return a < b ? a : b;
}

dm_usec dm_interpretation_next(const struct dm_interpretation *interpretation)
{
	dm_usec next = earlier(dm_incoming_next(interpretation),
			       dm_slow_down_next(&interpretation->slow_down));

	for (size_t b = 0; b < interpretation->booth_count; b++) {
		const struct dm_booth *booth = &interpretation->booths[b];

		next = earlier(next, dm_booth_next(booth));
		next = earlier(next, dm_handover_next(&booth->handover));
		next = earlier(next, dm_shift_next(&booth->shift));
	}
	return next;
}

bool dm_interpretation_take_change(struct dm_interpretation *interpretation,
				   struct dm_change *change)
{
	return dm_changes_take(&interpretation->changes, change);
}

uint64_t dm_interpretation_forgotten_changes(const struct dm_interpretation *interpretation)
{
	return interpretation->changes.forgotten;
}

struct dm_ruling dm_interpretation_set_floor_language(struct dm_interpretation *interpretation,
						      const char *participant, const char *tag,
						      dm_usec now)
{
	struct dm_seating seating;

	dm_interpretation_advance(interpretation, now);
	if (participant && !dm_interpretation_seat(interpretation, participant, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (!dm_language_is_plausible(tag))
		return dm_ruling_of(DM_REASON_BAD_LANGUAGE);
	if (strcmp(tag, interpretation->floor_language) == 0)
		return dm_ruling_of(DM_REASON_DONE);
	strcpy(interpretation->floor_language, tag);
	dm_interpretation_tell(interpretation, DM_CHANGE_FLOOR_LANGUAGE,
			       participant ? &seating : NULL, 0, 0);
	dm_interpretation_settle(interpretation);
	return dm_ruling_of(DM_REASON_DONE);
}

const char *dm_interpretation_floor_language(const struct dm_interpretation *interpretation)
{
	return interpretation->floor_language;
}

struct dm_ruling dm_interpretation_set_source(struct dm_interpretation *interpretation,
					      uint8_t channel, bool live, dm_usec now)
{
	dm_interpretation_advance(interpretation, now);
	if (channel == 0 || channel >= interpretation->options->channel_count)
		return dm_ruling_of(DM_REASON_NO_SUCH_CHANNEL);
	interpretation->programmes[channel].source_live = live;
	dm_interpretation_settle(interpretation);
	return dm_ruling_of(DM_REASON_DONE);
}

size_t dm_interpretation_booth_count(const struct dm_interpretation *interpretation)
{
	return interpretation->booth_count;
}

const struct dm_booth *dm_interpretation_booth(const struct dm_interpretation *interpretation,
					       uint8_t booth)
{
	return booth < interpretation->booth_count ? &interpretation->booths[booth] : NULL;
}

const struct dm_programme *dm_interpretation_programme(
	const struct dm_interpretation *interpretation, uint8_t channel)
{
	return channel < interpretation->options->channel_count
		       ? &interpretation->programmes[channel]
		       : NULL;
}
