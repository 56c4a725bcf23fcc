/* relay/transport/protector_rtcp.h
 *
 * Protects RTCP (RFC 3711, 3.4; RFC 7714, 9): some packets a second and peer, so that OpenSSL
 * does for every backend of the protector. Private to the protector's files.
 *
 * Pure. Thread: one at a time for one context.
 */
#ifndef DM_TRANSPORT_PROTECTOR_RTCP_H
#define DM_TRANSPORT_PROTECTOR_RTCP_H

#include "transport/srtp_openssl.h"

struct dm_protector_rtcp {
	enum dm_srtp_profile profile;
	struct dm_srtp_session_keys keys; /* the crypto contexts are the thread's */
	uint32_t index;                   /* of the next packet, 31 bits */
};

/* Takes the local half of `keys`. Returns 0 or -EIO; on failure nothing needs finishing. */
int dm_protector_rtcp_init(struct dm_protector_rtcp *rtcp, const struct dm_srtp_keys *keys);
void dm_protector_rtcp_finish(struct dm_protector_rtcp *rtcp); /* wipes */

/* As dm_protect_rtcp; -EINVAL: shorter than an RTCP header with SSRC. */
int dm_protector_rtcp_seal(struct dm_protector_rtcp *rtcp, uint8_t *packet, size_t bytes,
			   size_t capacity_bytes);

#endif
