/* relay/transport/dtls_epilogue.h
 *
 * What is left to DTLS once its handshake is done, SRTP having keys of its own: to repeat our last
 * flight to a peer that missed it (RFC 6347, 4.2.4), to hear close_notify and to say it. That takes
 * some 200 bytes, where OpenSSL's object takes tens of thousands.
 *
 * Pure but for OpenSSL's cipher. Plain data with a secret in it: wipe after use.
 * Thread: one at a time.
 */
#ifndef DM_TRANSPORT_DTLS_EPILOGUE_H
#define DM_TRANSPORT_DTLS_EPILOGUE_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_DTLS_FLIGHT_MAX  96 /* bytes: ChangeCipherSpec 14, Finished 61 (RFC 5246, 7.4.9) */
#define DM_DTLS_GOODBYE_MAX 48 /* bytes: an alert 39 */
#define DM_DTLS_KEY_MAX     32 /* AES-256 */
#define DM_DTLS_SALT_BYTES  4  /* RFC 5288, 3 */

struct dm_dtls_epilogue {
	/* Datagrams as they were sent, or would be. Sent again they are the very same bytes, so
	 * that no nonce is used twice; the peer's replay window drops what it has. */
	uint8_t flight[DM_DTLS_FLIGHT_MAX];
	uint8_t goodbye[DM_DTLS_GOODBYE_MAX];
	uint8_t flight_bytes;
	uint8_t goodbye_bytes;
	/* What the peer encrypts its records with. */
	uint8_t key_bytes; /* 16 or 32 */
	uint8_t key[DM_DTLS_KEY_MAX];
	uint8_t salt[DM_DTLS_SALT_BYTES];
};

enum dm_dtls_heard {
	DM_DTLS_HEARD_NOTHING, /* that counts: noise, forgeries, data */
	DM_DTLS_HEARD_REPEAT,  /* an authentic Finished again: send `flight` */
	DM_DTLS_HEARD_CLOSE,   /* an authentic close_notify or fatal alert */
};

/* One received datagram whose first byte is 20..63 (RFC 7983, 7). */
enum dm_dtls_heard dm_dtls_epilogue_receive(const struct dm_dtls_epilogue *epilogue,
					    const uint8_t *data, size_t size_bytes);

/* Fills in the peer's key and salt from a finished handshake, of a server or of a client. False
 * when the library fails or the suite is not AES-GCM. */
bool dm_dtls_epilogue_derive_key(struct dm_dtls_epilogue *epilogue, SSL *ssl);

void dm_dtls_epilogue_wipe(struct dm_dtls_epilogue *epilogue);

#endif
