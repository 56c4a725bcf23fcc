/* Routes and neighbours as they are learned, kept, and dropped when something changes. */
#include "transport/paths.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#define CAPACITY 64

/* A kernel that says what it is told to. */
struct kernel {
	struct dm_netlink_route route;
	int route_error;
	uint8_t mac[DM_MAC_BYTES];
	bool usable, permanent;
	int routes_asked, neighbours_asked;
	struct dm_paths *paths;
};

static int ask_route(void *user, const struct dm_address *to, const struct dm_address *from,
		     struct dm_netlink_route *route)
{
	struct kernel *kernel = user;

	(void)to;
	(void)from;
	kernel->routes_asked++;
	*route = kernel->route;
	return kernel->route_error;
}

static struct dm_netlink_neighbour neighbour(const struct kernel *kernel, int interface,
					     const struct dm_address *ip)
{
	struct dm_netlink_neighbour now = { .interface = interface,
					    .ip = *ip,
					    .usable = kernel->usable,
					    .permanent = kernel->permanent };

	memcpy(now.mac, kernel->mac, sizeof(now.mac));
	return now;
}

static int ask_neighbour(void *user, int interface, const struct dm_address *ip,
			 struct dm_netlink_neighbour *out)
{
	struct kernel *kernel = user;

	kernel->neighbours_asked++;
	if (!kernel->usable)
		return -ENOENT;
	*out = neighbour(kernel, interface, ip);
	return 0;
}

static struct dm_address address(uint16_t number)
{
	return (struct dm_address){ .family = AF_INET,
				    .port = 5000,
				    .ip = { 10, 78, (uint8_t)(number >> 8), (uint8_t)number } };
}

static const struct dm_address gateway = { .family = AF_INET, .ip = { 10, 77, 0, 2 } };

static int set_up(void **state)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));

	kernel->route = (struct dm_netlink_route){
		.plain = true,
		.interface = 3,
		.gateway = gateway,
		.source = { .family = AF_INET, .ip = { 10, 77, 0, 1 } },
	};
	kernel->usable = true;
	kernel->mac[5] = 1;
	*state = kernel;
	return dm_paths_create(&kernel->paths,
			       &(struct dm_paths_options){ .oracle = { .route = ask_route,
								       .neighbour = ask_neighbour,
								       .user = kernel },
							   .capacity = CAPACITY });
}

static int tear_down(void **state)
{
	struct kernel *kernel = *state;

	dm_paths_destroy(kernel->paths);
	free(kernel);
	return 0;
}

static enum dm_path_result find(struct kernel *kernel, uint16_t number, dm_usec now,
				const uint8_t **mac)
{
	const struct dm_address to = address(number);
	struct dm_path *path;

	return dm_paths_find(kernel->paths, &to, now, &path, mac);
}

/* Finds one that need not be confirmed now. */
static const uint8_t *ready(struct kernel *kernel, uint16_t number, dm_usec now)
{
	const uint8_t *mac;
	enum dm_path_result result = find(kernel, number, now, &mac);

	if (result == DM_PATH_DUE)
		result = find(kernel, number, now, &mac);
	assert_int_equal(result, DM_PATH_READY);
	return mac;
}

static void tell_neighbour(struct kernel *kernel)
{
	dm_paths_take(kernel->paths,
		      &(struct dm_netlink_message){ .type = DM_NETLINK_NEIGHBOUR,
						    .neighbour = neighbour(kernel, 3, &gateway) });
}

static void tell(struct kernel *kernel, enum dm_netlink_type type)
{
	dm_paths_take(kernel->paths, &(struct dm_netlink_message){ .type = type });
}

static void one_question_serves_many_packets(void **state)
{
	struct kernel *kernel = *state;

	for (int i = 0; i < 1000; i++)
		assert_int_equal(ready(kernel, 1, DM_SEC(1) + i)[5], 1);
	(void)ready(kernel, 2, DM_SEC(1)); /* behind the same gateway */
	assert_int_equal(kernel->routes_asked, 2);
	assert_int_equal(kernel->neighbours_asked, 1);
}

static void each_neighbour_is_due_once_a_second(void **state)
{
	struct kernel *kernel = *state;
	const uint8_t *mac;
	int due = 0;

	for (dm_usec now = DM_SEC(5); now < DM_SEC(15); now += DM_MSEC(20))
		for (uint16_t i = 0; i < 4; i++)
			due += find(kernel, i, now, &mac) == DM_PATH_DUE;
	assert_int_equal(due, 10);
}

static void a_permanent_neighbour_is_never_due(void **state)
{
	struct kernel *kernel = *state;
	const uint8_t *mac;

	kernel->permanent = true;
	for (dm_usec now = DM_SEC(5); now < DM_SEC(15); now += DM_MSEC(20))
		assert_int_equal(find(kernel, 1, now, &mac), DM_PATH_READY);
}

static void a_new_mac_is_taken_at_once(void **state)
{
	struct kernel *kernel = *state;

	(void)ready(kernel, 1, DM_SEC(1));
	kernel->mac[5] = 9;
	tell_neighbour(kernel);
	assert_int_equal(ready(kernel, 1, DM_SEC(1))[5], 9);
	assert_int_equal(kernel->neighbours_asked, 1);
}

static void a_neighbour_that_fails_is_waited_for(void **state)
{
	struct kernel *kernel = *state;
	const uint8_t *mac;

	(void)ready(kernel, 1, DM_SEC(1));
	kernel->usable = false;
	tell_neighbour(kernel);
	assert_int_equal(find(kernel, 1, DM_SEC(1), &mac), DM_PATH_NO_NEIGHBOUR);
	assert_null(mac);
	kernel->usable = true;
	tell_neighbour(kernel);
	(void)ready(kernel, 1, DM_SEC(1));
}

static void an_unknown_neighbour_is_not_asked_for_again_and_again(void **state)
{
	struct kernel *kernel = *state;
	const uint8_t *mac;

	kernel->usable = false;
	for (int i = 0; i < 100; i++)
		assert_int_equal(find(kernel, 1, DM_SEC(1), &mac), DM_PATH_NO_NEIGHBOUR);
	assert_int_equal(kernel->neighbours_asked, 1);
	kernel->usable = true;
	tell_neighbour(kernel);
	(void)ready(kernel, 1, DM_SEC(1));
}

static void others_neighbours_are_not_kept(void **state)
{
	struct kernel *kernel = *state;

	for (uint16_t i = 0; i < 10 * CAPACITY; i++) {
		const struct dm_address ip = address(i);

		dm_paths_take(kernel->paths, &(struct dm_netlink_message){
						     .type = DM_NETLINK_NEIGHBOUR,
						     .neighbour = neighbour(kernel, 3, &ip) });
	}
	(void)ready(kernel, 1, DM_SEC(1));
	assert_int_equal(kernel->neighbours_asked, 1);
}

static void routes_are_asked_for_again_after_a_change(void **state)
{
	static const enum dm_netlink_type changes[] = { DM_NETLINK_ROUTES_CHANGED,
							DM_NETLINK_LINK };
	struct kernel *kernel = *state;
	const struct dm_address to = address(1);
	struct dm_path *path;
	const uint8_t *mac;

	(void)ready(kernel, 1, DM_SEC(1));
	for (int i = 0; i < 2; i++) {
		kernel->route.interface++;
		(void)ready(kernel, 1, DM_SEC(1)); /* it does not know yet */
		assert_int_equal(kernel->routes_asked, i + 1);
		tell(kernel, changes[i]);
		(void)ready(kernel, 1, DM_SEC(1));
		assert_int_equal(kernel->routes_asked, i + 2);
		assert_int_equal(dm_paths_find(kernel->paths, &to, DM_SEC(1), &path, &mac),
				 DM_PATH_READY);
		assert_int_equal(path->interface, kernel->route.interface);
	}
	tell(kernel, DM_NETLINK_OTHER);
	(void)ready(kernel, 1, DM_SEC(1));
	assert_int_equal(kernel->routes_asked, 3);
}

static void routes_are_asked_for_again_in_time(void **state)
{
	struct kernel *kernel = *state;

	(void)ready(kernel, 1, DM_SEC(1));
	(void)ready(kernel, 1, DM_SEC(30));
	assert_int_equal(kernel->routes_asked, 1);
	(void)ready(kernel, 1, DM_SEC(32));
	assert_int_equal(kernel->routes_asked, 2);
}

static void questions_of_a_turn_are_bounded(void **state)
{
	struct kernel *kernel = *state;
	const uint8_t *mac;
	int unknown = 0;

	for (uint16_t i = 0; i < CAPACITY; i++)
		unknown += find(kernel, i, DM_SEC(1), &mac) == DM_PATH_UNKNOWN;
	assert_int_equal(kernel->routes_asked, CAPACITY - unknown);
	assert_true(unknown > 0);
	while (unknown > 0) {
		const int before = unknown;

		dm_paths_turn(kernel->paths);
		unknown = 0;
		for (uint16_t i = 0; i < CAPACITY; i++)
			unknown += find(kernel, i, DM_SEC(1), &mac) == DM_PATH_UNKNOWN;
		assert_true(unknown < before);
	}
	/* When all grow old at once, they serve on until their turn comes. */
	for (uint16_t i = 0; i < CAPACITY; i++)
		(void)ready(kernel, i, DM_SEC(40));
}

static void what_no_frame_can_reach_is_unusable(void **state)
{
	struct kernel *kernel = *state;
	const struct dm_netlink_route good = kernel->route;
	struct dm_path *path;
	const uint8_t *mac;

	assert_int_equal(dm_paths_find(kernel->paths, &(struct dm_address){ .port = 5000 },
				       DM_SEC(1), &path, &mac),
			 DM_PATH_UNUSABLE);
	assert_int_equal(kernel->routes_asked, 0);
	kernel->route_error = -ENETUNREACH;
	assert_int_equal(find(kernel, 1, DM_SEC(1), &mac), DM_PATH_UNUSABLE);
	kernel->route_error = 0;
	kernel->route.plain = false; /* to this machine itself, or by a tunnel */
	assert_int_equal(find(kernel, 2, DM_SEC(1), &mac), DM_PATH_UNUSABLE);
	kernel->route = good;
	kernel->route.source.family = AF_UNSPEC;
	assert_int_equal(find(kernel, 3, DM_SEC(1), &mac), DM_PATH_UNUSABLE);
	kernel->route = good;
	assert_int_equal(find(kernel, 1, DM_SEC(1), &mac), DM_PATH_UNUSABLE); /* kept */
	tell(kernel, DM_NETLINK_ROUTES_CHANGED);
	(void)ready(kernel, 1, DM_SEC(1));
}

static void a_full_table_begins_anew(void **state)
{
	struct kernel *kernel = *state;

	for (uint16_t i = 0; i < 20 * CAPACITY; i++) {
		kernel->route.gateway.family = i % 2 ? AF_INET : AF_UNSPEC; /* on the link */
		dm_paths_turn(kernel->paths);
		assert_int_equal(ready(kernel, i, DM_SEC(1))[5], 1);
	}
}

static void forgetting_asks_for_everything_again(void **state)
{
	struct kernel *kernel = *state;

	(void)ready(kernel, 1, DM_SEC(1));
	kernel->mac[5] = 9; /* and nobody told */
	dm_paths_forget(kernel->paths);
	assert_int_equal(ready(kernel, 1, DM_SEC(1))[5], 9);
}

static void only_powers_of_two_are_a_capacity(void **state)
{
	struct dm_paths *paths;

	(void)state;
	assert_int_equal(dm_paths_create(&paths, &(struct dm_paths_options){ .capacity = 48 }),
			 -EINVAL);
	assert_null(paths);
	dm_paths_destroy(paths);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_question_serves_many_packets),
		TEST(each_neighbour_is_due_once_a_second),
		TEST(a_permanent_neighbour_is_never_due),
		TEST(a_new_mac_is_taken_at_once),
		TEST(a_neighbour_that_fails_is_waited_for),
		TEST(an_unknown_neighbour_is_not_asked_for_again_and_again),
		TEST(others_neighbours_are_not_kept),
		TEST(routes_are_asked_for_again_after_a_change),
		TEST(routes_are_asked_for_again_in_time),
		TEST(questions_of_a_turn_are_bounded),
		TEST(what_no_frame_can_reach_is_unusable),
		TEST(a_full_table_begins_anew),
		TEST(forgetting_asks_for_everything_again),
		cmocka_unit_test(only_powers_of_two_are_a_capacity),
	};

	return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
