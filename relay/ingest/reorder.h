/* relay/ingest/reorder.h
 *
 * Puts the packets of one RTP stream in order (RFC 3550, A.1): those that come in order pass at
 * once, early ones wait for those before them, at most 30 ms or 32 packets, and what is then still
 * missing is lost. Each sequence number passes once.
 *
 * Pure: no clock, no I/O, no allocation after create. Thread: one at a time.
 */
#ifndef DM_INGEST_REORDER_H
#define DM_INGEST_REORDER_H

#include "base/time.h"
#include "rtp/packet.h"
#include "rtp/intake.h"

/* Choice: networks that put packets in another order do so by a few; more is waiting for a packet
 * that is lost. */
#define DM_REORDER_PACKETS 32
#define DM_REORDER_WAIT    DM_MSEC(30)

struct dm_reorder;

struct dm_reorder_packet {
	dm_usec arrived_at;
	uint32_t timestamp;
	uint32_t lost; /* sequence numbers missing right before this one */
	uint16_t sequence;
	uint16_t payload_bytes; /* 0: it was larger than DM_INTAKE_PAYLOAD_MAX, or empty */
	bool marker;
	bool restart; /* the numbering began anew: what came before is not known */
	uint8_t payload[DM_INTAKE_PAYLOAD_MAX];
};

enum dm_reorder_result {
	DM_REORDER_IN_ORDER,
	DM_REORDER_EARLY,     /* waits */
	DM_REORDER_REORDERED, /* filled a gap: it came after a later one */
	DM_REORDER_DUPLICATE,
	DM_REORDER_LATE, /* its place is given up already */
	DM_REORDER_FAR,  /* numbers jumped; a second in a row begins anew there */
};

/* The packet is borrowed for the call. */
typedef void dm_reorder_cb(void *user, const struct dm_reorder_packet *packet);

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_reorder_create(struct dm_reorder **out, dm_reorder_cb *on_packet, void *user);
void dm_reorder_destroy(struct dm_reorder *reorder); /* NULL is allowed */

/* Forgets everything: the next packet is the first. */
void dm_reorder_reset(struct dm_reorder *reorder);

/* Takes a packet, and calls back for each that is in order thereby. */
enum dm_reorder_result dm_reorder_put(struct dm_reorder *reorder,
				      const struct dm_rtp_packet *packet, dm_usec now);

/* Gives up what was waited for too long. */
void dm_reorder_expire(struct dm_reorder *reorder, dm_usec now);

/* When to call expire; DM_USEC_NEVER while nothing waits. */
dm_usec dm_reorder_deadline(const struct dm_reorder *reorder);

#endif
