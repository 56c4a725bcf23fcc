/* client/native/receiver.h
 *
 * One receiving WebRTC peer without a decoder: ICE, DTLS, SRTP and reports towards a relay, and
 * exact counts of what arrives. Cheap enough for thousands in a process.
 *
 * Pure but for OpenSSL and randomness: datagrams and time go in, datagrams come out by callback.
 * Thread: one at a time.
 */
#ifndef DM_CLIENT_RECEIVER_H
#define DM_CLIENT_RECEIVER_H

#include "handshake.h"
#include "offer.h"
#include "inflow.h"

struct dm_receiver;

struct dm_receiver_options {
	struct dm_identity *identity; /* borrowed until destroy */
	bool video;
	dm_datagram_cb *send;
	void *user;
	/* Zero for a listener that decrypts all it gets, as inflow.h has them. */
	bool counts_only;
	bool nack;
	bool stamped;
	enum dm_manner manner;
	struct dm_figures *figures; /* borrowed until destroy; nullable */
	bool active;                /* offer a=setup:active */
};

/* Returns 0, -ENOMEM or -EIO; on failure *out is NULL. */
int dm_receiver_create(struct dm_receiver **out, const struct dm_receiver_options *options);
void dm_receiver_destroy(struct dm_receiver *receiver); /* NULL is allowed */

/* The offer to send. Returns its size in bytes, or -ENOSPC. */
int dm_receiver_offer(const struct dm_receiver *receiver, char *sdp, size_t capacity_bytes);

/* Takes the relay's answer and sends the first check. Returns 0, -EPROTO, -EINVAL, -ENOMEM or
 * -EIO. */
int dm_receiver_start(struct dm_receiver *receiver, const struct dm_answer *answer, dm_usec now);

/* One received datagram; decrypted in place. */
void dm_receiver_receive(struct dm_receiver *receiver, uint8_t *data, size_t bytes, dm_usec now);

/* Checks, retransmissions and reports that are due; call about every 20 ms, or when it is due. */
void dm_receiver_tick(struct dm_receiver *receiver, dm_usec now);

/* When the next tick has something to do, at the latest; a datagram may bring it forward by 20 ms
 * at most. */
dm_usec dm_receiver_due(const struct dm_receiver *receiver);

/* First sound came, and a key frame of the picture where one was agreed on. */
bool dm_receiver_is_confirmed(const struct dm_receiver *receiver);

/* Counts begin anew (dm_inbound_mark), or end. */
void dm_receiver_mark(struct dm_receiver *receiver);
void dm_receiver_end(struct dm_receiver *receiver, dm_usec now);

/* Asks for a key frame (PLI). */
void dm_receiver_request_key(struct dm_receiver *receiver);

/* Says goodbye: RTCP BYE, close_notify. */
void dm_receiver_close(struct dm_receiver *receiver);

/* What arrived, readable at any time. */
const struct dm_receiver_report *dm_receiver_report(const struct dm_receiver *receiver);

#endif
