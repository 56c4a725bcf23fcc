/* One cause gives one alarm, and what outlives its cause is told. */
#include "hall.h"

#include <math.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "monitor/cause.h"

static void assert_only(const struct hall *hall, enum dm_alarm_kind kind, size_t slot)
{
	if (hall_standing(hall) != 1)
		hall_print(hall);
	assert_int_equal(hall_standing(hall), 1);
	assert_non_null(hall_find(hall, kind, slot));
}

static void lose_source(struct hall *hall, size_t room)
{
	struct dm_source_sample *source = &hall->sources[room];

	source->connected = false;
	source->frozen = source->black = source->silent = true;
	for (size_t i = 0; i < 4; i++)
		hall->channels[CHANNEL(room, i)].level_lufs = -HUGE_VAL;
}

/* The judge goes in the order of the kinds, and keeps the causes of one effect together. */
static void causes_come_first(void **state)
{
	size_t count;
	const struct dm_cause *causes = dm_causes(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(causes[i].cause < causes[i].effect);
		for (size_t j = 0; j < i; j++) {
			if (causes[j].effect == causes[i].effect)
				assert_int_equal(causes[i - 1].effect, causes[i].effect);
		}
	}
}

static void a_lost_source_is_one_alarm(void **state)
{
	struct hall *hall = hall_open(NULL);

	(void)state;
	/* One booth is off: its channel carries the floor, so nothing now. */
	hall_off_air(hall, 4);
	hall_run(hall, DM_SEC(10));
	lose_source(hall, 1);
	hall_run(hall, DM_SEC(300));
	assert_int_equal(hall->told_count, 1);
	assert_only(hall, DM_ALARM_SOURCE_LOST, 1);

	/* It is back, and black: told in its own time, counted from there. */
	hall->sources[1] = hall->sources[0];
	hall->sources[1].room = 1;
	hall->sources[1].black = true;
	for (size_t i = 0; i < 4; i++)
		hall->channels[CHANNEL(1, i)].level_lufs = -23;
	hall_run(hall, DM_SEC(14));
	assert_int_equal(hall_standing(hall), 0);
	hall_run(hall, DM_SEC(4));
	assert_only(hall, DM_ALARM_SOURCE_BLACK, 1);
	assert_int_equal(hall->told_count, 3);
	hall_close(hall);
}

/* It was told before its cause was: taken back, with the reason. */
static void an_effect_makes_way_for_its_cause(void **state)
{
	struct hall *hall = hall_open(NULL);
	dm_usec began;

	(void)state;
	began = hall->now;
	hall->channels[CHANNEL(1, 1)].level_lufs = -HUGE_VAL;
	hall_run(hall, DM_SEC(20));
	assert_only(hall, DM_ALARM_CHANNEL_SILENT, CHANNEL(1, 1));
	lose_source(hall, 1);
	hall_run(hall, DM_SEC(10));
	assert_only(hall, DM_ALARM_SOURCE_LOST, 1);
	assert_int_equal(hall->told[2].news, DM_JUDGE_CLEARED);
	assert_int_equal(hall->told[2].alarm.kind, DM_ALARM_CHANNEL_SILENT);
	assert_true(hall->told[2].alarm.explained);

	/* The source comes back, this interpreter does not. */
	hall_heal(hall);
	hall->channels[CHANNEL(1, 1)].level_lufs = -HUGE_VAL;
	hall_run(hall, DM_SEC(30));
	assert_only(hall, DM_ALARM_CHANNEL_SILENT, CHANNEL(1, 1));
	assert_int_equal(hall->told[4].alarm.since, began);
	assert_int_equal(hall->told[4].alarm.times, 1); /* that was no flapping */
	assert_int_not_equal(hall->told[4].alarm.id, hall->told[0].alarm.id);
	hall_close(hall);
}

static void a_dead_worker_explains_its_groups(void **state)
{
	struct hall *hall = hall_open(NULL);

	(void)state;
	hall->workers[1].drops = 1;
	for (size_t i = 3; i < GROUPS; i++)
		hall->groups[i].loss = 1;
	hall_run(hall, DM_SEC(60));
	assert_int_equal(hall->told_count, 1);
	assert_only(hall, DM_ALARM_WORKER_DROPS, 1);

	/* Another worker's group has its own trouble. */
	hall->groups[0].loss = 0.06;
	hall_run(hall, DM_SEC(60));
	assert_int_equal(hall_standing(hall), 2);
	assert_non_null(hall_find(hall, DM_ALARM_GROUP_LOSS, 0));

	/* The worker is well again, one of its groups is not. */
	hall_heal(hall);
	hall->groups[4].loss = 0.06;
	hall_run(hall, DM_SEC(60));
	assert_only(hall, DM_ALARM_GROUP_LOSS, 4);
	hall_close(hall);
}

static void a_full_line_explains_every_group(void **state)
{
	struct hall *hall = hall_open(NULL);

	(void)state;
	for (size_t i = 0; i < 4; i++)
		hall->groups[i].loss = 0.06;
	hall_run(hall, DM_SEC(60));
	assert_int_equal(hall->told_count, 1);
	assert_only(hall, DM_ALARM_UPLINK_LOSS, 0);
	/* Two of six only: that is theirs. */
	hall->groups[0].loss = hall->groups[1].loss = 0.001;
	hall->groups[2].listeners = hall->groups[3].listeners = 10;
	hall_run(hall, DM_SEC(60));
	assert_int_equal(hall_standing(hall), 2);
	assert_non_null(hall_find(hall, DM_ALARM_GROUP_LOSS, 2));
	assert_non_null(hall_find(hall, DM_ALARM_GROUP_LOSS, 3));
	hall_close(hall);
}

static void a_dead_microphone_is_one_alarm(void **state)
{
	struct hall *hall = hall_open(NULL);
	struct dm_channel_sample *channel = &hall->channels[CHANNEL(0, 2)];

	(void)state;
	/* The link dies, and the channel falls back to the floor, as it should. */
	hall->microphones[2].alive = false;
	hall->microphones[2].loss = 1;
	hall->microphones[2].concealed = 1;
	channel->carries = DM_CARRIED_FLOOR;
	channel->why = DM_CARRIED_WHY_LINK_LOST;
	channel->live = false;
	channel->floor_likeness = 1;
	hall_run(hall, DM_SEC(120));
	assert_int_equal(hall->told_count, 1);
	assert_only(hall, DM_ALARM_MICROPHONE_DEAD, 2);
	/* The partner takes over. */
	hall_on_air(hall, 1, 1);
	hall_run(hall, DM_SEC(10));
	assert_int_equal(hall_standing(hall), 0);
	hall_close(hall);
}

static void floor_in_two_channels_is_a_leak_in_each(void **state)
{
	struct hall *hall = hall_open(NULL);

	(void)state;
	for (size_t i = 2; i < 4; i++) {
		hall->channels[CHANNEL(0, i)].floor_likeness = 0.9;
		hall->channels[CHANNEL(0, i)].twin_likeness = 0.95;
		hall->channels[CHANNEL(0, i)].repeats = true;
	}
	hall_run(hall, DM_SEC(60));
	/* The loop is heard first, and then explained. */
	assert_int_equal(hall_standing(hall), 2);
	assert_non_null(hall_find(hall, DM_ALARM_CHANNEL_LEAK, CHANNEL(0, 2)));
	assert_non_null(hall_find(hall, DM_ALARM_CHANNEL_LEAK, CHANNEL(0, 3)));
	/* The floor is out of them; they are still one sound. */
	for (size_t i = 2; i < 4; i++) {
		hall->channels[CHANNEL(0, i)].floor_likeness = 0.1;
		hall->channels[CHANNEL(0, i)].repeats = false;
	}
	hall_run(hall, DM_SEC(60));
	assert_only(hall, DM_ALARM_CHANNEL_TWIN, CHANNEL(0, 2));
	assert_int_equal(hall->told[hall->told_count - 1].alarm.other, CHANNEL(0, 3));
	hall_close(hall);
}

/* Whichever channel is most like one that has no twin any more explains nothing. */
static void a_leak_elsewhere_explains_no_twin(void **state)
{
	struct hall *hall = hall_open(NULL);

	(void)state;
	hall->channels[CHANNEL(0, 1)].floor_likeness = 0.9;
	for (size_t i = 2; i < 4; i++)
		hall->channels[CHANNEL(0, i)].twin_likeness = 0.95;
	hall_run(hall, DM_SEC(60));
	assert_int_equal(hall_standing(hall), 2);
	for (size_t i = 2; i < 4; i++) {
		hall->channels[CHANNEL(0, i)].twin = (uint16_t)CHANNEL(0, 1);
		hall->channels[CHANNEL(0, i)].twin_likeness = 0.1;
	}
	hall_run(hall, DM_SEC(60));
	assert_only(hall, DM_ALARM_CHANNEL_LEAK, CHANNEL(0, 1));
	assert_int_equal(hall->told[hall->told_count - 1].alarm.kind, DM_ALARM_CHANNEL_TWIN);
	assert_false(hall->told[hall->told_count - 1].alarm.explained);
	hall_close(hall);
}

/* A cause that is only suspected delays its effect, and no more. */
static void a_blip_of_a_cause_hides_nothing(void **state)
{
	struct hall *hall = hall_open(NULL);
	dm_usec began = hall->now;

	(void)state;
	hall->groups[4].loss = 0.06;
	while (hall->now < began + DM_SEC(30)) {
		hall->workers[1].drops = hall->now / DM_SEC(1) % 5 == 0 ? 0.5 : 0;
		hall_run(hall, TURN);
	}
	assert_only(hall, DM_ALARM_GROUP_LOSS, 4);
	assert_true(hall->told[0].alarm.raised_at - began <= DM_SEC(12));
	hall_close(hall);
}

int cause_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(causes_come_first),
		cmocka_unit_test(a_lost_source_is_one_alarm),
		cmocka_unit_test(an_effect_makes_way_for_its_cause),
		cmocka_unit_test(a_dead_worker_explains_its_groups),
		cmocka_unit_test(a_full_line_explains_every_group),
		cmocka_unit_test(a_dead_microphone_is_one_alarm),
		cmocka_unit_test(floor_in_two_channels_is_a_leak_in_each),
		cmocka_unit_test(a_leak_elsewhere_explains_no_twin),
		cmocka_unit_test(a_blip_of_a_cause_hides_nothing),
	};

	return cmocka_run_group_tests_name("causes", tests, NULL, NULL);
}
