/* relay/transport/srtp.h
 *
 * SRTP and SRTCP (RFC 3711, RFC 7714). What goes out is protected in batches, because it is the
 * fan-out's main cost; what comes in is little, and takes little memory.
 *
 * Pure: no clock, no I/O. No allocation after create, but for a peer's first media packet, the
 * first of each new SSRC that authenticates, and the first RTCP packet that a thread handles.
 * Thread: one at a time for one context; different contexts in parallel.
 */
#ifndef DM_TRANSPORT_SRTP_H
#define DM_TRANSPORT_SRTP_H

#include <stddef.h>
#include <stdint.h>

enum dm_srtp_profile { DM_SRTP_AES128_CM_SHA1_80, DM_SRTP_AEAD_AES_128_GCM };

#define DM_SRTP_TAG_MAX      16 /* bytes appended to RTP */
#define DM_SRTCP_TRAILER_MAX 20 /* bytes appended to RTCP: index and tag */

/* Master keys of both directions (RFC 5764, 4.2). Wipe after use: dm_srtp_keys_wipe. */
struct dm_srtp_keys {
	enum dm_srtp_profile profile;
	uint8_t local_key[16];
	uint8_t local_salt[14]; /* GCM uses 12 */
	uint8_t remote_key[16];
	uint8_t remote_salt[14];
};
void dm_srtp_keys_wipe(struct dm_srtp_keys *keys);

/* Expanded keys for what we send to one peer, all its SSRCs. */
struct dm_protector;

/* Returns 0, -EINVAL, -ENOMEM or -EIO (crypto library); on failure *out is NULL. */
int dm_protector_create(struct dm_protector **out, const struct dm_srtp_keys *keys);
void dm_protector_destroy(struct dm_protector *protector); /* wipes; NULL is allowed */

/* One RTP packet to protect in place: header, CSRCs, extension and padding as they are, the tag is
 * appended. */
struct dm_protect_job {
	struct dm_protector *protector;
	uint8_t *packet;       /* with DM_SRTP_TAG_MAX bytes of room behind `bytes` */
	uint32_t bytes;        /* in: plain; out: protected */
	uint32_t header_bytes; /* 12 + 4 * CC + extension: not encrypted */
	uint32_t rollover;     /* ROC of this packet's sequence number (RFC 3711, 3.3.1) */
};

/* What one thread needs to protect batches: one per worker, used by it alone. */
struct dm_protect_engine;

/* Returns 0, -ENOMEM or -EIO (crypto library); on failure *out is NULL. */
int dm_protect_engine_create(struct dm_protect_engine **out);
void dm_protect_engine_destroy(struct dm_protect_engine *engine); /* NULL is allowed */

/* Jobs that could not be protected, since create. */
uint64_t dm_protect_engine_failed(const struct dm_protect_engine *engine);

/* Protects all. Jobs may share a protector. The caller keeps each SSRC's roll-over counter. A job
 * that could not be protected (malformed, crypto library failed) comes back with `bytes` 0. */
void dm_protect_batch(struct dm_protect_engine *engine, struct dm_protect_job *jobs, size_t count);

/* Calls the keys into the cache, some packets ahead of their use. NULL is allowed. */
void dm_protector_prefetch(const struct dm_protector *protector);

/* Bytes that protecting adds to an RTP packet: 10 or 16. */
size_t dm_protector_tag_bytes(const struct dm_protector *protector);

/* Protects a compound RTCP packet in place; the SRTCP index is kept inside. `capacity_bytes` has
 * room for DM_SRTCP_TRAILER_MAX more. Returns the new size in bytes, -ENOSPC, -EIO, or -EOVERFLOW
 * when the key is used up (2^31 packets, RFC 3711, 9.2). */
int dm_protect_rtcp(struct dm_protector *protector, uint8_t *packet, size_t bytes,
		    size_t capacity_bytes);

/* What a peer sends us. */
struct dm_unprotector;

enum dm_unprotect_result {
	DM_UNPROTECT_OK,
	DM_UNPROTECT_BAD_AUTH, /* tampered, or another key */
	DM_UNPROTECT_REPLAY,
	DM_UNPROTECT_MALFORMED,
	DM_UNPROTECT_TOO_MANY, /* SSRCs of one peer, RTP or RTCP; or memory is out for another */
};

/* Each costs memory and time for as long as the peer lives; a peer needs a few. Choice. */
#define DM_UNPROTECT_SOURCES_MAX 64

/* Accepts any SSRCs: of RTP and of RTCP the first DM_UNPROTECT_SOURCES_MAX that authenticate.
 * Returns 0, -EINVAL, -ENOMEM or -EIO; on failure *out is NULL. */
int dm_unprotector_create(struct dm_unprotector **out, const struct dm_srtp_keys *keys);
void dm_unprotector_destroy(struct dm_unprotector *unprotector); /* NULL is allowed */

/* In place; *bytes becomes the plain size on OK. Otherwise it stays, and what was encrypted may
 * have been overwritten. */
enum dm_unprotect_result dm_unprotect_rtp(struct dm_unprotector *unprotector, uint8_t *packet,
					  size_t *bytes);
enum dm_unprotect_result dm_unprotect_rtcp(struct dm_unprotector *unprotector, uint8_t *packet,
					   size_t *bytes);

#endif
