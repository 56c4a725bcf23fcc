/* tests/unit/control/errand.c: errands on real threads, which wait until the test lets them go. */
#include "control/errand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A door that errands stand before. */
static struct {
	GMutex mutex;
	GCond turned;
	bool open;
	unsigned waiting;
} door;

static unsigned done, freed;

static void set_door(bool open)
{
	g_mutex_lock(&door.mutex);
	door.open = open;
	g_cond_broadcast(&door.turned);
	g_mutex_unlock(&door.mutex);
}

static void wait_until_waiting(unsigned count)
{
	g_mutex_lock(&door.mutex);
	while (door.waiting < count)
		g_cond_wait(&door.turned, &door.mutex);
	g_mutex_unlock(&door.mutex);
}

static void stand_before_door(void *user, struct dm_response *response)
{
	g_mutex_lock(&door.mutex);
	door.waiting++;
	g_cond_broadcast(&door.turned);
	while (!door.open)
		g_cond_wait(&door.turned, &door.mutex);
	door.waiting--;
	g_mutex_unlock(&door.mutex);
	dm_response_header(response, "ETag", user);
	dm_response_set(response, 200, "text/plain", g_bytes_new(user, strlen(user)));
}

static void count_freed(void *user)
{
	g_free(user);
	freed++;
}

static void count_done(void *waiter)
{
	assert_ptr_equal(waiter, &done);
	done++;
}

static bool start(struct dm_errands *errands, const char *text, struct dm_response *response)
{
	dm_response_init(response);
	return dm_errand_start(errands, stand_before_door, g_strdup(text), count_freed, response);
}

static int setup(void **state)
{
	(void)state;
	door.open = false;
	done = freed = 0;
	return 0;
}

static void two_at_once_and_no_more(void **state)
{
	struct dm_errands *errands = dm_errands_create();
	struct dm_response responses[DM_ERRANDS_MAX + 1];

	(void)state;
	assert_true(start(errands, "one", &responses[0]));
	assert_true(start(errands, "two", &responses[1]));
	wait_until_waiting(2);
	assert_false(start(errands, "three", &responses[2]));
	assert_int_equal(freed, 1);
	assert_null(responses[2].errand);
	for (size_t n = 0; n < 2; n++)
		dm_errand_wait(&responses[n], count_done, &done);
	set_door(true);
	while (done < 2)
		g_main_context_iteration(NULL, TRUE);
	assert_int_equal(responses[1].status, 200);
	assert_string_equal(responses[1].headers[0].value, "two");
	assert_int_equal(g_bytes_get_size(responses[1].body), 3);
	assert_int_equal(freed, 3);
	/* There is room again. */
	assert_true(start(errands, "three", &responses[2]));
	dm_errand_wait(&responses[2], count_done, &done);
	while (done < 3)
		g_main_context_iteration(NULL, TRUE);
	for (size_t n = 0; n < G_N_ELEMENTS(responses); n++)
		dm_response_finish(&responses[n]);
	dm_errands_destroy(errands);
}

static void who_asked_may_go(void **state)
{
	struct dm_errands *errands = dm_errands_create();
	struct dm_response gone, kept;

	(void)state;
	assert_true(start(errands, "gone", &gone));
	assert_true(start(errands, "kept", &kept));
	dm_errand_wait(&gone, count_done, &done);
	dm_errand_wait(&kept, count_done, &done);
	dm_response_finish(&gone);
	set_door(true);
	while (done < 1 || freed < 2)
		g_main_context_iteration(NULL, TRUE);
	assert_int_equal(done, 1);
	dm_response_finish(&kept);
	dm_errands_destroy(errands);
}

static void the_end_waits_for_them(void **state)
{
	struct dm_errands *errands = dm_errands_create();
	struct dm_response response;

	(void)state;
	assert_true(start(errands, "late", &response));
	dm_errand_wait(&response, count_done, &done);
	wait_until_waiting(1);
	set_door(true);
	dm_errands_destroy(errands);
	assert_int_equal(freed, 1);
	assert_int_equal(done, 0);
	assert_null(response.errand);
	dm_response_finish(&response);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(two_at_once_and_no_more, setup),
		cmocka_unit_test_setup(who_asked_may_go, setup),
		cmocka_unit_test_setup(the_end_waits_for_them, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
