/* relay/transport/srtp_openssl.h
 *
 * One direction's RTP or RTCP protection over OpenSSL's EVP, key set once, so that a packet costs
 * no key expansion and no allocation. Private to the protector's files.
 *
 * Pure. Thread: one at a time for one context.
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

/* What one packet is protected over: `clear` first bytes stay as they are, the rest of `bytes` is
 * encrypted in place. `more` is authenticated behind it (CM: ROC or SRTCP index; GCM: the SRTCP
 * index behind the header, in that order (RFC 7714, 17)). The tag is written to `tag`. */
struct dm_srtp_span {
	uint8_t *packet;
	size_t clear_bytes;
	size_t bytes;
	uint32_t ssrc;
	uint64_t index;
	const uint8_t *more; /* nullable */
	size_t more_bytes;
	uint8_t *tag; /* 10 or 16 bytes; may overlap `more` */
};

bool dm_srtp_openssl_seal(struct dm_srtp_openssl *crypto, const struct dm_srtp_span *span);

#endif
