/* Half an hour of a healthy event: speakers who pause, interpreters who follow, breathe, cough and
 * hand over, a booth that takes relay, a pivot that goes off, listeners whose loss wavers. Nothing
 * is wrong, so nothing is told. */
#include "hall.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#define SECOND (DM_SEC(1) / TURN) /* in looks */

static uint64_t random_state;

/* Marsaglia's xorshift64. */
static size_t dice(size_t sides)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state % sides);
}

static double between(double low, double high)
{
	return low + (high - low) * (double)dice(1001) / 1000;
}

struct speaker {
	bool speaks;
	size_t left; /* looks */
};

enum doing { INTERPRETS, COUGHS, HANDS_OVER, RESTS };

struct interpreter {
	enum doing doing;
	size_t left;
	size_t lag;  /* ear-voice span, looks */
	size_t who;  /* of the two has the microphone */
	size_t calm; /* looks that the floor has said nothing */
};

struct event {
	struct hall *hall;
	struct speaker floors[ROOMS];
	struct interpreter booths[BOOTHS];
	size_t coughs;
	size_t handovers;
	size_t rests;
};

/* Speaks for up to a minute; mostly breathes, now and then looks for papers for up to 60 s. */
static void speak(struct event *event, size_t room)
{
	struct speaker *floor = &event->floors[room];
	struct hall *hall = event->hall;

	if (floor->left-- == 0) {
		floor->speaks = !floor->speaks;
		if (floor->speaks)
			floor->left = (2 + dice(60)) * (size_t)SECOND;
		else
			floor->left = (dice(10) ? 1 + dice(4) : dice(60)) * (size_t)SECOND;
	}
	hall->sources[room].silent = !floor->speaks;
	hall->sources[room].frame_rate = between(22, 26);
	hall->sources[room].offset_ms = between(-110, 38);
	hall->channels[CHANNEL(room, 0)].level_lufs = floor->speaks ? between(-32, -18) : -72;
}

static void decide(struct event *event, struct interpreter *booth, size_t slot)
{
	struct hall *hall = event->hall;
	struct dm_channel_sample *channel = &hall->channels[CHANNEL(slot / 3, slot % 3 + 1)];

	if (booth->doing != INTERPRETS) { /* that is over */
		if (booth->doing == HANDS_OVER)
			booth->who = 1 - booth->who;
		booth->doing = INTERPRETS;
		booth->left = (10 + dice(120)) * (size_t)SECOND;
		hall_on_air(hall, slot, booth->who);
		return;
	}
	booth->doing = (enum doing)(1 + dice(3));
	switch (booth->doing) {
	case COUGHS:
		event->coughs++;
		booth->left = (1 + dice(12)) * (size_t)SECOND;
		channel->carries = DM_CARRIED_COMFORT;
		channel->why = DM_CARRIED_WHY_COUGH;
		break;
	case HANDS_OVER: /* both are heard in the crossfade, and both lamps may be seen */
		event->handovers++;
		booth->left = 2;
		channel->together = 0.06; /* a look in eight seconds */
		hall->booths[slot].on_air = 2;
		hall->microphones[slot * 2 + 1 - booth->who].on_air = true;
		break;
	default: /* the floor speaks its language: its listeners hear the floor */
		event->rests++;
		booth->left = (5 + dice(90)) * (size_t)SECOND;
		hall_off_air(hall, slot);
		break;
	}
}

/* What is heard: the floor's words `lag` later, with breaths, a little floor out of the headphones.
 */
static void interpret(struct event *event, size_t slot)
{
	struct interpreter *booth = &event->booths[slot];
	struct hall *hall = event->hall;
	struct dm_channel_sample *channel = &hall->channels[CHANNEL(slot / 3, slot % 3 + 1)];
	bool speaks;

	if (booth->left-- == 0)
		decide(event, booth, slot);
	booth->calm = event->floors[slot / 3].speaks ? 0 : booth->calm + 1;
	/* Who starts after a pause first listens; relay doubles that. */
	speaks = booth->calm < booth->lag && dice(5) != 0;
	if (booth->doing == RESTS) {
		channel->level_lufs = hall->channels[CHANNEL(slot / 3, 0)].level_lufs;
		channel->floor_likeness = 1;
		channel->twin_likeness = 1; /* others carry the floor too */
		return;
	}
	if (booth->doing == COUGHS)
		speaks = false;
	channel->level_lufs = speaks ? between(-28, -19) : between(-75, -52);
	channel->floor_likeness = speaks ? between(0, 0.5) : NAN;
	channel->twin_likeness = speaks ? between(0, 0.5) : NAN;
	channel->repeats = !speaks && dice(2); /* so does silence */
	channel->clipping = between(0, 0.004);
}

/* Numbers that waver below their limits, and beyond them for a moment. */
static void waver(struct hall *hall)
{
	for (size_t i = 0; i < GROUPS; i++)
		hall->groups[i].loss = dice(20) ? between(0, 0.019) : between(0.03, 0.4);
	for (size_t i = 0; i < MICROPHONES; i++) {
		hall->microphones[i].concealed = dice(20) ? between(0, 0.015) : 0.2;
		hall->microphones[i].loss = between(0, 0.019);
		hall->microphones[i].fitness = dice(10) ? DM_FITNESS_GOOD : DM_FITNESS_POOR;
	}
	for (size_t i = 0; i < WORKERS; i++)
		hall->workers[i].loop_ms = dice(50) ? between(1, 15) : 150;
	/* A cut to another camera is black for a moment, an encoder reconnects. */
	hall->sources[0].black = dice(40) == 0;
	hall->sources[1].connected = dice(200) != 0;
}

static void half_an_hour_is_quiet(void **state)
{
	const char *given = getenv("DM_SEED");
	const uint64_t seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) << 16 | 1;
	struct event event = { .hall = hall_open(NULL) };

	(void)state;
	print_message("DM_SEED=%llu\n", (unsigned long long)seed);
	random_state = seed;
	for (size_t slot = 0; slot < BOOTHS; slot++)
		event.booths[slot].lag = (2 + dice(3)) * (size_t)SECOND * (slot % 3 == 2 ? 2 : 1);
	for (dm_usec at = 0; at < DM_SEC(1800); at += TURN) {
		for (size_t room = 0; room < ROOMS; room++)
			speak(&event, room);
		for (size_t slot = 0; slot < BOOTHS; slot++)
			interpret(&event, slot);
		waver(event.hall);
		hall_run(event.hall, TURN);
	}
	print_message("%zu coughs, %zu handovers, %zu rests\n", event.coughs, event.handovers,
		      event.rests);
	hall_print(event.hall);
	assert_int_equal(event.hall->told_count, 0);
	assert_true(event.coughs > 20 && event.handovers > 20 && event.rests > 20);
	hall_close(event.hall);
}

int event_tests(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(half_an_hour_is_quiet) };

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
