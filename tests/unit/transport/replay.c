/* The window of packets already taken, against a model that remembers every one. */
#include "transport/replay.h"

#include "seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define INDICES 200000

static struct dm_replay *replay_new(uint32_t words)
{
	struct dm_replay *replay = calloc(1, sizeof(*replay) + words * sizeof(uint64_t));

	assert_non_null(replay);
	replay->words = words;
	return replay;
}

static void agrees_with_a_model(void **state)
{
	static bool taken[INDICES];

	(void)state;
	seed_start(3332);
	for (uint32_t words = 2; words <= 32; words *= 2) {
		struct dm_replay *replay = replay_new(words);
		const uint32_t window = (uint32_t)dm_replay_window(replay);
		uint64_t newest = 0;
		bool any = false;

		memset(taken, 0, sizeof(taken));
		while (newest < INDICES - 3 * window - 200) {
			/* Mostly near the newest, either side; now and then a long way on. */
			const uint64_t low = newest > 2 * window ? newest - 2 * window : 0;
			const uint64_t index = seed_below(20) ? low + seed_below(2 * window + 70)
							      : newest + seed_below(3 * window);
			const bool old = any && index + window <= newest;

			assert_int_equal(dm_replay_is_fresh(replay, index), !old && !taken[index]);
			if (old || taken[index] || seed_below(3) == 0)
				continue;
			dm_replay_take(replay, index);
			taken[index] = true;
			newest = !any || index > newest ? index : newest;
			any = true;
			assert_int_equal(replay->next, newest + 1);
		}
		free(replay);
	}
}

static void starts_anywhere(void **state)
{
	static const uint64_t starts[] = { 0, 1, 63, 64, 65535, (UINT64_C(1) << 48) - 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct dm_replay *replay = replay_new(2);

		assert_true(dm_replay_is_fresh(replay, starts[i]));
		dm_replay_take(replay, starts[i]);
		assert_false(dm_replay_is_fresh(replay, starts[i]));
		assert_true(dm_replay_is_fresh(replay, starts[i] + 1));
		if (starts[i] > 0)
			assert_true(dm_replay_is_fresh(replay, starts[i] - 1));
		if (starts[i] > 64)
			assert_false(dm_replay_is_fresh(replay, starts[i] - 64));
		free(replay);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_model),
		cmocka_unit_test(starts_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
