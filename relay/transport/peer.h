/* relay/transport/peer.h
 *
 * What one peer and the relay have agreed on in an SDP exchange: the plain data that crosses from
 * signalling to the workers.
 *
 * Pure, plain data, copied freely. Thread: any.
 */
#ifndef DM_TRANSPORT_PEER_H
#define DM_TRANSPORT_PEER_H

#include "rtp/intake.h"

typedef uint64_t dm_peer_id; /* never 0, never used twice in a process */

/* The streams a peer can receive: one sound, at most two pictures, and for an interpreter a second
 * sound, the monitor of the own channel. */
enum dm_media {
	DM_MEDIA_AUDIO,
	DM_MEDIA_PICTURE,
	DM_MEDIA_SIGN,
	DM_MEDIA_MONITOR,
	DM_MEDIA_COUNT,
};

static inline bool dm_media_is_sound(enum dm_media media)
{
	return media == DM_MEDIA_AUDIO || media == DM_MEDIA_MONITOR;
}

/* The streams a peer can send: a microphone or the floor's sound, and the floor's picture. */
enum dm_uplink { DM_UPLINK_SOUND, DM_UPLINK_PICTURE, DM_UPLINK_COUNT };

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

/* One stream that the peer sends, as negotiated. Streams are told apart by payload type. */
struct dm_uplink_options {
	bool wanted; /* false: it sends none, or what it sends is dropped */
	enum dm_codec codec;
	uint8_t payload_type;
	uint8_t rtx_payload_type; /* 0: no RTX; retransmissions come as they were (RFC 4585) */
	bool nack;                /* ask again for what is missing */
	bool pli;                 /* key frames can be asked for */
	bool remb;                /* tell how much the link carries (goog-remb) */
	struct dm_intake *intake; /* where its packets go: the transport takes a reference for as
				     long as the peer lives. NULL: nowhere, as if not wanted */
};

/* What the peer said. */
struct dm_peer_options {
	char remote_ufrag[DM_ICE_UFRAG_MAX + 1];
	struct dm_fingerprint fingerprint; /* of the peer's certificate; enforced (RFC 8827, 6.5) */
	struct dm_stream_options streams[DM_MEDIA_COUNT];
	struct dm_uplink_options uplinks[DM_UPLINK_COUNT];
	/* Where it is (ISO 3166-1 alpha-2, upper case), as the proxy in front of the relay says;
	 * "": not known. Only counted by, see networks.h. */
	char country[3];
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
