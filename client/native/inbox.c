#include "inbox.h"

#include "arrival.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BATCH         64            /* messages in one recvmmsg(2); choice */
#define MESSAGE_BYTES 65535         /* what UDP_GRO puts together at most */
#define STRIDE        (65536 + 320) /* not 2^16: the first lines of all would share a cache set */
#define DRAIN_MAX     30000         /* datagrams; choice */
#define EVENTS_MAX    256
#define SHARED_BUFFER (256 << 20) /* bytes: seconds of 5,000 listeners' sound; choice */
#define OWN_BUFFER    (1 << 20)   /* bytes: a key frame and a scheduling pause; choice */
#define OFFSET_EVERY  DM_SEC(1)
#define CLOCK_STEP    DM_MSEC(1) /* NTP slews both clocks alike; more than this is a step */

struct outlet {
	struct dm_address server;
	int fd; /* -1: none; owned unless it is the shared one */
};

struct dm_inbox {
	struct dm_inbox_options options;
	int epoll_fd;
	int shared_fd; /* -1: not opened */
	struct outlet *outlets;
	uint32_t own_count;           /* outlets with a socket of their own */
	uint64_t overflowed_and_gone; /* of closed sockets */
	dm_usec wall_offset;
	dm_usec wall_offset_due;
	uint8_t *buffers; /* BATCH of STRIDE */
	struct iovec vectors[BATCH];
	struct mmsghdr messages[BATCH];
	_Alignas(struct cmsghdr) uint8_t controls[BATCH][DM_ARRIVAL_CONTROL_BYTES];
};

/* What one drain hands on. */
struct drain {
	struct dm_inbox *inbox;
	dm_inbox_cb *on_datagram;
	void *user;
	dm_usec now;
	size_t count;
};

static dm_usec wall_offset(void)
{
	struct timespec wall;
	const dm_usec before = dm_time_now();

	clock_gettime(CLOCK_REALTIME, &wall);

	const dm_usec middle = before + (dm_time_now() - before) / 2;

	return (dm_usec)wall.tv_sec * 1000000 + wall.tv_nsec / 1000 - middle;
}

static void follow_wall_clock(struct dm_inbox *inbox, dm_usec now)
{
	if (now < inbox->wall_offset_due)
		return;
	inbox->wall_offset_due = now + OFFSET_EVERY;

	const dm_usec offset = wall_offset();

	if (llabs(offset - inbox->wall_offset) > CLOCK_STEP)
		inbox->wall_offset = offset;
}

static void prepare_message(struct dm_inbox *inbox, int i)
{
	struct msghdr *header = &inbox->messages[i].msg_hdr;

	header->msg_control = inbox->controls[i];
	header->msg_controllen = DM_ARRIVAL_CONTROL_BYTES;
	header->msg_flags = 0;
}

int dm_inbox_create(struct dm_inbox **out, const struct dm_inbox_options *options)
{
	struct dm_inbox *inbox;
	int error = -ENOMEM;

	*out = NULL;
	if (!options->listeners || options->listeners > DM_SPREAD_MAX)
		return -EINVAL;
	inbox = calloc(1, sizeof(*inbox));
	if (!inbox)
		return -ENOMEM;
	inbox->options = *options;
	inbox->epoll_fd = inbox->shared_fd = -1;
	inbox->outlets = calloc(options->listeners, sizeof(*inbox->outlets));
	inbox->buffers = malloc((size_t)BATCH * STRIDE);
	if (!inbox->outlets || !inbox->buffers)
		goto destroy;
	for (uint32_t i = 0; i < options->listeners; i++)
		inbox->outlets[i].fd = -1;
	for (int i = 0; i < BATCH; i++) {
		inbox->vectors[i] = (struct iovec){ inbox->buffers + (size_t)i * STRIDE,
						    MESSAGE_BYTES };
		inbox->messages[i].msg_hdr.msg_iov = &inbox->vectors[i];
		inbox->messages[i].msg_hdr.msg_iovlen = 1;
		prepare_message(inbox, i);
	}
	inbox->wall_offset = wall_offset();
	inbox->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	error = inbox->epoll_fd < 0 ? -errno : 0;
	if (error)
		goto destroy;
	*out = inbox;
	return 0;

destroy:
	dm_inbox_destroy(inbox);
	return error;
}

void dm_inbox_destroy(struct dm_inbox *inbox)
{
	if (!inbox)
		return;
	for (uint32_t i = 0; inbox->outlets && i < inbox->options.listeners; i++)
		dm_inbox_close(inbox, i);
	if (inbox->shared_fd >= 0)
		close(inbox->shared_fd);
	if (inbox->epoll_fd >= 0)
		close(inbox->epoll_fd);
	free(inbox->outlets);
	free(inbox->buffers);
	free(inbox);
}

/* What every socket of an inbox has. A kernel that lacks one of these still delivers. */
static int new_socket(int family, int buffer_bytes)
{
	const int on = 1;
	const int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	/* Only root may go above net.core.rmem_max. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof(buffer_bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
	(void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	(void)setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof(on));
	return fd;
}

static int watch(struct dm_inbox *inbox, int fd, uint32_t listener)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = listener };

	return epoll_ctl(inbox->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_shared(struct dm_inbox *inbox)
{
	const int on = 1;
	const struct sockaddr_in any = { .sin_family = AF_INET };
	const int fd = new_socket(AF_INET, SHARED_BUFFER);
	int error = 0;

	if (fd < 0)
		return fd;
	if (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0)
		error = -errno;
	if (!error && inbox->options.polled)
		error = watch(inbox, fd, DM_SPREAD_NONE);
	if (error)
		close(fd);
	else
		inbox->shared_fd = fd;
	return error;
}

int dm_inbox_port(struct dm_inbox *inbox)
{
	struct sockaddr_in bound = { 0 };
	socklen_t length = sizeof(bound);
	const int error = inbox->shared_fd < 0 ? open_shared(inbox) : 0;

	if (error)
		return error;
	if (getsockname(inbox->shared_fd, (struct sockaddr *)&bound, &length) < 0)
		return -errno;
	return ntohs(bound.sin_port);
}

static int open_own(struct dm_inbox *inbox, uint32_t listener, const struct dm_address *server)
{
	struct sockaddr_storage sockaddr;
	const socklen_t length = dm_address_to_sockaddr(server, server->family, &sockaddr);
	int error = 0;

	if (!length)
		return -EINVAL;

	const int fd = new_socket(server->family, OWN_BUFFER);

	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&sockaddr, length) < 0)
		error = -errno;
	if (!error)
		error = watch(inbox, fd, listener);
	if (error) {
		close(fd);
		return error;
	}
	inbox->outlets[listener].fd = fd;
	inbox->own_count++;
	return 0;
}

/* Addresses of this machine are reached over loopback, and from any address of 127.0.0.0/8. */
static bool is_of_this_machine(const struct dm_address *server)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(&address.sin_addr, server->ip, sizeof(address.sin_addr));

	const bool bound = bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

	if (fd >= 0)
		close(fd);
	return bound;
}

int dm_inbox_open(struct dm_inbox *inbox, uint32_t listener, const struct dm_address *server)
{
	if (listener >= inbox->options.listeners || inbox->outlets[listener].fd >= 0)
		return -EINVAL;
	inbox->outlets[listener].server = *server;
	if (!inbox->options.spread || server->family != AF_INET || !is_of_this_machine(server))
		return open_own(inbox, listener, server);

	const int error = inbox->shared_fd < 0 ? open_shared(inbox) : 0;

	if (!error)
		inbox->outlets[listener].fd = inbox->shared_fd;
	return error;
}

static uint64_t dropped_by(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t bytes = sizeof(info);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &bytes) < 0)
		return 0;
	return info[SK_MEMINFO_DROPS];
}

void dm_inbox_close(struct dm_inbox *inbox, uint32_t listener)
{
	struct outlet *outlet = &inbox->outlets[listener];

	if (outlet->fd >= 0 && outlet->fd != inbox->shared_fd) {
		inbox->overflowed_and_gone += dropped_by(outlet->fd);
		close(outlet->fd); /* which takes it out of epoll(7) */
		inbox->own_count--;
	}
	outlet->fd = -1;
}

int dm_inbox_send(struct dm_inbox *inbox, uint32_t listener, const uint8_t *data, size_t bytes)
{
	const struct outlet *outlet = &inbox->outlets[listener];
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct in_pktinfo))] = { 0 };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(outlet->server.port) };
	struct iovec vector = { (void *)(uintptr_t)data, bytes };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	struct in_pktinfo info = { 0 };

	if (outlet->fd < 0)
		return -ENOTCONN;
	if (outlet->fd == inbox->shared_fd) {
		memcpy(&to.sin_addr, outlet->server.ip, sizeof(to.sin_addr));
		message.msg_name = &to;
		message.msg_namelen = sizeof(to);
		message.msg_control = control;
		message.msg_controllen = sizeof(control);

		struct cmsghdr *header = CMSG_FIRSTHDR(&message);

		header->cmsg_level = IPPROTO_IP;
		header->cmsg_type = IP_PKTINFO;
		header->cmsg_len = CMSG_LEN(sizeof(info));
		info.ipi_spec_dst.s_addr = htonl(dm_spread_address(listener)); /* we send from */
		memcpy(CMSG_DATA(header), &info, sizeof(info));
	}
	return sendmsg(outlet->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* `listener` is DM_SPREAD_NONE for the shared socket: the address tells. */
static void hand_on(struct drain *drain, int i, uint32_t listener)
{
	struct dm_inbox *inbox = drain->inbox;
	struct mmsghdr *message = &inbox->messages[i];
	const struct dm_arrival arrival = dm_arrival_read(&message->msg_hdr);
	struct dm_inbox_datagram datagram = {
		.listener = listener != DM_SPREAD_NONE ? listener : dm_spread_listener(arrival.to),
		.at = arrival.wall_us ? arrival.wall_us - inbox->wall_offset : drain->now,
	};

	prepare_message(inbox, i);
	if (datagram.listener >= inbox->options.listeners)
		return;
	for (size_t offset = 0; offset < message->msg_len; offset += datagram.bytes) {
		datagram.data = (uint8_t *)inbox->vectors[i].iov_base + offset;
		datagram.bytes = dm_arrival_next(&arrival, offset, message->msg_len);
		drain->on_datagram(drain->user, &datagram);
		drain->count++;
	}
}

static void read_socket(struct drain *drain, int fd, uint32_t listener)
{
	int count = BATCH;

	while (count == BATCH && drain->count < DRAIN_MAX) {
		count = recvmmsg(fd, drain->inbox->messages, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < count; i++)
			hand_on(drain, i, listener);
		/* A callback may have closed it. */
		if (listener != DM_SPREAD_NONE && drain->inbox->outlets[listener].fd != fd)
			return;
	}
}

static void read_own(struct drain *drain)
{
	struct epoll_event events[EVENTS_MAX];
	int count = EVENTS_MAX;

	while (count == EVENTS_MAX && drain->count < DRAIN_MAX) {
		count = epoll_wait(drain->inbox->epoll_fd, events, EVENTS_MAX, 0);
		for (int i = 0; i < count; i++) {
			const uint32_t listener = events[i].data.u32;

			if (listener != DM_SPREAD_NONE && drain->inbox->outlets[listener].fd >= 0)
				read_socket(drain, drain->inbox->outlets[listener].fd, listener);
		}
	}
}

size_t dm_inbox_drain(struct dm_inbox *inbox, dm_inbox_cb *on_datagram, void *user)
{
	struct drain drain = {
		.inbox = inbox, .on_datagram = on_datagram, .user = user, .now = dm_time_now()
	};

	follow_wall_clock(inbox, drain.now);
	if (inbox->shared_fd >= 0)
		read_socket(&drain, inbox->shared_fd, DM_SPREAD_NONE);
	if (inbox->own_count)
		read_own(&drain);
	return drain.count;
}

int dm_inbox_fd(const struct dm_inbox *inbox)
{
	return inbox->epoll_fd;
}

dm_usec dm_inbox_wall_offset(const struct dm_inbox *inbox)
{
	return inbox->wall_offset;
}

uint64_t dm_inbox_overflowed(const struct dm_inbox *inbox)
{
	uint64_t sum = inbox->overflowed_and_gone + dropped_by(inbox->shared_fd);

	for (uint32_t i = 0; inbox->own_count && i < inbox->options.listeners; i++)
		if (inbox->outlets[i].fd != inbox->shared_fd)
			sum += dropped_by(inbox->outlets[i].fd);
	return sum;
}
