#include "transport/address.h"

#include <arpa/inet.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static struct dm_address from_ipv4(const struct sockaddr_in *in)
{
	struct dm_address address = { .family = AF_INET, .port = ntohs(in->sin_port) };

	memcpy(address.ip, &in->sin_addr, 4);
	return address;
}

static struct dm_address from_ipv6(const struct sockaddr_in6 *in6)
{
	struct dm_address address = { .family = AF_INET6, .port = ntohs(in6->sin6_port) };
	const uint8_t *ip = in6->sin6_addr.s6_addr;

	if (memcmp(ip, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		address.family = AF_INET;
		memcpy(address.ip, ip + 12, 4);
		return address;
	}
	memcpy(address.ip, ip, 16);
	/* Some stacks report a scope for global addresses too: it would only make one peer two. */
	if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr))
		address.scope_id = in6->sin6_scope_id;
	return address;
}

struct dm_address dm_address_from_sockaddr(const struct sockaddr_storage *sockaddr)
{
	if (sockaddr->ss_family == AF_INET)
		return from_ipv4((const struct sockaddr_in *)sockaddr);
	if (sockaddr->ss_family == AF_INET6)
		return from_ipv6((const struct sockaddr_in6 *)sockaddr);
	return (struct dm_address){ .family = AF_UNSPEC };
}

socklen_t dm_address_to_sockaddr(const struct dm_address *address, int socket_family,
				 struct sockaddr_storage *sockaddr)
{
	memset(sockaddr, 0, sizeof(*sockaddr));
	if (socket_family == AF_INET && address->family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)sockaddr;

		in->sin_family = AF_INET;
		in->sin_port = htons(address->port);
		memcpy(&in->sin_addr, address->ip, 4);
		return sizeof(*in);
	}
	if (socket_family != AF_INET6 || address->family == AF_UNSPEC)
		return 0;

	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)sockaddr;

	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(address->port);
	if (address->family == AF_INET) {
		memcpy(in6->sin6_addr.s6_addr, mapped_prefix, sizeof(mapped_prefix));
		memcpy(in6->sin6_addr.s6_addr + 12, address->ip, 4);
	} else {
		memcpy(in6->sin6_addr.s6_addr, address->ip, 16);
		in6->sin6_scope_id = address->scope_id;
	}
	return sizeof(*in6);
}

bool dm_address_equal(const struct dm_address *a, const struct dm_address *b)
{
	return a->port == b->port && a->family == b->family && a->scope_id == b->scope_id &&
	       memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

/* The finaliser of splitmix64 (Steele, Lea, Flood 2014): every input bit changes half the output.
 */
static uint64_t mix(uint64_t value)
{
	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

uint64_t dm_address_hash(const struct dm_address *address)
{
	uint64_t high, low;

	memcpy(&high, address->ip, sizeof(high));
	memcpy(&low, address->ip + 8, sizeof(low));

	uint64_t hash = mix(((uint64_t)address->scope_id << 32) |
			    ((uint64_t)address->family << 16) | address->port);

	hash = mix(hash ^ high);
	return mix(hash ^ low);
}

void dm_address_format(const struct dm_address *address, char *text)
{
	if (address->family == AF_UNSPEC ||
	    !inet_ntop(address->family, address->ip, text, INET6_ADDRSTRLEN))
		memcpy(text, "none", sizeof("none"));
}
