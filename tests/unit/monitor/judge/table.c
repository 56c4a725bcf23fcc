/* Every kind: raised within its time and in the right place, told once, cleared; not for what is
 * too short or too little. */
#include "hall.h"

#include "monitor/fault.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

struct row {
	enum dm_alarm_kind kind;
	size_t slot;
	uint16_t room; /* DM_SAMPLE_NONE: none */
	enum dm_severity severity;
	void (*harm)(struct hall *hall);  /* with all that follows from it */
	void (*tease)(struct hall *hall); /* as bad as is allowed; NULL: by state */
};

#define NONE DM_SAMPLE_NONE

static struct dm_channel_sample *voice(struct hall *hall)
{
	return &hall->channels[CHANNEL(1, 2)];
}

static void disk(struct hall *hall)
{
	hall->samples.process.disk_free = 0.05;
}
static void disk_nearly(struct hall *hall)
{
	hall->samples.process.disk_free = 0.11;
}
static void certificate(struct hall *hall)
{
	hall->samples.process.certificate_days = 1.5;
}
static void certificate_nearly(struct hall *hall)
{
	hall->samples.process.certificate_days = 14.5;
}
static void token(struct hall *hall)
{
	hall->samples.process.token_days = 0.015;
}
static void token_nearly(struct hall *hall)
{
	hall->samples.process.token_days = 0.025;
}
static void stall(struct hall *hall)
{
	hall->workers[1].loop_ms = 4000;
	hall->workers[1].drops = 0.9;
	for (size_t i = 3; i < GROUPS; i++)
		hall->groups[i].loss = 0.9;
	for (size_t i = 1; i < MICROPHONES; i += 2)
		hall->microphones[i].alive = false;
}
static void stall_nearly(struct hall *hall)
{
	hall->workers[1].loop_ms = 99;
}
static void drop(struct hall *hall)
{
	hall->workers[0].drops = 0.05;
	for (size_t i = 0; i < 3; i++)
		hall->groups[i].loss = 0.05;
}
static void drop_nearly(struct hall *hall)
{
	hall->workers[0].drops = 0.009;
}
/* The interpreters have nothing to interpret, and no picture moves. */
static void lose_source(struct hall *hall)
{
	struct dm_source_sample *source = &hall->sources[1];

	source->connected = false;
	source->frame_rate = 0;
	source->frozen = source->black = source->silent = true;
	source->offset_ms = NAN;
	for (size_t i = 0; i < 4; i++)
		hall->channels[CHANNEL(1, i)].level_lufs = -HUGE_VAL;
}
static void blacken(struct hall *hall)
{
	hall->sources[0].black = hall->sources[0].frozen = true;
}
static void freeze(struct hall *hall)
{
	hall->sources[1].frame_rate = 0.2;
	hall->sources[1].offset_ms = -4000;
}
static void freeze_nearly(struct hall *hall)
{
	hall->sources[1].frame_rate = 2;
}
static void silence_source(struct hall *hall)
{
	hall->sources[0].silent = true;
	for (size_t i = 0; i < 4; i++)
		hall->channels[CHANNEL(0, i)].level_lufs = -70;
}
static void early(struct hall *hall)
{
	hall->sources[0].offset_ms = 60;
}
static void early_nearly(struct hall *hall)
{
	hall->sources[0].offset_ms = 44;
}
static void late(struct hall *hall)
{
	hall->sources[1].offset_ms = -200;
}
static void late_nearly(struct hall *hall)
{
	hall->sources[1].offset_ms = -124;
}
static void leave(struct hall *hall)
{
	hall_off_air(hall, 4);
	hall->booths[4].manned = false;
	voice(hall)->why = DM_CARRIED_WHY_NOBODY;
}
static void crowd(struct hall *hall)
{
	hall->booths[4].on_air = 2;
	hall->microphones[9].on_air = true;
	voice(hall)->together = 0.6;
}
static void kill_microphone(struct hall *hall)
{
	hall->microphones[8].alive = false;
	hall->microphones[8].loss = 1;
	hall->microphones[8].fitness = DM_FITNESS_UNFIT;
	voice(hall)->level_lufs = -HUGE_VAL;
}
static void thin(struct hall *hall)
{
	hall->microphones[8].concealed = 0.05;
	hall->microphones[8].fitness = DM_FITNESS_UNFIT;
}
static void thin_nearly(struct hall *hall)
{
	hall->microphones[8].loss = 0.029;
	hall->microphones[8].fitness = DM_FITNESS_POOR;
}
static void spoil(struct hall *hall)
{
	hall->microphones[8].fitness = DM_FITNESS_UNFIT;
	voice(hall)->clipping = 0.03;
}
static void misroute(struct hall *hall)
{
	voice(hall)->carries = DM_CARRIED_SILENCE;
	voice(hall)->level_lufs = -HUGE_VAL;
}
static void speak_together(struct hall *hall)
{
	voice(hall)->together = 0.4;
}
static void speak_together_nearly(struct hall *hall)
{
	voice(hall)->together = 0.25;
}
static void silence(struct hall *hall)
{
	voice(hall)->level_lufs = -HUGE_VAL;
}
static void silence_nearly(struct hall *hall)
{
	voice(hall)->level_lufs = -48;
}
static void forget_mute(struct hall *hall)
{
	voice(hall)->carries = DM_CARRIED_COMFORT;
	voice(hall)->why = DM_CARRIED_WHY_COUGH;
	voice(hall)->level_lufs = -60;
}
static void leak(struct hall *hall)
{
	voice(hall)->floor_likeness = 0.75;
}
static void leak_nearly(struct hall *hall)
{
	voice(hall)->floor_likeness = 0.55;
}
static void loop(struct hall *hall)
{
	voice(hall)->repeats = true;
}
static void twin(struct hall *hall)
{
	hall->channels[CHANNEL(1, 2)].twin_likeness = 0.95;
	hall->channels[CHANNEL(1, 3)].twin_likeness = 0.95;
}
static void twin_nearly(struct hall *hall)
{
	hall->channels[CHANNEL(1, 2)].twin_likeness = 0.79;
	hall->channels[CHANNEL(1, 3)].twin_likeness = 0.79;
}
static void clip(struct hall *hall)
{
	voice(hall)->clipping = 0.03;
}
static void clip_nearly(struct hall *hall)
{
	voice(hall)->clipping = 0.019;
}
static void fill_line(struct hall *hall)
{
	for (size_t i = 0; i < GROUPS; i++)
		hall->groups[i].loss = 0.08;
}
static void lose_group(struct hall *hall)
{
	hall->groups[4].loss = 0.05;
}
static void lose_group_nearly(struct hall *hall)
{
	hall->groups[4].loss = 0.029;
	hall->groups[1].loss = 0.5; /* somebody in a lift */
	hall->groups[1].listeners = 2;
}

static const struct row rows[] = {
	{ DM_ALARM_DISK_FULL, 0, NONE, DM_SEVERITY_WARNING, disk, disk_nearly },
	{ DM_ALARM_CERTIFICATE_ENDS, 0, NONE, DM_SEVERITY_CRITICAL, certificate,
	  certificate_nearly },
	{ DM_ALARM_TOKEN_ENDS, 0, NONE, DM_SEVERITY_WARNING, token, token_nearly },
	{ DM_ALARM_WORKER_STALLED, 1, NONE, DM_SEVERITY_CRITICAL, stall, stall_nearly },
	{ DM_ALARM_WORKER_DROPS, 0, NONE, DM_SEVERITY_CRITICAL, drop, drop_nearly },
	{ DM_ALARM_SOURCE_LOST, 1, 1, DM_SEVERITY_CRITICAL, lose_source, NULL },
	{ DM_ALARM_SOURCE_BLACK, 0, 0, DM_SEVERITY_WARNING, blacken, NULL },
	{ DM_ALARM_SOURCE_FROZEN, 1, 1, DM_SEVERITY_CRITICAL, freeze, freeze_nearly },
	{ DM_ALARM_SOURCE_SILENT, 0, 0, DM_SEVERITY_WARNING, silence_source, NULL },
	{ DM_ALARM_SOUND_EARLY, 0, 0, DM_SEVERITY_WARNING, early, early_nearly },
	{ DM_ALARM_SOUND_LATE, 1, 1, DM_SEVERITY_CRITICAL, late, late_nearly },
	{ DM_ALARM_BOOTH_UNMANNED, 4, 1, DM_SEVERITY_CRITICAL, leave, NULL },
	{ DM_ALARM_BOOTH_CROWDED, 4, 1, DM_SEVERITY_WARNING, crowd, NULL },
	{ DM_ALARM_MICROPHONE_DEAD, 8, 1, DM_SEVERITY_CRITICAL, kill_microphone, NULL },
	{ DM_ALARM_MICROPHONE_LOSS, 8, 1, DM_SEVERITY_WARNING, thin, thin_nearly },
	{ DM_ALARM_MICROPHONE_UNFIT, 8, 1, DM_SEVERITY_WARNING, spoil, NULL },
	{ DM_ALARM_CHANNEL_WRONG, 6, 1, DM_SEVERITY_CRITICAL, misroute, NULL },
	{ DM_ALARM_CHANNEL_VOICES, 6, 1, DM_SEVERITY_WARNING, speak_together,
	  speak_together_nearly },
	{ DM_ALARM_CHANNEL_SILENT, 6, 1, DM_SEVERITY_CRITICAL, silence, silence_nearly },
	{ DM_ALARM_CHANNEL_MUTED, 6, 1, DM_SEVERITY_WARNING, forget_mute, NULL },
	{ DM_ALARM_CHANNEL_LEAK, 6, 1, DM_SEVERITY_CRITICAL, leak, leak_nearly },
	{ DM_ALARM_CHANNEL_LOOP, 6, 1, DM_SEVERITY_CRITICAL, loop, NULL },
	{ DM_ALARM_CHANNEL_TWIN, 6, 1, DM_SEVERITY_CRITICAL, twin, twin_nearly },
	{ DM_ALARM_CHANNEL_CLIPS, 6, 1, DM_SEVERITY_WARNING, clip, clip_nearly },
	{ DM_ALARM_UPLINK_LOSS, 0, NONE, DM_SEVERITY_CRITICAL, fill_line, NULL },
	{ DM_ALARM_GROUP_LOSS, 4, 0, DM_SEVERITY_WARNING, lose_group, lose_group_nearly },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void check_raised(const struct hall *hall, const struct row *row, dm_usec harmed)
{
	const struct dm_limit *limit = &dm_limits_default()[row->kind];
	const struct dm_alarm *alarm = &hall->told[0].alarm;

	if (hall->told_count != 1)
		hall_print(hall);
	assert_int_equal(hall->told_count, 1);
	assert_int_equal(hall->told[0].news, DM_JUDGE_RAISED);
	assert_string_equal(dm_alarm_kind_name(alarm->kind), dm_alarm_kind_name(row->kind));
	assert_int_equal(alarm->slot, row->slot);
	assert_int_equal(alarm->room, row->room);
	assert_int_equal(alarm->severity, row->severity);
	assert_int_equal(alarm->since, harmed);
	assert_in_range(alarm->raised_at - harmed, limit->raise_after, limit->raise_after + TURN);
	assert_int_equal(alarm->other, row->kind == DM_ALARM_CHANNEL_TWIN ? 7 : NONE);
}

static void each_kind_comes_and_goes(void **state)
{
	(void)state;
	assert_int_equal(ROWS, DM_ALARM_COUNT);
	for (size_t i = 0; i < ROWS; i++) {
		const struct dm_limit *limit = &dm_limits_default()[rows[i].kind];
		struct hall *hall = hall_open(NULL);
		dm_usec at;

		assert_int_equal(rows[i].kind, i);
		hall_run(hall, DM_SEC(30));
		at = hall->now;
		rows[i].harm(hall);
		hall_run(hall, limit->raise_after + DM_SEC(120));
		check_raised(hall, &rows[i], at);
		assert_int_equal(hall_standing(hall), 1);

		at = hall->now;
		hall_heal(hall);
		hall_run(hall, DM_SEC(120));
		assert_int_equal(hall->told_count, 2);
		assert_int_equal(hall->told[1].news, DM_JUDGE_CLEARED);
		assert_int_equal(hall->told[1].alarm.id, hall->told[0].alarm.id);
		assert_false(hall->told[1].alarm.explained);
		assert_in_range(hall->told[1].alarm.cleared_at - at, limit->clear_after,
				limit->clear_after + TURN);
		assert_int_equal(hall_standing(hall), 0);
		hall_close(hall);
	}
}

static void too_little_is_no_alarm(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct hall *hall = hall_open(NULL);

		if (rows[i].tease)
			rows[i].tease(hall);
		hall_run(hall, DM_SEC(600));
		assert_int_equal(hall->told_count, 0);
		hall_close(hall);
	}
}

static void too_short_is_no_alarm(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct hall *hall = hall_open(NULL);

		for (unsigned again = 0; again < 50; again++) {
			hall_heal(hall);
			hall_run(hall, DM_SEC(2));
			rows[i].harm(hall);
			hall_run(hall, dm_limits_default()[rows[i].kind].raise_after);
			hall_heal(hall);
			hall_run(hall, DM_SEC(1));
		}
		hall_print(hall);
		assert_int_equal(hall->told_count, 0);
		hall_close(hall);
	}
}

static void a_break_does_not_clear(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct dm_limit *limit = &dm_limits_default()[rows[i].kind];
		struct hall *hall = hall_open(NULL);

		rows[i].harm(hall);
		hall_run(hall, limit->raise_after + DM_SEC(5));
		for (unsigned again = 0; again < 5; again++) {
			hall_heal(hall);
			hall_run(hall, limit->clear_after);
			rows[i].harm(hall);
			hall_run(hall, DM_SEC(3));
		}
		assert_int_equal(hall->told_count, 1);
		hall_close(hall);
	}
}

/* What comes and goes for an hour is told a few times, not a hundred. */
static void flapping_is_damped(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct dm_limit *limit = &dm_limits_default()[rows[i].kind];
		struct hall *hall = hall_open(NULL);
		const dm_usec period = limit->raise_after + DM_SEC(1) + limit->clear_after * 2;

		for (dm_usec at = 0; at < DM_SEC(3600); at += period) {
			rows[i].harm(hall);
			hall_run(hall, limit->raise_after + DM_SEC(1));
			hall_heal(hall);
			hall_run(hall, limit->clear_after * 2);
		}
		assert_in_range(hall_count(hall, DM_JUDGE_RAISED), 1, 3);
		assert_int_equal(hall->told[hall->told_count - 1].news, DM_JUDGE_RAISED);
		assert_true(hall->told[hall->told_count - 1].alarm.times > 1);
		hall_run(hall, 2 * DM_FAULT_FLAP);
		assert_int_equal(hall_standing(hall), 0);

		/* Forgotten after a while. */
		rows[i].harm(hall);
		hall_run(hall, limit->raise_after + DM_SEC(1));
		assert_int_equal(hall->told[hall->told_count - 1].alarm.times, 1);
		hall_close(hall);
	}
}

static void acknowledged_until_graver(void **state)
{
	struct hall *hall = hall_open(NULL);
	char name[200];

	(void)state;
	hall->sources[0].offset_ms = 60;
	hall_run(hall, DM_SEC(11));
	assert_int_equal(hall->told[0].alarm.severity, DM_SEVERITY_WARNING);
	assert_int_equal(dm_judge_acknowledge(hall->judge, 7, "Ana", hall->now), -ENOENT);
	assert_int_equal(dm_judge_acknowledge(hall->judge, 1, "Ana", hall->now), 0);
	assert_int_equal(dm_judge_acknowledge(hall->judge, 1, "Bo", hall->now), -EALREADY);
	assert_int_equal(hall->told[1].news, DM_JUDGE_CHANGED);
	assert_string_equal(hall->told[1].alarm.acknowledged_by, "Ana");
	assert_int_equal(hall->told[1].alarm.acknowledged_at, hall->now);

	hall->sources[0].offset_ms = 95;
	hall_run(hall, DM_SEC(1));
	assert_int_equal(hall->told_count, 3);
	assert_int_equal(hall->told[2].news, DM_JUDGE_CHANGED);
	assert_int_equal(hall->told[2].alarm.severity, DM_SEVERITY_CRITICAL);
	assert_int_equal(hall->told[2].alarm.acknowledged_at, DM_USEC_NEVER);
	assert_string_equal(hall->told[2].alarm.acknowledged_by, "");

	/* 40 Arabic letters of two bytes: cut between two. */
	for (size_t i = 0; i < 80; i += 2)
		memcpy(name + i, "\xd8\xaa", 3);
	assert_int_equal(dm_judge_acknowledge(hall->judge, 1, name, hall->now), 0);
	assert_int_equal(strlen(hall->told[3].alarm.acknowledged_by), 62);

	hall->sources[0].offset_ms = 60; /* no wavering: it stays critical */
	hall_run(hall, DM_SEC(20));
	assert_int_equal(hall->told_count, 4);
	hall->sources[0].offset_ms = 0;
	hall_run(hall, DM_SEC(20));
	assert_int_equal(dm_judge_acknowledge(hall->judge, 1, "Ana", hall->now), -ENOENT);
	hall_close(hall);
}

/* A judge that was not asked for a minute has seen nothing in it. */
static void a_late_look_counts_little(void **state)
{
	struct hall *hall = hall_open(NULL);

	(void)state;
	hall_run(hall, DM_SEC(5));
	silence(hall);
	hall_run(hall, DM_SEC(2));
	hall->now += DM_SEC(60);
	hall_run(hall, DM_SEC(2));
	assert_int_equal(hall->told_count, 0);
	hall->now -= DM_SEC(10); /* backwards it stands still */
	hall_run(hall, DM_SEC(5));
	assert_int_equal(hall->told_count, 0);
	hall_run(hall, DM_SEC(30));
	assert_int_equal(hall->told_count, 1);
	hall_close(hall);
}

static void what_is_not_known_is_not_judged(void **state)
{
	struct hall *hall = hall_open(NULL);

	(void)state;
	for (size_t i = 0; i < CHANNELS; i++) {
		hall->channels[i].level_lufs = NAN;
		hall->channels[i].floor_likeness = hall->channels[i].twin_likeness = NAN;
		hall->channels[i].clipping = NAN;
	}
	hall->sources[0].frame_rate = hall->sources[0].offset_ms = NAN;
	hall->samples.process = (struct dm_process_sample){ NAN, NAN, NAN };
	for (size_t i = 0; i < GROUPS; i++)
		hall->groups[i].loss = NAN;
	hall_run(hall, DM_SEC(600));
	assert_int_equal(hall->told_count, 0);

	/* A leak is not over because the floor pauses. */
	leak(hall);
	hall_run(hall, DM_SEC(12));
	assert_int_equal(hall->told_count, 1);
	voice(hall)->floor_likeness = NAN;
	hall_run(hall, DM_SEC(600));
	assert_int_equal(hall->told_count, 1);
	voice(hall)->floor_likeness = 0.1;
	hall_run(hall, DM_SEC(12));
	assert_int_equal(hall->told_count, 2);
	hall_close(hall);
}

static void what_is_gone_is_cleared(void **state)
{
	struct hall *hall = hall_open(NULL);

	(void)state;
	silence(hall);
	hall_run(hall, DM_SEC(20));
	assert_int_equal(hall_standing(hall), 1);
	hall->samples.channel_count = 0;
	hall_run(hall, DM_SEC(5));
	assert_int_equal(hall_standing(hall), 0);
	assert_int_equal(hall->told[1].alarm.room, 1);
	hall->samples.channel_count = CHANNELS + 1;
	assert_int_equal(dm_judge_run(hall->judge, &hall->samples, hall->now), -EINVAL);
	hall_close(hall);
}

static void limits_can_be_changed(void **state)
{
	struct dm_limit limits[DM_ALARM_COUNT];
	struct hall *hall;
	struct dm_judge *judge;
	struct dm_judge_options options = { .first_id = 1 };

	(void)state;
	memcpy(limits, dm_limits_default(), sizeof(limits));
	limits[DM_ALARM_GROUP_LOSS].raise = 0.2;
	limits[DM_ALARM_GROUP_LOSS].clear = 0.1;
	hall = hall_open(limits);
	lose_group(hall);
	hall_run(hall, DM_SEC(60));
	assert_int_equal(hall->told_count, 0);
	hall_close(hall);
	assert_int_equal(dm_judge_create(&judge, &options), -EINVAL); /* nobody to tell */
	assert_null(judge);
	limits[DM_ALARM_GROUP_LOSS].clear = 0.3;
	assert_false(dm_limit_is_valid(&limits[DM_ALARM_GROUP_LOSS]));
}

static void every_kind_is_explained(void **state)
{
	(void)state;
	for (unsigned k = 0; k < DM_ALARM_COUNT; k++) {
		const enum dm_alarm_kind kind = (enum dm_alarm_kind)k;

		assert_true(strlen(dm_alarm_kind_name(kind)) > 0);
		assert_true(strlen(dm_alarm_meaning(kind)) > 20);
		assert_true(strlen(dm_alarm_advice(kind)) > 20);
		assert_true(dm_limit_is_valid(&dm_limits_default()[kind]));
		for (unsigned other = 0; other < k; other++) {
			const enum dm_alarm_kind its = (enum dm_alarm_kind)other;

			assert_string_not_equal(dm_alarm_kind_name(kind), dm_alarm_kind_name(its));
			assert_string_not_equal(dm_alarm_meaning(kind), dm_alarm_meaning(its));
		}
	}
	assert_string_equal(dm_severity_name(DM_SEVERITY_CRITICAL), "critical");
}

static void the_readme_has_every_kind_with_its_times(void **state)
{
	static char readme[65536];
	FILE *file = fopen(DM_SOURCE_DIR "/relay/monitor/README.md", "r");

	(void)state;
	assert_non_null(file);
	readme[fread(readme, 1, sizeof(readme) - 1, file)] = '\0';
	fclose(file);
	for (unsigned k = 0; k < DM_ALARM_COUNT; k++) {
		const struct dm_limit *limit = &dm_limits_default()[k];
		char entry[64];

		snprintf(entry, sizeof(entry), "`%s` %lld/%lld",
			 dm_alarm_kind_name((enum dm_alarm_kind)k),
			 (long long)(limit->raise_after / DM_SEC(1)),
			 (long long)(limit->clear_after / DM_SEC(1)));
		if (!strstr(readme, entry))
			fail_msg("relay/monitor/README.md lacks %s", entry);
	}
}

int table_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_comes_and_goes),
		cmocka_unit_test(too_little_is_no_alarm),
		cmocka_unit_test(too_short_is_no_alarm),
		cmocka_unit_test(a_break_does_not_clear),
		cmocka_unit_test(flapping_is_damped),
		cmocka_unit_test(acknowledged_until_graver),
		cmocka_unit_test(a_late_look_counts_little),
		cmocka_unit_test(what_is_not_known_is_not_judged),
		cmocka_unit_test(what_is_gone_is_cleared),
		cmocka_unit_test(limits_can_be_changed),
		cmocka_unit_test(every_kind_is_explained),
		cmocka_unit_test(the_readme_has_every_kind_with_its_times),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
