#include "rtp/audience.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static bool is_readable(const struct dm_doorbell *doorbell)
{
	struct pollfd poller = { .fd = doorbell->fd, .events = POLLIN };

	return poll(&poller, 1, 0) == 1;
}

static void rings_every_doorbell(void **state)
{
	(void)state;
	struct dm_audience audience = { .count = 0 };
	struct dm_doorbell doorbells[3];

	dm_audience_ring(&audience); /* nobody: nothing */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(dm_doorbell_init(&doorbells[i]), 0);
		assert_int_equal(dm_audience_add(&audience, &doorbells[i]), 0);
	}
	dm_audience_ring(&audience);
	for (int i = 0; i < 3; i++) {
		assert_true(is_readable(&doorbells[i]));
		dm_doorbell_finish(&doorbells[i]);
	}
}

static void is_bounded(void **state)
{
	(void)state;
	struct dm_audience audience = { .count = 0 };
	struct dm_doorbell doorbell;

	for (int i = 0; i < DM_AUDIENCE_MAX; i++)
		assert_int_equal(dm_audience_add(&audience, &doorbell), 0);
	assert_int_equal(dm_audience_add(&audience, &doorbell), -ENOSPC);
	assert_int_equal(audience.count, DM_AUDIENCE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rings_every_doorbell),
		cmocka_unit_test(is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
