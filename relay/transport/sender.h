/* relay/transport/sender.h
 *
 * Gathers what one worker sends: packets are written straight into a batch, protected together,
 * and leave by the wire (wire.h). Packets to one address that follow each other and are of one size
 * become one message, but for those of streams that send one packet at a time.
 *
 * No allocation after create; never waits.
 * Thread: only the worker that created it.
 */
#ifndef DM_TRANSPORT_SENDER_H
#define DM_TRANSPORT_SENDER_H

#include "transport/srtp.h"
#include "transport/wire.h"

#include <stddef.h>
#include <stdint.h>

#define DM_SENDER_DATAGRAM_MAX 1500 /* bytes; choice: an Ethernet frame's payload */

struct dm_sender_packet {
	const struct dm_destination *to; /* borrowed until flush */
	struct dm_protector *protector;  /* borrowed until flush; NULL: sent as it is */
	uint32_t bytes;                  /* plain */
	uint32_t header_bytes;           /* of RTP; unused without a protector */
	uint32_t rollover;               /* likewise */
	dm_usec published_at;            /* of the track's packet, for the delay; 0: none */
	bool alone; /* of a stream that sends one packet at a time: sound, reports (wire.h) */
};

struct dm_sender;

/* Both are borrowed until destroy. Returns 0 or -ENOMEM; on failure
 * *out is NULL. */
int dm_sender_create(struct dm_sender **out, struct dm_wire *wire,
		     struct dm_protect_engine *engine);
void dm_sender_destroy(struct dm_sender *sender); /* NULL is allowed */

/* Where to write the next packet: DM_SENDER_DATAGRAM_MAX bytes, tag included. Flushes when the
 * batch is full. Valid until commit, or the next reserve when nothing came of it. */
uint8_t *dm_sender_reserve(struct dm_sender *sender);

/* Adds what was written into the reserved place. */
void dm_sender_commit(struct dm_sender *sender, const struct dm_sender_packet *packet);

/* Protects and sends everything. */
void dm_sender_flush(struct dm_sender *sender);

/* Packets wiped because the crypto library failed. */
const struct dm_metric *dm_sender_unprotected(const struct dm_sender *sender);

#endif
