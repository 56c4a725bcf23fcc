#include "transport/roster.h"

#include <errno.h>
#include <stdlib.h>

struct dm_roster {
	struct dm_connection **row; /* borrowed connections */
	size_t count;
	struct dm_connection **by_peer; /* twice as many places; NULL: empty */
	size_t places;
};

int dm_roster_create(struct dm_roster **out, size_t capacity)
{
	*out = NULL;

	struct dm_roster *roster = calloc(1, sizeof(*roster));

	if (!roster)
		return -ENOMEM;
	roster->places = 2 * capacity;
	roster->row = calloc(capacity, sizeof(struct dm_connection *));
	roster->by_peer = calloc(roster->places, sizeof(struct dm_connection *));
	if (!roster->row || !roster->by_peer) {
		dm_roster_destroy(roster);
		return -ENOMEM;
	}
	*out = roster;
	return 0;
}

void dm_roster_destroy(struct dm_roster *roster)
{
	if (!roster)
		return;
	free(roster->by_peer);
	free(roster->row);
	free(roster);
}

/* Ids count up, with the worker in the low bits: successive peers fall into successive places. */
static size_t home_of(const struct dm_roster *roster, dm_peer_id peer)
{
	return (size_t)(peer / DM_WORKERS_MAX) % roster->places;
}

/* The peer's place, or the empty one where it would go. */
static size_t place_of(const struct dm_roster *roster, dm_peer_id peer)
{
	size_t i = home_of(roster, peer);

	while (roster->by_peer[i] && roster->by_peer[i]->id != peer)
		i = (i + 1) % roster->places;
	return i;
}

void dm_roster_add(struct dm_roster *roster, struct dm_connection *connection)
{
	connection->position = roster->count;
	roster->row[roster->count++] = connection;
	roster->by_peer[place_of(roster, connection->id)] = connection;
}

void dm_roster_remove(struct dm_roster *roster, struct dm_connection *connection)
{
	const size_t places = roster->places;
	size_t hole = place_of(roster, connection->id);

	/* Close the gap, as in route.c. */
	for (size_t i = (hole + 1) % places; roster->by_peer[i]; i = (i + 1) % places) {
		const size_t home = home_of(roster, roster->by_peer[i]->id);

		if ((i + places - home) % places >= (i + places - hole) % places) {
			roster->by_peer[hole] = roster->by_peer[i];
			hole = i;
		}
	}
	roster->by_peer[hole] = NULL;

	struct dm_connection *last = roster->row[--roster->count];

	roster->row[connection->position] = last;
	last->position = connection->position;
}

struct dm_connection *dm_roster_find(const struct dm_roster *roster, dm_peer_id peer)
{
	return roster->by_peer[place_of(roster, peer)];
}

size_t dm_roster_count(const struct dm_roster *roster)
{
	return roster->count;
}

struct dm_connection *dm_roster_at(const struct dm_roster *roster, size_t position)
{
	return roster->row[position];
}
