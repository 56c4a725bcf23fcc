#include "transport/wire_xdp.h"

#include "transport/frame.h"
#include "transport/interface.h"
#include "transport/paths.h"
#include "transport/rtnetlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Larger than any sound packet and within the datagram that every IPv4 host takes, 576 bytes with
 * its headers (RFC 791, 3.1): no path refuses it, so path MTUs need not be known. */
#define RAW_BYTES_MAX 548
#define DESTINATIONS  16384        /* a worker's connections at most */
#define STUCK_MAX     DM_MSEC(200) /* then a packet of sound is of no use any more; choice */
#define HOPS          64           /* RFC 1700's default, as the kernel's */

struct dm_wire_xdp {
	struct dm_wire_metrics *metrics; /* borrowed */
	struct dm_rtnetlink *rtnetlink;  /* owned */
	struct dm_paths *paths;          /* owned */
	struct dm_interfaces interfaces;
	struct dm_address bound; /* of the socket; its port is the frames' source port */
	uint8_t hops[2];         /* of IPv4 and IPv6 */
	uint8_t traffic_class[2];
	uint32_t flush;
};

static int ask_route(void *user, const struct dm_address *to, const struct dm_address *from,
		     struct dm_netlink_route *route)
{
	return dm_rtnetlink_ask_route(user, to, from, route);
}

static int ask_neighbour(void *user, int interface, const struct dm_address *ip,
			 struct dm_netlink_neighbour *neighbour)
{
	return dm_rtnetlink_ask_neighbour(user, interface, ip, neighbour);
}

/* An option of the socket's, or `otherwise` when it has none or leaves it to the system. */
static uint8_t option(int fd, int level, int name, uint8_t otherwise)
{
	int value = -1;
	socklen_t bytes = sizeof(value);

	if (getsockopt(fd, level, name, &value, &bytes) < 0 || value < 0 || value > UINT8_MAX)
		return otherwise;
	return (uint8_t)value;
}

static int read_socket(struct dm_wire_xdp *xdp, int fd)
{
	struct sockaddr_storage bound;
	socklen_t bytes = sizeof(bound);
	const struct dm_address none = { 0 };

	if (getsockname(fd, (struct sockaddr *)&bound, &bytes) < 0)
		return -errno;
	xdp->bound = dm_address_from_sockaddr(&bound);
	if (memcmp(xdp->bound.ip, none.ip, sizeof(none.ip)) == 0)
		xdp->bound.family = AF_UNSPEC;
	xdp->hops[0] = option(fd, IPPROTO_IP, IP_TTL, HOPS);
	xdp->hops[1] = option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, HOPS);
	xdp->traffic_class[0] = option(fd, IPPROTO_IP, IP_TOS, 0);
	xdp->traffic_class[1] = option(fd, IPPROTO_IPV6, IPV6_TCLASS, 0);
	return 0;
}

int dm_wire_xdp_create(struct dm_wire_xdp **out, const struct dm_wire_xdp_options *options)
{
	struct dm_wire_xdp *xdp = calloc(1, sizeof(*xdp));
	int error;

	*out = NULL;
	if (!xdp)
		return -ENOMEM;
	xdp->metrics = options->metrics;
	xdp->interfaces = (struct dm_interfaces){ .fd = options->fd,
						  .queue = options->queue,
						  .open = &options->metrics->interfaces };
	error = dm_xdp_ring_probe();
	if (error == 0)
		error = read_socket(xdp, options->fd);
	if (error == 0)
		error = dm_rtnetlink_create(&xdp->rtnetlink);
	if (error == 0)
		error = dm_paths_create(&xdp->paths, &(struct dm_paths_options){
							     .oracle = { .route = ask_route,
									 .neighbour = ask_neighbour,
									 .user = xdp->rtnetlink },
							     .bound = xdp->bound,
							     .capacity = DESTINATIONS });
	if (error < 0) {
		dm_wire_xdp_destroy(xdp);
		return error;
	}
	*out = xdp;
	return 0;
}

void dm_wire_xdp_destroy(struct dm_wire_xdp *xdp)
{
	if (!xdp)
		return;
	dm_interfaces_finish(&xdp->interfaces);
	dm_paths_destroy(xdp->paths);
	dm_rtnetlink_destroy(xdp->rtnetlink);
	free(xdp);
}

const char *dm_wire_xdp_reason(int error)
{
	return dm_interface_reason(error);
}

int dm_wire_xdp_fd(const struct dm_wire_xdp *xdp)
{
	return dm_rtnetlink_fd(xdp->rtnetlink);
}

static void take_change(void *user, const struct dm_netlink_message *message)
{
	struct dm_wire_xdp *xdp = user;

	dm_paths_take(xdp->paths, message);
	if (message->type == DM_NETLINK_LINK)
		dm_interface_refresh(&xdp->interfaces, message->interface);
}

void dm_wire_xdp_turn(struct dm_wire_xdp *xdp)
{
	dm_paths_turn(xdp->paths);
	if (dm_rtnetlink_follow(xdp->rtnetlink, take_change, xdp) == 0)
		return;
	/* Announcements were lost. */
	dm_paths_forget(xdp->paths);
	for (size_t i = 0; i < DM_INTERFACES_MAX; i++)
		dm_interface_refresh(&xdp->interfaces, xdp->interfaces.list[i].index);
}

/* Has the kernel send what is in the ring. What it does not take stays there for the next time,
 * unless the interface fails: then the latest go back by UDP, behind rest[0..count). Returns
 * the new count. */
static size_t push(struct dm_wire_xdp *xdp, struct dm_interface *interface, dm_usec now,
		   struct dm_wire_message *rest, size_t count)
{
	const uint32_t pending = interface->pending_count;
	int64_t calls = 0, lost = 0;
	int error = dm_xdp_ring_kick(interface->ring, &calls, &lost);
	const uint32_t queued = dm_xdp_ring_queued(interface->ring);
	uint32_t back = 0;

	if (queued == 0)
		interface->stuck_since = DM_USEC_NEVER;
	else if (interface->stuck_since == DM_USEC_NEVER)
		interface->stuck_since = now;
	else if (error == 0 && now - interface->stuck_since > STUCK_MAX)
		error = -ETIMEDOUT;
	if (error < 0) {
		back = queued < pending ? queued : pending;
		memcpy(rest + count, interface->pending + pending - back, back * sizeof(*rest));
		lost += queued - back; /* of earlier calls */
		dm_interface_refuse(&xdp->interfaces, interface, error, now);
	}
	dm_wire_count_sent(xdp->metrics, interface->pending, pending - back);
	dm_metric_add(&xdp->metrics->raw_packets, pending - back);
	dm_metric_add(&xdp->metrics->udp_interface, back);
	dm_metric_add(&xdp->metrics->dropped_full, lost);
	dm_metric_add(&xdp->metrics->calls, calls);
	interface->pending_count = 0;
	return count + back;
}

static void write_frame(struct dm_wire_xdp *xdp, struct dm_interface *interface, uint8_t *frame,
			const struct dm_wire_message *message, const struct dm_address *to,
			const struct dm_path *path, const uint8_t *mac)
{
	const unsigned version = to->family == AF_INET6;
	const struct dm_frame_flow flow = { .source_mac = interface->mac,
					    .target_mac = mac,
					    .source = &path->source,
					    .target = to,
					    .source_port = xdp->bound.port,
					    .target_port = to->port,
					    .hops = xdp->hops[version],
					    .traffic_class = xdp->traffic_class[version] };

	dm_xdp_ring_commit(interface->ring,
			   (uint32_t)dm_frame_write(frame, &flow, message->data, message->bytes));
	interface->pending[interface->pending_count++] = *message;
}

/* The kernel's path takes it, and what else this call has for that destination: see wire.h on
 * order. */
static bool decline(struct dm_wire_xdp *xdp, struct dm_path *path, struct dm_metric *reason)
{
	if (path)
		path->detour = xdp->flush;
	dm_metric_add(reason, 1);
	return false;
}

/* Puts the message into a ring. False: it goes by UDP. */
static bool take(struct dm_wire_xdp *xdp, const struct dm_wire_message *message, dm_usec now,
		 struct dm_interface **used)
{
	struct dm_wire_metrics *const metrics = xdp->metrics;
	/* As large as both families need. */
	const struct dm_address to = dm_address_from_sockaddr(
		(const struct sockaddr_storage *)&message->to->address);
	struct dm_path *path;
	const uint8_t *mac;
	const enum dm_path_result result = dm_paths_find(xdp->paths, &to, now, &path, &mac);

	if (message->bytes > RAW_BYTES_MAX)
		return decline(xdp, path, &metrics->udp_large);
	if (result == DM_PATH_UNKNOWN || result == DM_PATH_UNUSABLE)
		return decline(xdp, path, &metrics->udp_route);
	if (result == DM_PATH_NO_NEIGHBOUR)
		return decline(xdp, path, &metrics->udp_neighbour);
	if (result == DM_PATH_DUE || path->detour == xdp->flush)
		return decline(xdp, path, &metrics->udp_confirm);

	struct dm_interface *interface = dm_interface_get(&xdp->interfaces, path->interface, now);
	uint8_t *const frame = interface ? dm_xdp_ring_reserve(interface->ring) : NULL;

	if (!interface)
		return decline(xdp, path, &metrics->udp_interface);
	if (!frame)
		return decline(xdp, path, &metrics->udp_full);
	write_frame(xdp, interface, frame, message, &to, path, mac);
	*used = interface;
	return true;
}

size_t dm_wire_xdp_send(struct dm_wire_xdp *xdp, struct dm_wire_message *messages, size_t count)
{
	const dm_usec now = dm_time_now();
	size_t rest = 0;

	/* Paths begin with 0. */
	if (++xdp->flush == 0)
		xdp->flush = 1;
	for (size_t i = 0; i < count; i++) {
		const struct dm_wire_message message = messages[i];
		struct dm_interface *used = NULL;

		if (!message.alone || message.segments != 1 || !take(xdp, &message, now, &used))
			messages[rest++] = message;
		else if (used->pending_count == DM_XDP_CALL_FRAMES)
			rest = push(xdp, used, now, messages, rest);
	}
	for (size_t i = 0; i < DM_INTERFACES_MAX; i++) {
		struct dm_interface *interface = &xdp->interfaces.list[i];

		if (interface->ring && dm_xdp_ring_queued(interface->ring) > 0)
			rest = push(xdp, interface, now, messages, rest);
	}
	return rest;
}
