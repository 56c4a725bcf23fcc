/* Where listeners are counted, against crowds, hostile ones, and a reader on another thread. */
#include "transport/network_table.h"

#include "seed.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

static struct dm_address address_of(const char *text)
{
	struct dm_address address = { .port = 5000 };

	address.family = strchr(text, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(address.family, text, address.ip), 1);
	return address;
}

static struct dm_network_places enter(struct dm_network_table *table, const char *text,
				      const char *country)
{
	const struct dm_address address = address_of(text);
	struct dm_network_places places = { 0 };

	dm_network_table_enter(table, &places, &address, country);
	return places;
}

/* What is told of the place: "name listeners reports". */
static const char *at(const struct dm_network_table *table, uint16_t place)
{
	static char text[96];
	struct dm_reception_counts counts = { 0 };
	char name[DM_NETWORK_NAME_BYTES];
	uint32_t listeners;
	const uint64_t key = dm_network_table_look(table, place, &listeners);

	dm_network_key_format(key, name);
	dm_network_table_read(table, place, key, &counts);
	snprintf(text, sizeof(text), "%s %u %u", name, listeners, (unsigned)counts.reports);
	return text;
}

static int set_up(void **state)
{
	return dm_network_table_create((struct dm_network_table **)state);
}

static int tear_down(void **state)
{
	dm_network_table_destroy(*state);
	return 0;
}

static void addresses_fall_into_networks(void **state)
{
	struct dm_network_table *table = *state;
	static const struct {
		const char *address;
		const char *told;
	} cases[] = {
		{ "203.0.113.9", "203.0.0.0/16 1 0" },
		{ "203.0.1.2", "203.0.0.0/16 2 0" },
		{ "::ffff:203.0.200.1", "203.0.0.0/16 3 0" }, /* IPv4-mapped */
		{ "203.1.113.9", "203.1.0.0/16 1 0" },
		{ "0.0.0.0", "0.0.0.0/16 1 0" },
		{ "255.255.255.255", "255.255.0.0/16 1 0" },
		{ "2001:db8:1::1", "2001:db8::/32 1 0" },
		{ "2001:db8:ffff::1", "2001:db8::/32 2 0" },
		{ "2001:db9::1", "2001:db9::/32 1 0" },
		{ "ffff:ffff::1", "ffff:ffff::/32 1 0" },
		{ "::", "::/32 1 0" },
		{ "127.0.0.1", "loopback 1 0" },
		{ "127.200.3.4", "loopback 2 0" },
		{ "::ffff:127.0.0.1", "loopback 3 0" },
		{ "::1", "loopback 4 0" },
	};

	for (size_t n = 0; n < sizeof(cases) / sizeof(*cases); n++) {
		const struct dm_network_places places = enter(table, cases[n].address, "");

		assert_int_not_equal(places.network, 0);
		assert_int_equal(places.country, 0);
		assert_string_equal(at(table, places.network), cases[n].told);
	}
}

static void what_has_no_address_is_nowhere(void **state)
{
	struct dm_network_table *table = *state;
	const struct dm_address none = { .family = AF_UNSPEC };
	struct dm_network_places places = { 0 };

	dm_network_table_enter(table, &places, &none, "");
	assert_int_equal(places.network, 0);
	dm_network_table_note(table, &places, DM_MSEC(1), 1); /* nowhere to be seen */
	dm_network_table_note_resent(table, &places);
	dm_network_table_leave(table, &places);
}

static void countries_are_two_letters(void **state)
{
	struct dm_network_table *table = *state;
	static const char *const none[] = { "", "C", "ch", "c1", "XX1", "\"}", "\xc3\x84" };

	for (size_t n = 0; n < sizeof(none) / sizeof(*none); n++)
		assert_int_equal(enter(table, "203.0.113.9", none[n]).country, 0);

	const struct dm_network_places one = enter(table, "203.0.113.9", "CH");
	const struct dm_network_places two = enter(table, "2001:db8::1", "CH");
	uint32_t listeners;

	assert_int_equal(one.country, two.country);
	assert_string_equal(at(table, one.country), "CH 2 0");
	assert_true(
		dm_network_key_is_country(dm_network_table_look(table, one.country, &listeners)));
	assert_false(
		dm_network_key_is_country(dm_network_table_look(table, one.network, &listeners)));
}

static void reports_count_where_the_listener_is(void **state)
{
	struct dm_network_table *table = *state;
	struct dm_network_places here = enter(table, "203.0.113.9", "CH");
	const struct dm_network_places there = enter(table, "198.51.100.1", "FR");
	const struct dm_address other = address_of("198.51.3.4");
	struct dm_reception_counts counts = { 0 };
	uint32_t listeners;

	dm_network_table_note(table, &here, DM_MSEC(30), 128);
	dm_network_table_note(table, &here, 0, 0);
	dm_network_table_note_resent(table, &here);
	assert_string_equal(at(table, here.network), "203.0.0.0/16 1 2");
	assert_string_equal(at(table, here.country), "CH 1 2");
	assert_string_equal(at(table, there.network), "198.51.0.0/16 1 0");
	const uint64_t key = dm_network_table_look(table, here.network, &listeners);

	dm_network_table_read(table, here.network, key, &counts);
	assert_int_equal(counts.resent, 1);
	assert_true(dm_reception_round_trip(&counts, 0.5) > DM_MSEC(20));
	dm_network_table_read(table, here.network, key + 1, &counts); /* not its any more */
	assert_int_equal(counts.reports, 2);

	/* On another network; in the same country, as far as anybody knows. */
	dm_network_table_move(table, &here, &other);
	assert_int_equal(here.network, there.network);
	assert_string_equal(at(table, here.country), "CH 1 2");
	dm_network_table_note(table, &here, DM_MSEC(1), 0);
	assert_string_equal(at(table, here.network), "198.51.0.0/16 2 1");
	dm_network_table_leave(table, &here);
	assert_int_equal(here.network + here.country, 0);
	dm_network_table_leave(table, &here); /* again: nothing */
	dm_network_table_move(table, &here, &other);
	assert_int_equal(here.network, 0);
	assert_string_equal(at(table, there.network), "198.51.0.0/16 1 1");
}

/* Somebody of network n of 65,536. */
static struct dm_network_places enter_nth(struct dm_network_table *table, unsigned n)
{
	char text[INET_ADDRSTRLEN];

	snprintf(text, sizeof(text), "%u.%u.1.1", n >> 8 & 255, n & 255);
	return enter(table, text, "");
}

static void a_crowd_of_networks_evicts_nobody(void **state)
{
	struct dm_network_table *table = *state;
	struct dm_network_places inside[DM_NETWORKS_MAX], outside[1000];

	for (unsigned n = 0; n < DM_NETWORKS_MAX; n++) {
		inside[n] = enter_nth(table, 256 * 20 + n);
		dm_network_table_note(table, &inside[n], DM_MSEC(9), 0);
	}
	for (unsigned n = 0; n < 1000; n++) {
		outside[n] = enter_nth(table, 256 * 40 + n);
		dm_network_table_note(table, &outside[n], DM_MSEC(9), 255);
	}
	assert_string_equal(at(table, outside[0].network), "other 1000 1000");
	for (unsigned n = 0; n < DM_NETWORKS_MAX; n++) {
		char expected[64];

		snprintf(expected, sizeof(expected), "20.%u.0.0/16 1 1", n);
		assert_string_equal(at(table, inside[n].network), expected);
	}
	for (unsigned n = 0; n < 1000; n++)
		dm_network_table_leave(table, &outside[n]);
	assert_string_equal(at(table, inside[0].network), "20.0.0.0/16 1 1");
}

static void a_place_that_was_left_is_used_again(void **state)
{
	struct dm_network_table *table = *state;
	struct dm_network_places places[DM_NETWORKS_MAX];

	for (unsigned n = 0; n < DM_NETWORKS_MAX; n++) {
		places[n] = enter_nth(table, 256 * 20 + n);
		dm_network_table_note(table, &places[n], DM_MSEC(9), 0);
	}
	const uint16_t first = places[7].network, second = places[3].network;

	dm_network_table_leave(table, &places[7]);
	dm_network_table_leave(table, &places[3]);
	/* Back before anybody else came: what was counted is still there. */
	places[3] = enter_nth(table, 256 * 20 + 3);
	assert_int_equal(places[3].network, second);
	assert_string_equal(at(table, second), "20.3.0.0/16 1 1");
	dm_network_table_leave(table, &places[3]);
	/* The longest left goes first, and its counts with it. */
	assert_int_equal(enter_nth(table, 50).network, first);
	assert_string_equal(at(table, first), "0.50.0.0/16 1 0");
	assert_int_equal(enter_nth(table, 51).network, second);
	assert_string_equal(at(table, enter_nth(table, 52).network), "other 1 0");
}

/* Random comings and goings: the listeners told are always those who are there. */
static void listeners_add_up(void **state)
{
	struct dm_network_table *table = *state;
	struct dm_network_places there[500];
	size_t count = 0;

	seed_start(256);
	for (int round = 0; round < 50000; round++) {
		if (count < 500 && (count == 0 || seed_below(2))) {
			there[count++] = enter_nth(table, (unsigned)seed_below(2000));
		} else {
			const size_t n = (size_t)seed_below((uint32_t)count);

			dm_network_table_leave(table, &there[n]);
			there[n] = there[--count];
		}
		if (round % 1000 != 0)
			continue;

		uint32_t sum = 0;

		for (uint16_t place = 0; place < DM_NETWORK_PLACES; place++) {
			uint32_t listeners;

			(void)dm_network_table_look(table, place, &listeners);
			sum += listeners;
		}
		assert_int_equal(sum, count);
	}
}

struct race {
	struct dm_network_table *table;
	uint16_t place; /* the one that changes hands */
	_Atomic bool done;
	_Atomic unsigned reads, mixtures;
};

/* An even network's listeners lose nothing, an odd one's nearly all. */
static void *read_all(void *user)
{
	struct race *race = user;

	while (!race->done) {
		struct dm_reception_counts counts = { 0 };
		uint32_t listeners;
		const uint64_t key = dm_network_table_look(race->table, race->place, &listeners);
		const bool even = (key >> 16 & 1) == 0;

		dm_network_table_read(race->table, race->place, key, &counts);
		race->mixtures += counts.loss[even ? DM_RECEPTION_BUCKETS - 1 : 0] > 0;
		race->reads += counts.reports > 0;
	}
	return NULL;
}

static void a_reader_never_mixes_two_networks(void **state)
{
	struct race race = { .table = *state };
	pthread_t reader;

	for (unsigned n = 0; n < DM_NETWORKS_MAX - 1; n++)
		(void)enter_nth(race.table, 256 * 200 + n);
	race.place = DM_NETWORKS_MAX;
	assert_int_equal(pthread_create(&reader, NULL, read_all, &race), 0);
	for (unsigned n = 0; n < 200000 || race.reads < 1000; n++) {
		/* Below 127, where all is one. */
		struct dm_network_places places = enter_nth(race.table, n % 20000);

		assert_int_equal(places.network, race.place);
		dm_network_table_note(race.table, &places, DM_MSEC(1), n & 1 ? 255 : 0);
		dm_network_table_leave(race.table, &places);
	}
	race.done = true;
	pthread_join(reader, NULL);
	assert_int_equal(race.mixtures, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(addresses_fall_into_networks),
		TEST(what_has_no_address_is_nowhere),
		TEST(countries_are_two_letters),
		TEST(reports_count_where_the_listener_is),
		TEST(a_crowd_of_networks_evicts_nobody),
		TEST(a_place_that_was_left_is_used_again),
		TEST(listeners_add_up),
		TEST(a_reader_never_mixes_two_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
