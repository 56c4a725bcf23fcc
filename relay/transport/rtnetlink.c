#include "transport/rtnetlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel's messages are at most this long unless the reader asks for more (NLMSG_GOODSIZE). */
#define MESSAGE_MAX   8192
#define FOLLOW_MAX    64            /* datagrams a call; choice */
#define BACKLOG_BYTES (1024 * 1024) /* a storm of neighbours while a turn runs long; choice */
#define GROUP(name)   (1u << ((name)-1))
#define GROUPS                                                                               \
	(GROUP(RTNLGRP_LINK) | GROUP(RTNLGRP_NEIGH) | GROUP(RTNLGRP_IPV4_IFADDR) |           \
	 GROUP(RTNLGRP_IPV4_ROUTE) | GROUP(RTNLGRP_IPV4_RULE) | GROUP(RTNLGRP_IPV6_IFADDR) | \
	 GROUP(RTNLGRP_IPV6_ROUTE) | GROUP(RTNLGRP_IPV6_RULE))

struct dm_rtnetlink {
	int questions; /* descriptors, owned */
	int changes;
	uint32_t sequence;
	_Alignas(struct nlmsghdr) uint8_t buffer[MESSAGE_MAX];
};

static int open_socket(uint32_t groups)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	const int size = BACKLOG_BYTES;
	const int nexthops = RTNLGRP_NEXTHOP;
	const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		const int error = -errno;

		close(fd);
		return error;
	}
	if (groups) {
		if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
			(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
		/* Beyond the 32 groups of the bit mask; kernels before 5.3 have no such objects. */
		(void)setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &nexthops,
				 sizeof(nexthops));
	}
	return fd;
}

int dm_rtnetlink_create(struct dm_rtnetlink **out)
{
	struct dm_rtnetlink *rtnetlink = calloc(1, sizeof(*rtnetlink));
	int error = 0;

	*out = NULL;
	if (!rtnetlink)
		return -ENOMEM;
	rtnetlink->questions = open_socket(0);
	rtnetlink->changes = open_socket(GROUPS);
	if (rtnetlink->questions < 0)
		error = rtnetlink->questions;
	else if (rtnetlink->changes < 0)
		error = rtnetlink->changes;
	if (error < 0) {
		dm_rtnetlink_destroy(rtnetlink);
		return error;
	}
	*out = rtnetlink;
	return 0;
}

void dm_rtnetlink_destroy(struct dm_rtnetlink *rtnetlink)
{
	if (!rtnetlink)
		return;
	if (rtnetlink->questions >= 0)
		close(rtnetlink->questions);
	if (rtnetlink->changes >= 0)
		close(rtnetlink->changes);
	free(rtnetlink);
}

int dm_rtnetlink_fd(const struct dm_rtnetlink *rtnetlink)
{
	return rtnetlink->changes;
}

/* One datagram from the kernel itself: others may send to the socket too. Returns its size, 0 for
 * one that is to be passed over, or -errno. */
static ssize_t receive(struct dm_rtnetlink *rtnetlink, int fd)
{
	struct sockaddr_nl from = { 0 };
	socklen_t bytes = sizeof(from);
	const ssize_t size = recvfrom(fd, rtnetlink->buffer, sizeof(rtnetlink->buffer), MSG_TRUNC,
				      (struct sockaddr *)&from, &bytes);

	if (size < 0)
		return -errno;
	if (from.nl_pid != 0)
		return 0;
	/* A link with hundreds of virtual functions: as good as lost. */
	return (size_t)size <= sizeof(rtnetlink->buffer) ? size : -ENOBUFS;
}

static int ask(struct dm_rtnetlink *rtnetlink, const uint8_t *question, size_t bytes,
	       enum dm_netlink_type wanted, struct dm_netlink_message *answer)
{
	if (send(rtnetlink->questions, question, bytes, 0) < 0)
		return -errno;
	for (;;) {
		const ssize_t size = receive(rtnetlink, rtnetlink->questions);
		size_t offset = 0;
		uint32_t sequence;

		if (size < 0)
			return (int)size;
		while (dm_netlink_next(rtnetlink->buffer, (size_t)size, &offset, answer,
				       &sequence)) {
			if (sequence != rtnetlink->sequence)
				continue; /* of an earlier question that had been given up */
			if (answer->type == wanted)
				return 0;
			return answer->type == DM_NETLINK_ERROR && answer->error < 0 ? answer->error
										     : -EIO;
		}
	}
}

int dm_rtnetlink_ask_route(struct dm_rtnetlink *rtnetlink, const struct dm_address *to,
			   const struct dm_address *from, struct dm_netlink_route *route)
{
	uint8_t question[DM_NETLINK_QUESTION_MAX];
	struct dm_netlink_message answer;
	const size_t bytes = dm_netlink_ask_route(question, ++rtnetlink->sequence, to, from);
	const int error = ask(rtnetlink, question, bytes, DM_NETLINK_ROUTE, &answer);

	if (error == 0)
		*route = answer.route;
	return error;
}

int dm_rtnetlink_ask_neighbour(struct dm_rtnetlink *rtnetlink, int interface,
			       const struct dm_address *ip, struct dm_netlink_neighbour *neighbour)
{
	uint8_t question[DM_NETLINK_QUESTION_MAX];
	struct dm_netlink_message answer;
	const size_t bytes = dm_netlink_ask_neighbour(question, ++rtnetlink->sequence, interface,
						      ip);
	const int error = ask(rtnetlink, question, bytes, DM_NETLINK_NEIGHBOUR, &answer);

	if (error == 0)
		*neighbour = answer.neighbour;
	return error;
}

int dm_rtnetlink_follow(struct dm_rtnetlink *rtnetlink, dm_rtnetlink_change_cb *on_change,
			void *user)
{
	for (int i = 0; i < FOLLOW_MAX; i++) {
		const ssize_t size = receive(rtnetlink, rtnetlink->changes);
		struct dm_netlink_message message;
		size_t offset = 0;

		if (size < 0)
			return size == -EAGAIN || size == -EINTR ? 0 : (int)size;
		while (dm_netlink_next(rtnetlink->buffer, (size_t)size, &offset, &message, NULL)) {
			if (message.type == DM_NETLINK_ROUTE) /* a new one, not an answer */
				message.type = DM_NETLINK_ROUTES_CHANGED;
			on_change(user, &message);
		}
	}
	return 0;
}
