#include "inflow.h"

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

static struct dm_inbound *stream_of(struct dm_inflow *inflow, int stream)
{
	return stream == SOUND ? &inflow->report->audio : &inflow->report->video;
}

void dm_inflow_init(struct dm_inflow *inflow, const struct dm_inflow_options *options,
		    struct dm_receiver_report *report)
{
	inflow->options = *options;
	inflow->report = report;
	report->audio = dm_inbound_init(AUDIO_HZ, AUDIO_TICKS);
	report->video = dm_inbound_init(VIDEO_HZ, 0);
}

void dm_inflow_finish(struct dm_inflow *inflow)
{
	dm_protector_destroy(inflow->protector);
	dm_unprotector_destroy(inflow->unprotector);
	free(inflow->missing);
}

void dm_inflow_agree(struct dm_inflow *inflow, const struct dm_answer *answer)
{
	const bool said = answer->audio_type || answer->video_type;

	inflow->audio_type = answer->audio_type ? answer->audio_type : DM_OFFER_OPUS;
	inflow->video_type = answer->video_type ? answer->video_type : DM_OFFER_H264;
	inflow->rtx_type = said ? answer->rtx_type : DM_OFFER_RTX;
	inflow->options.video = inflow->options.video && answer->video;
}

int dm_inflow_start(struct dm_inflow *inflow, const struct dm_srtp_keys *keys, dm_usec now)
{
	int error = dm_protector_create(&inflow->protector, keys);

	if (!error)
		error = dm_unprotector_create(&inflow->unprotector, keys);
	if (error)
		return error;
	if (inflow->options.nack) {
		inflow->missing = calloc(STREAMS, sizeof(*inflow->missing));
		if (!inflow->missing)
			return -ENOMEM;
	}
	inflow->tag_bytes = (uint8_t)dm_protector_tag_bytes(inflow->protector);
	/* A crowd that came at once does not report at once. */
	inflow->report_due = now + inflow->ssrc % REPORT_EVERY;
	inflow->storm_due = DM_USEC_NEVER;
	return 0;
}

static bool is_ok(struct dm_inflow *inflow, enum dm_unprotect_result result)
{
	struct dm_receiver_report *report = inflow->report;

	if (result == DM_UNPROTECT_BAD_AUTH)
		report->bad_auth++;
	else if (result == DM_UNPROTECT_REPLAY)
		report->replayed++;
	else if (result == DM_UNPROTECT_MALFORMED)
		report->malformed++;
	return result == DM_UNPROTECT_OK;
}

/* `writer` has DM_SRTCP_TRAILER_MAX of room behind its capacity. */
static void send_rtcp(struct dm_inflow *inflow, struct dm_writer *writer)
{
	if (writer->failed || !inflow->protector)
		return;

	const int bytes = dm_protect_rtcp(inflow->protector, writer->data, writer->size,
					  writer->capacity + DM_SRTCP_TRAILER_MAX);

	if (bytes > 0)
		inflow->send(inflow->user, writer->data, (size_t)bytes);
}

static void send_nack(struct dm_inflow *inflow, const struct dm_inbound *inbound,
		      const uint16_t *sequences, size_t count)
{
	uint8_t data[RTCP_MAX_BYTES + DM_SRTCP_TRAILER_MAX];
	struct dm_writer writer = dm_writer_init(data, RTCP_MAX_BYTES);

	inflow->report->nacks += count;
	/* Without a report: reduced size (RFC 5506). */
	dm_rtcp_write_nack(&writer, inflow->ssrc, inbound->ssrc, sequences, count);
	send_rtcp(inflow, &writer);
}

/* What went missing before this packet is asked for at once, and again as others come. */
static void follow_loss(struct dm_inflow *inflow, int stream, uint64_t highest_before,
			uint16_t sequence, dm_usec now)
{
	struct dm_missing *missing = &inflow->missing[stream];
	const struct dm_inbound *inbound = stream_of(inflow, stream);
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
		send_nack(inflow, inbound, sequences, count);
}

static void measure(struct dm_inflow *inflow, int stream, const struct dm_rtp_packet *packet,
		    dm_usec now)
{
	struct dm_figures *figures = inflow->options.figures;
	dm_usec late = 0;
	dm_usec wall;

	if (!figures)
		return;
	if (stream == SOUND)
		late = dm_lateness_of(&inflow->lateness, packet->ssrc, packet->timestamp, AUDIO_HZ,
				      now);
	if (!dm_figures_counts(figures))
		return;
	if (stream == SOUND)
		dm_delays_add(&figures->sound_lateness, late);
	if (inflow->options.stamped && packet->payload &&
	    dm_stamp_read(packet->payload, packet->payload_bytes, &wall))
		dm_delays_add(stream == SOUND ? &figures->sound_latency : &figures->picture_latency,
			      now + figures->wall_offset - wall);
}

static void receive_media(struct dm_inflow *inflow, int stream, const struct dm_rtp_packet *packet,
			  dm_usec now)
{
	struct dm_inbound *inbound = stream_of(inflow, stream);
	const uint64_t highest = inbound->highest;

	dm_inbound_receive(inbound, packet, now);
	measure(inflow, stream, packet, now);
	if (inflow->missing)
		follow_loss(inflow, stream, highest, packet->sequence, now);
}

/* The first two bytes are the sequence number that the packet had (RFC 4588, 4). */
static void receive_resent(struct dm_inflow *inflow, const struct dm_rtp_packet *packet)
{
	inflow->report->resent++;
	if (inflow->missing && packet->payload_bytes >= 2 &&
	    dm_missing_came(&inflow->missing[PICTURE],
			    (uint16_t)(packet->payload[0] << 8 | packet->payload[1])))
		dm_inbound_recover(&inflow->report->video);
}

/* Everything but the payload is clear (RFC 3711, 3.1). False when it is malformed. */
static bool read_clear(const struct dm_inflow *inflow, uint8_t *data, size_t bytes,
		       struct dm_rtp_packet *packet)
{
	data[0] &= (uint8_t)~PADDING_BIT; /* its length is encrypted */
	if (bytes < DM_RTP_HEADER_BYTES + (size_t)inflow->tag_bytes ||
	    !dm_rtp_parse(data, bytes - inflow->tag_bytes, packet))
		return false;
	packet->payload = NULL;
	return true;
}

static void receive_rtp(struct dm_inflow *inflow, uint8_t *data, size_t bytes, dm_usec now)
{
	const uint8_t type = data[1] & 0x7f;
	const bool resent = type == inflow->rtx_type && inflow->rtx_type;
	struct dm_rtp_packet packet;
	bool fine;

	if (inflow->options.counts_only && !resent && dm_inflow_is_confirmed(inflow))
		fine = read_clear(inflow, data, bytes, &packet);
	else if (!is_ok(inflow, dm_unprotect_rtp(inflow->unprotector, data, &bytes)))
		return;
	else
		fine = dm_rtp_parse(data, bytes, &packet);
	if (!fine)
		inflow->report->malformed++;
	else if (type == inflow->audio_type)
		receive_media(inflow, SOUND, &packet, now);
	else if (type == inflow->video_type)
		receive_media(inflow, PICTURE, &packet, now);
	else if (resent)
		receive_resent(inflow, &packet);
	else
		inflow->report->other_streams++;
}

struct rtcp_call {
	struct dm_inflow *inflow;
	dm_usec now;
};

static void on_rtcp_item(void *user, const struct dm_rtcp_item *item)
{
	struct rtcp_call *call = user;

	for (int i = 0; i < STREAMS; i++) {
		struct dm_inbound *inbound = stream_of(call->inflow, i);

		if (inbound->first_at == DM_USEC_NEVER || inbound->ssrc != item->ssrc)
			continue;
		if (item->type == DM_RTCP_SENDER_REPORT)
			dm_inbound_sender_report(inbound, item->sender.ntp, call->now);
		else if (item->type == DM_RTCP_BYE)
			call->inflow->report->state = DM_RECEIVER_CLOSED;
	}
}

static void receive_rtcp(struct dm_inflow *inflow, uint8_t *data, size_t bytes, dm_usec now)
{
	struct rtcp_call call = { .inflow = inflow, .now = now };

	if (is_ok(inflow, dm_unprotect_rtcp(inflow->unprotector, data, &bytes)) &&
	    !dm_rtcp_parse(data, bytes, on_rtcp_item, &call))
		inflow->report->malformed++;
}

static bool is_deaf(const struct dm_inflow *inflow)
{
	const struct dm_figures *figures = inflow->options.figures;

	return (figures && figures->window == DM_WINDOW_CLOSED) ||
	       (inflow->options.manner == DM_MANNER_STALLED && dm_inflow_is_confirmed(inflow));
}

void dm_inflow_receive(struct dm_inflow *inflow, uint8_t *data, size_t bytes, dm_usec now)
{
	if (is_deaf(inflow))
		return;
	if (dm_rtp_is_rtcp(data, bytes))
		receive_rtcp(inflow, data, bytes, now);
	else
		receive_rtp(inflow, data, bytes, now);
}

/* A compound packet begins with a report and has a CNAME (RFC 3550, 6.1). */
static void send_report(struct dm_inflow *inflow, dm_usec now)
{
	uint8_t data[RTCP_MAX_BYTES + DM_SRTCP_TRAILER_MAX];
	struct dm_writer writer = dm_writer_init(data, RTCP_MAX_BYTES);
	struct dm_rtcp_report_block blocks[STREAMS];
	size_t count = 0;

	for (int i = 0; i < STREAMS; i++)
		if (stream_of(inflow, i)->first_at != DM_USEC_NEVER)
			blocks[count++] = dm_inbound_report(stream_of(inflow, i), now);
	dm_rtcp_write_receiver_report(&writer, inflow->ssrc, blocks, count);
	dm_rtcp_write_cname(&writer, inflow->ssrc, inflow->cname);
	send_rtcp(inflow, &writer);
}

/* One sequence number a packet, a little behind the newest: of the picture where there is one. */
static void storm(struct dm_inflow *inflow, dm_usec now)
{
	const struct dm_inbound *inbound = stream_of(inflow,
						     inflow->options.video ? PICTURE : SOUND);

	if (inflow->storm_due == DM_USEC_NEVER)
		inflow->storm_due = now;
	for (int i = 0; i < STORM_AT_ONCE && now >= inflow->storm_due; i++) {
		const uint16_t sequence = (uint16_t)(inbound->highest -
						     inflow->storm_count++ % STORM_BACK);

		send_nack(inflow, inbound, &sequence, 1);
		inflow->storm_due += STORM_EVERY;
	}
	if (now >= inflow->storm_due)
		inflow->storm_due = now + STORM_EVERY;
}

void dm_inflow_tick(struct dm_inflow *inflow, dm_usec now)
{
	const enum dm_manner manner = inflow->options.manner;
	const bool confirmed = dm_inflow_is_confirmed(inflow);

	if (manner == DM_MANNER_STALLED && confirmed) {
		inflow->report_due = DM_USEC_NEVER;
		return;
	}
	if (now >= inflow->report_due) {
		inflow->report_due += REPORT_EVERY;
		if (inflow->report_due <= now)
			inflow->report_due = now + REPORT_EVERY;
		send_report(inflow, now);
	}
	if (manner == DM_MANNER_STORM && confirmed)
		storm(inflow, now);
}

dm_usec dm_inflow_due(const struct dm_inflow *inflow)
{
	return inflow->storm_due < inflow->report_due ? inflow->storm_due : inflow->report_due;
}

void dm_inflow_request_key(struct dm_inflow *inflow)
{
	uint8_t data[RTCP_MAX_BYTES + DM_SRTCP_TRAILER_MAX];
	struct dm_writer writer = dm_writer_init(data, RTCP_MAX_BYTES);

	if (inflow->report->video.first_at == DM_USEC_NEVER)
		return;
	dm_rtcp_write_pli(&writer, inflow->ssrc, inflow->report->video.ssrc);
	send_rtcp(inflow, &writer);
}

void dm_inflow_say_bye(struct dm_inflow *inflow)
{
	uint8_t data[RTCP_MAX_BYTES + DM_SRTCP_TRAILER_MAX];
	struct dm_writer writer = dm_writer_init(data, RTCP_MAX_BYTES);

	dm_rtcp_write_receiver_report(&writer, inflow->ssrc, NULL, 0);
	dm_rtcp_write_bye(&writer, &inflow->ssrc, 1);
	send_rtcp(inflow, &writer);
}
