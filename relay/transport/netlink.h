/* relay/transport/netlink.h
 *
 * The few rtnetlink messages (rtnetlink(7)) that tell where a datagram goes: questions about one
 * route or one neighbour, and what the kernel answers or announces by itself.
 *
 * Pure: bytes in, plain data out. What is malformed or of no interest is passed over.
 * Thread: any.
 */
#ifndef DM_TRANSPORT_NETLINK_H
#define DM_TRANSPORT_NETLINK_H

#include "transport/address.h"

#define DM_NETLINK_QUESTION_MAX 128 /* bytes: header, body and the largest set of attributes */
#define DM_MAC_BYTES            6

enum dm_netlink_type {
	DM_NETLINK_ROUTE,          /* .route */
	DM_NETLINK_NEIGHBOUR,      /* .neighbour */
	DM_NETLINK_LINK,           /* .interface changed, came or went */
	DM_NETLINK_ROUTES_CHANGED, /* some route, rule or address of ours: ask again */
	DM_NETLINK_ERROR,          /* .error */
	DM_NETLINK_OTHER,
};

/* The kernel's choice for one destination. */
struct dm_netlink_route {
	bool plain;                /* unicast, not tunnelled: a frame to a neighbour */
	int interface;             /* index; 0: not told */
	struct dm_address gateway; /* AF_UNSPEC: the destination is on the link */
	struct dm_address source;  /* AF_UNSPEC: not told */
};

struct dm_netlink_neighbour {
	int interface;
	struct dm_address ip;
	bool usable;    /* the kernel itself would send to this MAC now */
	bool permanent; /* never asked for again: nothing to confirm */
	uint8_t mac[DM_MAC_BYTES];
};

struct dm_netlink_message {
	enum dm_netlink_type type;
	int error;     /* -errno, or 0 for an acknowledgement */
	int interface; /* of LINK */
	struct dm_netlink_route route;
	struct dm_netlink_neighbour neighbour;
};

/* Write a question into DM_NETLINK_QUESTION_MAX bytes; return its size. Addresses' ports are left
 * out; `from` is AF_UNSPEC unless the socket is bound to an address. */
size_t dm_netlink_ask_route(uint8_t *question, uint32_t sequence, const struct dm_address *to,
			    const struct dm_address *from);
size_t dm_netlink_ask_neighbour(uint8_t *question, uint32_t sequence, int interface,
				const struct dm_address *ip);

/* The message at *offset of what one recv(2) gave; moves *offset behind it. False at the end, which
 * is also where a wrong length is met. `sequence` (nullable) is of the question answered. */
bool dm_netlink_next(const uint8_t *data, size_t size, size_t *offset,
		     struct dm_netlink_message *message, uint32_t *sequence);

#endif
