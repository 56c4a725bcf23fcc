/* Bursts of tone on the wall clock's seconds. */
#include "../../../client/native/burst.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define RATE 48000

static const struct dm_burst burst = { .hz = 1000, .amplitude = 0.5 };

static int peak(const int16_t *samples, size_t count)
{
	int most = 0;

	for (size_t i = 0; i < count; i++)
		if (abs(samples[i]) > most)
			most = abs(samples[i]);
	return most;
}

static void sounds_for_a_tenth_of_each_second(void **state)
{
	static int16_t samples[2 * RATE];

	(void)state;
	dm_burst_fill(&burst, DM_SEC(1000), samples, 2 * RATE);
	for (size_t second = 0; second < 2; second++) {
		const int16_t *at = samples + second * RATE;

		assert_in_range(peak(at, RATE / 10), 16380, 16384);
		assert_int_equal(peak(at + RATE / 10, RATE - RATE / 10), 0);
		assert_int_equal(at[0], 0);
		/* It is there after 2 ms, and rises without a step. */
		assert_true(peak(at + 96, 96) > 16000);
		assert_true(peak(at, 12) < 2048);
	}
}

/* However it is cut into buffers, and wherever they begin. */
static void goes_on_from_buffer_to_buffer(void **state)
{
	static int16_t whole[RATE], parts[RATE];
	const dm_usec start = DM_SEC(77) + DM_MSEC(940);

	(void)state;
	dm_burst_fill(&burst, start, whole, RATE);
	for (size_t n = 0; n < 50; n++)
		dm_burst_fill(&burst, start + (dm_usec)n * DM_MSEC(20), parts + n * 960, 960);
	assert_memory_equal(whole, parts, sizeof(whole));
	assert_int_equal(peak(whole, 60 * 48), 0);
	assert_true(peak(whole + 62 * 48, 96) > 16000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sounds_for_a_tenth_of_each_second),
		cmocka_unit_test(goes_on_from_buffer_to_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
