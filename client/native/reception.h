/* client/native/reception.h
 *
 * The media of one receiving peer once it has keys: SRTP unprotected or only counted by its clear
 * header, reports and NACKs sent, and what a misbehaving peer sends instead.
 *
 * Pure but for OpenSSL: packets and time go in, datagrams come out by callback.
 * Thread: one at a time.
 */
#ifndef DM_CLIENT_RECEPTION_H
#define DM_CLIENT_RECEPTION_H

#include "figures.h"
#include "handshake.h"
#include "lateness.h"
#include "missing.h"
#include "offer.h"
#include "receiver_report.h"
#include "roles.h"

struct dm_reception_options {
	bool video;       /* a picture is expected */
	bool counts_only; /* once the media are confirmed, RTP is counted from its clear headers */
	bool nack;        /* ask for lost packets */
	bool stamped;     /* payloads end with a time stamp (stamp.h) */
	enum dm_manner manner;
	struct dm_figures *figures; /* borrowed; nullable: everything counts, nothing is summed */
};

struct dm_reception {
	struct dm_reception_options options;
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
void dm_reception_init(struct dm_reception *reception, const struct dm_reception_options *options,
		       struct dm_receiver_report *report);
void dm_reception_finish(struct dm_reception *reception);

/* The keys are there. Returns 0, -EINVAL, -ENOMEM or -EIO. */
int dm_reception_start(struct dm_reception *reception, const struct dm_srtp_keys *keys,
		       dm_usec now);

/* Payload types that were agreed on; those that are 0 are as we offered. */
void dm_reception_agree(struct dm_reception *reception, const struct dm_answer *answer);

/* RTP or RTCP; decrypted in place. */
void dm_reception_receive(struct dm_reception *reception, uint8_t *data, size_t bytes, dm_usec now);

/* First sound came, and a key frame of the picture where one is expected. */
static inline bool dm_reception_is_confirmed(const struct dm_reception *reception)
{
	return reception->report->audio.first_at != DM_USEC_NEVER &&
	       (!reception->options.video ||
		reception->report->video.first_key_at != DM_USEC_NEVER);
}

/* What is due, and when the next is. */
void dm_reception_tick(struct dm_reception *reception, dm_usec now);
dm_usec dm_reception_due(const struct dm_reception *reception);

void dm_reception_request_key(struct dm_reception *reception);
void dm_reception_say_bye(struct dm_reception *reception);

#endif
