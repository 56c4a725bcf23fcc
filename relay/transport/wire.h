/* relay/transport/wire.h
 *
 * The way out of finished messages: protected packets with their destinations. There are two:
 *
 * - UDP sends: any packet to anywhere, and the packets of a picture as one UDP_SEGMENT send, which
 *   is the cheapest there is for several packets at once (wire_udp.h).
 * - Raw frames by AF_XDP, where asked for: packets that travel alone (sound, reports) at a third
 *   of the price or less. What that way cannot take goes by UDP at once: nothing waits for it,
 *   nothing is lost over it (wire_xdp.h).
 *
 * Order: what one call sends to one destination by one way leaves in the order given; packets
 * marked `alone` keep their order among themselves, whichever way each of them takes, as far as
 * queues on the way keep it (once a second one of them goes by UDP through the queueing discipline,
 * which the raw ones pass by). Streams must not mix packets with and without the mark.
 *
 * No allocation after create; never waits, but for some ms when an interface is first needed.
 * Thread: created on any, then only the worker's.
 */
#ifndef DM_TRANSPORT_WIRE_H
#define DM_TRANSPORT_WIRE_H

#include "base/metric.h"
#include "base/time.h"
#include "transport/options.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a datagram goes: computed once a connection. */
struct dm_destination {
	struct sockaddr_in6 address; /* large enough for both families */
	socklen_t address_bytes;     /* 0: nowhere yet */
};

/* Packets of one size to one address, behind one another; the last may be shorter. */
struct dm_wire_message {
	const struct dm_destination *to; /* borrowed for the call, like the data */
	const uint8_t *data;
	size_t bytes;
	dm_usec published_at; /* of its packets' frame, for the delay; 0: none */
	uint16_t segment_bytes;
	uint16_t segments;
	bool alone; /* of a stream that sends one packet at a time */
};

struct dm_wire_metrics {
	struct dm_metric packets;
	struct dm_metric bytes;
	struct dm_metric calls;         /* system calls for sending */
	struct dm_metric dropped_full;  /* packets there was no room for */
	struct dm_metric dropped_error; /* packets the kernel refused: no route, not permitted */
	struct dm_histogram delay; /* packets by microseconds, published to handed to the kernel */

	/* Raw frames. */
	struct dm_metric interfaces;  /* open for them now; 0: everything goes by UDP */
	struct dm_metric raw_packets; /* of `packets`, those that went as raw frames */
	/* Packets that travel alone and went by UDP instead, because: */
	struct dm_metric udp_route;     /* no route by frame to a neighbour, or not known yet */
	struct dm_metric udp_neighbour; /* its MAC is not known */
	struct dm_metric udp_confirm;   /* so that the kernel confirms the neighbour */
	struct dm_metric udp_interface; /* the interface does not take frames */
	struct dm_metric udp_full;      /* all frames were under way, or refused */
	struct dm_metric udp_large;     /* larger than every path takes */
};

struct dm_wire_options {
	int fd;                    /* a UDP socket; borrowed until destroy */
	enum dm_transport_way way; /* asked for */
	unsigned queue;            /* of interfaces, for raw frames: the worker's number */
};

struct dm_wire;

/* Why this process cannot have that way, short and for people, or NULL: it can, as far as it
 * depends on permissions, memory and the kernel. Of interfaces nothing is known before they are
 * needed. */
const char *dm_wire_obstacle(enum dm_transport_way way);

/* Raw frames that cannot be had are done without, with a line in the log. Returns 0 or -ENOMEM; on
 * failure *out is NULL. */
int dm_wire_create(struct dm_wire **out, const struct dm_wire_options *options);
void dm_wire_destroy(struct dm_wire *wire); /* NULL is allowed */

/* To poll for reading beside the socket: dm_wire_turn is due. -1: there is nothing. */
int dm_wire_fd(const struct dm_wire *wire);

/* Once a turn, before sending: takes in what changed about routes and neighbours; bounded work. */
void dm_wire_turn(struct dm_wire *wire);

/* Sends the messages; what is not taken is dropped and counted. Changes the array. */
void dm_wire_send(struct dm_wire *wire, struct dm_wire_message *messages, size_t count);

/* False once the kernel has refused UDP_SEGMENT: packets are better not joined. */
bool dm_wire_segments(const struct dm_wire *wire);

struct dm_wire_metrics *dm_wire_metrics(struct dm_wire *wire);

/* For the ways: counts messages handed to the kernel. */
void dm_wire_count_sent(struct dm_wire_metrics *metrics, const struct dm_wire_message *messages,
			size_t count);

#endif
