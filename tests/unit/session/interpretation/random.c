/* Thousands of sequences of random actions; after each one everything that must hold is checked. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SEQUENCES 600
#define ACTIONS   300
#define PEOPLE    9

static uint64_t seed;
static uint64_t random_state;

/* xorshift64* (Vigna, 2016) */
static uint32_t draw(uint32_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

static const char *draw_person(void)
{
	static char names[PEOPLE][3];
	const uint32_t n = draw(draw(2) ? 3 : PEOPLE); /* some are busier, and meet */

	snprintf(names[n], sizeof(names[n]), "p%c", (char)('a' + n));
	return names[n];
}

static struct dm_ruling act_in_booth(const char *who)
{
	switch (draw(12)) {
	case 0:
	case 1:
		/* Most go where others are, so that partners meet. */
		return sit(who,
			   draw(3) ? (uint8_t)((who[1] - 'a') / 3) : (uint8_t)draw(BOOTHS + 1));
	case 2:
		return draw(6) ? dm_booth_on(room, who, DM_OUTPUT_A, now)
			       : dm_booth_leave(room, who, now);
	case 3:
		return draw(2) ? dm_booth_link_alive(room, who, now)
			       : dm_booth_link_lost(room, who, now - draw(300000), now);
	case 4:
		return dm_booth_mute(room, who, now);
	case 5:
		return dm_booth_off(room, who, now);
	case 6:
	case 7:
		return dm_booth_consent(room, who, draw(3) > 0, now);
	case 8:
	case 9:
		return dm_booth_link_alive(room, who, now);
	default:
		return dm_booth_on(room, who, draw(3) ? DM_OUTPUT_A : DM_OUTPUT_B, now);
	}
}

static struct dm_ruling act_in_handover(const char *who)
{
	switch (draw(7)) {
	case 0:
		return dm_handover_ask(room, who, now);
	case 1:
		return dm_handover_offer(room, who, draw(2) ? NULL : draw_person(), now);
	case 2:
		return dm_handover_accept(room, who, now);
	case 3:
		return dm_handover_decline(room, who, now);
	case 4:
		return dm_handover_cancel(room, who, now);
	case 5:
		return dm_handover_take(room, who, now);
	default:
		return dm_handover_report(room, who, draw(2), now);
	}
}

static struct dm_ruling act_as_organiser(const char *who)
{
	switch (draw(8)) {
	case 0:
		return dm_override_off(room, who, now);
	case 1:
		return dm_override_mute(room, who, now);
	case 2:
	case 3:
		return dm_override_release(room, who, now);
	case 4:
		return dm_override_on(room, who, draw(2) ? DM_OUTPUT_A : DM_OUTPUT_B, now);
	case 5:
		return dm_override_move(room, who, (uint8_t)draw(BOOTHS + 1), now);
	case 6:
		return dm_override_on_air_max(room, (uint8_t)draw(BOOTHS + 1), (uint8_t)draw(5),
					      now);
	default:
		return dm_interpretation_set_source(room, (uint8_t)draw(CHANNELS + 1), draw(2),
						    now);
	}
}

static struct dm_ruling act_on_incoming(const char *who)
{
	static const char *const languages[] = { "en", "fr", "zh", "ar-EG", "mul", "x", "" };
	const uint8_t pivots[5] = { (uint8_t)draw(CHANNELS), (uint8_t)(1 + draw(CHANNELS)),
				    (uint8_t)(1 + draw(6)), 1, 2 };

	switch (draw(8)) {
	case 0:
	case 1:
	case 2:
		return dm_incoming_choose(room, who, (uint8_t)draw(CHANNELS + 1), now);
	case 3:
		return dm_incoming_automatic(room, who, draw(3) > 0, now);
	case 4:
		return dm_incoming_preset(room, who, (uint8_t)draw(4), (uint8_t)draw(CHANNELS + 1),
					  now);
	case 5:
		return dm_incoming_recall(room, who, (uint8_t)draw(4), now);
	case 6:
		return dm_incoming_set_pivots(room, (uint8_t)draw(BOOTHS + 1), pivots, draw(6),
					      now);
	default:
		return dm_interpretation_set_floor_language(room, draw(2) ? who : NULL,
							    languages[draw(7)], now);
	}
}

static struct dm_ruling act_on_requests(const char *who)
{
	const struct dm_participant technician = { .id = { (char)('0' + draw(2)) } };

	switch (draw(4)) {
	case 0:
		return dm_slow_down_ask(room, who, now);
	case 1:
		return dm_call_open(room, who, NULL, now);
	case 2:
		return dm_call_take(room, draw(6), &technician, now);
	default:
		return dm_call_done(room, draw(6), now);
	}
}

/* Somebody whom a handover that is under way concerns; else anybody. */
static const char *draw_party(void)
{
	const uint8_t booth = (uint8_t)draw(3);
	const struct dm_handover *h = handover(booth);
	const uint8_t seat_number = h->to == DM_NOBODY || draw(2) ? h->from : h->to;
	const char *id = dm_interpretation_booth(room, booth)->seats[seat_number].who.id;

	return h->state == DM_HANDOVER_NONE || !id[0] ? draw_person() : id;
}

/* What an action that is refused must not touch. */
struct snapshot {
	struct dm_booth booths[BOOTHS];
	unsigned char carries[CHANNELS];
	dm_usec off_since[CHANNELS];
};

static void take_snapshot(struct snapshot *snapshot)
{
	memset(snapshot, 0, sizeof(*snapshot));
	for (uint8_t b = 0; b < BOOTHS; b++)
		memcpy(&snapshot->booths[b], dm_interpretation_booth(room, b),
		       sizeof(snapshot->booths[b]));
	for (uint8_t c = 0; c < CHANNELS; c++) {
		snapshot->carries[c] = (unsigned char)programme(c)->carries;
		snapshot->off_since[c] = programme(c)->off_since;
	}
}

static void act(void)
{
	struct snapshot before;
	struct snapshot after;
	const char *who = draw_person();
	struct dm_ruling ruling;
	const uint32_t kind = draw(20);

	/* What is due is done first by any action, refused or not. */
	dm_interpretation_advance(room, now);
	if (draw(4) == 0)
		got(dm_override_release(room, who, now));
	take_snapshot(&before);
	ruling = kind < 8    ? act_in_booth(who)
		 : kind < 12 ? act_in_handover(draw(2) ? who : draw_party())
		 : kind < 14 ? act_as_organiser(who)
		 : kind < 18 ? act_on_incoming(who)
			     : act_on_requests(who);
	take_snapshot(&after);
	if (got(ruling) != DM_REASON_DONE)
		assert_memory_equal(&before, &after, sizeof(before));
}

static void anything_in_any_order(void **state)
{
	uint64_t on_air = 0;
	uint64_t relays = 0;
	uint64_t handovers = 0;

	for (unsigned sequence = 0; sequence < SEQUENCES; sequence++) {
		fixture_setup(state);
		for (unsigned n = 0; n < ACTIONS; n++) {
			/* Most actions come close together, some after long. */
			if (draw(3) == 0)
				wait_for(draw(15) ? draw(900000) : DM_SEC(draw(2400)));
			act();
			for (uint8_t b = 0; b < BOOTHS; b++) {
				relays += incoming(b)->depth > 0;
				handovers += handover(b)->state == DM_HANDOVER_COUNTING;
			}
			for (uint8_t c = 0; c < CHANNELS; c++)
				on_air += programme(c)->carries == DM_CARRIES_VOICE;
		}
		fixture_teardown(state);
	}
	printf("%u actions: %llu channels on air, %llu booths on relay, %llu handovers counting\n",
	       SEQUENCES * ACTIONS, (unsigned long long)on_air, (unsigned long long)relays,
	       (unsigned long long)handovers);
	/* It went somewhere, rather than being refused all the time. */
	assert_true(on_air > SEQUENCES * 10);
	assert_true(relays > SEQUENCES);
	assert_true(handovers > SEQUENCES / 4);
}

int random_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anything_in_any_order),
	};
	const char *given = getenv("DM_SEED");

	seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	random_state = seed | 1;
	printf("seed %llu; DM_SEED repeats it\n", (unsigned long long)seed);
	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
