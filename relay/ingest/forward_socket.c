#include "ingest/forward_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Half a second of a 16 Mbit/s picture: what may come while the machine is busy. Choice. The kernel
 * gives less where net.core.rmem_max says so. */
#define RECEIVE_BUFFER_BYTES (1 << 20)

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct dm_forward_batch {
	struct mmsghdr messages[DM_FORWARD_BATCH];
	struct iovec parts[DM_FORWARD_BATCH];
	union address from[DM_FORWARD_BATCH];
	uint8_t data[DM_FORWARD_BATCH][DM_FORWARD_DATAGRAM_BYTES];
};

/* Any address takes IPv4 and IPv6. False: `host` is no numeric address. */
static bool read_address(const char *host, uint16_t port, union address *out, socklen_t *bytes)
{
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, host, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(port);
		*bytes = sizeof(out->v4);
		return true;
	}
	*bytes = sizeof(out->v6);
	out->v6.sin6_port = htons(port);
	out->v6.sin6_family = AF_INET6;
	return *host == '\0' || inet_pton(AF_INET6, host, &out->v6.sin6_addr) == 1;
}

static int set(int fd, int level, int option, const void *value, socklen_t bytes)
{
	return setsockopt(fd, level, option, value, bytes) == 0 ? 0 : -errno;
}

static int join_group(int fd, const union address *address, unsigned iface)
{
	if (address->any.sa_family == AF_INET && IN_MULTICAST(ntohl(address->v4.sin_addr.s_addr))) {
		const struct ip_mreqn group = {
			.imr_multiaddr = address->v4.sin_addr,
			.imr_ifindex = (int)iface,
		};

		return set(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group));
	}
	if (address->any.sa_family == AF_INET6 && IN6_IS_ADDR_MULTICAST(&address->v6.sin6_addr)) {
		const struct ipv6_mreq group = {
			.ipv6mr_multiaddr = address->v6.sin6_addr,
			.ipv6mr_interface = iface,
		};

		return set(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof(group));
	}
	return 0;
}

static bool is_group(const union address *address)
{
	return address->any.sa_family == AF_INET ? IN_MULTICAST(ntohl(address->v4.sin_addr.s_addr))
						 : IN6_IS_ADDR_MULTICAST(&address->v6.sin6_addr);
}

static int prepare(int fd, const union address *address, socklen_t bytes, unsigned iface)
{
	const int one = 1, zero = 0, buffer = RECEIVE_BUFFER_BYTES;
	int error = 0;

	(void)set(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer)); /* less will do */
	/* A group may be listened to by others on this machine; a port of our own may not. */
	if (is_group(address))
		error = set(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!error && address->any.sa_family == AF_INET6)
		error = set(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (!error && bind(fd, &address->any, bytes) != 0)
		error = -errno;
	return error ? error : join_group(fd, address, iface);
}

int dm_forward_socket_open(const char *host, uint16_t port, const char *iface)
{
	const unsigned index = *iface ? if_nametoindex(iface) : 0;
	union address address;
	socklen_t bytes;

	if (!read_address(host, port, &address, &bytes))
		return -EINVAL;
	if (*iface && index == 0)
		return -ENODEV;

	const int fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;

	const int error = prepare(fd, &address, bytes, index);

	if (error) {
		close(fd);
		return error;
	}
	return fd;
}

/* IPv4 is kept as IPv6 has it (RFC 4291, 2.5.5.2). */
static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static void to_plain(const union address *address, struct dm_forward_address *out)
{
	*out = (struct dm_forward_address){ .scope = 0 };
	if (address->any.sa_family == AF_INET) {
		memcpy(out->ip, mapped_prefix, sizeof(mapped_prefix));
		memcpy(out->ip + sizeof(mapped_prefix), &address->v4.sin_addr, 4);
		out->port = ntohs(address->v4.sin_port);
		return;
	}
	memcpy(out->ip, &address->v6.sin6_addr, sizeof(out->ip));
	out->scope = address->v6.sin6_scope_id;
	out->port = ntohs(address->v6.sin6_port);
}

static socklen_t from_plain(const struct dm_forward_address *address, sa_family_t family,
			    union address *out)
{
	memset(out, 0, sizeof(*out));
	out->any.sa_family = family;
	if (family == AF_INET) {
		memcpy(&out->v4.sin_addr, address->ip + sizeof(mapped_prefix), 4);
		out->v4.sin_port = htons(address->port);
		return sizeof(out->v4);
	}
	memcpy(&out->v6.sin6_addr, address->ip, sizeof(address->ip));
	out->v6.sin6_scope_id = address->scope;
	out->v6.sin6_port = htons(address->port);
	return sizeof(out->v6);
}

void dm_forward_socket_send(int fd, const struct dm_forward_address *to, const uint8_t *data,
			    size_t bytes)
{
	union address own = { .any.sa_family = AF_UNSPEC }, address;
	socklen_t own_bytes = sizeof(own);

	if (getsockname(fd, &own.any, &own_bytes) != 0)
		return;

	const socklen_t address_bytes = from_plain(to, own.any.sa_family, &address);

	(void)!sendto(fd, data, bytes, MSG_DONTWAIT | MSG_NOSIGNAL, &address.any, address_bytes);
}

int dm_forward_batch_create(struct dm_forward_batch **out)
{
	struct dm_forward_batch *batch = calloc(1, sizeof(*batch));

	*out = batch;
	if (!batch)
		return -ENOMEM;
	for (size_t n = 0; n < DM_FORWARD_BATCH; n++) {
		batch->parts[n].iov_base = batch->data[n];
		batch->parts[n].iov_len = DM_FORWARD_DATAGRAM_BYTES;
		batch->messages[n].msg_hdr.msg_iov = &batch->parts[n];
		batch->messages[n].msg_hdr.msg_iovlen = 1;
		batch->messages[n].msg_hdr.msg_name = &batch->from[n];
	}
	return 0;
}

void dm_forward_batch_destroy(struct dm_forward_batch *batch)
{
	free(batch);
}

size_t dm_forward_batch_read(struct dm_forward_batch *batch, int fd)
{
	for (size_t n = 0; n < DM_FORWARD_BATCH; n++)
		batch->messages[n].msg_hdr.msg_namelen = sizeof(batch->from[n]);

	const int count = recvmmsg(fd, batch->messages, DM_FORWARD_BATCH, MSG_DONTWAIT, NULL);

	return count > 0 ? (size_t)count : 0;
}

const uint8_t *dm_forward_batch_datagram(const struct dm_forward_batch *batch, size_t n,
					 size_t *bytes, struct dm_forward_address *from)
{
	const struct mmsghdr *message = &batch->messages[n];

	*bytes = message->msg_len;
	to_plain(&batch->from[n], from);
	return batch->data[n];
}
