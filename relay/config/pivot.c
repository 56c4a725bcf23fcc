#include "config/pivot.h"

/* What can be interpreted while one language is spoken on the floor. */
struct reach {
	const struct dm_room_options *room;
	const char *lang;
	bool booths[DM_BOOTHS_MAX];
	bool channels[DM_CHANNELS_MAX];
};

static void mark(struct reach *reach, size_t booth)
{
	reach->booths[booth] = true;
	for (int output = 0; output < DM_OUTPUTS; output++) {
		if (reach->room->booths[booth].outputs[output] != 0)
			reach->channels[reach->room->booths[booth].outputs[output]] = true;
	}
}

static bool has_output(const struct reach *reach, const struct dm_booth_options *booth)
{
	for (int output = 0; output < DM_OUTPUTS; output++) {
		const uint8_t channel = booth->outputs[output];
		const char *lang = channel ? reach->room->channels[channel - 1].lang : NULL;

		if (lang && dm_language_matches(lang, reach->lang))
			return true;
	}
	return false;
}

/* Without any help: it takes the language, or speaks it, or somebody chooses for it. */
static bool hears_floor(const struct reach *reach, const struct dm_booth_options *booth)
{
	return booth->takes.count == 0 || booth->pivot_count == 0 ||
	       dm_languages_take(&booth->takes, reach->lang) || has_output(reach, booth);
}

static bool hears_pivot(const struct reach *reach, const struct dm_booth_options *booth)
{
	for (size_t i = 0; i < booth->pivot_count; i++) {
		if (reach->channels[booth->pivots[i]])
			return true;
	}
	return false;
}

static void fill(struct reach *reach)
{
	const struct dm_room_options *room = reach->room;

	for (size_t i = 0; i < room->channel_count; i++)
		reach->channels[i + 1] = room->channels[i].source.uri != NULL;
	for (size_t i = 0; i < room->booth_count; i++) {
		if (hears_floor(reach, &room->booths[i]))
			mark(reach, i);
	}
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < room->booth_count; i++) {
			if (!reach->booths[i] && hears_pivot(reach, &room->booths[i])) {
				mark(reach, i);
				more = true;
			}
		}
	}
}

static bool is_spoken_into(const struct dm_room_options *room, uint8_t channel)
{
	bool spoken = room->channels[channel - 1].source.uri != NULL;

	for (size_t i = 0; i < room->booth_count && !spoken; i++)
		spoken = room->booths[i].outputs[0] == channel ||
			 room->booths[i].outputs[1] == channel;
	return spoken;
}

static void check_spoken(struct dm_reading *reading, const char *room_path,
			 const struct dm_room_options *room, size_t booth)
{
	const struct dm_booth_options *of = &room->booths[booth];

	for (size_t i = 0; i < of->pivot_count; i++) {
		if (!is_spoken_into(room, of->pivots[i]))
			dm_reading_complain(
				reading,
				dm_key_path("%s.booths[%zu].pivots", room_path, booth).text,
				"names %s, into which nobody speaks: it has no booth and no source; give it one",
				room->channels[of->pivots[i] - 1].lang);
	}
}

/* Told at the first booth of those that wait, for the first language that they wait in. */
static void check_language(struct dm_reading *reading, const char *room_path,
			   const struct dm_room_options *room, size_t listed, const char *lang)
{
	struct reach reach = { .room = room, .lang = lang };
	GString *waiting = g_string_new(NULL);
	size_t first = listed;

	fill(&reach);
	for (size_t i = 0; i < listed; i++) {
		if (reach.booths[i])
			continue;
		first = first == listed ? i : first;
		g_string_append_printf(waiting, "%s%s", waiting->len > 0 ? ", " : "",
				       room->booths[i].id);
	}
	if (first < listed)
		dm_reading_complain(
			reading, dm_key_path("%s.booths[%zu].pivots", room_path, first).text,
			"lead in a circle: while %s is spoken, the booths %s wait for each other; let one of them take %s, or give it a pivot outside",
			lang, waiting->str, lang);
	g_string_free(waiting, TRUE);
}

void dm_pivots_check(struct dm_reading *reading, const char *room_path,
		     const struct dm_room_options *room, size_t listed)
{
	if (dm_mistakes_count(reading->mistakes) > 0)
		return; /* what is not read cannot be followed */
	for (size_t i = 0; i < listed; i++)
		check_spoken(reading, room_path, room, i);
	/* A language that no booth speaks, such as a signed one, is not relayed either. */
	for (size_t i = 0; i < room->channel_count; i++) {
		if (is_spoken_into(room, (uint8_t)(i + 1)))
			check_language(reading, room_path, room, listed, room->channels[i].lang);
	}
}
