/* relay/transport/rtnetlink.h
 *
 * Asks the kernel for routes and neighbours, and hears what changes. Questions are answered within
 * the call that asks them (the kernel handles rtnetlink in the sender's own context, some 5 us).
 *
 * Thread: the one that uses it, one at a time; never waits.
 */
#ifndef DM_TRANSPORT_RTNETLINK_H
#define DM_TRANSPORT_RTNETLINK_H

#include "transport/netlink.h"

struct dm_rtnetlink;

/* Returns 0, -ENOMEM or -errno of socket(2) and bind(2); on failure *out is NULL. */
int dm_rtnetlink_create(struct dm_rtnetlink **out);
void dm_rtnetlink_destroy(struct dm_rtnetlink *rtnetlink); /* NULL is allowed */

/* Readable when something has changed. */
int dm_rtnetlink_fd(const struct dm_rtnetlink *rtnetlink);

/* Return 0 or -errno: what the kernel said (-ENOENT: no such neighbour; -ENETUNREACH), -EIO for an
 * answer of another kind. `from` as in netlink.h. */
int dm_rtnetlink_ask_route(struct dm_rtnetlink *rtnetlink, const struct dm_address *to,
			   const struct dm_address *from, struct dm_netlink_route *route);
int dm_rtnetlink_ask_neighbour(struct dm_rtnetlink *rtnetlink, int interface,
			       const struct dm_address *ip, struct dm_netlink_neighbour *neighbour);

typedef void dm_rtnetlink_change_cb(void *user, const struct dm_netlink_message *message);

/* Hands on up to 64 datagrams of changes. Returns 0, or -ENOBUFS: some were lost, and everything
 * learned before may be wrong. */
int dm_rtnetlink_follow(struct dm_rtnetlink *rtnetlink, dm_rtnetlink_change_cb *on_change,
			void *user);

#endif
