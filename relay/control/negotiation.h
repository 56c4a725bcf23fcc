/* relay/control/negotiation.h
 *
 * Offer and answer (RFC 3264, RFC 9429): picks from an offer what the relay can send (one Opus
 * sound and the monitor of an interpreter, at most two H.264 pictures) and what it can receive (one
 * Opus sound, one picture of H.264 or VP8), gives the transport its plain data, and writes the
 * answer once the transport has replied.
 *
 * Pure. Thread: any, one at a time.
 */
#ifndef DM_CONTROL_NEGOTIATION_H
#define DM_CONTROL_NEGOTIATION_H

#include "control/sdp.h"

/* What may be negotiated: what the room has and the client has not declined. */
struct dm_negotiation_options {
	bool picture;    /* the first video m-line of an offer */
	bool sign;       /* the second one */
	bool microphone; /* the first audio m-line must send, too: an interpreter's */
	bool monitor;    /* the second audio m-line is the monitor, where there is one */
	/* The peer sends alone (WHIP): its first audio m-line and, with publish_picture, its first
	 * video m-line. Of the others above none counts then. */
	bool publish;
	bool publish_picture;
};

/* What becomes of one m-line. */
struct dm_negotiated_line {
	bool accepted;                   /* else port 0 in the answer */
	enum dm_sdp_direction direction; /* the relay's */
	enum dm_media media;             /* that it sends */
	enum dm_uplink uplink;           /* that it receives */
	enum dm_codec codec;
	const struct dm_sdp_format *format; /* into sdp.media[].format */
	const struct dm_sdp_format *rtx;    /* nullable */
};

struct dm_negotiation {
	char *offer; /* owned copy: what sdp points into */
	struct dm_sdp sdp;
	struct dm_negotiated_line lines[DM_SDP_MEDIA_MAX];
	struct dm_peer_options peer;
	uint64_t session_id; /* of the answer's o= line (RFC 9429, 5.2.1) */
	uint64_t version;    /* of the next answer */
};

/* Returns 0; -EINVAL with *problem filled when the offer cannot be answered; -ENOMEM or -EIO
 * (no randomness). On failure *out is NULL. */
int dm_negotiation_create(struct dm_negotiation **out, const struct dm_negotiation_options *options,
			  const char *offer, size_t bytes, struct dm_sdp_problem *problem);
void dm_negotiation_destroy(struct dm_negotiation *negotiation); /* NULL is allowed */

/* True when `other` asks for the same streams from the same certificate, so that it can only be an
 * ICE restart. */
bool dm_negotiation_same_media(const struct dm_negotiation *negotiation,
			       const struct dm_negotiation *other);

/* The answer, malloc'd by GLib (g_free), NUL-terminated; each call counts the o= version up. */
char *dm_negotiation_write_answer(struct dm_negotiation *negotiation,
				  const struct dm_peer_answer *answer);

/* The answer to an ICE restart that came as a fragment (RFC 8840, 9; RFC 9725, 4.3.3). g_free. */
char *dm_negotiation_write_fragment(const struct dm_negotiation *negotiation,
				    const struct dm_peer_answer *answer);

#endif
