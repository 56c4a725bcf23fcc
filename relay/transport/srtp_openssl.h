/* relay/transport/srtp_openssl.h
 *
 * One direction's RTP or RTCP protection over OpenSSL's EVP. A context of one's own has its key set
 * once, so that a packet costs no key expansion; for what is rare, each thread has contexts that
 * are keyed anew for a packet, since one a peer would cost kilobytes. Private to the files that
 * protect and unprotect.
 *
 * Pure; a thread's own contexts are allocated at its first packet and freed when it ends.
 * Thread: one at a time for one context.
 */
#ifndef DM_TRANSPORT_SRTP_OPENSSL_H
#define DM_TRANSPORT_SRTP_OPENSSL_H

#include "transport/srtp_keys.h"

#include <openssl/types.h>
#include <stdbool.h>

struct dm_srtp_openssl {
	enum dm_srtp_profile profile;
	EVP_CIPHER_CTX *cipher; /* owned */
	EVP_MAC_CTX *mac;       /* owned; NULL for GCM */
	uint8_t salt[DM_SRTP_CM_SALT_BYTES];
};

/* Returns 0 or -EIO; on failure nothing needs finishing. */
int dm_srtp_openssl_init(struct dm_srtp_openssl *crypto, enum dm_srtp_profile profile,
			 const struct dm_srtp_session_keys *keys);
void dm_srtp_openssl_finish(struct dm_srtp_openssl *crypto); /* wipes */

/* The calling thread's own context of this profile, keyed: good until its next call, on this
 * thread alone. NULL when the crypto library fails. */
struct dm_srtp_openssl *dm_srtp_openssl_borrow(enum dm_srtp_profile profile,
					       const struct dm_srtp_session_keys *keys);

/* What one packet is protected over: `clear` first bytes stay as they are, the rest of `bytes` is
 * encrypted in place. `more` is authenticated behind it (CM: ROC or SRTCP index; GCM: the SRTCP
 * index behind the header, in that order (RFC 7714, 17)). */
struct dm_srtp_span {
	uint8_t *packet;
	size_t clear_bytes;
	size_t bytes;
	uint32_t ssrc;
	uint64_t index;
	const uint8_t *more; /* nullable */
	size_t more_bytes;
	uint8_t *tag; /* 10 or 16 bytes: seal writes it, and it may overlap `more`; open reads it */
};

bool dm_srtp_openssl_seal(struct dm_srtp_openssl *crypto, const struct dm_srtp_span *span);

/* False when the tag is wrong (or the library fails): what was encrypted is then unspecified. */
bool dm_srtp_openssl_open(struct dm_srtp_openssl *crypto, const struct dm_srtp_span *span);

#endif
