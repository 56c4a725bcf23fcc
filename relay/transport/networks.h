/* relay/transport/networks.h
 *
 * How receivers fare by the network that they are in: an IPv4 /16, an IPv6 /32, or the country that
 * the proxy in front of the relay named when they joined. No address is kept. What does not fit
 * into the table is counted together.
 *
 * Thread: the workers write; anybody reads.
 */
#ifndef DM_TRANSPORT_NETWORKS_H
#define DM_TRANSPORT_NETWORKS_H

#include "rtp/reception.h"
#include "transport/transport.h"

#define DM_NETWORKS_MAX       256 /* of one worker and kind; choice: bounds /metrics' and our time */
#define DM_NETWORK_NAME_BYTES 44  /* "2001:db8::/32" */

struct dm_network {
	char name[DM_NETWORK_NAME_BYTES]; /* "203.0.0.0/16", "2001:db8::/32", "CH", "other" */
	bool country;
	uint32_t listeners;                   /* connected now */
	uint64_t workers;                     /* bit n: worker n serves some of them */
	struct dm_reception_counts reception; /* since the start */
};

/* Those with listeners, summed over the workers, the largest first; at most `most`. Returns how
 * many. */
size_t dm_transport_networks(const struct dm_transport *transport, struct dm_network *networks,
			     size_t most);

#endif
