#include "transport/route.h"

#include "transport/ice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A key is an address, or a user name padded with zeros: both as plain bytes. */
struct key {
	uint8_t bytes[sizeof(struct dm_address)];
};

struct entry {
	struct key key;
	uint64_t hash;
	struct dm_connection *connection; /* borrowed; NULL when empty */
};

struct table {
	struct entry *entries; /* owned */
	size_t mask;
	size_t used;
	size_t limit;
};

struct dm_route {
	struct table addresses;
	struct table ufrags;
};

static int table_init(struct table *table, size_t limit)
{
	size_t size = 4;

	/* At most half full, so that probing stays short. */
	while (size < 2 * limit)
		size *= 2;
	*table = (struct table){
		.entries = calloc(size, sizeof(struct entry)),
		.mask = size - 1,
		.limit = limit,
	};
	return table->entries ? 0 : -ENOMEM;
}

int dm_route_create(struct dm_route **out, size_t capacity)
{
	*out = NULL;
	if (capacity == 0 || capacity > SIZE_MAX / (4 * sizeof(struct entry)))
		return -EINVAL;

	struct dm_route *route = calloc(1, sizeof(*route));

	if (!route)
		return -ENOMEM;
	/* During an ICE restart a connection has two user names. */
	if (table_init(&route->addresses, capacity) < 0 ||
	    table_init(&route->ufrags, 2 * capacity) < 0) {
		dm_route_destroy(route);
		return -ENOMEM;
	}
	*out = route;
	return 0;
}

void dm_route_destroy(struct dm_route *route)
{
	if (!route)
		return;
	free(route->addresses.entries);
	free(route->ufrags.entries);
	free(route);
}

static struct key key_of_address(const struct dm_address *address)
{
	struct key key;

	memcpy(key.bytes, address, sizeof(key.bytes));
	return key;
}

static struct key key_of_ufrag(const char *ufrag)
{
	struct key key = { 0 };

	memcpy(key.bytes, ufrag, strnlen(ufrag, DM_ICE_LOCAL_UFRAG_CHARS));
	return key;
}

/* FNV-1a over the key, then a finaliser: the low bits choose the slot. */
static uint64_t hash_of(const struct key *key)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < sizeof(key->bytes); i++)
		hash = (hash ^ key->bytes[i]) * UINT64_C(1099511628211);
	return hash ^ (hash >> 32);
}

/* The key's entry, or the empty one where it would go. */
static size_t probe(const struct table *table, const struct key *key, uint64_t hash)
{
	size_t i = hash & table->mask;

	while (table->entries[i].connection &&
	       (table->entries[i].hash != hash ||
		memcmp(&table->entries[i].key, key, sizeof(*key)) != 0))
		i = (i + 1) & table->mask;
	return i;
}

static int add(struct table *table, struct key key, struct dm_connection *connection)
{
	const uint64_t hash = hash_of(&key);

	if (table->used == table->limit)
		return -ENOSPC;
	table->entries[probe(table, &key, hash)] = (struct entry){ .key = key,
								   .hash = hash,
								   .connection = connection };
	table->used++;
	return 0;
}

static struct dm_connection *find(const struct table *table, struct key key)
{
	return table->entries[probe(table, &key, hash_of(&key))].connection;
}

static void take_out(struct table *table, struct key key)
{
	size_t hole = probe(table, &key, hash_of(&key));

	if (!table->entries[hole].connection)
		return;
	table->used--;

	/* Close the gap: move back what was pushed past its own place by the entry taken out. */
	for (size_t i = (hole + 1) & table->mask; table->entries[i].connection;
	     i = (i + 1) & table->mask) {
		const size_t home = table->entries[i].hash & table->mask;

		if (((i - home) & table->mask) >= ((i - hole) & table->mask)) {
			table->entries[hole] = table->entries[i];
			hole = i;
		}
	}
	table->entries[hole] = (struct entry){ 0 };
}

int dm_route_add_address(struct dm_route *route, const struct dm_address *address,
			 struct dm_connection *connection)
{
	return add(&route->addresses, key_of_address(address), connection);
}

int dm_route_add_ufrag(struct dm_route *route, const char *ufrag, struct dm_connection *connection)
{
	return add(&route->ufrags, key_of_ufrag(ufrag), connection);
}

struct dm_connection *dm_route_find_address(const struct dm_route *route,
					    const struct dm_address *address)
{
	return find(&route->addresses, key_of_address(address));
}

struct dm_connection *dm_route_find_ufrag(const struct dm_route *route, const char *ufrag)
{
	return find(&route->ufrags, key_of_ufrag(ufrag));
}

void dm_route_remove_address(struct dm_route *route, const struct dm_address *address)
{
	take_out(&route->addresses, key_of_address(address));
}

void dm_route_remove_ufrag(struct dm_route *route, const char *ufrag)
{
	take_out(&route->ufrags, key_of_ufrag(ufrag));
}
