/* relay/transport/dtls.h
 *
 * The DTLS 1.2 server side of one peer (RFC 6347, RFC 5764), over OpenSSL with memory in place of
 * a socket. No HelloVerifyRequest: the ICE check has proven the address before any handshake.
 *
 * Pure but for OpenSSL, which reads its own clock for retransmission timers and randomness.
 * Thread: one at a time; a certificate is shared and immutable.
 */
#ifndef DM_TRANSPORT_DTLS_H
#define DM_TRANSPORT_DTLS_H

#include "base/time.h"
#include "transport/dtls_epilogue.h"
#include "transport/peer.h"
#include "transport/srtp.h"

struct dm_certificate;

/* A self-signed ECDSA P-256 certificate, fresh each process (RFC 8827, 6.5), with the SSL_CTX that
 * all peers share: SRTP profiles AEAD_AES_128_GCM before AES128_CM_HMAC_SHA1_80, ECDHE + AES-GCM
 * suites, a certificate demanded from the peer. Returns 0, -ENOMEM or -EIO; on failure *out is
 * NULL. */
int dm_certificate_create(struct dm_certificate **out);
void dm_certificate_destroy(struct dm_certificate *certificate); /* NULL is allowed */
const struct dm_fingerprint *dm_certificate_fingerprint(const struct dm_certificate *certificate);

struct dm_dtls;

enum dm_dtls_state {
	DM_DTLS_HANDSHAKE,
	DM_DTLS_CONNECTED,
	DM_DTLS_CLOSED, /* the peer sent close_notify */
	DM_DTLS_FAILED, /* alert, wrong certificate, no common SRTP profile */
};

/* Sends one datagram; what it does with it is its business (loss is healed by retransmission). */
typedef void dm_dtls_send_cb(void *user, const uint8_t *data, size_t size_bytes);

/* `expected` is what the SDP announced; any other certificate fails the handshake. `certificate`
 * is borrowed until destroy. Returns 0, -ENOMEM or -EIO; on failure *out is NULL. */
int dm_dtls_create(struct dm_dtls **out, struct dm_certificate *certificate,
		   const struct dm_fingerprint *expected, dm_dtls_send_cb *send, void *user);
void dm_dtls_destroy(struct dm_dtls *dtls); /* NULL is allowed */

/* One received datagram whose first byte is 20..63 (RFC 7983, 7). */
enum dm_dtls_state dm_dtls_receive(struct dm_dtls *dtls, const uint8_t *data, size_t size_bytes,
				   dm_usec now);

/* Retransmits what is due: first after 50 ms, then doubling to 1.6 s, as browsers do. The handshake
 * fails 30 s after the first receive or tick, whichever comes first. */
enum dm_dtls_state dm_dtls_tick(struct dm_dtls *dtls, dm_usec now);

/* When tick wants to be called; DM_USEC_NEVER when nothing is due. */
dm_usec dm_dtls_deadline(const struct dm_dtls *dtls);

/* The SRTP keys, once CONNECTED. Returns 0, -EAGAIN before, -EIO. */
int dm_dtls_export_keys(struct dm_dtls *dtls, struct dm_srtp_keys *keys);

/* What can do the rest, once CONNECTED, so that the object may go: nothing may be received by it
 * any more. Returns 0, -EAGAIN before, -EIO. */
int dm_dtls_export_epilogue(struct dm_dtls *dtls, struct dm_dtls_epilogue *epilogue);

/* Why it failed, for the log: a short fixed text. */
const char *dm_dtls_reason(const struct dm_dtls *dtls);

#endif
