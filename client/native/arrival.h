/* client/native/arrival.h
 *
 * What one message of recvmmsg(2) carried: where it was sent to, when the kernel took it, and
 * the datagrams that UDP_GRO had put together. And the loopback addresses by which one socket tells
 * many listeners apart.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CLIENT_ARRIVAL_H
#define DM_CLIENT_ARRIVAL_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

/* Room for the control data that is read: UDP_GRO, IP_PKTINFO, SCM_TIMESTAMPNS. */
#define DM_ARRIVAL_CONTROL_BYTES                                           \
	(CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct in_pktinfo)) + \
	 CMSG_SPACE(sizeof(struct timespec)))

struct dm_arrival {
	size_t segment_bytes; /* of each datagram but the last, which may be shorter; 0: only one */
	uint32_t to;          /* IPv4 destination, host order; 0: not told */
	int64_t wall_us;      /* CLOCK_REALTIME when the kernel took it; 0: not told */
};

/* Reads the control data of a received message. */
struct dm_arrival dm_arrival_read(struct msghdr *message);

/* The size in bytes of the datagram that begins at `offset` (less than `bytes`) of a message. */
size_t dm_arrival_next(const struct dm_arrival *arrival, size_t offset, size_t bytes);

/* Listener `n` has 127.1.0.1 + n. All of 127.0.0.0/8 is this machine (RFC 1122, 3.2.1.3). */
#define DM_SPREAD_MAX  65000u /* listeners: up to 127.1.253.232; choice */
#define DM_SPREAD_NONE UINT32_MAX

/* Host order. `n` is less than DM_SPREAD_MAX. */
uint32_t dm_spread_address(uint32_t n);

/* The listener of an address in host order; DM_SPREAD_NONE when it is none of ours. */
uint32_t dm_spread_listener(uint32_t address);

#endif
