#include "transport/protector_rtcp.h"

#include <openssl/crypto.h>

#include <errno.h>
#include <limits.h>
#include <string.h>

#define CLEAR_BYTES 8 /* first header and SSRC (RFC 3711, 3.4) */
#define INDEX_BYTES 4
#define ENCRYPTED   UINT32_C(0x80000000) /* the E bit */
#define INDEX_MAX   UINT32_C(0x7fffffff) /* RFC 3711, 9.2 */

int dm_protector_rtcp_init(struct dm_protector_rtcp *rtcp, const struct dm_srtp_keys *keys)
{
	*rtcp = (struct dm_protector_rtcp){ .profile = keys->profile };
	return dm_srtp_derive(&rtcp->keys, keys->profile, DM_SRTP_RTCP, keys->local_key,
			      keys->local_salt);
}

void dm_protector_rtcp_finish(struct dm_protector_rtcp *rtcp)
{
	OPENSSL_cleanse(rtcp, sizeof(*rtcp));
}

int dm_protector_rtcp_seal(struct dm_protector_rtcp *rtcp, uint8_t *packet, size_t bytes,
			   size_t capacity_bytes)
{
	const bool gcm = rtcp->profile == DM_SRTP_AEAD_AES_128_GCM;
	const size_t tag_bytes = gcm ? DM_SRTP_GCM_TAG_BYTES : DM_SRTP_CM_TAG_BYTES;
	uint8_t index[INDEX_BYTES];

	if (bytes < CLEAR_BYTES)
		return -EINVAL;
	if (bytes > INT_MAX - DM_SRTCP_TRAILER_MAX ||
	    bytes + INDEX_BYTES + tag_bytes > capacity_bytes)
		return -ENOSPC;
	if (rtcp->index > INDEX_MAX)
		return -EOVERFLOW;
	dm_srtp_put_u32(index, rtcp->index | ENCRYPTED);

	/* CM sends the index before the tag (RFC 3711, 3.4), GCM behind it (RFC 7714, 9.2). */
	const struct dm_srtp_span span = {
		.packet = packet,
		.clear_bytes = CLEAR_BYTES,
		.bytes = bytes,
		.ssrc = dm_srtp_u32(packet + 4),
		.index = rtcp->index,
		.more = index,
		.more_bytes = INDEX_BYTES,
		.tag = packet + bytes + (gcm ? 0 : INDEX_BYTES),
	};

	/* Counted even if it fails: an index is never used twice. */
	rtcp->index++;

	struct dm_srtp_openssl *crypto = dm_srtp_openssl_borrow(rtcp->profile, &rtcp->keys);

	if (!crypto || !dm_srtp_openssl_seal(crypto, &span))
		return -EIO;
	memcpy(packet + bytes + (gcm ? tag_bytes : 0), index, INDEX_BYTES);
	return (int)(bytes + INDEX_BYTES + tag_bytes);
}
