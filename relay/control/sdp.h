/* relay/control/sdp.h
 *
 * Reads a session description (RFC 8866) as a WebRTC peer sends it in an offer (RFC 9429), or in
 * part as a trickle ICE fragment (RFC 8840): only what the relay acts on, all of it bounded.
 * Texts are views into the caller's bytes and are not NUL-terminated.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CONTROL_SDP_H
#define DM_CONTROL_SDP_H

#include "session/subscriber.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_SDP_BYTES_MAX   65536 /* choice: ten times a browser's largest offer */
#define DM_SDP_LINE_MAX    4096  /* bytes; choice */
#define DM_SDP_MEDIA_MAX   16    /* choice */
#define DM_SDP_FORMATS_MAX 64    /* of one m-line; Chromium's video has about 40 */
#define DM_SDP_BUNDLE_MAX  16    /* mids of the BUNDLE group that are kept */

/* Borrowed bytes; data is NULL when the thing is absent. */
struct dm_sdp_text {
	const char *data;
	size_t bytes;
};

bool dm_sdp_text_is(struct dm_sdp_text text, const char *string);        /* exact */
bool dm_sdp_text_is_nocase(struct dm_sdp_text text, const char *string); /* ASCII */
bool dm_sdp_text_equal(struct dm_sdp_text a, struct dm_sdp_text b);
/* What is before `separator`; *text becomes what is behind it, absent when there is no more. */
struct dm_sdp_text dm_sdp_text_cut(struct dm_sdp_text *text, char separator);
/* Decimal digits alone, at most `max`; false otherwise. */
bool dm_sdp_text_number(struct dm_sdp_text text, uint32_t max, uint32_t *value);

enum dm_sdp_kind { DM_SDP_AUDIO, DM_SDP_VIDEO, DM_SDP_APPLICATION, DM_SDP_OTHER };

/* RFC 8866, 6.7, as flags: what the sender of the description wants to do. */
enum dm_sdp_direction {
	DM_SDP_INACTIVE = 0,
	DM_SDP_SEND = 1,
	DM_SDP_RECEIVE = 2,
	DM_SDP_SEND_RECEIVE = 3,
};

/* RFC 4145, 4. */
enum dm_sdp_setup {
	DM_SDP_SETUP_NONE, /* not stated */
	DM_SDP_SETUP_ACTIVE,
	DM_SDP_SETUP_PASSIVE,
	DM_SDP_SETUP_ACTPASS,
	DM_SDP_SETUP_HOLDCONN,
};

/* a=rtcp-fb kinds that the relay understands (RFC 4585, 4.2; RFC 5104, 7.1). */
enum dm_sdp_feedback {
	DM_SDP_NACK = 1,
	DM_SDP_NACK_PLI = 2,
	DM_SDP_CCM_FIR = 4,
	DM_SDP_REMB = 8,
};

/* One payload type of an m-line. */
struct dm_sdp_format {
	struct dm_sdp_text name; /* of a=rtpmap; absent without one */
	struct dm_sdp_text fmtp; /* parameters; absent without a=fmtp */
	uint32_t clock_rate_hz;
	uint32_t channels; /* 1 unless stated */
	uint8_t payload_type;
	uint8_t feedback; /* enum dm_sdp_feedback, ORed */
};

/* What may stand at session level or in an m-section (RFC 8839, 5.4; RFC 8122, 5; RFC 8842, 5). */
struct dm_sdp_transport {
	struct dm_sdp_text ufrag;
	struct dm_sdp_text pwd;
	struct dm_fingerprint fingerprint; /* the strongest known one; bytes 0: none */
	enum dm_sdp_setup setup;
};

struct dm_sdp_media {
	enum dm_sdp_kind kind;
	struct dm_sdp_text name;     /* "audio", … */
	struct dm_sdp_text protocol; /* "UDP/TLS/RTP/SAVPF" */
	struct dm_sdp_text formats;  /* as written in the m-line */
	struct dm_sdp_text mid;
	struct dm_sdp_transport transport;
	enum dm_sdp_direction direction;
	uint16_t port;
	bool bundle_only;
	bool rtcp_mux;
	bool rtcp_rsize;
	struct dm_sdp_format format[DM_SDP_FORMATS_MAX];
	size_t format_count;
};

struct dm_sdp {
	struct dm_sdp_transport transport; /* session level */
	struct dm_sdp_text bundle[DM_SDP_BUNDLE_MAX];
	size_t bundle_count; /* of the first BUNDLE group (RFC 8843) */
	struct dm_sdp_media media[DM_SDP_MEDIA_MAX];
	size_t media_count;
};

/* What a person can act on when a description is refused. */
struct dm_sdp_problem {
	unsigned line;     /* from 1; 0: the description as a whole */
	char message[200]; /* a sentence */
};

void dm_sdp_problem_set(struct dm_sdp_problem *problem, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Reads a whole description. False, with *problem filled, when it is malformed or over a bound.
 * `text` must outlive *sdp. */
bool dm_sdp_parse(struct dm_sdp *sdp, const char *text, size_t bytes,
		  struct dm_sdp_problem *problem);

/* The same for application/trickle-ice-sdpfrag (RFC 8840, 9), which has no v=, o=, s= and t=. */
bool dm_sdp_parse_fragment(struct dm_sdp *sdp, const char *text, size_t bytes,
			   struct dm_sdp_problem *problem);

/* Value of one parameter in an a=fmtp ("minptime=10;useinbandfec=1"); absent when it is not there.
 * Names are compared without case. */
struct dm_sdp_text dm_sdp_fmtp(struct dm_sdp_text fmtp, const char *name);

/* Whether the BUNDLE group holds this mid. */
bool dm_sdp_bundled(const struct dm_sdp *sdp, struct dm_sdp_text mid);

/* The transport of an m-section, and whether its RTP and RTCP share a port: what stands in the
 * section counts, else what stands at session level, else, in a bundle, what its tagged section
 * says. */
void dm_sdp_transport_of(const struct dm_sdp *sdp, const struct dm_sdp_media *media,
			 struct dm_sdp_transport *transport, bool *rtcp_mux);

#endif
