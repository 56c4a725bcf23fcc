#include "transport/network_table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum what {
	NETWORK_IPV4 = 1, /* /16: what a provider gives its customers of a town or a country */
	NETWORK_IPV6,     /* /32: what a registry gives a provider (RFC 6177; ripe-738, 5.1.2) */
	NETWORK_LOOPBACK,
	NETWORK_OTHER,
	COUNTRY,
	COUNTRY_OTHER,
};

/* A key: what it is in the upper half, which one in the lower. */
#define KEY(what)    ((uint64_t)(what) << 32)
#define WHAT_OF(key) ((enum what)((key) >> 32))
#define KEY_EMPTY    UINT64_C(0)

#define FIRST_NETWORK 1
#define OTHER_NETWORK (FIRST_NETWORK + DM_NETWORKS_MAX)
#define FIRST_COUNTRY (OTHER_NETWORK + 1)
#define OTHER_COUNTRY (FIRST_COUNTRY + DM_NETWORKS_MAX)

_Static_assert(OTHER_COUNTRY + 1 == DM_NETWORK_PLACES, "every place has its use");
_Static_assert(DM_NETWORK_PLACES <= UINT16_MAX, "places fit into a connection's 16 bits");

/* The key is written only while nobody listens here, between two changes of `turn`, a sequence
 * lock: odd while the place changes hands. */
struct place {
	_Atomic uint64_t turn;
	struct dm_metric listeners;
	uint64_t left_at; /* of the table's departures, when the last one left; the worker's own */
	struct dm_reception reception;
};

struct dm_network_table {
	_Atomic uint64_t keys[DM_NETWORK_PLACES]; /* together, to be searched quickly */
	uint64_t departures;
	struct place places[DM_NETWORK_PLACES];
};

int dm_network_table_create(struct dm_network_table **out)
{
	struct dm_network_table *table = calloc(1, sizeof(*table));

	*out = table;
	if (!table)
		return -ENOMEM;
	for (size_t n = 0; n < DM_NETWORK_PLACES; n++)
		dm_reception_init(&table->places[n].reception);
	atomic_init(&table->keys[OTHER_NETWORK], KEY(NETWORK_OTHER));
	atomic_init(&table->keys[OTHER_COUNTRY], KEY(COUNTRY_OTHER));
	return 0;
}

void dm_network_table_destroy(struct dm_network_table *table)
{
	free(table);
}

/* --- keys --- */

static uint64_t key_of_ipv4(const uint8_t *ip)
{
	if (ip[0] == 127) /* RFC 1122, 3.2.1.3 */
		return KEY(NETWORK_LOOPBACK);
	return KEY(NETWORK_IPV4) | (uint64_t)ip[0] << 24 | (uint64_t)ip[1] << 16;
}

static uint64_t key_of_ipv6(const uint8_t *ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* RFC 4291, 2.5.5.2 */
	static const uint8_t loopback[16] = { [15] = 1 };

	if (memcmp(ip, mapped, sizeof(mapped)) == 0)
		return key_of_ipv4(ip + sizeof(mapped));
	if (memcmp(ip, loopback, sizeof(loopback)) == 0)
		return KEY(NETWORK_LOOPBACK);
	return KEY(NETWORK_IPV6) | (uint64_t)ip[0] << 24 | (uint64_t)ip[1] << 16 |
	       (uint64_t)ip[2] << 8 | ip[3];
}

static uint64_t key_of_address(const struct dm_address *address)
{
	switch (address->family) {
	case AF_INET:
		return key_of_ipv4(address->ip);
	case AF_INET6:
		return key_of_ipv6(address->ip);
	default:
		return KEY_EMPTY;
	}
}

static bool is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static uint64_t key_of_country(const char *country)
{
	if (!is_letter(country[0]) || !is_letter(country[1]) || country[2] != '\0')
		return KEY_EMPTY;
	return KEY(COUNTRY) | (uint64_t)country[0] << 8 | (uint64_t)country[1];
}

bool dm_network_key_is_country(uint64_t key)
{
	return WHAT_OF(key) == COUNTRY || WHAT_OF(key) == COUNTRY_OTHER;
}

void dm_network_key_format(uint64_t key, char name[DM_NETWORK_NAME_BYTES])
{
	const uint32_t prefix[4] = { htonl((uint32_t)key) };
	char text[INET6_ADDRSTRLEN] = "";

	switch (WHAT_OF(key)) {
	case NETWORK_IPV4:
		(void)inet_ntop(AF_INET, prefix, text, sizeof(text));
		snprintf(name, DM_NETWORK_NAME_BYTES, "%.15s/16", text);
		return;
	case NETWORK_IPV6:
		(void)inet_ntop(AF_INET6, prefix, text, sizeof(text));
		snprintf(name, DM_NETWORK_NAME_BYTES, "%.39s/32", text);
		return;
	case NETWORK_LOOPBACK:
		snprintf(name, DM_NETWORK_NAME_BYTES, "loopback");
		return;
	case COUNTRY:
		snprintf(name, DM_NETWORK_NAME_BYTES, "%c%c", (char)(key >> 8), (char)key);
		return;
	case NETWORK_OTHER:
	case COUNTRY_OTHER:
		break;
	}
	snprintf(name, DM_NETWORK_NAME_BYTES, "other");
}

/* --- coming and going --- */

static uint64_t key_at(const struct dm_network_table *table, size_t place)
{
	return atomic_load_explicit(&table->keys[place], memory_order_relaxed);
}

/* The place is the key's from now on. Readers that began before notice, by the turn. */
static void give(struct dm_network_table *table, uint16_t number, uint64_t key)
{
	struct place *place = &table->places[number];

	(void)atomic_fetch_add_explicit(&place->turn, 1, memory_order_acq_rel);
	dm_reception_clear(&place->reception);
	atomic_store_explicit(&table->keys[number], key, memory_order_relaxed);
	(void)atomic_fetch_add_explicit(&place->turn, 1, memory_order_acq_rel);
}

/* The place that has the key, else an empty one, else the one that was left longest ago; 0 when all
 * of them have listeners. */
static uint16_t find(const struct dm_network_table *table, uint16_t first, uint64_t key)
{
	uint16_t best = 0;

	for (uint16_t n = first; n < first + DM_NETWORKS_MAX; n++) {
		const uint64_t there = key_at(table, n);

		if (there == key)
			return n;
		if (there == KEY_EMPTY)
			return n; /* places are given in order: the key is not behind it */
	}
	for (uint16_t n = first; n < first + DM_NETWORKS_MAX; n++) {
		const struct place *place = &table->places[n];

		if (dm_metric_get(&place->listeners) == 0 &&
		    (best == 0 || place->left_at < table->places[best].left_at))
			best = n;
	}
	return best;
}

static uint16_t enter(struct dm_network_table *table, uint16_t first, uint64_t key)
{
	if (key == KEY_EMPTY)
		return 0;

	uint16_t number = find(table, first, key);

	if (number == 0)
		number = first + DM_NETWORKS_MAX; /* the others' */
	else if (key_at(table, number) != key)
		give(table, number, key);
	dm_metric_add(&table->places[number].listeners, 1);
	return number;
}

static void leave(struct dm_network_table *table, uint16_t number)
{
	if (number == 0)
		return;
	dm_metric_add(&table->places[number].listeners, -1);
	table->places[number].left_at = ++table->departures;
}

void dm_network_table_enter(struct dm_network_table *table, struct dm_network_places *places,
			    const struct dm_address *address, const char *country)
{
	dm_network_table_leave(table, places);
	places->network = enter(table, FIRST_NETWORK, key_of_address(address));
	places->country = enter(table, FIRST_COUNTRY, key_of_country(country));
}

void dm_network_table_move(struct dm_network_table *table, struct dm_network_places *places,
			   const struct dm_address *address)
{
	if (places->network == 0)
		return;
	leave(table, places->network);
	places->network = enter(table, FIRST_NETWORK, key_of_address(address));
}

void dm_network_table_leave(struct dm_network_table *table, struct dm_network_places *places)
{
	leave(table, places->network);
	leave(table, places->country);
	*places = (struct dm_network_places){ 0 };
}

/* --- counting --- */

void dm_network_table_note(struct dm_network_table *table, const struct dm_network_places *places,
			   dm_usec round_trip, uint8_t fraction_lost)
{
	if (places->network > 0)
		dm_reception_note(&table->places[places->network].reception, round_trip,
				  fraction_lost);
	if (places->country > 0)
		dm_reception_note(&table->places[places->country].reception, round_trip,
				  fraction_lost);
}

void dm_network_table_note_resent(struct dm_network_table *table,
				  const struct dm_network_places *places)
{
	if (places->network > 0)
		dm_metric_add(&table->places[places->network].reception.resent, 1);
	if (places->country > 0)
		dm_metric_add(&table->places[places->country].reception.resent, 1);
}

/* --- reading, on another thread --- */

uint64_t dm_network_table_look(const struct dm_network_table *table, uint16_t place,
			       uint32_t *listeners)
{
	const int64_t count = dm_metric_get(&table->places[place].listeners);

	*listeners = count > 0 ? (uint32_t)count : 0;
	return key_at(table, place);
}

void dm_network_table_read(const struct dm_network_table *table, uint16_t place, uint64_t key,
			   struct dm_reception_counts *counts)
{
	struct place *there = (struct place *)(uintptr_t)&table->places[place];
	const uint64_t turn = atomic_load_explicit(&there->turn, memory_order_acquire);
	const uint64_t found = key_at(table, place);
	struct dm_reception_counts more;

	dm_reception_read(&there->reception, &more);
	/* Adding nothing, with release: what was read above stays above, for which a fence, that
	 * ThreadSanitizer does not know, would serve as well. */
	if (atomic_fetch_add_explicit(&there->turn, 0, memory_order_acq_rel) == turn &&
	    turn % 2 == 0 && found == key)
		dm_reception_add(counts, &more);
}
