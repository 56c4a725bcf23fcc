#include "transport/interface.h"

#include "base/log.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>

/* Opening takes some 2 ms (measured), and finds a queue taken for a moment after it was closed: the
 * pauses between two tries double. Choices. */
#define RETRY_FIRST DM_SEC(1)
#define RETRY_LAST  DM_SEC(300)

const char *dm_interface_reason(int error)
{
	switch (error) {
	case -EPERM:
	case -EACCES:
		return "no permission; it needs CAP_NET_RAW (systemd: AmbientCapabilities=)";
	case -ENOBUFS:
	case -ENOMEM:
		return "no locked memory; raise RLIMIT_MEMLOCK (systemd: LimitMEMLOCK=)";
	case -EAFNOSUPPORT:
		return "this kernel has no AF_XDP";
	case -EBUSY:
		return "the interface's queue is taken; it needs one a worker (ethtool -L)";
	case -EINVAL:
		return "the interface has no queue for this worker (ethtool -L)";
	case -EOPNOTSUPP:
		return "the interface or its driver takes no frames";
	case -ENETDOWN:
	case -ENXIO:
	case -ENODEV:
		return "the interface is down or gone";
	case -ETIMEDOUT:
		return "the interface has stopped taking frames";
	default:
		return "the system does not allow it";
	}
}

/* Reads name, MAC and state. Returns 0, -ENODEV, -ENETDOWN or -EOPNOTSUPP (not Ethernet). */
static int look_up(const struct dm_interfaces *interfaces, int index, char *name, uint8_t *mac)
{
	struct ifreq request = { .ifr_ifindex = index };

	if (ioctl(interfaces->fd, SIOCGIFNAME, &request) < 0)
		return -ENODEV;
	memcpy(name, request.ifr_name, IFNAMSIZ);
	if (ioctl(interfaces->fd, SIOCGIFFLAGS, &request) < 0)
		return -ENODEV;
	if (!(request.ifr_flags & IFF_UP))
		return -ENETDOWN;
	if (ioctl(interfaces->fd, SIOCGIFHWADDR, &request) < 0)
		return -ENODEV;
	if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return -EOPNOTSUPP;
	memcpy(mac, request.ifr_hwaddr.sa_data, DM_MAC_BYTES);
	return 0;
}

static void close_ring(struct dm_interfaces *interfaces, struct dm_interface *interface)
{
	if (!interface->ring)
		return;
	dm_xdp_ring_close(interface->ring);
	interface->ring = NULL;
	interface->pending_count = 0;
	interface->stuck_since = DM_USEC_NEVER;
	dm_metric_add(interfaces->open, -1);
}

void dm_interface_refuse(struct dm_interfaces *interfaces, struct dm_interface *interface,
			 int error, dm_usec now)
{
	char name[IFNAMSIZ] = "";
	uint8_t mac[DM_MAC_BYTES];

	close_ring(interfaces, interface);
	interface->refused = true;
	interface->retry_after = interface->retry_after ? 2 * interface->retry_after : RETRY_FIRST;
	if (interface->retry_after > RETRY_LAST)
		interface->retry_after = RETRY_LAST;
	interface->retry_at = now + interface->retry_after;
	if (interface->told)
		return;
	interface->told = true;
	(void)look_up(interfaces, interface->index, name, mac);
	dm_log(DM_LOG_WARN, "sender.udp", "worker=%u wanted=xdp interface=%s reason=%s errno=%d",
	       interfaces->queue, *name ? name : "gone", dm_interface_reason(error), -error);
}

static void open_ring(struct dm_interfaces *interfaces, struct dm_interface *interface, dm_usec now)
{
	char name[IFNAMSIZ];
	int error = look_up(interfaces, interface->index, name, interface->mac);

	if (error == 0)
		error = dm_xdp_ring_open(&interface->ring, interface->index, interfaces->queue);
	if (error < 0) {
		dm_interface_refuse(interfaces, interface, error, now);
		return;
	}
	interface->refused = interface->told = false;
	interface->retry_after = 0;
	interface->stuck_since = DM_USEC_NEVER;
	dm_metric_add(interfaces->open, 1);
	dm_log(DM_LOG_INFO, "sender.xdp", "worker=%u interface=%s queue=%u", interfaces->queue,
	       name, interfaces->queue);
}

static struct dm_interface *find(struct dm_interfaces *interfaces, int index)
{
	for (size_t i = 0; i < DM_INTERFACES_MAX; i++)
		if (interfaces->list[i].index == index)
			return &interfaces->list[i];
	return NULL;
}

struct dm_interface *dm_interface_get(struct dm_interfaces *interfaces, int index, dm_usec now)
{
	struct dm_interface *interface = find(interfaces, index);

	if (!interface) {
		interface = find(interfaces, 0);
		if (!interface)
			return NULL;
		interface->index = index;
	}
	if (!interface->ring && (!interface->refused || now >= interface->retry_at))
		open_ring(interfaces, interface, now);
	return interface->ring ? interface : NULL;
}

void dm_interface_refresh(struct dm_interfaces *interfaces, int index)
{
	struct dm_interface *interface = index > 0 ? find(interfaces, index) : NULL;
	const dm_usec soon = dm_time_now() + RETRY_FIRST;
	char name[IFNAMSIZ];

	if (!interface)
		return;

	const int error = look_up(interfaces, index, name, interface->mac);

	if (error < 0)
		close_ring(interfaces, interface); /* opened again once it is needed and there */
	if (error == -ENODEV)
		*interface = (struct dm_interface){ .stuck_since = DM_USEC_NEVER };
	interface->retry_after = 0;
	if (interface->retry_at > soon)
		interface->retry_at = soon;
}

void dm_interfaces_finish(struct dm_interfaces *interfaces)
{
	for (size_t i = 0; i < DM_INTERFACES_MAX; i++)
		close_ring(interfaces, &interfaces->list[i]);
}
