#include "transport/stream.h"

#include "rtp/packet.h"
#include "rtp/rtx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* What NACKs may cost: half a second of the usual bit rate at once, a quarter of it for good. A
 * link that loses more than that needs a lower rung, not more packets. Choice. */
#define AUDIO_RESEND_BPS   16000
#define AUDIO_RESEND_BURST 8000 /* bytes */
#define VIDEO_RESEND_BPS   500000
#define VIDEO_RESEND_BURST 120000 /* bytes: about one key frame */

struct random {
	uint32_t ssrc;
	uint32_t rtx_ssrc;
	uint32_t timestamp_offset;
	uint16_t sequence;
	uint16_t rtx_sequence;
};

static int add_resend(struct dm_stream *stream, dm_usec now)
{
	const bool audio = dm_media_is_sound(stream->media);
	const struct dm_resend_options options = {
		.rate_bps = audio ? AUDIO_RESEND_BPS : VIDEO_RESEND_BPS,
		.burst_bytes = audio ? AUDIO_RESEND_BURST : VIDEO_RESEND_BURST,
		.min_gap = DM_MSEC(20),
	};

	stream->resend = malloc(sizeof(*stream->resend));
	if (!stream->resend)
		return -ENOMEM;
	dm_resend_init(stream->resend, &options, now);
	return 0;
}

int dm_stream_init(struct dm_stream *stream, const struct dm_stream_options *options,
		   enum dm_media media, const struct dm_stream_outlet *outlet, dm_usec now)
{
	struct random random;

	*stream = (struct dm_stream){ .options = *options, .media = media, .outlet = outlet };
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;

	/* The medium in three low bits, RTX in a fourth: the SSRCs of one connection never meet. */
	stream->ssrc = (random.ssrc & ~15U) | ((uint32_t)media + 1);
	if (options->rtx_payload_type)
		stream->rtx_ssrc = (random.rtx_ssrc & ~15U) | 8U | ((uint32_t)media);
	/* Below 2^15, so that a receiver who misses the first packets guesses the roll-over
	 * counter right (RFC 3711, 3.3.1). */
	stream->rtx_sequence = random.rtx_sequence & 0x7fff;
	dm_rewriter_init(&stream->rewriter, random.sequence & 0x7fff, random.timestamp_offset);

	dm_ladder_init(&stream->ladder, 0, now);
	return options->nack ? add_resend(stream, now) : 0;
}

void dm_stream_finish(struct dm_stream *stream)
{
	dm_stream_set_rungs(stream, NULL, 0);
	for (size_t i = 0; i < DM_REWRITER_BINDINGS; i++) {
		dm_track_unref(stream->sources[i]);
		stream->sources[i] = NULL;
	}
	free(stream->resend);
	stream->resend = NULL;
}

void dm_stream_set_rungs(struct dm_stream *stream, struct dm_track *const *rungs, size_t count)
{
	struct dm_track *old[DM_LADDER_MAX];

	memcpy(old, stream->rungs, sizeof(old));
	for (size_t i = 0; i < DM_LADDER_MAX; i++)
		stream->rungs[i] = i < count ? dm_track_ref(rungs[i]) : NULL;
	for (size_t i = 0; i < DM_LADDER_MAX; i++)
		dm_track_unref(old[i]); /* last, in case it was the same track */
	stream->rung_count = count;
	stream->rung = 0;
	stream->rung_wanted = 0;
}

bool dm_stream_may_follow(const struct dm_stream *stream, uint32_t timestamp)
{
	return !stream->started || (int32_t)(timestamp - stream->last_timestamp) > 0;
}

void dm_stream_switch(struct dm_stream *stream, struct dm_track *track, uint64_t first_index)
{
	const unsigned slot = dm_rewriter_bind(&stream->rewriter, first_index);
	struct dm_track *const old = stream->sources[slot];

	stream->sources[slot] = dm_track_ref(track);
	dm_track_unref(old);
	stream->waiting = false;
}

static void write_packet(const struct dm_stream *stream, struct dm_sender *sender,
			 const struct dm_track_packet *packet, uint64_t sequence)
{
	uint8_t *const data = dm_sender_reserve(sender);
	struct dm_writer writer = dm_writer_init(data, DM_SENDER_DATAGRAM_MAX);

	dm_rtp_write_header(
		&writer, stream->options.payload_type, packet->marker, (uint16_t)sequence,
		dm_rewriter_timestamp(&stream->rewriter, packet->timestamp), stream->ssrc);
	dm_writer_bytes(&writer, packet->payload, packet->payload_bytes);
	dm_sender_commit(sender,
			 &(struct dm_sender_packet){ .to = &stream->outlet->to,
						     .protector = stream->outlet->protector,
						     .bytes = (uint32_t)writer.size,
						     .header_bytes = DM_RTP_HEADER_BYTES,
						     .rollover = (uint32_t)(sequence >> 16),
						     .published_at = packet->published_at,
						     .alone = dm_media_is_sound(stream->media) });
}

void dm_stream_send(struct dm_stream *stream, struct dm_sender *sender,
		    const struct dm_track_packet *packets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		write_packet(stream, sender, &packets[i],
			     dm_rewriter_map(&stream->rewriter, packets[i].index));
		stream->octets += packets[i].payload_bytes;
	}
	stream->packets += (uint32_t)count;
	stream->last_timestamp = packets[count - 1].timestamp;
	stream->started = true;
}

static void write_rtx(struct dm_stream *stream, struct dm_sender *sender,
		      const struct dm_track_packet *packet, uint16_t sequence)
{
	uint8_t *const data = dm_sender_reserve(sender);
	struct dm_writer writer = dm_writer_init(data, DM_SENDER_DATAGRAM_MAX);
	const uint64_t rtx_sequence = stream->rtx_sequence++;

	dm_rtx_write(&writer,
		     &(struct dm_rtx_packet){ .payload_type = stream->options.rtx_payload_type,
					      .marker = packet->marker,
					      .sequence = (uint16_t)rtx_sequence,
					      .timestamp = dm_rewriter_timestamp(&stream->rewriter,
										 packet->timestamp),
					      .ssrc = stream->rtx_ssrc,
					      .original_sequence = sequence,
					      .payload = packet->payload,
					      .payload_bytes = packet->payload_bytes });
	dm_sender_commit(sender,
			 &(struct dm_sender_packet){ .to = &stream->outlet->to,
						     .protector = stream->outlet->protector,
						     .bytes = (uint32_t)writer.size,
						     .header_bytes = DM_RTP_HEADER_BYTES,
						     .rollover = (uint32_t)(rtx_sequence >> 16),
						     .alone = dm_media_is_sound(stream->media) });
}

enum dm_stream_resend dm_stream_resend(struct dm_stream *stream, struct dm_sender *sender,
				       uint16_t sequence, struct dm_track_packet *scratch,
				       dm_usec now)
{
	unsigned slot;
	uint64_t index, extended;

	if (!stream->resend ||
	    !dm_rewriter_find(&stream->rewriter, sequence, &slot, &index, &extended) ||
	    dm_track_read(stream->sources[slot], index, scratch) != DM_TRACK_READ_OK)
		return DM_STREAM_NOT_SENT;

	switch (dm_resend_take(stream->resend, sequence, scratch->payload_bytes, now)) {
	case DM_RESEND_TOO_SOON:
		return DM_STREAM_TOO_SOON;
	case DM_RESEND_OVER_BUDGET:
		return DM_STREAM_OVER_BUDGET;
	case DM_RESEND_OK:
		break;
	}

	scratch->published_at = 0; /* old by design: no forwarding delay to count */
	if (stream->rtx_ssrc)
		write_rtx(stream, sender, scratch, sequence);
	else
		/* The very same bytes under the same index: the key stream is not used for
		 * anything else (RFC 3711, 9.1). */
		write_packet(stream, sender, scratch, extended);
	return DM_STREAM_RESENT;
}
