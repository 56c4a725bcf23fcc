/* client/native/receiver_report.h
 *
 * What one receiving peer got.
 *
 * Plain data.
 */
#ifndef DM_CLIENT_RECEIVER_REPORT_H
#define DM_CLIENT_RECEIVER_REPORT_H

#include "inbound.h"

#include "transport/srtp.h"

enum dm_receiver_state {
	DM_RECEIVER_NEW,       /* no answer yet */
	DM_RECEIVER_CHECKING,  /* ICE */
	DM_RECEIVER_HANDSHAKE, /* DTLS */
	DM_RECEIVER_CONNECTED,
	DM_RECEIVER_CLOSED, /* by the relay: close_notify or BYE */
	DM_RECEIVER_FAILED, /* DTLS failed, or no answer to ICE checks for 30 s */
};

struct dm_receiver_report {
	enum dm_receiver_state state;
	dm_usec connected_at; /* DM_USEC_NEVER until then */
	enum dm_srtp_profile profile;
	struct dm_inbound audio;
	struct dm_inbound video;
	uint64_t resent;        /* RTX packets (RFC 4588) */
	uint64_t nacks;         /* sequence numbers that we asked for */
	uint64_t bad_auth;      /* SRTP and SRTCP */
	uint64_t replayed;      /* likewise */
	uint64_t malformed;     /* datagrams of no known kind, bad RTP or RTCP */
	uint64_t other_streams; /* RTP of a payload type that was not agreed on */
};

#endif
