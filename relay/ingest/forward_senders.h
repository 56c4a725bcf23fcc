/* relay/ingest/forward_senders.h
 *
 * Who is heard on a source that is passed through, one sender of the sound and one of the picture.
 *
 * A sender is an address, a port and an SSRC. Nobody else is heard until it has been silent for
 * two seconds or has said BYE, so that a stranger who sends to the port takes nothing over; but the
 * same address and port may begin anew under another SSRC after 200 ms.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_INGEST_FORWARD_SENDERS_H
#define DM_INGEST_FORWARD_SENDERS_H

#include "ingest/forward_clock.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a datagram comes from or goes to. */
struct dm_forward_address {
	uint8_t ip[16]; /* IPv6, or IPv4 mapped into it (RFC 4291, 2.5.5.2) */
	uint32_t scope; /* of a link-local address, else 0 */
	uint16_t port;
};

/* Which of the source's ports: the even one takes RTCP too (RFC 5761). */
enum dm_forward_port { DM_FORWARD_PORT_RTP, DM_FORWARD_PORT_RTCP, DM_FORWARD_PORTS };

struct dm_forward_sender {
	bool held;
	struct dm_forward_address from;
	uint32_t ssrc;
	dm_usec last_at;
	bool has_rtcp; /* its reports came: */
	struct dm_forward_address rtcp;
	enum dm_forward_port rtcp_port;
};

/* A sender report (RFC 3550, 6.4.1), and which way it came. */
struct dm_forward_report {
	struct dm_forward_address from;
	enum dm_forward_port port;
	uint32_t ssrc;
	uint64_t ntp;
	uint32_t rtp;
};

/* Begins all zero. */
struct dm_forward_senders {
	struct dm_forward_sender of[DM_FORWARD_MEDIA];
	/* Reports that came before their stream's first packet, as ffmpeg's does: the newest of any
	 * sender, in turn. */
	struct dm_forward_report early[DM_FORWARD_MEDIA];
	bool has_early[DM_FORWARD_MEDIA];
	unsigned early_next;
};

enum dm_forward_hearing {
	DM_FORWARD_HEARD,
	DM_FORWARD_HEARD_ANEW, /* from now on: begin its stream, then recall its reports */
	DM_FORWARD_FOREIGN,    /* while the one who is heard is there */
};

/* A packet of the medium has come. Whether its sender is the one who is heard, or becomes it. */
enum dm_forward_hearing dm_forward_senders_hear(struct dm_forward_senders *senders,
						enum dm_forward_medium medium,
						const struct dm_forward_address *from,
						uint32_t ssrc, dm_usec now);

/* Gives `clock` the reports that came before the sender's first packet. */
void dm_forward_senders_recall(struct dm_forward_senders *senders, enum dm_forward_medium medium,
			       struct dm_forward_clock *clock);

/* Whose SSRC it is, by a host that may speak for it; DM_FORWARD_MEDIA: nobody's. */
enum dm_forward_medium dm_forward_senders_find(const struct dm_forward_senders *senders,
					       uint32_t ssrc,
					       const struct dm_forward_address *from);

/* A report has come: goes to `clock` when its sender is heard, else it is kept for a while. */
void dm_forward_senders_report(struct dm_forward_senders *senders,
			       const struct dm_forward_report *report,
			       struct dm_forward_clock *clock);

/* The sender is gone (RFC 3550, 6.3.4), if it is heard. */
void dm_forward_senders_bye(struct dm_forward_senders *senders, uint32_t ssrc,
			    const struct dm_forward_address *from);

#endif
