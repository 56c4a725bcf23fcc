#include "transport/socket.h"

#include "transport/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Holds a key frame to a thousand viewers while the link drains. Choice. */
#define SEND_BUFFER_BYTES (8 * 1024 * 1024)
/* Reports and checks of thousands while a turn runs long. Choice. */
#define RECEIVE_BUFFER_BYTES (4 * 1024 * 1024)

static void set_buffer(int fd, int forced, int plain, int bytes)
{
	/* The first is not bound by the system's limit, but asks for CAP_NET_ADMIN. */
	if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof(bytes));
}

/* Our packets fit every path that carries WebRTC (DM_TRACK_PAYLOAD_MAX), so they leave unfragmented
 * whatever ICMP says of the path's MTU: nobody can make us fragment, or refuse UDP_SEGMENT, by
 * forging that. It also spares the kernel an IP identification for each, 8-15 % of a small send
 * (measured on Linux 6.18: its counters are shared and hashed by address). */
static void refuse_fragments(int fd, int family)
{
	const int ipv4 = IP_PMTUDISC_PROBE, ipv6 = IPV6_PMTUDISC_PROBE;

	(void)setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &ipv4, sizeof(ipv4));
	if (family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &ipv6, sizeof(ipv6));
}

static int open_bound(int *fd, const struct dm_address *address)
{
	struct sockaddr_storage sockaddr;
	const socklen_t bytes = dm_address_to_sockaddr(address, address->family, &sockaddr);
	const int off = 0;

	*fd = socket(address->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return -errno;
	if (address->family == AF_INET6)
		(void)setsockopt(*fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(*fd, (const struct sockaddr *)&sockaddr, bytes) < 0) {
		const int error = -errno;

		close(*fd);
		*fd = -1;
		return error;
	}
	refuse_fragments(*fd, address->family);
	set_buffer(*fd, SO_SNDBUFFORCE, SO_SNDBUF, SEND_BUFFER_BYTES);
	set_buffer(*fd, SO_RCVBUFFORCE, SO_RCVBUF, RECEIVE_BUFFER_BYTES);
	return 0;
}

int dm_socket_open(int *fd, const char *address, uint16_t port, uint16_t *bound)
{
	struct dm_address wanted = { .family = AF_INET6, .port = port };
	struct sockaddr_storage sockaddr;
	socklen_t bytes = sizeof(sockaddr);
	int error;

	*fd = -1;
	if (address && *address) {
		if (inet_pton(AF_INET, address, wanted.ip) == 1)
			wanted.family = AF_INET;
		else if (inet_pton(AF_INET6, address, wanted.ip) != 1)
			return -EINVAL;
	}
	error = open_bound(fd, &wanted);
	if (error == -EAFNOSUPPORT && (!address || !*address)) {
		wanted.family = AF_INET; /* a machine without IPv6 */
		error = open_bound(fd, &wanted);
	}
	if (error < 0)
		return error;
	if (getsockname(*fd, (struct sockaddr *)&sockaddr, &bytes) < 0)
		return -errno;
	*bound = dm_address_from_sockaddr(&sockaddr).port;
	return 0;
}
