#include "reception.h"

#include "stamp.h"

#include <errno.h>
#include <stdlib.h>

#define REPORT_EVERY   DM_SEC(1)  /* choice: as browsers do */
#define STORM_EVERY    DM_MSEC(1) /* 1,000 a second */
#define STORM_AT_ONCE  20         /* after a pause; choice */
#define STORM_BACK     40         /* sequence numbers behind the newest: recent ones; choice */
#define AUDIO_HZ       48000
#define AUDIO_TICKS    960 /* 20 ms: what the relay sends (relay/audio/encoder.h) */
#define VIDEO_HZ       90000
#define RTCP_MAX_BYTES 320
#define PADDING_BIT    0x20 /* RFC 3550, 5.1 */

enum { SOUND, PICTURE, STREAMS };

static struct dm_inbound *stream_of(struct dm_reception *reception, int stream)
{
	return stream == SOUND ? &reception->report->audio : &reception->report->video;
}

void dm_reception_init(struct dm_reception *reception, const struct dm_reception_options *options,
		       struct dm_receiver_report *report)
{
	reception->options = *options;
	reception->report = report;
	report->audio = dm_inbound_init(AUDIO_HZ, AUDIO_TICKS);
	report->video = dm_inbound_init(VIDEO_HZ, 0);
}

void dm_reception_finish(struct dm_reception *reception)
{
	dm_protector_destroy(reception->protector);
	dm_unprotector_destroy(reception->unprotector);
	free(reception->missing);
}

void dm_reception_agree(struct dm_reception *reception, const struct dm_answer *answer)
{
	const bool said = answer->audio_type || answer->video_type;

	reception->audio_type = answer->audio_type ? answer->audio_type : DM_OFFER_OPUS;
	reception->video_type = answer->video_type ? answer->video_type : DM_OFFER_H264;
	reception->rtx_type = said ? answer->rtx_type : DM_OFFER_RTX;
	reception->options.video = reception->options.video && answer->video;
}

int dm_reception_start(struct dm_reception *reception, const struct dm_srtp_keys *keys, dm_usec now)
{
	int error = dm_protector_create(&reception->protector, keys);

	if (!error)
		error = dm_unprotector_create(&reception->unprotector, keys);
	if (error)
		return error;
	if (reception->options.nack) {
		reception->missing = calloc(STREAMS, sizeof(*reception->missing));
		if (!reception->missing)
			return -ENOMEM;
	}
	reception->tag_bytes = (uint8_t)dm_protector_tag_bytes(reception->protector);
	/* A crowd that came at once does not report at once. */
	reception->report_due = now + reception->ssrc % REPORT_EVERY;
	reception->storm_due = DM_USEC_NEVER;
	return 0;
}

static bool is_ok(struct dm_reception *reception, enum dm_unprotect_result result)
{
	struct dm_receiver_report *report = reception->report;

	if (result == DM_UNPROTECT_BAD_AUTH)
		report->bad_auth++;
	else if (result == DM_UNPROTECT_REPLAY)
		report->replayed++;
	else if (result == DM_UNPROTECT_MALFORMED)
		report->malformed++;
	return result == DM_UNPROTECT_OK;
}

/* `writer` has DM_SRTCP_TRAILER_MAX of room behind its capacity. */
static void send_rtcp(struct dm_reception *reception, struct dm_writer *writer)
{
	if (writer->failed || !reception->protector)
		return;

	const int bytes = dm_protect_rtcp(reception->protector, writer->data, writer->size,
					  writer->capacity + DM_SRTCP_TRAILER_MAX);

	if (bytes > 0)
		reception->send(reception->user, writer->data, (size_t)bytes);
}

static void send_nack(struct dm_reception *reception, const struct dm_inbound *inbound,
		      const uint16_t *sequences, size_t count)
{
	uint8_t data[RTCP_MAX_BYTES + DM_SRTCP_TRAILER_MAX];
	struct dm_writer writer = dm_writer_init(data, RTCP_MAX_BYTES);

	reception->report->nacks += count;
	/* Without a report: reduced size (RFC 5506). */
	dm_rtcp_write_nack(&writer, reception->ssrc, inbound->ssrc, sequences, count);
	send_rtcp(reception, &writer);
}

/* What went missing before this packet is asked for at once, and again as others come. */
static void follow_loss(struct dm_reception *reception, int stream, uint64_t highest_before,
			uint16_t sequence, dm_usec now)
{
	struct dm_missing *missing = &reception->missing[stream];
	const struct dm_inbound *inbound = stream_of(reception, stream);
	uint16_t sequences[DM_MISSING_MAX];

	if (highest_before && inbound->highest > highest_before + 1)
		dm_missing_note(missing, (uint16_t)(highest_before + 1),
				(unsigned)(inbound->highest - highest_before - 1), now);
	else if (missing->count && inbound->highest == highest_before)
		(void)dm_missing_came(missing, sequence);
	if (!missing->count)
		return;

	const size_t count = dm_missing_ask(missing, sequences, now);

	if (count)
		send_nack(reception, inbound, sequences, count);
}

static void measure(struct dm_reception *reception, int stream, const struct dm_rtp_packet *packet,
		    dm_usec now)
{
	struct dm_figures *figures = reception->options.figures;
	dm_usec late = 0;
	dm_usec wall;

	if (!figures)
		return;
	if (stream == SOUND)
		late = dm_lateness_of(&reception->lateness, packet->ssrc, packet->timestamp,
				      AUDIO_HZ, now);
	if (!dm_figures_counts(figures))
		return;
	if (stream == SOUND)
		dm_delays_add(&figures->sound_lateness, late);
	if (reception->options.stamped && packet->payload &&
	    dm_stamp_read(packet->payload, packet->payload_bytes, &wall))
		dm_delays_add(stream == SOUND ? &figures->sound_latency : &figures->picture_latency,
			      now + figures->wall_offset - wall);
}

static void receive_media(struct dm_reception *reception, int stream,
			  const struct dm_rtp_packet *packet, dm_usec now)
{
	struct dm_inbound *inbound = stream_of(reception, stream);
	const uint64_t highest = inbound->highest;

	dm_inbound_receive(inbound, packet, now);
	measure(reception, stream, packet, now);
	if (reception->missing)
		follow_loss(reception, stream, highest, packet->sequence, now);
}

/* The first two bytes are the sequence number that the packet had (RFC 4588, 4). */
static void receive_resent(struct dm_reception *reception, const struct dm_rtp_packet *packet)
{
	reception->report->resent++;
	if (reception->missing && packet->payload_bytes >= 2 &&
	    dm_missing_came(&reception->missing[PICTURE],
			    (uint16_t)(packet->payload[0] << 8 | packet->payload[1])))
		dm_inbound_recover(&reception->report->video);
}

/* Everything but the payload is clear (RFC 3711, 3.1). False when it is malformed. */
static bool read_clear(const struct dm_reception *reception, uint8_t *data, size_t bytes,
		       struct dm_rtp_packet *packet)
{
	data[0] &= (uint8_t)~PADDING_BIT; /* its length is encrypted */
	if (bytes < DM_RTP_HEADER_BYTES + (size_t)reception->tag_bytes ||
	    !dm_rtp_parse(data, bytes - reception->tag_bytes, packet))
		return false;
	packet->payload = NULL;
	return true;
}

static void receive_rtp(struct dm_reception *reception, uint8_t *data, size_t bytes, dm_usec now)
{
	const uint8_t type = data[1] & 0x7f;
	const bool resent = type == reception->rtx_type && reception->rtx_type;
	struct dm_rtp_packet packet;
	bool fine;

	if (reception->options.counts_only && !resent && dm_reception_is_confirmed(reception))
		fine = read_clear(reception, data, bytes, &packet);
	else if (!is_ok(reception, dm_unprotect_rtp(reception->unprotector, data, &bytes)))
		return;
	else
		fine = dm_rtp_parse(data, bytes, &packet);
	if (!fine)
		reception->report->malformed++;
	else if (type == reception->audio_type)
		receive_media(reception, SOUND, &packet, now);
	else if (type == reception->video_type)
		receive_media(reception, PICTURE, &packet, now);
	else if (resent)
		receive_resent(reception, &packet);
	else
		reception->report->other_streams++;
}

struct rtcp_call {
	struct dm_reception *reception;
	dm_usec now;
};

static void on_rtcp_item(void *user, const struct dm_rtcp_item *item)
{
	struct rtcp_call *call = user;

	for (int i = 0; i < STREAMS; i++) {
		struct dm_inbound *inbound = stream_of(call->reception, i);

		if (inbound->first_at == DM_USEC_NEVER || inbound->ssrc != item->ssrc)
			continue;
		if (item->type == DM_RTCP_SENDER_REPORT)
			dm_inbound_sender_report(inbound, item->sender.ntp, call->now);
		else if (item->type == DM_RTCP_BYE)
			call->reception->report->state = DM_RECEIVER_CLOSED;
	}
}

static void receive_rtcp(struct dm_reception *reception, uint8_t *data, size_t bytes, dm_usec now)
{
	struct rtcp_call call = { .reception = reception, .now = now };

	if (is_ok(reception, dm_unprotect_rtcp(reception->unprotector, data, &bytes)) &&
	    !dm_rtcp_parse(data, bytes, on_rtcp_item, &call))
		reception->report->malformed++;
}

static bool is_deaf(const struct dm_reception *reception)
{
	const struct dm_figures *figures = reception->options.figures;

	return (figures && figures->window == DM_WINDOW_CLOSED) ||
	       (reception->options.manner == DM_MANNER_STALLED &&
		dm_reception_is_confirmed(reception));
}

void dm_reception_receive(struct dm_reception *reception, uint8_t *data, size_t bytes, dm_usec now)
{
	if (is_deaf(reception))
		return;
	if (dm_rtp_is_rtcp(data, bytes))
		receive_rtcp(reception, data, bytes, now);
	else
		receive_rtp(reception, data, bytes, now);
}

/* A compound packet begins with a report and has a CNAME (RFC 3550, 6.1). */
static void send_report(struct dm_reception *reception, dm_usec now)
{
	uint8_t data[RTCP_MAX_BYTES + DM_SRTCP_TRAILER_MAX];
	struct dm_writer writer = dm_writer_init(data, RTCP_MAX_BYTES);
	struct dm_rtcp_report_block blocks[STREAMS];
	size_t count = 0;

	for (int i = 0; i < STREAMS; i++)
		if (stream_of(reception, i)->first_at != DM_USEC_NEVER)
			blocks[count++] = dm_inbound_report(stream_of(reception, i), now);
	dm_rtcp_write_receiver_report(&writer, reception->ssrc, blocks, count);
	dm_rtcp_write_cname(&writer, reception->ssrc, reception->cname);
	send_rtcp(reception, &writer);
}

/* One sequence number a packet, a little behind the newest: of the picture where there is one. */
static void storm(struct dm_reception *reception, dm_usec now)
{
	const struct dm_inbound *inbound = stream_of(reception,
						     reception->options.video ? PICTURE : SOUND);

	if (reception->storm_due == DM_USEC_NEVER)
		reception->storm_due = now;
	for (int i = 0; i < STORM_AT_ONCE && now >= reception->storm_due; i++) {
		const uint16_t sequence = (uint16_t)(inbound->highest -
						     reception->storm_count++ % STORM_BACK);

		send_nack(reception, inbound, &sequence, 1);
		reception->storm_due += STORM_EVERY;
	}
	if (now >= reception->storm_due)
		reception->storm_due = now + STORM_EVERY;
}

void dm_reception_tick(struct dm_reception *reception, dm_usec now)
{
	const enum dm_manner manner = reception->options.manner;
	const bool confirmed = dm_reception_is_confirmed(reception);

	if (manner == DM_MANNER_STALLED && confirmed) {
		reception->report_due = DM_USEC_NEVER;
		return;
	}
	if (now >= reception->report_due) {
		reception->report_due += REPORT_EVERY;
		if (reception->report_due <= now)
			reception->report_due = now + REPORT_EVERY;
		send_report(reception, now);
	}
	if (manner == DM_MANNER_STORM && confirmed)
		storm(reception, now);
}

dm_usec dm_reception_due(const struct dm_reception *reception)
{
	return reception->storm_due < reception->report_due ? reception->storm_due
							    : reception->report_due;
}

void dm_reception_request_key(struct dm_reception *reception)
{
	uint8_t data[RTCP_MAX_BYTES + DM_SRTCP_TRAILER_MAX];
	struct dm_writer writer = dm_writer_init(data, RTCP_MAX_BYTES);

	if (reception->report->video.first_at == DM_USEC_NEVER)
		return;
	dm_rtcp_write_pli(&writer, reception->ssrc, reception->report->video.ssrc);
	send_rtcp(reception, &writer);
}

void dm_reception_say_bye(struct dm_reception *reception)
{
	uint8_t data[RTCP_MAX_BYTES + DM_SRTCP_TRAILER_MAX];
	struct dm_writer writer = dm_writer_init(data, RTCP_MAX_BYTES);

	dm_rtcp_write_receiver_report(&writer, reception->ssrc, NULL, 0);
	dm_rtcp_write_bye(&writer, &reception->ssrc, 1);
	send_rtcp(reception, &writer);
}
