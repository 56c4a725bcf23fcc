/* relay/transport/peer.h
 *
 * What one receiving peer and the relay have agreed on in an SDP exchange: the plain data that
 * crosses from signalling to the workers.
 *
 * Pure, plain data, copied freely. Thread: any.
 */
#ifndef DM_TRANSPORT_PEER_H
#define DM_TRANSPORT_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t dm_peer_id; /* never 0, never used twice in a process */

/* The streams a peer can receive: one sound, at most two pictures. */
enum dm_media { DM_MEDIA_AUDIO, DM_MEDIA_PICTURE, DM_MEDIA_SIGN, DM_MEDIA_COUNT };

#define DM_ICE_UFRAG_MAX   256 /* characters (RFC 8839, 5.4) */
#define DM_ICE_PWD_MAX     256
#define DM_FINGERPRINT_MAX 64 /* bytes: SHA-512 (RFC 8122, 5) */
#define DM_CANDIDATES_MAX  32 /* choice */

enum dm_hash { DM_HASH_SHA1, DM_HASH_SHA256, DM_HASH_SHA384, DM_HASH_SHA512 };

/* Hash of a certificate (RFC 8122, 5). */
struct dm_fingerprint {
	enum dm_hash hash;
	size_t bytes;
	uint8_t value[DM_FINGERPRINT_MAX];
};

/* One stream as negotiated. */
struct dm_stream_options {
	bool wanted;              /* false: the peer rejected it or never offered it */
	uint8_t payload_type;     /* Opus or H.264 */
	uint8_t rtx_payload_type; /* 0: no RTX (RFC 4588) */
	bool nack;                /* a=rtcp-fb nack: retransmit when asked */
};

/* What the peer said. */
struct dm_peer_options {
	char remote_ufrag[DM_ICE_UFRAG_MAX + 1];
	struct dm_fingerprint fingerprint; /* of the peer's certificate; enforced (RFC 8827, 6.5) */
	struct dm_stream_options streams[DM_MEDIA_COUNT];
};

struct dm_candidate {
	char address[46]; /* numeric */
	uint16_t port;
	uint32_t priority; /* RFC 8445, 5.1.2.1 */
	bool ipv6;
};

/* What the relay says back. */
struct dm_peer_answer {
	dm_peer_id id;
	char ufrag[9]; /* NUL-terminated */
	char pwd[25];
	struct dm_fingerprint fingerprint;
	char cname[17];
	uint32_t ssrc[DM_MEDIA_COUNT];     /* 0: stream not wanted */
	uint32_t rtx_ssrc[DM_MEDIA_COUNT]; /* 0: none */
	struct dm_candidate candidates[DM_CANDIDATES_MAX];
	size_t candidate_count;
};

#endif
