/* relay/transport/srtp_keys.h
 *
 * From one direction's master key and salt to the keys that packets are protected with
 * (RFC 3711, 4.3; RFC 7714, 11), and the initialisation vectors made with them. Private to the
 * protector's files.
 *
 * Pure. Thread: any.
 */
#ifndef DM_TRANSPORT_SRTP_KEYS_H
#define DM_TRANSPORT_SRTP_KEYS_H

#include "transport/srtp.h"

#include <stdbool.h>

#define DM_SRTP_KEY_BYTES      16
#define DM_SRTP_AUTH_KEY_BYTES 20 /* RFC 3711, 5.2 */
#define DM_SRTP_CM_SALT_BYTES  14
#define DM_SRTP_GCM_SALT_BYTES 12 /* RFC 7714, 12 */
#define DM_SRTP_CM_TAG_BYTES   10 /* RFC 3711, 5.2 */
#define DM_SRTP_GCM_TAG_BYTES  16 /* RFC 7714, 12.1 */
#define DM_SRTP_CM_IV_BYTES    16
#define DM_SRTP_GCM_IV_BYTES   12

/* What one kind of packet, RTP or RTCP, is protected with. Wipe after use. */
struct dm_srtp_session_keys {
	uint8_t key[DM_SRTP_KEY_BYTES];
	uint8_t salt[DM_SRTP_CM_SALT_BYTES];
	uint8_t auth[DM_SRTP_AUTH_KEY_BYTES]; /* zeros for GCM */
};

enum dm_srtp_kind { DM_SRTP_RTP, DM_SRTP_RTCP };

/* Returns 0 or -EIO (crypto library). `master_salt` holds 14 bytes; GCM uses 12. */
int dm_srtp_derive(struct dm_srtp_session_keys *keys, enum dm_srtp_profile profile,
		   enum dm_srtp_kind kind, const uint8_t *master_key, const uint8_t *master_salt);

/* RFC 3711, 4.1.1; `index` is ROC and sequence number, or the SRTCP index. */
void dm_srtp_cm_iv(uint8_t iv[DM_SRTP_CM_IV_BYTES], const uint8_t *salt, uint32_t ssrc,
		   uint64_t index);

/* RFC 7714, 8.1 and 9.1; the layouts of RTP and RTCP agree when `index` is written in 48 bits. */
void dm_srtp_gcm_iv(uint8_t iv[DM_SRTP_GCM_IV_BYTES], const uint8_t *salt, uint32_t ssrc,
		    uint64_t index);

static inline uint32_t dm_srtp_u32(const uint8_t *data)
{
	return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

static inline void dm_srtp_put_u32(uint8_t *data, uint32_t value)
{
	data[0] = (uint8_t)(value >> 24);
	data[1] = (uint8_t)(value >> 16);
	data[2] = (uint8_t)(value >> 8);
	data[3] = (uint8_t)value;
}

#endif
