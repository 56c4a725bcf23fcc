/* relay/transport/network_table.h
 *
 * The networks and countries of one worker's listeners: who listens from there now, and how they
 * fare. Bounded: what does not fit is counted together. A place that has listeners is nobody
 * else's; one whose listeners are gone goes to the next newcomer, longest left first.
 *
 * No clock, no I/O, no allocation after create.
 * Thread: the worker that owns the connections; the reading ones any.
 */
#ifndef DM_TRANSPORT_NETWORK_TABLE_H
#define DM_TRANSPORT_NETWORK_TABLE_H

#include "rtp/reception.h"
#include "transport/address.h"
#include "transport/networks.h"

/* Places: none, networks and one for all others, countries and one for all others. */
#define DM_NETWORK_PLACES (1 + 2 * (DM_NETWORKS_MAX + 1))

struct dm_network_table;

/* Where a connection counts; in every connection, so small. Zero: nowhere. */
struct dm_network_places {
	uint16_t network;
	uint16_t country;
};

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_network_table_create(struct dm_network_table **out);
void dm_network_table_destroy(struct dm_network_table *table); /* NULL is allowed */

/* A listener comes, goes elsewhere, goes. `country` is two letters A-Z; anything else is none. To
 * leave from nowhere, or to move from there, changes nothing. */
void dm_network_table_enter(struct dm_network_table *table, struct dm_network_places *places,
			    const struct dm_address *address, const char *country);
void dm_network_table_move(struct dm_network_table *table, struct dm_network_places *places,
			   const struct dm_address *address);
void dm_network_table_leave(struct dm_network_table *table, struct dm_network_places *places);

/* One report block of the listener, as dm_reception_note; one packet that was resent to it. */
void dm_network_table_note(struct dm_network_table *table, const struct dm_network_places *places,
			   dm_usec round_trip, uint8_t fraction_lost);
void dm_network_table_note_resent(struct dm_network_table *table,
				  const struct dm_network_places *places);

/* Reading. What is at a place now: its key, the same in every table; 0 when it is empty. And how
 * many listen there. */
uint64_t dm_network_table_look(const struct dm_network_table *table, uint16_t place,
			       uint32_t *listeners);

/* Adds what is counted at the place, unless it is no longer that key's. */
void dm_network_table_read(const struct dm_network_table *table, uint16_t place, uint64_t key,
			   struct dm_reception_counts *counts);

/* What a key stands for. */
bool dm_network_key_is_country(uint64_t key);
void dm_network_key_format(uint64_t key, char name[DM_NETWORK_NAME_BYTES]);

#endif
