#include "fixture.h"

#include <ctype.h>
#include <string.h>

static const struct dm_interpreted_channel channels[CHANNELS] = {
	[FLOOR] = { "floor", DM_CARRIES_FLOOR, 0 }, [EN] = { "en", DM_CARRIES_FLOOR, 0 },
	[FR] = { "fr", DM_CARRIES_FLOOR, 0 },       [RU] = { "ru", DM_CARRIES_FLOOR, 0 },
	[ZH] = { "zh", DM_CARRIES_FLOOR, 0 },       [AR] = { "ar", DM_CARRIES_CHANNEL, EN },
	[ES] = { "es", DM_CARRIES_SILENCE, 0 },
};

static const struct dm_booth_options booths[BOOTHS] = {
	[BOOTH_EN] = { "en", { EN, 0 }, { { "fr", "es" }, 2 }, { FR }, 1 },
	[BOOTH_FR] = { "fr", { FR, 0 }, { { "en", "es" }, 2 }, { EN }, 1 },
	[BOOTH_RU] = { "ru", { RU, 0 }, { { "en", "fr" }, 2 }, { EN, FR }, 2 },
	[BOOTH_ZH_EN] = { "zh", { ZH, EN }, { { "en", "zh" }, 2 }, { EN, FR }, 2 },
	[BOOTH_AR_FR] = { "ar", { AR, FR }, { { "en", "fr", "ar" }, 3 }, { RU }, 1 },
	[BOOTH_FR_2] = { "fr-2", { FR, 0 }, { .count = 0 }, { 0 }, 0 },
};

const struct dm_interpretation_options fixture_options = {
	.channels = channels,
	.channel_count = CHANNELS,
	.booths = booths,
	.booth_count = BOOTHS,
	.floor_language = "en",
};

struct dm_interpretation *room;
dm_usec now;
unsigned reached[DM_REASON_COUNT];

int fixture_setup(void **state)
{
	(void)state;
	now = START;
	return dm_interpretation_create(&room, &fixture_options, now);
}

int fixture_teardown(void **state)
{
	(void)state;
	dm_interpretation_destroy(room);
	room = NULL;
	return 0;
}

static void check_sentence(const struct dm_ruling *ruling)
{
	char text[300];
	char cut[20];

	dm_ruling_explain(ruling, room, text, sizeof(text));
	assert_true(strlen(text) > 4);
	assert_null(strchr(text, '?'));
	assert_null(strchr(text, '%'));
	assert_int_equal(text[strlen(text) - 1], '.');
	dm_ruling_explain(ruling, room, cut, sizeof(cut));
	assert_memory_equal(cut, text, strlen(cut));
}

enum dm_reason got(struct dm_ruling ruling)
{
	assert_in_range(ruling.reason, 0, DM_REASON_COUNT - 1);
	reached[ruling.reason]++;
	check_sentence(&ruling);
	check_invariants();
	return ruling.reason;
}

struct dm_ruling sit(const char *participant, uint8_t booth)
{
	struct dm_participant who = { .id = "" };

	for (size_t n = 0; participant[n]; n++) {
		who.id[n] = participant[n];
		who.name[n] = (char)toupper(participant[n]);
	}
	return dm_booth_sit(room, booth, &who, now);
}

void seat(const char *participant, uint8_t booth)
{
	assert_done(sit(participant, booth));
	assert_done(dm_booth_link_alive(room, participant, now));
}

const struct dm_seat *seat_of(const char *participant)
{
	uint8_t booth;
	uint8_t number;

	assert_true(dm_booth_find(room, participant, &booth, &number));
	return &dm_interpretation_booth(room, booth)->seats[number];
}

const struct dm_programme *programme(uint8_t channel)
{
	return dm_interpretation_programme(room, channel);
}

const struct dm_incoming *incoming(uint8_t booth)
{
	return &dm_interpretation_booth(room, booth)->incoming;
}

const struct dm_handover *handover(uint8_t booth)
{
	return &dm_interpretation_booth(room, booth)->handover;
}

void wait_for(dm_usec duration)
{
	const dm_usec end = now + duration;

	while (dm_interpretation_next(room) <= end) {
		now = dm_interpretation_next(room);
		dm_interpretation_advance(room, now);
		check_invariants();
	}
	now = end;
	dm_interpretation_advance(room, now);
	check_invariants();
}

void forget_changes(void)
{
	struct dm_change change;

	while (dm_interpretation_take_change(room, &change)) {
	}
}

unsigned changes_of(enum dm_change_kind kind, struct dm_change *last)
{
	struct dm_change change;
	unsigned count = 0;

	while (dm_interpretation_take_change(room, &change)) {
		assert_true(change.at <= now);
		assert_non_null(dm_change_kind_name(change.kind));
		if (change.kind == kind) {
			count++;
			if (last)
				*last = change;
		}
	}
	return count;
}
