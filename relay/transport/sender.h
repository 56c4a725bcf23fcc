/* relay/transport/sender.h
 *
 * Gathers what one worker sends: packets are written straight into a batch, protected together,
 * and leave in as few system calls as the kernel allows. Packets to one address that follow each
 * other and are of one size leave as one UDP_SEGMENT send; where the kernel refuses that, the
 * sender notices and goes on without.
 *
 * No allocation after create; never waits: what the socket does not take is dropped and counted.
 * Thread: only the worker that created it.
 */
#ifndef DM_TRANSPORT_SENDER_H
#define DM_TRANSPORT_SENDER_H

#include "base/metric.h"
#include "base/time.h"
#include "transport/srtp.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define DM_SENDER_DATAGRAM_MAX 1500 /* bytes; choice: an Ethernet frame's payload */

struct dm_sender_metrics {
	struct dm_metric packets;
	struct dm_metric bytes;
	struct dm_metric calls;         /* sendmmsg(2) */
	struct dm_metric dropped_full;  /* packets the socket had no room for */
	struct dm_metric dropped_error; /* packets the kernel refused: no route, not permitted */
	struct dm_metric unprotected;   /* packets wiped because the crypto library failed */
	struct dm_histogram delay; /* packets by microseconds, published to handed to the kernel */
};

/* Where a datagram goes: computed once a connection. */
struct dm_destination {
	struct sockaddr_in6 address; /* large enough for both families */
	socklen_t address_bytes;     /* 0: nowhere yet */
};

struct dm_sender_packet {
	const struct dm_destination *to; /* borrowed until flush */
	struct dm_protector *protector;  /* borrowed until flush; NULL: sent as it is */
	uint32_t bytes;                  /* plain */
	uint32_t header_bytes;           /* of RTP; unused without a protector */
	uint32_t rollover;               /* likewise */
	dm_usec published_at;            /* of the track's packet, for the delay; 0: none */
};

struct dm_sender;

/* `fd` is a UDP socket, borrowed until destroy like the engine. Returns 0 or -ENOMEM; on failure
 * *out is NULL. */
int dm_sender_create(struct dm_sender **out, int fd, struct dm_protect_engine *engine);
void dm_sender_destroy(struct dm_sender *sender); /* NULL is allowed */

/* Where to write the next packet: DM_SENDER_DATAGRAM_MAX bytes, tag included. Flushes when the
 * batch is full. Valid until commit, or the next reserve when nothing came of it. */
uint8_t *dm_sender_reserve(struct dm_sender *sender);

/* Adds what was written into the reserved place. */
void dm_sender_commit(struct dm_sender *sender, const struct dm_sender_packet *packet);

/* Protects and sends everything. */
void dm_sender_flush(struct dm_sender *sender);

struct dm_sender_metrics *dm_sender_metrics(struct dm_sender *sender);

#endif
