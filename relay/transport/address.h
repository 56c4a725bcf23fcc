/* relay/transport/address.h
 *
 * A UDP transport address, compact and comparable: IPv4 or IPv6 with its port.
 *
 * Pure, plain data. Thread: any.
 */
#ifndef DM_TRANSPORT_ADDRESS_H
#define DM_TRANSPORT_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* IPv4 is kept as its own family, not mapped. Zero-filled beyond what is used, so that equal
 * addresses are equal bytes. */
struct dm_address {
	uint8_t ip[16];    /* network order; IPv4 in the first four */
	uint32_t scope_id; /* IPv6 link-local */
	uint16_t port;     /* host order */
	uint8_t family;    /* AF_INET or AF_INET6; AF_UNSPEC: none */
};

/* IPv4-mapped IPv6 becomes IPv4. An unknown family gives AF_UNSPEC. */
struct dm_address dm_address_from_sockaddr(const struct sockaddr_storage *sockaddr);

/* For a socket of family `socket_family`: IPv4 on an IPv6 socket is mapped. Returns the length; 0
 * when such a socket cannot reach the address. */
socklen_t dm_address_to_sockaddr(const struct dm_address *address, int socket_family,
				 struct sockaddr_storage *sockaddr);

bool dm_address_equal(const struct dm_address *a, const struct dm_address *b);
uint64_t dm_address_hash(const struct dm_address *address);

/* Numeric address without the port. `text` holds at least INET6_ADDRSTRLEN bytes. */
void dm_address_format(const struct dm_address *address, char *text);

#endif
