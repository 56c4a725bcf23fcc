#include "app/watchdog.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_pulse(void **state)
{
	static const struct {
		dm_usec last_beat;
		dm_usec now;
		enum dm_pulse pulse;
		dm_usec silence;
	} looks[] = {
		{ DM_MSEC(0), DM_MSEC(100), DM_PULSE_STEADY, -1 },
		{ DM_MSEC(200), DM_MSEC(1200), DM_PULSE_STEADY,
		  -1 }, /* a second is not more than one */
		{ DM_MSEC(200), DM_MSEC(1201), DM_PULSE_STALLED, DM_MSEC(1001) },
		{ DM_MSEC(200), DM_MSEC(1451), DM_PULSE_STEADY, -1 }, /* told once */
		{ DM_MSEC(200), DM_MSEC(9000), DM_PULSE_STEADY, -1 },
		{ DM_MSEC(9100), DM_MSEC(9200), DM_PULSE_BACK, DM_MSEC(8900) },
		{ DM_MSEC(9300), DM_MSEC(9400), DM_PULSE_STEADY, -1 },
		{ DM_MSEC(9300), DM_MSEC(11000), DM_PULSE_STALLED, DM_MSEC(1700) },
		{ DM_MSEC(11001), DM_MSEC(11000), DM_PULSE_BACK,
		  DM_MSEC(1701) }, /* beat just after now */
	};
	struct dm_pulse_watch watch = { .stall_after = DM_SEC(1) };

	(void)state;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		dm_usec silence = -1;

		assert_int_equal(dm_pulse_look(&watch, looks[i].last_beat, looks[i].now, &silence),
				 looks[i].pulse);
		assert_int_equal(silence, looks[i].silence);
	}
}

/* The thread starts, sees a stall that is there from the beginning, and ends when it is told to. */
static void test_thread(void **state)
{
	struct dm_metrics *metrics;
	struct dm_watchdog *watchdog;
	char *text = NULL;

	(void)state;
	assert_int_equal(dm_metrics_create(&metrics), 0);
	assert_int_equal(dm_watchdog_create(&watchdog, metrics), 0);
	dm_watchdog_beat(watchdog, dm_time_now() - DM_SEC(5));
	do {
		free(text);
		text = dm_metrics_render(metrics, NULL);
		assert_non_null(text);
	} while (!strstr(text, "dragoman_control_stalls_total 1\n"));
	free(text);

	dm_watchdog_destroy(watchdog);
	text = dm_metrics_render(metrics, NULL);
	assert_null(strstr(text, "dragoman_control_stalls_total"));
	free(text);
	dm_metrics_destroy(metrics);
	dm_watchdog_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pulse),
		cmocka_unit_test(test_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
