#include "transport/candidates.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

#define HOST_TYPE_PREFERENCE 126U /* RFC 8445, 5.1.2.2 */

static int parse(struct dm_address *address, const char *text)
{
	*address = (struct dm_address){ .family = AF_INET };
	if (inet_pton(AF_INET, text, address->ip) == 1)
		return 0;
	address->family = AF_INET6;
	return inet_pton(AF_INET6, text, address->ip) == 1 ? 0 : -EINVAL;
}

static void add(struct dm_candidate_addresses *addresses, const struct dm_address *address)
{
	if (addresses->count < DM_CANDIDATES_MAX)
		addresses->list[addresses->count++] = *address;
}

static bool is_link_local(const struct dm_address *address)
{
	if (address->family == AF_INET)
		return address->ip[0] == 169 && address->ip[1] == 254;
	return address->ip[0] == 0xfe && (address->ip[1] & 0xc0) == 0x80;
}

/* Loopback serves only browsers on this very machine: they come last. */
static void add_interfaces(struct dm_candidate_addresses *addresses, const struct ifaddrs *list,
			   bool loopback)
{
	for (const struct ifaddrs *item = list; item; item = item->ifa_next) {
		struct sockaddr_storage sockaddr = { 0 };

		if (!item->ifa_addr || !(item->ifa_flags & IFF_UP) ||
		    !(item->ifa_flags & IFF_LOOPBACK) == loopback)
			continue;
		if (item->ifa_addr->sa_family == AF_INET)
			memcpy(&sockaddr, item->ifa_addr, sizeof(struct sockaddr_in));
		else if (item->ifa_addr->sa_family == AF_INET6)
			memcpy(&sockaddr, item->ifa_addr, sizeof(struct sockaddr_in6));
		else
			continue;

		const struct dm_address address = dm_address_from_sockaddr(&sockaddr);

		if (!is_link_local(&address))
			add(addresses, &address);
	}
}

int dm_candidate_addresses_find(struct dm_candidate_addresses *addresses,
				const struct dm_transport_options *options)
{
	struct dm_address address;
	struct ifaddrs *list;

	addresses->count = 0;
	for (size_t i = 0; i < options->announced_count; i++) {
		if (parse(&address, options->announced[i]) < 0)
			return -EINVAL;
		add(addresses, &address);
	}
	if (addresses->count > 0)
		return 0;
	if (options->address && *options->address) {
		static const uint8_t any[16];

		if (parse(&address, options->address) < 0)
			return -EINVAL;
		if (memcmp(address.ip, any, sizeof(any)) != 0) {
			add(addresses, &address);
			return 0;
		}
	}
	if (getifaddrs(&list) < 0)
		return -errno;
	add_interfaces(addresses, list, false);
	add_interfaces(addresses, list, true);
	freeifaddrs(list);
	return 0;
}

void dm_candidate_addresses_list(const struct dm_candidate_addresses *addresses, uint16_t port,
				 struct dm_peer_answer *answer)
{
	for (size_t i = 0; i < addresses->count; i++) {
		const uint32_t local_preference = 65535U - (uint32_t)i;
		struct dm_candidate *candidate = &answer->candidates[i];

		dm_address_format(&addresses->list[i], candidate->address);
		candidate->port = port;
		candidate->ipv6 = addresses->list[i].family == AF_INET6;
		/* RFC 8445, 5.1.2.1; component 1: RTCP is multiplexed. */
		candidate->priority = HOST_TYPE_PREFERENCE << 24 | local_preference << 8 |
				      (256U - 1U);
	}
	answer->candidate_count = addresses->count;
}
