#include "transport/uplinks.h"

#include "rtp/rtcp.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

/* Sequence numbers asked for at once, four bytes each at worst; the rest in the next turn. Choice:
 * two streams' fit a datagram. */
#define REQUESTS_MAX 128

/* What a sender of sound may use: Opus at its highest useful rate, and retransmissions. Choice. */
#define SOUND_BPS UINT64_C(256000)

static int choose_ssrc(uint32_t *ssrc)
{
	while (*ssrc == 0)
		if (getrandom(ssrc, sizeof(*ssrc), 0) != sizeof(*ssrc))
			return -EIO;
	return 0;
}

static bool is_wanted(const struct dm_uplink_options *options)
{
	return options->wanted && options->intake;
}

int dm_uplinks_create(struct dm_uplinks **out, struct dm_connection *connection,
		      const struct dm_peer_options *options, uint32_t ssrc, dm_usec now)
{
	bool any = false;

	*out = NULL;
	for (size_t i = 0; i < DM_UPLINK_COUNT; i++)
		any = any || is_wanted(&options->uplinks[i]);
	if (!any)
		return 0;

	struct dm_uplinks *uplinks = calloc(1, sizeof(*uplinks));

	if (!uplinks)
		return -ENOMEM;
	uplinks->connection = connection;
	uplinks->ssrc = ssrc;
	uplinks->due = DM_USEC_NEVER;
	for (size_t i = 0; i < DM_UPLINK_COUNT; i++)
		if (is_wanted(&options->uplinks[i]))
			dm_uplink_init(&uplinks->streams[uplinks->count++], &options->uplinks[i],
				       now);
	if (choose_ssrc(&uplinks->ssrc) < 0) {
		dm_uplinks_destroy(uplinks);
		return -EIO;
	}
	*out = uplinks;
	return 0;
}

void dm_uplinks_destroy(struct dm_uplinks *uplinks)
{
	if (!uplinks)
		return;
	for (size_t i = 0; i < uplinks->count; i++)
		dm_uplink_finish(&uplinks->streams[i]);
	free(uplinks);
}

void dm_uplinks_enlist(struct dm_uplinks *uplinks, struct dm_uplinks **list)
{
	uplinks->next = *list;
	uplinks->link = list;
	if (uplinks->next)
		uplinks->next->link = &uplinks->next;
	*list = uplinks;
}

void dm_uplinks_delist(struct dm_uplinks *uplinks)
{
	if (!uplinks->link)
		return;
	*uplinks->link = uplinks->next;
	if (uplinks->next)
		uplinks->next->link = uplinks->link;
	uplinks->link = NULL;
	uplinks->next = NULL;
}

/* --- what comes --- */

static bool unprotect(struct dm_unprotector *unprotector, uint8_t *data, size_t *bytes,
		      struct dm_uplink_metrics *metrics)
{
	switch (dm_unprotect_rtp(unprotector, data, bytes)) {
	case DM_UNPROTECT_OK:
		return true;
	case DM_UNPROTECT_BAD_AUTH:
		dm_metric_add(&metrics->bad_auth, 1);
		break;
	case DM_UNPROTECT_REPLAY:
		dm_metric_add(&metrics->replay, 1);
		break;
	case DM_UNPROTECT_MALFORMED:
		dm_metric_add(&metrics->malformed, 1);
		break;
	case DM_UNPROTECT_TOO_MANY:
		dm_metric_add(&metrics->too_many_sources, 1);
		break;
	}
	return false;
}

/* By the payload type of media or of their retransmissions; NULL when it is none of them. */
static struct dm_uplink_stream *find_stream(struct dm_uplinks *uplinks, uint8_t payload_type)
{
	for (size_t i = 0; i < uplinks->count; i++) {
		const struct dm_uplink_options *options = &uplinks->streams[i].options;

		if (payload_type == options->payload_type ||
		    (options->rtx_payload_type && payload_type == options->rtx_payload_type))
			return &uplinks->streams[i];
	}
	return NULL;
}

static void count_put(enum dm_uplink_put put, const struct dm_rtp_packet *packet,
		      struct dm_uplink_metrics *metrics)
{
	switch (put) {
	case DM_UPLINK_PUT_RECOVERED:
		dm_metric_add(&metrics->recovered, 1);
		/* fall through */
	case DM_UPLINK_PUT_TAKEN:
		dm_metric_add(&metrics->packets, 1);
		dm_metric_add(&metrics->bytes, (int64_t)packet->payload_bytes);
		break;
	case DM_UPLINK_PUT_FOREIGN:
		dm_metric_add(&metrics->foreign, 1);
		break;
	case DM_UPLINK_PUT_FAR:
		dm_metric_add(&metrics->far, 1);
		break;
	case DM_UPLINK_PUT_NOT_MISSING:
		dm_metric_add(&metrics->not_missing, 1);
		break;
	case DM_UPLINK_PUT_TOO_LARGE:
		dm_metric_add(&metrics->too_large, 1);
		break;
	case DM_UPLINK_PUT_REFUSED:
		dm_metric_add(&metrics->refused, 1);
		break;
	}
}

/* Of a type that was not agreed on; its number is not missing all the same. */
static void take_unknown(struct dm_uplinks *uplinks, const struct dm_rtp_packet *packet,
			 dm_usec now)
{
	for (size_t i = 0; i < uplinks->count; i++)
		dm_uplink_note(&uplinks->streams[i], packet->ssrc, packet->sequence, now);
}

/* As the peer's reports tell it, else as its retransmissions do; 0: not known. */
static dm_usec best_round_trip(const struct dm_uplinks *uplinks, dm_usec round_trip)
{
	for (size_t i = 0; i < uplinks->count && round_trip == 0; i++)
		round_trip = dm_uplink_round_trip(&uplinks->streams[i]);
	return round_trip;
}

static void set_due(struct dm_uplinks *uplinks, dm_usec round_trip)
{
	uplinks->due = DM_USEC_NEVER;
	for (size_t i = 0; i < uplinks->count; i++) {
		const dm_usec due = dm_uplink_due(&uplinks->streams[i], round_trip);

		if (due < uplinks->due)
			uplinks->due = due;
	}
}

void dm_uplinks_receive(struct dm_uplinks *uplinks, struct dm_unprotector *unprotector,
			uint8_t *data, size_t bytes, dm_usec round_trip, dm_usec now,
			struct dm_uplink_metrics *metrics)
{
	struct dm_rtp_packet packet;

	if (!unprotect(unprotector, data, &bytes, metrics))
		return;
	if (!dm_rtp_parse(data, bytes, &packet)) {
		dm_metric_add(&metrics->malformed, 1);
		return;
	}

	struct dm_uplink_stream *stream = find_stream(uplinks, packet.payload_type);

	if (stream) {
		dm_allowance_note(&stream->allowance, bytes);
		count_put(dm_uplink_put(stream, &packet, now), &packet, metrics);
	} else {
		dm_metric_add(&metrics->unknown_type, 1);
		take_unknown(uplinks, &packet, now);
	}
	set_due(uplinks, best_round_trip(uplinks, round_trip));
}

void dm_uplinks_note_report(struct dm_uplinks *uplinks, uint32_t ssrc, uint64_t ntp,
			    uint32_t timestamp, dm_usec now)
{
	for (size_t i = 0; i < uplinks->count; i++)
		dm_uplink_note_report(&uplinks->streams[i], ssrc, ntp, timestamp, now);
}

/* --- what we say of it --- */

/* A compound starts with a report and a name (RFC 3550, 6.1). */
static void write_head(const struct dm_uplinks *uplinks, struct dm_writer *writer,
		       const char *cname)
{
	if (writer->size > 0)
		return;
	dm_rtcp_write_receiver_report(writer, uplinks->ssrc, NULL, 0);
	dm_rtcp_write_cname(writer, uplinks->ssrc, cname);
}

bool dm_uplinks_is_due(struct dm_uplinks *uplinks, dm_usec now)
{
	bool due = now >= uplinks->due;

	for (size_t i = 0; i < uplinks->count; i++)
		due = due || dm_uplink_wants_key(&uplinks->streams[i], now);
	return due;
}

void dm_uplinks_write_requests(struct dm_uplinks *uplinks, struct dm_writer *writer,
			       const char *cname, dm_usec round_trip, dm_usec now,
			       struct dm_uplink_metrics *metrics)
{
	uint16_t missing[REQUESTS_MAX];

	round_trip = best_round_trip(uplinks, round_trip);
	for (size_t i = 0; i < uplinks->count; i++) {
		struct dm_uplink_stream *stream = &uplinks->streams[i];
		uint64_t lost;
		const size_t count = dm_uplink_take_missing(stream, round_trip, now, missing,
							    REQUESTS_MAX, &lost);

		dm_metric_add(&metrics->lost, (int64_t)lost);
		dm_metric_add(&metrics->nacks, (int64_t)count);
		if (count > 0) {
			write_head(uplinks, writer, cname);
			dm_rtcp_write_nack(writer, uplinks->ssrc, stream->source.ssrc, missing,
					   count);
		}
		if (dm_uplink_take_key_request(stream, now)) {
			dm_metric_add(&metrics->key_requests, 1);
			write_head(uplinks, writer, cname);
			dm_rtcp_write_pli(writer, uplinks->ssrc, stream->source.ssrc);
		}
	}
	set_due(uplinks, round_trip);
}

/* What all that the peer sends may take together; its streams share one link. */
static void write_remb(struct dm_uplinks *uplinks, struct dm_writer *writer,
		       const struct dm_rtcp_report_block *blocks, dm_usec now)
{
	uint32_t ssrcs[DM_UPLINK_COUNT];
	uint64_t bps = 0;
	size_t count = 0, block = 0;

	for (size_t i = 0; i < uplinks->count; i++) {
		struct dm_uplink_stream *stream = &uplinks->streams[i];

		if (!stream->started)
			continue;

		const uint8_t lost = blocks[block++].fraction_lost;

		bps += stream->options.codec == DM_CODEC_OPUS
			       ? SOUND_BPS
			       : dm_allowance_judge(&stream->allowance, lost, now);
		if (stream->options.remb)
			ssrcs[count++] = stream->source.ssrc;
	}
	if (count > 0)
		dm_rtcp_write_remb(writer, uplinks->ssrc, bps, ssrcs, count);
}

void dm_uplinks_write_reports(struct dm_uplinks *uplinks, struct dm_writer *writer,
			      const char *cname, dm_usec now)
{
	struct dm_rtcp_report_block blocks[DM_UPLINK_COUNT];
	const bool first = writer->size == 0;
	size_t count = 0;

	for (size_t i = 0; i < uplinks->count; i++)
		if (uplinks->streams[i].started)
			blocks[count++] = dm_rtp_source_report(&uplinks->streams[i].source, now);
	if (count == 0)
		return;
	dm_rtcp_write_receiver_report(writer, uplinks->ssrc, blocks, count);
	if (first) /* else a sender report has it */
		dm_rtcp_write_cname(writer, uplinks->ssrc, cname);
	write_remb(uplinks, writer, blocks, now);
}
