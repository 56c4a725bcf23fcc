/* The tap: what is put comes out whole and in order, or is known to have been missed; and one who
 * puts races one who takes, for ThreadSanitizer to look at. */
#include "audio/tap.h"
#include "audio/encoder.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES
#define RACE  200000 /* ticks: more than an hour */

/* All of a tick follows from its number. */
static float sample_of(uint64_t tick, size_t n)
{
	return (float)((tick * 31 + n * 7) % 65536);
}

static enum dm_tap_sound sound_of(uint64_t tick)
{
	return (enum dm_tap_sound)(tick % 5);
}

static struct dm_tap_facts facts_of(uint64_t tick)
{
	return (struct dm_tap_facts){
		.sound = sound_of(tick),
		.coded_bytes = (uint16_t)(tick * 7919),
	};
}

static bool has_samples(uint64_t tick)
{
	return sound_of(tick) != DM_TAP_SILENT && sound_of(tick) != DM_TAP_UNHEARD;
}

static void put(struct dm_tap *tap, uint64_t tick)
{
	float samples[FRAME];

	for (size_t n = 0; n < FRAME; n++)
		samples[n] = sample_of(tick, n);
	dm_tap_put(tap, has_samples(tick) ? samples : NULL, facts_of(tick));
}

static bool is_whole(uint64_t tick, const float *samples, struct dm_tap_facts facts)
{
	const struct dm_tap_facts right = facts_of(tick);

	if (facts.sound != right.sound || facts.coded_bytes != right.coded_bytes)
		return false;
	for (size_t n = 0; n < FRAME; n++)
		if (samples[n] != (has_samples(tick) ? sample_of(tick, n) : 0))
			return false;
	return true;
}

static void what_is_put_comes_out(void **state)
{
	float samples[FRAME];
	struct dm_tap_facts facts;
	uint64_t next = 0;
	struct dm_tap *tap;

	(void)state;
	assert_int_equal(dm_tap_create(&tap), 0);
	assert_false(dm_tap_take(tap, &next, samples, &facts));
	for (uint64_t tick = 0; tick < 3 * DM_TAP_TICKS; tick++) {
		put(tap, tick);
		if (tick % 7 != 6)
			continue;
		while (dm_tap_take(tap, &next, samples, &facts))
			assert_true(is_whole(next - 1, samples, facts));
		assert_int_equal(next, tick + 1);
	}
	dm_tap_destroy(tap);
	dm_tap_destroy(NULL);
}

static void who_is_late_goes_to_the_oldest(void **state)
{
	float samples[FRAME];
	struct dm_tap_facts facts;
	uint64_t next = 0;
	unsigned taken = 0;
	struct dm_tap *tap;

	(void)state;
	assert_int_equal(dm_tap_create(&tap), 0);
	for (uint64_t tick = 0; tick < 1000; tick++)
		put(tap, tick);
	for (; dm_tap_take(tap, &next, samples, &facts); taken++)
		assert_true(is_whole(next - 1, samples, facts));
	assert_int_equal(next, 1000);
	assert_int_equal(taken, DM_TAP_TICKS - 1);
	dm_tap_destroy(tap);
}

struct race {
	struct dm_tap *tap;
	_Atomic bool done;
	uint64_t taken, missed, wrong; /* the reader's */
};

static void *put_all(void *user)
{
	struct race *race = user;

	for (uint64_t tick = 0; tick < RACE; tick++) {
		put(race->tap, tick);
		if (tick % 50 == 0)
			sched_yield();
	}
	atomic_store(&race->done, true);
	return NULL;
}

static void *take_all(void *user)
{
	struct race *race = user;
	float samples[FRAME];
	struct dm_tap_facts facts;
	uint64_t next = 0;
	bool last = false;

	while (!last) {
		last = atomic_load(&race->done);
		for (uint64_t expected = next; dm_tap_take(race->tap, &next, samples, &facts);
		     expected = next) {
			race->taken++;
			race->missed += next - 1 - expected;
			race->wrong += !is_whole(next - 1, samples, facts);
		}
	}
	race->wrong += next != RACE;
	return NULL;
}

static void one_puts_while_one_takes(void **state)
{
	struct race race = { .done = false };
	pthread_t putting, taking;

	(void)state;
	assert_int_equal(dm_tap_create(&race.tap), 0);
	assert_int_equal(pthread_create(&taking, NULL, take_all, &race), 0);
	assert_int_equal(pthread_create(&putting, NULL, put_all, &race), 0);
	pthread_join(putting, NULL);
	pthread_join(taking, NULL);
	print_message("%llu taken, %llu missed\n", (unsigned long long)race.taken,
		      (unsigned long long)race.missed);
	assert_int_equal(race.wrong, 0);
	assert_int_equal(race.taken + race.missed, RACE);
	assert_true(race.taken > 0);
	dm_tap_destroy(race.tap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_comes_out),
		cmocka_unit_test(who_is_late_goes_to_the_oldest),
		cmocka_unit_test(one_puts_while_one_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
