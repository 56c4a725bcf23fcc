#include "transport/netlink.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/* States in which the kernel sends to the MAC that it has: its own NUD_VALID (net/neighbour.h). */
#define ATTRIBUTE_TYPE 0x3fff /* NLA_TYPE_MASK: without the flags above */
#define USABLE         (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY)

/* A run of attributes: 16 bits of length, header included, 16 bits of type, padded to 4 bytes. */
struct attributes {
	const uint8_t *data;
	size_t size;
};

struct attribute {
	uint16_t type;
	const uint8_t *value;
	size_t bytes;
};

static bool next_attribute(struct attributes *rest, struct attribute *out)
{
	struct rtattr header;

	if (rest->size < sizeof(header))
		return false;
	memcpy(&header, rest->data, sizeof(header));
	if (header.rta_len < sizeof(header) || header.rta_len > rest->size)
		return false;
	*out = (struct attribute){ .type = header.rta_type & ATTRIBUTE_TYPE,
				   .value = rest->data + sizeof(header),
				   .bytes = header.rta_len - sizeof(header) };

	const size_t step = RTA_ALIGN(header.rta_len);

	rest->data += step < rest->size ? step : rest->size;
	rest->size -= step < rest->size ? step : rest->size;
	return true;
}

static size_t ip_bytes(int family)
{
	return family == AF_INET ? 4 : 16;
}

static struct dm_address read_ip(const struct attribute *attribute, int family)
{
	struct dm_address ip = { .family = AF_UNSPEC };

	if ((family == AF_INET || family == AF_INET6) && attribute->bytes == ip_bytes(family)) {
		ip.family = (uint8_t)family;
		memcpy(ip.ip, attribute->value, attribute->bytes);
	}
	return ip;
}

static int read_int(const struct attribute *attribute)
{
	int value = 0;

	if (attribute->bytes == sizeof(value))
		memcpy(&value, attribute->value, sizeof(value));
	return value;
}

/* A gateway of the other family (RTA_VIA, "via inet6 …"): its family, then its address. */
static struct dm_address read_via(const struct attribute *attribute)
{
	uint16_t family = AF_UNSPEC;

	if (attribute->bytes >= sizeof(family))
		memcpy(&family, attribute->value, sizeof(family));
	else
		return (struct dm_address){ .family = AF_UNSPEC };
	return read_ip(&(struct attribute){ .value = attribute->value + sizeof(family),
					    .bytes = attribute->bytes - sizeof(family) },
		       family);
}

static bool read_route(const uint8_t *body, size_t size, struct dm_netlink_route *route)
{
	struct rtmsg header;
	struct attribute attribute;

	if (size < sizeof(header))
		return false;
	memcpy(&header, body, sizeof(header));
	*route = (struct dm_netlink_route){ .plain = header.rtm_type == RTN_UNICAST };

	struct attributes rest = { body + NLMSG_ALIGN(sizeof(header)),
				   size - NLMSG_ALIGN(sizeof(header)) };

	while (next_attribute(&rest, &attribute)) {
		if (attribute.type == RTA_OIF)
			route->interface = read_int(&attribute);
		else if (attribute.type == RTA_GATEWAY)
			route->gateway = read_ip(&attribute, header.rtm_family);
		else if (attribute.type == RTA_VIA)
			route->gateway = read_via(&attribute);
		else if (attribute.type == RTA_PREFSRC)
			route->source = read_ip(&attribute, header.rtm_family);
		else if (attribute.type == RTA_ENCAP || attribute.type == RTA_MULTIPATH)
			route->plain = false;
	}
	return true;
}

static bool read_neighbour(const uint8_t *body, size_t size, bool gone,
			   struct dm_netlink_neighbour *neighbour)
{
	struct ndmsg header;
	struct attribute attribute;
	bool has_mac = false;

	if (size < sizeof(header))
		return false;
	memcpy(&header, body, sizeof(header));
	*neighbour = (struct dm_netlink_neighbour){ .interface = header.ndm_ifindex };

	struct attributes rest = { body + NLMSG_ALIGN(sizeof(header)),
				   size - NLMSG_ALIGN(sizeof(header)) };

	while (next_attribute(&rest, &attribute)) {
		if (attribute.type == NDA_DST) {
			neighbour->ip = read_ip(&attribute, header.ndm_family);
		} else if (attribute.type == NDA_LLADDR && attribute.bytes == DM_MAC_BYTES) {
			memcpy(neighbour->mac, attribute.value, DM_MAC_BYTES);
			has_mac = true;
		}
	}
	neighbour->usable = has_mac && !gone && (header.ndm_state & USABLE) != 0;
	neighbour->permanent = (header.ndm_state & (NUD_PERMANENT | NUD_NOARP)) != 0;
	return neighbour->ip.family != AF_UNSPEC && neighbour->interface > 0;
}

static bool read_link(const uint8_t *body, size_t size, int *interface)
{
	struct ifinfomsg header;

	if (size < sizeof(header))
		return false;
	memcpy(&header, body, sizeof(header));
	*interface = header.ifi_index;
	return true;
}

static bool read_error(const uint8_t *body, size_t size, int *error)
{
	struct attribute attribute = { .value = body, .bytes = sizeof(int) };

	if (size < sizeof(int))
		return false;
	*error = read_int(&attribute);
	return true;
}

static void read_body(uint16_t type, const uint8_t *body, size_t size,
		      struct dm_netlink_message *message)
{
	bool good = false;

	switch (type) {
	case RTM_NEWROUTE:
		message->type = DM_NETLINK_ROUTE;
		good = read_route(body, size, &message->route);
		break;
	case RTM_DELROUTE:
	case RTM_NEWADDR:
	case RTM_DELADDR:
	case RTM_NEWRULE:
	case RTM_DELRULE:
	case RTM_NEWNEXTHOP:
	case RTM_DELNEXTHOP:
		message->type = DM_NETLINK_ROUTES_CHANGED;
		good = true;
		break;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		message->type = DM_NETLINK_NEIGHBOUR;
		good = read_neighbour(body, size, type == RTM_DELNEIGH, &message->neighbour);
		break;
	case RTM_NEWLINK:
	case RTM_DELLINK:
		message->type = DM_NETLINK_LINK;
		good = read_link(body, size, &message->interface);
		break;
	case NLMSG_ERROR:
		message->type = DM_NETLINK_ERROR;
		good = read_error(body, size, &message->error);
		break;
	default:
		break;
	}
	if (!good)
		message->type = DM_NETLINK_OTHER;
}

bool dm_netlink_next(const uint8_t *data, size_t size, size_t *offset,
		     struct dm_netlink_message *message, uint32_t *sequence)
{
	struct nlmsghdr header;
	const size_t left = *offset < size ? size - *offset : 0;

	if (left < sizeof(header))
		return false;
	memcpy(&header, data + *offset, sizeof(header));
	if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > left)
		return false;
	*message = (struct dm_netlink_message){ .type = DM_NETLINK_OTHER };
	read_body(header.nlmsg_type, data + *offset + NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN,
		  message);
	if (sequence)
		*sequence = header.nlmsg_seq;

	const size_t step = NLMSG_ALIGN((size_t)header.nlmsg_len);

	*offset += step < left ? step : left;
	return true;
}

/* --- questions --- */

struct question {
	uint8_t *data;
	size_t size;
};

static void put(struct question *question, const void *bytes, size_t size)
{
	memcpy(question->data + question->size, bytes, size);
	question->size = NLMSG_ALIGN(question->size + size);
}

static void put_attribute(struct question *question, uint16_t type, const void *value, size_t bytes)
{
	const struct rtattr header = { .rta_type = type, .rta_len = (uint16_t)RTA_LENGTH(bytes) };

	put(question, &header, sizeof(header));
	put(question, value, bytes);
}

static struct question begin(uint8_t *data, uint16_t type, uint32_t sequence)
{
	const struct nlmsghdr header = { .nlmsg_type = type,
					 .nlmsg_flags = NLM_F_REQUEST,
					 .nlmsg_seq = sequence };
	struct question question = { .data = data };

	memset(data, 0, DM_NETLINK_QUESTION_MAX);
	put(&question, &header, sizeof(header));
	return question;
}

static size_t end(struct question *question)
{
	const uint32_t size = (uint32_t)question->size;

	memcpy(question->data, &size, sizeof(size)); /* nlmsg_len comes first */
	return question->size;
}

size_t dm_netlink_ask_route(uint8_t *data, uint32_t sequence, const struct dm_address *to,
			    const struct dm_address *from)
{
	struct question question = begin(data, RTM_GETROUTE, sequence);
	const uint8_t bits = (uint8_t)(8 * ip_bytes(to->family));
	const bool bound = from->family == to->family;
	const struct rtmsg body = { .rtm_family = to->family,
				    .rtm_dst_len = bits,
				    .rtm_src_len = bound ? bits : 0 };
	const uint8_t udp = IPPROTO_UDP;

	put(&question, &body, sizeof(body));
	put_attribute(&question, RTA_DST, to->ip, ip_bytes(to->family));
	if (bound)
		put_attribute(&question, RTA_SRC, from->ip, ip_bytes(from->family));
	if (to->scope_id)
		put_attribute(&question, RTA_OIF, &to->scope_id, sizeof(to->scope_id));
	put_attribute(&question, RTA_IP_PROTO, &udp, sizeof(udp));
	return end(&question);
}

size_t dm_netlink_ask_neighbour(uint8_t *data, uint32_t sequence, int interface,
				const struct dm_address *ip)
{
	struct question question = begin(data, RTM_GETNEIGH, sequence);
	const struct ndmsg body = { .ndm_family = ip->family, .ndm_ifindex = interface };

	put(&question, &body, sizeof(body));
	put_attribute(&question, NDA_DST, ip->ip, ip_bytes(ip->family));
	return end(&question);
}
