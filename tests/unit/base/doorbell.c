#include "base/doorbell.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define RINGERS        3
#define RINGS_PER_HAND 20000

static bool is_readable(const struct dm_doorbell *doorbell, int timeout_ms)
{
	struct pollfd poller = { .fd = doorbell->fd, .events = POLLIN };

	return poll(&poller, 1, timeout_ms) == 1;
}

static void wakes_once_for_many_rings(void **state)
{
	(void)state;
	struct dm_doorbell doorbell;

	assert_int_equal(dm_doorbell_init(&doorbell), 0);
	assert_false(is_readable(&doorbell, 0));
	for (int i = 0; i < 1000; i++)
		dm_doorbell_ring(&doorbell);
	assert_true(is_readable(&doorbell, 0));
	dm_doorbell_answer(&doorbell);
	assert_false(is_readable(&doorbell, 0));
	dm_doorbell_finish(&doorbell);
	assert_int_equal(doorbell.fd, -1);
}

static void rings_again_after_an_answer(void **state)
{
	(void)state;
	struct dm_doorbell doorbell;

	assert_int_equal(dm_doorbell_init(&doorbell), 0);
	for (int i = 0; i < 10; i++) {
		dm_doorbell_answer(&doorbell); /* unasked: harmless */
		dm_doorbell_ring(&doorbell);
		assert_true(is_readable(&doorbell, 0));
		dm_doorbell_answer(&doorbell);
		assert_false(is_readable(&doorbell, 0));
	}
	dm_doorbell_finish(&doorbell);
}

struct house {
	struct dm_doorbell doorbell;
	_Atomic int work; /* made by ringers before they ring */
};

static void *ring_often(void *user)
{
	struct house *house = user;

	for (int i = 0; i < RINGS_PER_HAND; i++) {
		atomic_fetch_add_explicit(&house->work, 1, memory_order_relaxed);
		dm_doorbell_ring(&house->doorbell);
	}
	return NULL;
}

/* Work is relaxed: it is the doorbell's own order that must make it visible. If a wake-up were ever
 * lost, the poll would run into its time-out. */
static void loses_no_wake_up(void **state)
{
	(void)state;
	struct house house = { .work = 0 };
	pthread_t threads[RINGERS];
	int seen = 0;

	assert_int_equal(dm_doorbell_init(&house.doorbell), 0);
	for (int i = 0; i < RINGERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ring_often, &house), 0);
	while (seen < RINGERS * RINGS_PER_HAND) {
		assert_true(is_readable(&house.doorbell, 20000));
		dm_doorbell_answer(&house.doorbell);
		seen = atomic_load_explicit(&house.work, memory_order_relaxed);
	}
	for (int i = 0; i < RINGERS; i++)
		pthread_join(threads[i], NULL);
	dm_doorbell_finish(&house.doorbell);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wakes_once_for_many_rings),
		cmocka_unit_test(rings_again_after_an_answer),
		cmocka_unit_test(loses_no_wake_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
