/* relay/transport/roster.h
 *
 * The connections of one worker: found by peer id, and in a row to go round.
 *
 * Pure: no clock, no I/O, no allocation after create. Open addressing with linear probing, at most
 * half full.
 * Thread: only the worker that created it.
 */
#ifndef DM_TRANSPORT_ROSTER_H
#define DM_TRANSPORT_ROSTER_H

#include "transport/connection.h"

struct dm_roster;

/* For at most `capacity` connections. Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_roster_create(struct dm_roster **out, size_t capacity);
void dm_roster_destroy(struct dm_roster *roster); /* NULL is allowed */

/* Connections are borrowed until removed. The caller keeps to the capacity. */
void dm_roster_add(struct dm_roster *roster, struct dm_connection *connection);

/* The last of the row takes its position. */
void dm_roster_remove(struct dm_roster *roster, struct dm_connection *connection);

/* NULL when there is none. */
struct dm_connection *dm_roster_find(const struct dm_roster *roster, dm_peer_id peer);

size_t dm_roster_count(const struct dm_roster *roster);
struct dm_connection *dm_roster_at(const struct dm_roster *roster, size_t position);

#endif
