/* client/native/handshake.h
 *
 * The DTLS 1.2 client side of one receiver (RFC 6347, RFC 5764), over OpenSSL with datagrams
 * handed in and out, and the identity that all receivers of the process share.
 *
 * Pure but for OpenSSL, which reads its own clock and randomness.
 * Thread: one at a time; an identity is immutable and may be shared.
 */
#ifndef DM_CLIENT_HANDSHAKE_H
#define DM_CLIENT_HANDSHAKE_H

#include "transport/peer.h"
#include "transport/srtp.h"

struct dm_identity;

/* Which SRTP profiles a client offers. */
enum dm_profile_choice { DM_PROFILE_ANY, DM_PROFILE_GCM, DM_PROFILE_SHA1 };

/* A self-signed ECDSA P-256 certificate. Returns 0, -ENOMEM or -EIO; on failure *out is NULL. */
int dm_identity_create(struct dm_identity **out, enum dm_profile_choice profiles);
void dm_identity_destroy(struct dm_identity *identity); /* NULL is allowed */
const struct dm_fingerprint *dm_identity_fingerprint(const struct dm_identity *identity);

struct dm_handshake;

enum dm_handshake_state {
	DM_HANDSHAKE_RUNNING,
	DM_HANDSHAKE_DONE,
	DM_HANDSHAKE_CLOSED, /* the relay sent close_notify */
	DM_HANDSHAKE_FAILED,
};

typedef void dm_datagram_cb(void *user, const uint8_t *data, size_t bytes);

/* `expected` is the relay's fingerprint from its SDP: enforced. `identity` is borrowed until
 * destroy. Returns 0, -ENOMEM or -EIO; on failure *out is NULL. */
int dm_handshake_create(struct dm_handshake **out, struct dm_identity *identity,
			const struct dm_fingerprint *expected, dm_datagram_cb *send, void *user);
void dm_handshake_destroy(struct dm_handshake *handshake); /* NULL is allowed */

/* Sends the ClientHello. */
enum dm_handshake_state dm_handshake_start(struct dm_handshake *handshake);
enum dm_handshake_state dm_handshake_receive(struct dm_handshake *handshake, const uint8_t *data,
					     size_t bytes);
/* Retransmits what is due. */
enum dm_handshake_state dm_handshake_tick(struct dm_handshake *handshake);

/* Moves the SRTP keys out, once, when DONE; local is what the client writes. Returns 0 or -EAGAIN.
 */
int dm_handshake_export(struct dm_handshake *handshake, struct dm_srtp_keys *keys);

/* Sends close_notify. */
void dm_handshake_close(struct dm_handshake *handshake);

#endif
