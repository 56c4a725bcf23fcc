/* relay/transport/route.h
 *
 * Finds the connection that a received datagram belongs to: by the ICE user name of a check, or by
 * the address that a check has proven.
 *
 * Pure: no clock, no I/O, no allocation after create. Open addressing with linear probing.
 * Thread: only the worker that created it.
 */
#ifndef DM_TRANSPORT_ROUTE_H
#define DM_TRANSPORT_ROUTE_H

#include "transport/address.h"

#include <stddef.h>
#include <stdint.h>

struct dm_connection;
struct dm_route;

/* For at most `capacity` connections. Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_route_create(struct dm_route **out, size_t capacity);
void dm_route_destroy(struct dm_route *route); /* NULL is allowed */

/* The address or user name must not be in the table yet. Connections are borrowed until removed.
 * Returns 0 or -ENOSPC. */
int dm_route_add_address(struct dm_route *route, const struct dm_address *address,
			 struct dm_connection *connection);
int dm_route_add_ufrag(struct dm_route *route, const char *ufrag, struct dm_connection *connection);

/* NULL when there is none. */
struct dm_connection *dm_route_find_address(const struct dm_route *route,
					    const struct dm_address *address);
struct dm_connection *dm_route_find_ufrag(const struct dm_route *route, const char *ufrag);

/* Unknown ones are ignored. */
void dm_route_remove_address(struct dm_route *route, const struct dm_address *address);
void dm_route_remove_ufrag(struct dm_route *route, const char *ufrag);

#endif
