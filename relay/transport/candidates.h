/* relay/transport/candidates.h
 *
 * The host candidates that the relay announces (RFC 8445, 5.1.1): the configured addresses, or
 * those that the machine has.
 *
 * Thread: the control thread.
 */
#ifndef DM_TRANSPORT_CANDIDATES_H
#define DM_TRANSPORT_CANDIDATES_H

#include "transport/address.h"
#include "transport/options.h"
#include "transport/peer.h"

struct dm_candidate_addresses {
	struct dm_address list[DM_CANDIDATES_MAX];
	size_t count;
};

/* Announced addresses; else the bound one; else all of the machine but link-local ones, with
 * loopback last. Returns 0, -EINVAL (an address is not numeric) or -errno of getifaddrs. */
int dm_candidate_addresses_find(struct dm_candidate_addresses *addresses,
				const struct dm_transport_options *options);

/* Fills in the answer's candidates, best first. */
void dm_candidate_addresses_list(const struct dm_candidate_addresses *addresses, uint16_t port,
				 struct dm_peer_answer *answer);

#endif
