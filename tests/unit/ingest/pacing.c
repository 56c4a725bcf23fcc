/* The pure rules of pace: frame gate, lateness, picture pacer, key frames. */
#include "ingest/frame_gate.h"
#include "ingest/key_schedule.h"
#include "ingest/lateness.h"
#include "ingest/picture_pacer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int passed_of(double source_rate, uint32_t rate, int jitter_us)
{
	struct dm_frame_gate gate = dm_frame_gate_init(rate);
	int passed = 0;

	for (int n = 0; n < (int)(source_rate * 100); n++) {
		const int64_t jitter = (n * 7919 % (2 * jitter_us + 1) - jitter_us) * INT64_C(1000);

		passed += dm_frame_gate_pass(&gate, (int64_t)(n * 1e9 / source_rate) + jitter);
	}
	return passed;
}

static void test_frame_gate(void **state)
{
	(void)state;
	/* In 100 s. */
	assert_in_range(passed_of(25, 25, 0), 2500, 2500);
	assert_in_range(passed_of(25, 25, 8000), 2490, 2500);
	assert_in_range(passed_of(50, 25, 1000), 2495, 2505);
	assert_in_range(passed_of(60, 25, 1000), 2495, 2505);
	assert_in_range(passed_of(30, 25, 0), 2495, 2505);
	assert_in_range(passed_of(29.97, 30, 0), 2997, 2997);
	assert_in_range(passed_of(24, 25, 0), 2400, 2400);
	assert_in_range(passed_of(10, 25, 0), 1000, 1000);

	struct dm_frame_gate gate = dm_frame_gate_init(25);

	assert_true(dm_frame_gate_pass(&gate, INT64_C(3600000000000)));
	assert_true(dm_frame_gate_pass(&gate, 0)); /* times began anew */
	assert_false(dm_frame_gate_pass(&gate, 10000000));
}

/* Runs buffers of 20 ms, buffer n late by late(n) less what the source was moved back already. */
struct lateness_run {
	dm_usec moved;
	int moves;
};

static struct lateness_run run_lateness(dm_usec (*late)(int n), int count)
{
	struct dm_lateness lateness = dm_lateness_init();
	struct lateness_run result = { 0 };

	for (int n = 0; n < count; n++) {
		const dm_usec due = DM_SEC(100) + n * DM_MSEC(20) + result.moved;
		const dm_usec behind = late(n) - result.moved;
		const dm_usec move = dm_lateness_put(&lateness,
						     due + (behind > 0 ? behind : DM_MSEC(1)), due);

		result.moves += move > 0;
		result.moved += move;
	}
	return result;
}

static dm_usec rare_hiccups(int n)
{
	return n % 500 == 100 ? DM_MSEC(80) : 0;
}

/* A second of nothing, which then comes as fast as the network carries it. */
static dm_usec made_up_for(int n)
{
	return n > 200 && n < 260 ? DM_SEC(1) - (n - 200) * DM_MSEC(16) : 0;
}

/* Once a second nine buffers come in one piece, with the last. */
static dm_usec bundled(int n)
{
	return n % 50 < 9 ? (8 - n % 50) * DM_MSEC(20) : 0;
}

/* A busy second, then peace. */
static dm_usec bumpy_start(int n)
{
	return n < 20 && n % 3 == 0 ? DM_MSEC(60) : 0;
}

static dm_usec always_late(int n)
{
	(void)n;
	return DM_MSEC(300);
}

static void test_lateness(void **state)
{
	(void)state;
	assert_int_equal(run_lateness(rare_hiccups, 5000).moves, 0);
	assert_int_equal(run_lateness(bumpy_start, 5000).moves, 0);
	assert_int_equal(run_lateness(made_up_for, 5000).moves, 0);

	struct lateness_run run = run_lateness(bundled, 5000);

	assert_int_equal(run.moves, 1);
	assert_int_equal(run.moved, DM_MSEC(180));
	run = run_lateness(always_late, 5000);
	assert_int_equal(run.moves, 1);
	assert_int_equal(run.moved, DM_MSEC(320));
}

#define INTERVAL DM_MSEC(40)
#define STALL    DM_MSEC(400)

/* Runs the pacer over [*now, until) in steps of 1 ms with frames from `frames` (NULL: none). */
struct shown {
	int fresh, repeats, holds;
	dm_usec last_at, first_hold;
};

static struct shown shown;

static void note(enum dm_picture_step step, dm_usec now, dm_usec at)
{
	if (step == DM_PICTURE_WAIT)
		return;
	assert_true(at > shown.last_at);
	assert_true(at <= now);
	shown.last_at = at;
	shown.fresh += step == DM_PICTURE_NEW;
	shown.repeats += step == DM_PICTURE_REPEAT;
	if (step == DM_PICTURE_HOLD && shown.holds++ == 0)
		shown.first_hold = now;
}

static void run(struct dm_picture_pacer *pacer, dm_usec *now, dm_usec until, dm_usec every,
		dm_usec late)
{
	const dm_usec start = *now;
	dm_usec at;

	shown = (struct shown){ .last_at = shown.last_at };
	for (; *now < until; *now += DM_MSEC(1)) {
		enum dm_picture_step step;

		if (every && (*now - start) % every == 0)
			step = dm_picture_pacer_frame(pacer, *now, *now - late, &at);
		else
			step = dm_picture_pacer_idle(pacer, *now, &at);
		note(step, *now, at);
		assert_true(dm_picture_pacer_deadline(pacer) > *now);
	}
}

static void test_pacer_follows_and_holds(void **state)
{
	dm_usec now = DM_SEC(50);
	struct dm_picture_pacer pacer = dm_picture_pacer_init(INTERVAL, STALL, now);

	(void)state;
	shown.last_at = 0;
	run(&pacer, &now, DM_SEC(51), 0, 0);
	assert_in_range(shown.holds, 24, 26);
	assert_int_equal(shown.repeats, 0);

	run(&pacer, &now, DM_SEC(61), INTERVAL, DM_MSEC(2));
	assert_int_equal(shown.fresh, 250);
	assert_int_equal(shown.holds + shown.repeats, 0);

	/* The source dies: the holding picture comes 400 ms after its last frame. */
	run(&pacer, &now, DM_SEC(63), 0, 0);
	assert_in_range(shown.first_hold, DM_SEC(61) + STALL - INTERVAL,
			DM_SEC(61) + STALL - INTERVAL + DM_MSEC(2));
	assert_in_range(shown.repeats, 2, 3);

	/* It returns: its first frame is seen with its own time. */
	run(&pacer, &now, DM_SEC(63) + INTERVAL, INTERVAL, DM_MSEC(2));
	assert_int_equal(shown.fresh, 1);
	assert_int_equal(shown.last_at, DM_SEC(63) - DM_MSEC(2));
}

static void test_pacer_slow_source(void **state)
{
	dm_usec now = DM_SEC(50);
	struct dm_picture_pacer pacer = dm_picture_pacer_init(INTERVAL, STALL, now);

	(void)state;
	shown.last_at = 0;
	run(&pacer, &now, DM_SEC(70), DM_MSEC(500), 0);
	run(&pacer, &now, DM_SEC(90), DM_MSEC(500), 0);
	assert_int_equal(shown.fresh, 40);
	assert_int_equal(shown.holds, 0);
	run(&pacer, &now, DM_SEC(95), 0, 0);
	assert_true(shown.first_hold < DM_SEC(90) + DM_MSEC(2500));
}

static void test_pacer_late_source_is_seen(void **state)
{
	dm_usec now = DM_SEC(50);
	struct dm_picture_pacer pacer = dm_picture_pacer_init(INTERVAL, STALL, now);

	(void)state;
	shown.last_at = 0;
	run(&pacer, &now, DM_SEC(51), 0, 0);
	run(&pacer, &now, DM_SEC(61), INTERVAL, DM_MSEC(300));
	assert_true(shown.fresh >= 249);
	assert_int_equal(shown.last_at, now - INTERVAL - DM_MSEC(300)); /* in step again */
}

static void test_pacer_burst(void **state)
{
	dm_usec now = DM_SEC(50), at;
	struct dm_picture_pacer pacer = dm_picture_pacer_init(INTERVAL, STALL, now);
	int fresh = 0;

	(void)state;
	shown.last_at = 0;
	run(&pacer, &now, DM_SEC(51), INTERVAL, 0);
	run(&pacer, &now, DM_SEC(52), 0, 0);
	/* What the network held back comes at once: its times were given away meanwhile. */
	for (int n = 0; n < 25; n++)
		fresh += dm_picture_pacer_frame(&pacer, now, DM_SEC(51) + n * INTERVAL, &at) ==
			 DM_PICTURE_NEW;
	assert_in_range(fresh, 0, 3);
	/* A time in the future is no reason to run ahead. */
	now += DM_MSEC(100);
	assert_int_equal(dm_picture_pacer_frame(&pacer, now, now + DM_SEC(5), &at), DM_PICTURE_NEW);
	assert_int_equal(at, now);
}

static void test_keys(void **state)
{
	struct dm_key_schedule keys = dm_key_schedule_init(INTERVAL);
	dm_usec at = DM_SEC(10), last = 0;
	int count = 0;

	(void)state;
	assert_true(dm_key_schedule_frame(&keys, at, false));
	last = at;
	for (int n = 0; n < 1000; n++) {
		at += INTERVAL;
		if (dm_key_schedule_frame(&keys, at, false)) {
			assert_in_range(at - last, DM_SEC(1), DM_SEC(2));
			last = at;
			count++;
		}
	}
	assert_int_equal(count, 20);
	for (int n = 0; n < 1000; n++) { /* everybody asks all the time: one a second */
		at += INTERVAL;
		if (dm_key_schedule_frame(&keys, at, true)) {
			assert_true(at - last >= DM_SEC(1));
			last = at;
			count++;
		}
	}
	assert_int_equal(count, 60);
	/* A wish is kept until it can be granted. */
	at += INTERVAL;
	const bool first = dm_key_schedule_frame(&keys, at, true);

	count = first;
	for (int n = 0; n < 25; n++) {
		at += INTERVAL;
		count += dm_key_schedule_frame(&keys, at, false);
	}
	assert_int_equal(count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frame_gate),
		cmocka_unit_test(test_lateness),
		cmocka_unit_test(test_pacer_follows_and_holds),
		cmocka_unit_test(test_pacer_slow_source),
		cmocka_unit_test(test_pacer_late_source_is_seen),
		cmocka_unit_test(test_pacer_burst),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
