/* The route table against a plain list, over random additions and removals. */
#include "transport/route.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PEERS 200

static struct dm_connection *fake(size_t n)
{
	return (struct dm_connection *)(uintptr_t)(0x1000 + n);
}

static struct dm_address address_of(size_t n)
{
	return (struct dm_address){ .ip = { 127, 0, (uint8_t)(n / 7), (uint8_t)(n % 7) },
				    .port = (uint16_t)(5000 + n),
				    .family = AF_INET };
}

static void ufrag_of(size_t n, char *ufrag)
{
	snprintf(ufrag, 9, "uf%06zu", n % 1000000);
}

static void follows_a_plain_list(void **state)
{
	struct dm_route *route;
	bool present[PEERS] = { false };
	char ufrag[9];

	(void)state;
	srand(20);
	print_message("seed 20\n");
	assert_int_equal(dm_route_create(&route, PEERS), 0);
	for (int step = 0; step < 20000; step++) {
		const size_t n = (size_t)rand() % PEERS;
		const struct dm_address address = address_of(n);

		ufrag_of(n, ufrag);
		if (present[n]) {
			dm_route_remove_address(route, &address);
			dm_route_remove_ufrag(route, ufrag);
		} else {
			assert_int_equal(dm_route_add_address(route, &address, fake(n)), 0);
			assert_int_equal(dm_route_add_ufrag(route, ufrag, fake(n)), 0);
		}
		present[n] = !present[n];
		for (size_t i = (size_t)step % 10; i < PEERS; i += 10) {
			const struct dm_address other = address_of(i);

			ufrag_of(i, ufrag);
			assert_ptr_equal(dm_route_find_address(route, &other),
					 present[i] ? fake(i) : NULL);
			assert_ptr_equal(dm_route_find_ufrag(route, ufrag),
					 present[i] ? fake(i) : NULL);
		}
	}
	dm_route_destroy(route);
}

static void refuses_more_than_its_capacity(void **state)
{
	struct dm_route *route;

	(void)state;
	assert_int_equal(dm_route_create(&route, 0), -EINVAL);
	assert_null(route);
	assert_int_equal(dm_route_create(&route, 2), 0);
	for (size_t n = 0; n < 2; n++) {
		const struct dm_address address = address_of(n);

		assert_int_equal(dm_route_add_address(route, &address, fake(n)), 0);
	}
	const struct dm_address third = address_of(3);

	assert_int_equal(dm_route_add_address(route, &third, fake(3)), -ENOSPC);
	dm_route_remove_address(route, &third); /* unknown: nothing happens */
	assert_null(dm_route_find_address(route, &third));
	dm_route_destroy(route);
	dm_route_destroy(NULL);
}

static void tells_ports_and_families_apart(void **state)
{
	struct dm_route *route;
	struct dm_address a = { .ip = { 1, 2, 3, 4 }, .port = 1, .family = AF_INET };
	struct dm_address b = a;

	(void)state;
	assert_int_equal(dm_route_create(&route, 4), 0);
	assert_int_equal(dm_route_add_address(route, &a, fake(1)), 0);
	b.port = 2;
	assert_null(dm_route_find_address(route, &b));
	b = a;
	b.family = AF_INET6;
	assert_null(dm_route_find_address(route, &b));
	dm_route_destroy(route);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_a_plain_list),
		cmocka_unit_test(refuses_more_than_its_capacity),
		cmocka_unit_test(tells_ports_and_families_apart),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
