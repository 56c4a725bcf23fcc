/* The roster against a plain array. */
#include "transport/roster.h"

#include "transport/options.h"

#include "seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define CAPACITY 64
#define ROUNDS   20000

static void check_all(const struct dm_roster *roster, struct dm_connection *const *there,
		      size_t count)
{
	assert_int_equal(dm_roster_count(roster), count);
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(dm_roster_find(roster, there[i]->id), there[i]);
		assert_ptr_equal(dm_roster_at(roster, there[i]->position), there[i]);
	}
}

static void agrees_with_an_array(void **state)
{
	struct dm_connection *there[CAPACITY];
	struct dm_roster *roster;
	size_t count = 0;
	dm_peer_id last = 0;

	(void)state;
	seed_start(64);
	assert_int_equal(dm_roster_create(&roster, CAPACITY), 0);
	for (int round = 0; round < ROUNDS; round++) {
		if (count < CAPACITY && (count == 0 || seed_below(2))) {
			struct dm_connection *connection = calloc(1, sizeof(*connection));

			assert_non_null(connection);
			/* Ids come in turn, with gaps for other workers and for who was refused. */
			last += 1 + (seed_below(8) ? 0 : seed_below(200));
			connection->id = last * DM_WORKERS_MAX + 3;
			there[count++] = connection;
			dm_roster_add(roster, connection);
		} else {
			const size_t i = seed_below((uint32_t)count);
			const dm_peer_id gone = there[i]->id;

			dm_roster_remove(roster, there[i]);
			free(there[i]);
			there[i] = there[--count];
			assert_null(dm_roster_find(roster, gone));
		}
		if (round % 16 == 0)
			check_all(roster, there, count);
	}
	while (count > 0)
		free(there[--count]);
	dm_roster_destroy(roster);
	dm_roster_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(agrees_with_an_array) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
