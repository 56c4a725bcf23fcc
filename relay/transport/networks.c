#include "transport/networks.h"

#include "transport/network_table.h"
#include "transport/transport_private.h"
#include "transport/worker.h"

#include <stdlib.h>

/* One place of one worker with listeners. */
struct sight {
	uint64_t key;
	unsigned worker;
	uint16_t place;
	uint32_t listeners;
};

/* One network: a stretch of the sights, which are sorted by key. */
struct group {
	const struct sight *sights;
	size_t count;
	uint32_t listeners;
};

static int by_key(const void *left, const void *right)
{
	const struct sight *a = left, *b = right;

	return a->key < b->key ? -1 : a->key > b->key;
}

/* The largest first; of the same size in the order of their keys. */
static int by_listeners(const void *left, const void *right)
{
	const struct group *a = left, *b = right;

	if (a->listeners != b->listeners)
		return a->listeners > b->listeners ? -1 : 1;
	return by_key(a->sights, b->sights);
}

static const struct dm_network_table *table_of(const struct dm_transport *transport,
					       unsigned worker)
{
	return dm_worker_networks(dm_transport_worker(transport, worker));
}

static size_t look(const struct dm_transport *transport, unsigned workers, struct sight *sights)
{
	size_t count = 0;

	for (unsigned worker = 0; worker < workers; worker++) {
		for (unsigned place = 1; place < DM_NETWORK_PLACES; place++) {
			struct sight *sight = &sights[count];

			*sight = (struct sight){ .worker = worker, .place = (uint16_t)place };
			sight->key = dm_network_table_look(table_of(transport, worker),
							   sight->place, &sight->listeners);
			count += sight->listeners > 0;
		}
	}
	return count;
}

static size_t group(const struct sight *sights, size_t count, struct group *groups)
{
	size_t made = 0;

	for (size_t n = 0; n < count; n++) {
		if (n == 0 || sights[n].key != sights[n - 1].key)
			groups[made++] = (struct group){ .sights = &sights[n] };
		groups[made - 1].count++;
		groups[made - 1].listeners += sights[n].listeners;
	}
	return made;
}

static void fill(const struct dm_transport *transport, const struct group *group,
		 struct dm_network *network)
{
	const uint64_t key = group->sights[0].key;

	*network = (struct dm_network){ .country = dm_network_key_is_country(key),
					.listeners = group->listeners };
	dm_network_key_format(key, network->name);
	for (size_t n = 0; n < group->count; n++) {
		const struct sight *sight = &group->sights[n];

		network->workers |= UINT64_C(1) << sight->worker;
		dm_network_table_read(table_of(transport, sight->worker), sight->place, key,
				      &network->reception);
	}
}

size_t dm_transport_networks(const struct dm_transport *transport, struct dm_network *networks,
			     size_t most)
{
	const unsigned workers = dm_transport_worker_count(transport);
	const size_t places = (size_t)workers * DM_NETWORK_PLACES;
	struct sight *sights = calloc(places, sizeof(*sights));
	struct group *groups = calloc(places, sizeof(*groups));
	size_t count = 0;

	if (sights && groups) {
		const size_t seen = look(transport, workers, sights);

		qsort(sights, seen, sizeof(*sights), by_key);
		count = group(sights, seen, groups);
		qsort(groups, count, sizeof(*groups), by_listeners);
		if (count > most)
			count = most;
		for (size_t n = 0; n < count; n++)
			fill(transport, &groups[n], &networks[n]);
	}
	free(groups);
	free(sights);
	return count;
}
