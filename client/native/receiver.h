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
#include "inbound.h"
#include "offer.h"

struct dm_receiver;

enum dm_receiver_state {
	DM_RECEIVER_NEW,       /* no answer yet */
	DM_RECEIVER_CHECKING,  /* ICE */
	DM_RECEIVER_HANDSHAKE, /* DTLS */
	DM_RECEIVER_CONNECTED,
	DM_RECEIVER_CLOSED, /* by the relay: close_notify or BYE */
	DM_RECEIVER_FAILED, /* DTLS failed, or no answer to ICE checks for 30 s */
};

struct dm_receiver_options {
	struct dm_identity *identity; /* borrowed until destroy */
	bool video;
	dm_datagram_cb *send;
	void *user;
};

/* What arrived, readable at any time. */
struct dm_receiver_report {
	enum dm_receiver_state state;
	dm_usec connected_at; /* DM_USEC_NEVER until then */
	enum dm_srtp_profile profile;
	struct dm_inbound audio;
	struct dm_inbound video;
	uint64_t resent;        /* RTX packets (RFC 4588) */
	uint64_t bad_auth;      /* SRTP and SRTCP */
	uint64_t replayed;      /* likewise */
	uint64_t malformed;     /* datagrams of no known kind, bad RTP or RTCP */
	uint64_t other_streams; /* RTP of a payload type that we did not offer */
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

/* Checks, retransmissions and reports that are due; call about every 20 ms. */
void dm_receiver_tick(struct dm_receiver *receiver, dm_usec now);

/* Asks for a key frame (PLI). */
void dm_receiver_request_key(struct dm_receiver *receiver);

/* Says goodbye: RTCP BYE, close_notify. */
void dm_receiver_close(struct dm_receiver *receiver);

const struct dm_receiver_report *dm_receiver_report(const struct dm_receiver *receiver);

#endif
