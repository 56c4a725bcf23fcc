/* client/native/offer.h
 *
 * The SDP of a receiving client: the offer it makes and what it reads from the answer
 * (RFC 8866, RFC 8829), for one sound and at most one picture in one bundle.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CLIENT_OFFER_H
#define DM_CLIENT_OFFER_H

#include "transport/peer.h"

#define DM_OFFER_MAX 4096 /* bytes of an offer */

/* Payload types that we offer; dynamic range, as browsers choose them. */
#define DM_OFFER_OPUS 111
#define DM_OFFER_H264 102
#define DM_OFFER_RTX  103

struct dm_offer {
	const char *ufrag;
	const char *pwd;
	const struct dm_fingerprint *fingerprint;
	bool video;
	bool rtx;
	bool sound_nack; /* retransmission of sound too, which browsers do not ask for */
	bool active;     /* a=setup:active instead of actpass: some servers would be active too */
};

/* Returns the size in bytes without the NUL, or -ENOSPC. */
int dm_offer_write(const struct dm_offer *offer, char *sdp, size_t capacity_bytes);

struct dm_answer {
	char ufrag[DM_ICE_UFRAG_MAX + 1];
	char pwd[DM_ICE_PWD_MAX + 1];
	struct dm_fingerprint fingerprint;
	struct dm_candidate candidates[DM_CANDIDATES_MAX];
	size_t candidate_count;
	bool ice_lite;
	bool passive; /* a=setup:passive: the relay is the DTLS server */
	bool audio;   /* accepted */
	bool video;
	/* As the answer has them (RFC 3264, 6.1: the answerer may renumber); 0: not said. */
	uint8_t audio_type;
	uint8_t video_type;
	uint8_t rtx_type; /* of the picture; 0: none */
};

/* Returns 0, or -EPROTO when something needed is missing or cannot be read. */
int dm_answer_read(const char *sdp, struct dm_answer *answer);

/* The candidate whose address is `preferred` (numeric, nullable), else the best IPv4 one, else the
 * first. NULL when there is none. */
const struct dm_candidate *dm_answer_candidate(const struct dm_answer *answer,
					       const char *preferred);

#endif
