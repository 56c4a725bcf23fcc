/* Random walks: whatever the samples say, the news make sense. */
#include "hall.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "monitor/cause.h"

static uint64_t random_state;

/* Marsaglia's xorshift64. */
static size_t dice(size_t sides)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state % sides);
}

static void flip(bool *flag)
{
	*flag = !*flag;
}

static void turn(double *value, double low, double high)
{
	*value = dice(12) == 0 ? NAN : low + (high - low) * (double)dice(1001) / 1000;
}

static void disturb_channel(struct hall *hall)
{
	struct dm_channel_sample *channel = &hall->channels[dice(CHANNELS)];

	switch (dice(12)) {
	case 0:
		flip(&channel->used);
		break;
	case 1:
		flip(&channel->live);
		break;
	case 2:
		flip(&channel->repeats);
		break;
	case 3:
		turn(&channel->together, 0, 1);
		break;
	case 4:
		channel->carries = (enum dm_carried)dice(DM_CARRIED_COUNT);
		break;
	case 5:
		channel->why = (enum dm_carried_why)dice(DM_CARRIED_WHY_COUNT);
		break;
	case 6:
		turn(&channel->level_lufs, -80, -10);
		break;
	case 7:
		turn(&channel->clipping, 0, 0.1);
		break;
	case 8:
		turn(&channel->floor_likeness, 0, 1);
		break;
	case 9:
		turn(&channel->twin_likeness, 0, 1);
		break;
	case 10:
		channel->twin = (uint16_t)dice(CHANNELS + 2);
		break;
	default:
		channel->booth = (uint16_t)dice(BOOTHS + 2);
		break;
	}
}

static void disturb_source(struct hall *hall)
{
	struct dm_source_sample *source = &hall->sources[dice(ROOMS)];

	switch (dice(6)) {
	case 0:
		flip(&source->connected);
		break;
	case 1:
		flip(&source->frozen);
		break;
	case 2:
		flip(&source->black);
		break;
	case 3:
		flip(&source->silent);
		break;
	case 4:
		turn(&source->frame_rate, 0, 30);
		break;
	default:
		turn(&source->offset_ms, -250, 120);
		break;
	}
}

static void disturb(struct hall *hall)
{
	struct dm_microphone_sample *microphone = &hall->microphones[dice(MICROPHONES)];
	struct dm_group_sample *group = &hall->groups[dice(GROUPS)];
	struct dm_worker_sample *worker = &hall->workers[dice(WORKERS)];
	struct dm_booth_sample *booth = &hall->booths[dice(BOOTHS)];

	switch (dice(16)) {
	case 0:
		flip(&booth->manned);
		break;
	case 1:
		booth->on_air = (uint8_t)dice(4);
		break;
	case 2:
		flip(&microphone->alive);
		break;
	case 3:
		turn(&microphone->concealed, 0, 0.2);
		break;
	case 4:
		microphone->fitness = (enum dm_fitness)dice(DM_FITNESS_COUNT);
		break;
	case 5:
		flip(&microphone->on_air);
		break;
	case 6:
		turn(&group->loss, 0, 0.3);
		break;
	case 7:
		group->listeners = (uint32_t)dice(100);
		break;
	case 8:
		turn(&worker->drops, 0, 0.03);
		break;
	case 9:
		turn(&worker->loop_ms, 0, 150);
		break;
	case 10:
		turn(&hall->samples.process.disk_free, 0, 0.3);
		break;
	case 11:
	case 12:
		disturb_source(hall);
		break;
	default:
		disturb_channel(hall);
		break;
	}
}

struct book {
	bool stands[DM_ALARM_COUNT][MICROPHONES];
	uint64_t ids[DM_ALARM_COUNT][MICROPHONES];
	uint64_t last_id;
	size_t read;
};

static void check_news(struct book *book, const struct told *told, dm_usec now)
{
	const struct dm_alarm *alarm = &told->alarm;
	const struct dm_limit *limit = &dm_limits_default()[alarm->kind];
	bool *stands = &book->stands[alarm->kind][alarm->slot];
	uint64_t *id = &book->ids[alarm->kind][alarm->slot];

	switch (told->news) {
	case DM_JUDGE_RAISED:
		assert_false(*stands);
		assert_int_equal(alarm->id, book->last_id + 1);
		assert_int_equal(alarm->raised_at, now);
		assert_true(alarm->raised_at - alarm->since >= limit->raise_after);
		assert_int_equal(alarm->cleared_at, DM_USEC_NEVER);
		assert_int_equal(alarm->acknowledged_at, DM_USEC_NEVER);
		assert_true(alarm->times >= 1);
		*id = book->last_id = alarm->id;
		*stands = true;
		break;
	case DM_JUDGE_CHANGED:
		assert_true(*stands);
		assert_int_equal(alarm->id, *id);
		assert_int_equal(alarm->severity, DM_SEVERITY_CRITICAL);
		break;
	case DM_JUDGE_CLEARED:
		assert_true(*stands);
		assert_int_equal(alarm->id, *id);
		assert_int_equal(alarm->cleared_at, now);
		if (!alarm->explained)
			assert_true(now - alarm->raised_at >= limit->clear_after);
		*stands = false;
		break;
	}
}

/* No effect stands beside a cause that stands. */
static void check_causes(const struct hall *hall, const struct book *book)
{
	uint16_t slots[DM_SAMPLED_WORKERS];
	size_t count;
	const struct dm_cause *causes = dm_causes(&count);

	for (size_t i = 0; i < count; i++) {
		for (size_t slot = 0; slot < MICROPHONES; slot++) {
			size_t found;

			if (!book->stands[causes[i].effect][slot])
				continue;
			found = dm_cause_slots(causes[i].link, &hall->samples, slot, slots);
			for (size_t s = 0; s < found; s++)
				assert_false(slots[s] < MICROPHONES &&
					     book->stands[causes[i].cause][slots[s]]);
		}
	}
}

static void check_list(const struct hall *hall, const struct book *book)
{
	const struct dm_alarm *alarm;
	size_t cursor = 0;
	size_t listed = 0;
	size_t standing = 0;

	while ((alarm = dm_judge_next(hall->judge, &cursor))) {
		assert_true(book->stands[alarm->kind][alarm->slot]);
		listed++;
	}
	for (size_t k = 0; k < DM_ALARM_COUNT; k++) {
		for (size_t slot = 0; slot < MICROPHONES; slot++)
			standing += book->stands[k][slot];
	}
	assert_int_equal(listed, standing);
}

static void look(struct hall *hall, struct book *book)
{
	hall->told_count = 0;
	assert_int_equal(dm_judge_run(hall->judge, &hall->samples, hall->now), 0);
	for (size_t i = 0; i < hall->told_count; i++)
		check_news(book, &hall->told[i], hall->now);
	check_causes(hall, book);
	check_list(hall, book);
	hall->now += TURN / 2 + (dm_usec)dice((size_t)TURN);
}

static void walk(uint64_t seed, size_t *raised)
{
	struct hall *hall = hall_open(NULL);
	static struct book book;

	book = (struct book){ 0 };
	random_state = seed;
	for (size_t i = 0; i < 4000; i++) {
		/* Calm, or wild; now and then all is well. */
		for (size_t n = dice(i / 1000 % 2 ? 3 : 30) / 2; n > 0; n--)
			disturb(hall);
		if (dice(300) == 0)
			hall_heal(hall);
		look(hall, &book);
	}
	hall_heal(hall);
	for (size_t i = 0; i < 1400; i++)
		look(hall, &book);
	assert_int_equal(hall_standing(hall), 0);
	*raised += (size_t)book.last_id;
	hall_close(hall);
}

static void news_make_sense(void **state)
{
	const char *given = getenv("DM_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) << 16 | 1;
	size_t raised = 0;

	(void)state;
	print_message("DM_SEED=%llu\n", (unsigned long long)seed);
	for (uint64_t i = 0; i < 12; i++)
		walk(seed + i, &raised);
	print_message("%zu alarms\n", raised);
	assert_true(raised > 100);
}

int random_tests(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(news_make_sense) };

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
