/* client/native/inflow.h
 *
 * The media of one receiving peer once it has keys: SRTP unprotected or only counted by its clear
 * header, reports and NACKs sent, and what a misbehaving peer sends instead.
 *
 * Pure but for OpenSSL: packets and time go in, datagrams come out by callback.
 * Thread: one at a time.
 */
#ifndef DM_CLIENT_INFLOW_H
#define DM_CLIENT_INFLOW_H

#include "figures.h"
#include "handshake.h"
#include "lateness.h"
#include "missing.h"
#include "offer.h"
#include "receiver_report.h"
#include "roles.h"

struct dm_inflow_options {
	bool video;       /* a picture is expected */
	bool counts_only; /* once the media are confirmed, RTP is counted from its clear headers */
	bool nack;        /* ask for lost packets */
	bool stamped;     /* payloads end with a time stamp (stamp.h) */
	enum dm_manner manner;
	struct dm_figures *figures; /* borrowed; nullable: everything counts, nothing is summed */
};

struct dm_inflow {
	struct dm_inflow_options options;
	struct dm_receiver_report *report;  /* borrowed */
	struct dm_protector *protector;     /* owned; NULL before start */
	struct dm_unprotector *unprotector; /* likewise */
	struct dm_missing *missing;         /* owned; two with options.nack: sound, picture */
	dm_datagram_cb *send;
	void *user;
	uint32_t ssrc; /* of our reports */
	char cname[9];
	uint8_t audio_type, video_type, rtx_type;
	uint8_t tag_bytes;
	struct dm_lateness lateness;
	dm_usec report_due;
	dm_usec storm_due;
	uint32_t storm_count;
};

/* Everything else zero; `report` is initialised too. */
void dm_inflow_init(struct dm_inflow *inflow, const struct dm_inflow_options *options,
		    struct dm_receiver_report *report);
void dm_inflow_finish(struct dm_inflow *inflow);

/* The keys are there. Returns 0, -EINVAL, -ENOMEM or -EIO. */
int dm_inflow_start(struct dm_inflow *inflow, const struct dm_srtp_keys *keys, dm_usec now);

/* Payload types that were agreed on; those that are 0 are as we offered. */
void dm_inflow_agree(struct dm_inflow *inflow, const struct dm_answer *answer);

/* RTP or RTCP; decrypted in place. */
void dm_inflow_receive(struct dm_inflow *inflow, uint8_t *data, size_t bytes, dm_usec now);

/* First sound came, and a key frame of the picture where one is expected. */
static inline bool dm_inflow_is_confirmed(const struct dm_inflow *inflow)
{
	return inflow->report->audio.first_at != DM_USEC_NEVER &&
	       (!inflow->options.video || inflow->report->video.first_key_at != DM_USEC_NEVER);
}

/* What is due, and when the next is. */
void dm_inflow_tick(struct dm_inflow *inflow, dm_usec now);
dm_usec dm_inflow_due(const struct dm_inflow *inflow);

void dm_inflow_request_key(struct dm_inflow *inflow);
void dm_inflow_say_bye(struct dm_inflow *inflow);

#endif
