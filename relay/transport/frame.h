/* relay/transport/frame.h
 *
 * Writes a UDP datagram as the Ethernet frame that the kernel would have made of it: IPv4 (RFC 791)
 * with "don't fragment", or IPv6 (RFC 8200), all checksums filled in.
 *
 * Pure. Thread: any.
 */
#ifndef DM_TRANSPORT_FRAME_H
#define DM_TRANSPORT_FRAME_H

#include "transport/address.h"
#include "transport/netlink.h"

#define DM_FRAME_HEADERS_MAX (14 + 40 + 8) /* bytes: Ethernet, IPv6, UDP */

/* Between what and what; both addresses of one family, IPv4 or IPv6. */
struct dm_frame_flow {
	const uint8_t *source_mac; /* DM_MAC_BYTES, borrowed for the call, like all below */
	const uint8_t *target_mac;
	const struct dm_address *source; /* its port is not looked at */
	const struct dm_address *target; /* likewise */
	uint16_t source_port;            /* host order */
	uint16_t target_port;
	uint8_t hops;          /* TTL, or hop limit */
	uint8_t traffic_class; /* DSCP and ECN */
};

/* Writes headers and payload to `frame`, which has room for both: DM_FRAME_HEADERS_MAX and
 * `bytes`, at most 1,452. Returns the frame's size. */
size_t dm_frame_write(uint8_t *frame, const struct dm_frame_flow *flow, const uint8_t *payload,
		      size_t bytes);

/* The Internet checksum of `bytes` bytes, in network order in memory (RFC 1071). */
uint16_t dm_frame_checksum(const uint8_t *data, size_t bytes);

#endif
