/* Line-up of several channels of a ticker, in step, heard by the survey at their tracks, in
 * simulated time: what it says when all is well, and when something is lost, late, early at an end
 * or another channel's. */
#include "audio/line_up_probe.h"
#include "audio/strip.h"
#include "audio/survey.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FLOOR, A, B, C, CHANNELS };

#define TICK  DM_MSEC(20)
#define START DM_SEC(100)
#define FROM  20
#define END   (FROM + DM_LINE_UP_TICKS)

static struct dm_timeline timeline;
static struct dm_audience audience;
static struct dm_track *tracks[CHANNELS];
static struct dm_ticker *ticker;
static struct dm_survey *survey;
static int64_t next_tick;

static int setup(void **state)
{
	static const struct dm_engine_options engine = { .ceiling_db = -2, .target_lufs = -23 };

	(void)state;
	next_tick = 0;
	timeline = dm_timeline_init(START, 0);
	assert_int_equal(dm_ticker_create(&ticker, &timeline, &audience, NULL), 0);
	for (int n = 0; n < CHANNELS; n++) {
		const struct dm_track_options options = {
			.kind = DM_TRACK_AUDIO,
			.clock_rate_hz = 48000,
			.capacity_packets = 256,
			.name = "room.channel",
		};

		assert_int_equal(dm_track_create(&tracks[n], &options), 0);

		const struct dm_ticker_channel channel = {
			.track = tracks[n],
			.bitrate_bps = 64000,
			.engine = n == FLOOR ? NULL : &engine,
			.floor = n == FLOOR ? -1 : FLOOR,
		};

		assert_int_equal(dm_ticker_add(ticker, &channel), n);
	}
	return dm_survey_prepare(&survey, ticker, NULL);
}

static int teardown(void **state)
{
	(void)state;
	dm_ticker_stop(ticker);
	dm_survey_destroy(survey);
	dm_ticker_destroy(ticker);
	for (int n = 0; n < CHANNELS; n++)
		dm_track_unref(tracks[n]);
	return 0;
}

static void beat(bool published)
{
	dm_ticker_make(ticker, next_tick);
	if (published)
		dm_ticker_publish(ticker, next_tick,
				  dm_ticker_time(ticker, next_tick) + DM_TICKER_DELAY);
	next_tick++;
	if (next_tick % 5 == 0)
		dm_survey_look(survey);
}

static void run_until(int64_t tick)
{
	while (next_tick < tick)
		beat(true);
	dm_survey_look(survey);
}

static struct dm_line_up_report report_of(int channel, int64_t from)
{
	struct dm_line_up_report report;

	dm_survey_line_up_report(survey, channel, from, &report);
	return report;
}

static void start(int channel, int64_t from)
{
	assert_int_equal(dm_ticker_line_up(ticker, channel, from), 0);
	dm_survey_line_up(survey, channel, from);
}

static void assert_results(int channel, int64_t from, const char *results, const char *problem)
{
	static const char letters[] = {
		[DM_LINE_UP_PENDING] = '.', [DM_LINE_UP_PASS] = 'p', [DM_LINE_UP_FAIL] = 'f'
	};
	const struct dm_line_up_report report = report_of(channel, from);
	char got[DM_LINE_UP_STEPS + 1] = { 0 };

	for (int n = 0; n < DM_LINE_UP_STEPS; n++)
		got[n] = letters[report.results[n]];
	printf("%d: %s %s %.2f Hz %.2f dB %.2f ms\n", channel, got,
	       dm_line_up_problem_name(report.problem), report.frequency_hz, report.level_db,
	       report.offset_ms);
	assert_string_equal(got, results);
	assert_string_equal(dm_line_up_problem_name(report.problem), problem);
}

static void passes_step_by_step(void **state)
{
	(void)state;
	assert_int_equal(dm_ticker_line_up(ticker, FLOOR, FROM), -EINVAL);
	assert_int_equal(dm_ticker_line_up(ticker, A, -2), -EINVAL);
	assert_int_equal(dm_ticker_next(ticker, START + DM_TICKER_DELAY + 3 * TICK), 4);
	for (int n = A; n < CHANNELS; n++)
		start(n, FROM);
	dm_survey_line_up(survey, FLOOR, FROM);
	dm_survey_line_up(survey, 17, FROM);
	run_until(FROM + 150);
	for (int n = A; n < CHANNELS; n++) {
		assert_results(n, FROM, "p..", "none");
		assert_results(n, FROM + 1, "...", "none");
	}
	run_until(FROM + 249);
	assert_results(A, FROM, "p..", "none");
	run_until(FROM + 250);
	assert_results(A, FROM, "pp.", "none");
	run_until(END - 1);
	assert_results(A, FROM, "pp.", "none");
	run_until(END);
	for (int n = A; n < CHANNELS; n++) {
		const struct dm_line_up_report report = report_of(n, FROM);

		assert_results(n, FROM, "ppp", "none");
		assert_true(fabs(report.frequency_hz - DM_LINE_UP_TONE_HZ) < 0.1);
		assert_true(fabs(report.level_db - DM_LINE_UP_TONE_DB) < 0.2);
		assert_true(fabs(report.offset_ms) < 2);
	}
	assert_results(FLOOR, FROM, "...", "none");
	assert_results(17, FROM, "...", "none");
}

static float loudest_since(int channel, int64_t ticks)
{
	float loudest = -HUGE_VALF;
	struct dm_ticker_level level;

	for (int64_t n = 0; n < ticks; n++) {
		beat(true);
		dm_ticker_level(ticker, channel, &level);
		loudest = fmaxf(loudest, level.peak_dbfs);
	}
	return loudest;
}

/* One sequence, and no more; and again from another tick. */
static void ends_by_itself(void **state)
{
	(void)state;
	start(A, FROM);
	assert_true(loudest_since(A, FROM) < -100);
	assert_true(loudest_since(A, DM_LINE_UP_TICKS) > -11);
	loudest_since(A, 10);
	assert_true(loudest_since(A, 2L * DM_LINE_UP_TICKS) < -100);
	assert_results(A, FROM, "ppp", "none");

	const int64_t again = next_tick + 10;

	start(A, again);
	run_until(again + 150);
	assert_results(A, FROM, "...", "none");
	assert_results(A, again, "p..", "none");
	/* And is stopped at once. */
	dm_survey_line_up(survey, A, -1);
	assert_int_equal(dm_ticker_line_up(ticker, A, -1), 0);
	loudest_since(A, 10);
	assert_true(loudest_since(A, 200) < -100);
}

static void what_is_wrong_is_found(void **state)
{
	(void)state;
	/* A is silenced in the middle; B carries C's; C begins 60 ms late. */
	start(A, FROM);
	dm_survey_line_up(survey, B, FROM);
	start(C, FROM + 3);
	dm_survey_line_up(survey, C, FROM);
	run_until(1);
	/* By hand, as no command does. */
	dm_strip_line_up((struct dm_strip *)dm_ticker_strip(ticker, B), FROM, C);
	run_until(FROM + 200);
	assert_int_equal(dm_ticker_line_up(ticker, A, -1), 0);
	run_until(END);
	assert_results(A, FROM, "pff", "wrong-level");
	assert_results(B, FROM, "fpp", "wrong-channel");
	assert_results(C, FROM, "fff", "late");
}

/* What the beat leaves out, and what is not published, is nothing; what was there before counts. */
static void what_is_lost_is_nothing(void **state)
{
	(void)state;
	start(A, FROM);
	run_until(FROM + 180);
	for (int n = 0; n < 10; n++)
		beat(false);
	run_until(FROM + 300);
	assert_results(A, FROM, "pf.", "wrong-level");
	next_tick += 1000; /* the machine stood still */
	run_until(next_tick + 5);
	assert_results(A, FROM, "pff", "wrong-level");
	/* A whole line-up that never left. */
	start(B, next_tick + 5);
	const int64_t from = next_tick + 5;

	for (int n = 0; n < DM_LINE_UP_TICKS + 10; n++)
		beat(false);
	assert_results(B, from, "...", "none");
	run_until(next_tick + 5);
	assert_results(B, from, "fff", "no-signal");
}

/* A survey that looks late hears all that the track still has. */
static void a_late_look_is_no_loss(void **state)
{
	(void)state;
	start(A, FROM);
	while (next_tick < FROM + 90) {
		dm_ticker_make(ticker, next_tick);
		dm_ticker_publish(ticker, next_tick, dm_ticker_time(ticker, next_tick));
		next_tick++;
	}
	run_until(END);
	assert_results(A, FROM, "ppp", "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(passes_step_by_step, setup, teardown),
		cmocka_unit_test_setup_teardown(ends_by_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_lost_is_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(a_late_look_is_no_loss, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
