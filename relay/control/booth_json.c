/* relay/control/booth_json.c: see booth_json.h */
#include "control/booth_json.h"

#include "session/interpretation_name.h"
#include "session/level.h"

#include <math.h>
#include <string.h>

/* Tenths of a second are enough for people, and keep the text short. */
static json_t *seconds(dm_usec duration)
{
	return json_real(round((double)duration / (double)DM_MSEC(100)) / 10);
}

/* DM_NOBODY is null. */
static json_t *number(uint8_t n)
{
	return n == DM_NOBODY ? json_null() : json_integer(n);
}

static json_t *language(const struct dm_room *room, uint8_t channel)
{
	return channel < room->channel_count ? json_string(room->channels[channel].lang)
					     : json_null();
}

static const struct dm_booth *booth_of(const struct dm_room *room, uint8_t booth)
{
	return dm_interpretation_booth(room->interpretation, booth);
}

static bool has_output(const struct dm_booth *booth, enum dm_output output)
{
	return booth->options->outputs[output] != 0;
}

uint8_t dm_booth_heard(const struct dm_room *room, uint8_t booth, enum dm_output output)
{
	const uint8_t channel = booth_of(room, booth)->options->outputs[output];
	struct dm_channel_level level;

	if (!channel)
		return DM_NOBODY;
	dm_channel_level(room, &room->channels[channel], &level);
	return level.booth == booth ? level.seat : DM_NOBODY;
}

static json_t *output_json(const struct dm_room *room, uint8_t booth, enum dm_output output)
{
	const uint8_t channel = booth_of(room, booth)->options->outputs[output];
	const struct dm_programme *programme = dm_interpretation_programme(room->interpretation,
									   channel);
	const struct dm_booth *holder = booth_of(room, programme->booth);
	const bool ours = programme->booth == booth && programme->voice != DM_NOBODY;

	return json_pack(
		"{s:s, s:s, s:s, s:s?, s:o, s:b, s:I}", "lang", room->channels[channel].lang,
		"carries", dm_carries_name(programme->carries), "why",
		dm_programme_why_name(programme->why), "booth", holder ? holder->options->id : NULL,
		"voice", number(ours ? programme->voice : DM_NOBODY), "heard",
		ours && dm_booth_heard(room, booth, output) == programme->voice, "listeners",
		(json_int_t)dm_metric_get(&room->channels[channel].listeners));
}

static json_t *outputs_json(const struct dm_room *room, uint8_t booth)
{
	json_t *array = json_array();

	for (enum dm_output output = DM_OUTPUT_A; output <= DM_OUTPUT_B; output++) {
		if (has_output(booth_of(room, booth), output))
			json_array_append_new(array, output_json(room, booth, output));
	}
	return array;
}

static json_t *seat_json(const struct dm_seat *seat, uint8_t n, dm_usec now)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:b, s:o}", "seat", (int)n, "name",
			 seat->who.name, "microphone", dm_mic_name(seat->mic), "output",
			 seat->output == DM_OUTPUT_B ? "B" : "A", "link", dm_link_name(seat->link),
			 "held", dm_hold_name(seat->hold), "consents", seat->consents, "on_air_for",
			 dm_seat_is_open(seat) ? seconds(now - seat->opened_at) : json_null());
}

static json_t *seats_json(const struct dm_booth *booth, dm_usec now)
{
	json_t *array = json_array();

	for (uint8_t n = 0; n < DM_SEATS_MAX; n++) {
		if (dm_seat_is_taken(&booth->seats[n]))
			json_array_append_new(array, seat_json(&booth->seats[n], n, now));
	}
	return array;
}

static json_t *handover_json(const struct dm_handover *handover, dm_usec now)
{
	json_t *json = json_pack("{s:s}", "state", dm_handover_state_name(handover->state));
	json_t *invited;

	if (handover->state == DM_HANDOVER_NONE)
		return json;
	invited = json_array();
	for (uint8_t n = 0; n < DM_SEATS_MAX; n++) {
		if (handover->invited & (1u << n))
			json_array_append_new(invited, json_integer(n));
	}
	json_object_set_new(json, "from", number(handover->from));
	json_object_set_new(json, "to", number(handover->to));
	json_object_set_new(json, "invited", invited);
	json_object_set_new(json, "ends_in",
			    seconds(handover->ends_at > now ? handover->ends_at - now : 0));
	return json;
}

static json_t *incoming_json(const struct dm_room *room, const struct dm_incoming *incoming)
{
	json_t *pivots = json_array();
	json_t *presets = json_array();

	for (uint8_t n = 0; n < incoming->pivot_count; n++)
		json_array_append_new(pivots, language(room, incoming->pivots[n]));
	for (uint8_t n = 0; n < DM_PRESETS; n++)
		json_array_append_new(presets, language(room, incoming->presets[n]));
	return json_pack("{s:b, s:o, s:o, s:i, s:s, s:o, s:o}", "automatic", incoming->automatic,
			 "chosen", language(room, incoming->chosen), "lang",
			 language(room, incoming->channel), "depth", (int)incoming->depth, "why",
			 dm_incoming_why_name(incoming->why), "pivots", pivots, "presets", presets);
}

static json_t *shift_json(const struct dm_shift *shift, dm_usec now)
{
	json_t *remind_in = json_null();

	if (shift->seat == DM_NOBODY)
		return json_null();
	if (shift->off_since == DM_USEC_NEVER && shift->remind_at != DM_USEC_NEVER)
		remind_in = seconds(shift->remind_at > now ? shift->remind_at - now : 0);
	return json_pack("{s:i, s:o, s:o}", "seat", (int)shift->seat, "for",
			 seconds(now - shift->started_at), "remind_in", remind_in);
}

json_t *dm_booth_json(const struct dm_room *room, uint8_t booth, dm_usec now)
{
	const struct dm_booth *of = booth_of(room, booth);

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:i, s:o}", "id", of->options->id, "room",
			 room->options->id, "outputs", outputs_json(room, booth), "seats",
			 seats_json(of, now), "handover", handover_json(&of->handover, now),
			 "incoming", incoming_json(room, &of->incoming), "on_air_max",
			 (int)of->on_air_max, "shift", shift_json(&of->shift, now));
}

void dm_booth_json_address(json_t *json, const struct dm_interpreter *interpreter)
{
	const struct dm_calls *calls = dm_interpretation_calls(
		dm_interpreter_room(interpreter)->interpretation);
	json_t *call = json_null();

	for (uint8_t n = 0; n < calls->count; n++) {
		if (!strcmp(calls->list[n].caller.id, dm_interpreter_key(interpreter)))
			call = json_integer(calls->list[n].id);
	}
	json_object_set_new(json, "call", call);
	json_object_set_new(json, "you", json_integer(dm_interpreter_seat(interpreter)));
	json_object_set_new(
		json, "monitor",
		json_string(dm_interpreter_monitored(interpreter) == DM_OUTPUT_B ? "B" : "A"));
}

json_t *dm_booth_public_json(const struct dm_room *room, uint8_t booth)
{
	const struct dm_booth *of = booth_of(room, booth);
	json_t *langs = json_array();
	int free_seats = 0;

	for (enum dm_output output = DM_OUTPUT_A; output <= DM_OUTPUT_B; output++) {
		if (has_output(of, output))
			json_array_append_new(langs, language(room, of->options->outputs[output]));
	}
	for (uint8_t n = 0; n < DM_SEATS_MAX; n++)
		free_seats += !dm_seat_is_taken(&of->seats[n]);
	return json_pack("{s:s, s:o, s:i}", "id", of->options->id, "langs", langs, "free",
			 free_seats);
}
