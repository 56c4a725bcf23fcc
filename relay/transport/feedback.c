#include "transport/feedback.h"

#include "rtp/rtcp.h"

struct pass {
	struct dm_connection *connection;
	const struct dm_feedback_context *context;
};

static void note_resent(struct pass *pass, const struct dm_stream *stream)
{
	if (stream->rung_count > 0)
		dm_metric_add(&dm_track_reception(stream->rungs[stream->rung])->resent, 1);
	dm_network_table_note_resent(pass->context->networks, &pass->connection->places);
}

static void take_nack(struct pass *pass, struct dm_stream *stream, uint16_t sequence)
{
	const struct dm_feedback_context *context = pass->context;
	struct dm_feedback_metrics *metrics = context->metrics;

	dm_metric_add(&metrics->nacks, 1);
	switch (dm_stream_resend(stream, context->sender, sequence, context->scratch,
				 context->now)) {
	case DM_STREAM_RESENT:
		dm_metric_add(&metrics->resent, 1);
		note_resent(pass, stream);
		break;
	case DM_STREAM_NOT_SENT:
		dm_metric_add(&metrics->resend_not_sent, 1);
		break;
	case DM_STREAM_TOO_SOON:
		dm_metric_add(&metrics->resend_too_soon, 1);
		break;
	case DM_STREAM_OVER_BUDGET:
		dm_metric_add(&metrics->resend_over_budget, 1);
		break;
	}
}

static void take_key_request(struct pass *pass, struct dm_stream *stream)
{
	dm_metric_add(&pass->context->metrics->key_requests, 1);
	if (stream->rung_count > 0)
		dm_track_request_key(stream->rungs[stream->rung]);
}

/* What the link carries beside the stream. */
static uint64_t other_bps(const struct dm_connection *connection, const struct dm_stream *stream)
{
	uint64_t bps = 0;

	for (size_t i = 0; i < connection->stream_count; i++) {
		const struct dm_stream *other = &connection->streams[i];

		if (other != stream && other->rung_count > 0)
			bps += dm_track_rate_bps(other->rungs[other->rung]);
	}
	return bps;
}

/* The link as the peer sees it decides which rung a picture gets from its next key frame on. */
static void judge_link(struct pass *pass, struct dm_stream *stream, int fraction_lost)
{
	const struct dm_connection *connection = pass->connection;
	uint64_t rung_bps[DM_LADDER_MAX];

	if (stream->rung_count < 2)
		return;
	for (size_t i = 0; i < stream->rung_count; i++)
		rung_bps[i] = dm_track_rate_bps(stream->rungs[i]);

	const struct dm_ladder_view view = {
		.rung_bps = rung_bps,
		.rung_count = stream->rung_count,
		.other_bps = other_bps(connection, stream),
		.remb_bps = connection->remb_bps,
		.fraction_lost = fraction_lost,
		.round_trip = connection->round_trip,
	};
	const size_t wanted = dm_ladder_judge(&stream->ladder, &view, pass->context->now);

	if (wanted != stream->rung_wanted) {
		stream->rung_wanted = wanted;
		dm_metric_add(&pass->context->metrics->rung_changes, 1);
	}
}

/* Where its listeners' trouble lies: with one track, or with one network. */
static void note_reception(struct pass *pass, const struct dm_stream *stream, dm_usec round_trip,
			   uint8_t fraction_lost)
{
	if (stream->rung_count == 0)
		return; /* what it says is about something it no longer gets */
	dm_reception_note(dm_track_reception(stream->rungs[stream->rung]), round_trip,
			  fraction_lost);
	dm_network_table_note(pass->context->networks, &pass->connection->places, round_trip,
			      fraction_lost);
}

static void take_block(struct pass *pass, const struct dm_rtcp_report_block *block)
{
	struct dm_stream *stream = dm_connection_find_stream(pass->connection, block->ssrc);
	const dm_usec round_trip = (dm_usec)dm_rtcp_round_trip(block, pass->context->ntp_now) *
				   DM_SEC(1) / 65536;

	if (round_trip > 0)
		pass->connection->round_trip = round_trip;
	if (!stream || block->ssrc != stream->ssrc)
		return;
	note_reception(pass, stream, round_trip, block->fraction_lost);
	judge_link(pass, stream, block->fraction_lost);
	/* A channel's encoder protects its sound as its listeners need it. */
	if (dm_media_is_sound(stream->media) && stream->rung_count > 0)
		dm_track_note_loss(stream->rungs[0], block->fraction_lost);
}

static void take_remb(struct pass *pass, uint64_t bitrate_bps)
{
	pass->connection->remb_bps = bitrate_bps;
	for (size_t i = 0; i < pass->connection->stream_count; i++)
		judge_link(pass, &pass->connection->streams[i], DM_LADDER_NO_REPORT);
}

/* Only who sends media has something to say here. */
static void take_sender_report(struct pass *pass, const struct dm_rtcp_item *item)
{
	if (pass->connection->uplinks)
		dm_uplinks_note_report(pass->connection->uplinks, item->ssrc, item->sender.ntp,
				       item->sender.rtp, pass->context->now);
}

static void take_item(void *user, const struct dm_rtcp_item *item)
{
	struct pass *pass = user;
	struct dm_stream *stream;

	switch (item->type) {
	case DM_RTCP_REPORT_BLOCK:
		take_block(pass, &item->block);
		return;
	case DM_RTCP_REMB:
		take_remb(pass, item->bitrate_bps);
		return;
	case DM_RTCP_SENDER_REPORT:
		take_sender_report(pass, item);
		return;
	case DM_RTCP_BYE:
		return; /* leaving is told by DTLS or by silence */
	case DM_RTCP_NACK:
	case DM_RTCP_PLI:
	case DM_RTCP_FIR:
		break;
	}

	stream = dm_connection_find_stream(pass->connection, item->media_ssrc);
	if (!stream)
		dm_metric_add(&pass->context->metrics->unknown_ssrc, 1);
	else if (item->type == DM_RTCP_NACK)
		take_nack(pass, stream, item->nack);
	else
		take_key_request(pass, stream);
}

void dm_feedback_take(struct dm_connection *connection, const uint8_t *data, size_t size_bytes,
		      const struct dm_feedback_context *context)
{
	struct pass pass = { .connection = connection, .context = context };

	if (!dm_rtcp_parse(data, size_bytes, take_item, &pass))
		dm_metric_add(&context->metrics->malformed, 1);
}
