#include "ingest/forward_stream.h"
#include "base/log.h"
#include "ingest/h264_payload.h"
#include "ingest/reorder.h"
#include "session/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of one frame: a quarter of what a picture's track holds (rtp/track.h), 600 kB. */
#define FRAME_PACKETS_MAX 512

/* The usual distance of frames follows with an eighth of each: some ten frames. Choice. */
#define INTERVAL_SHARE 8
#define INTERVAL_MOST  DM_SEC(2) /* a pause is no distance of frames */

/* A picture's frame that is being gathered. */
struct frame {
	bool open;
	bool damaged; /* a packet of it is missing, or does not fit */
	bool has_idr;
	bool has_sps;
	uint32_t sender_timestamp;
	struct dm_forward_time time;
	size_t packets; /* that came, kept or not */
	size_t count;
	struct dm_track_payload payloads[FRAME_PACKETS_MAX];
	uint8_t bytes[FRAME_PACKETS_MAX][DM_TRACK_PAYLOAD_MAX];
};

struct dm_forward_stream {
	const char *name; /* borrowed */
	enum dm_forward_medium medium;
	struct dm_track *tracks[DM_CHANNELS_MAX]; /* owned references */
	size_t track_count;
	struct dm_forward_clock *clock;   /* borrowed */
	struct dm_forward_counts *counts; /* borrowed */
	struct dm_reorder *reorder;       /* owned */
	struct frame *frame;              /* owned; NULL for sound */
	bool awaits_key;
	bool had_sps;
	bool wished; /* a key frame, by a viewer */
	unsigned published;
	dm_usec now; /* of the call under way */
	dm_usec last_at;
	dm_usec interval;
	struct dm_log_limit size_log;
	struct dm_log_limit sps_log;
};

static void drop(struct dm_forward_stream *stream, enum dm_forward_drop why, size_t packets)
{
	dm_metric_add(&stream->counts->drops[why], (int64_t)packets);
}

static void note_frame(struct dm_forward_stream *stream)
{
	const dm_usec now = stream->now;

	stream->published++;
	if (stream->last_at != DM_USEC_NEVER && now - stream->last_at < INTERVAL_MOST)
		stream->interval += (now - stream->last_at - stream->interval) / INTERVAL_SHARE;
	stream->last_at = now;
}

static bool publish(struct dm_forward_stream *stream, const struct dm_track_frame *frame)
{
	bool published = true;

	for (size_t n = 0; n < stream->track_count; n++)
		published &= dm_track_publish(stream->tracks[n], frame, stream->now) == 0;
	if (published)
		note_frame(stream);
	return published;
}

static void pass_sound(struct dm_forward_stream *stream, const struct dm_reorder_packet *packet)
{
	const struct dm_track_payload payload = {
		.data = packet->payload,
		.bytes = packet->payload_bytes,
	};
	const struct dm_forward_time time = dm_forward_clock_map(
		stream->clock, DM_FORWARD_SOUND, packet->timestamp, packet->arrived_at);
	const struct dm_track_frame frame = {
		.payloads = &payload,
		.payload_count = 1,
		.captured_at = time.captured_at,
		.timestamp = time.timestamp,
		.key = true,
	};

	if (packet->payload_bytes > 0) /* else it is counted as too large */
		(void)publish(stream, &frame);
}

/* Who joins later finds no way in: the sender has to be set otherwise. */
static void warn_of_missing_sps(struct dm_forward_stream *stream)
{
	uint64_t suppressed;

	if (dm_log_allow(&stream->sps_log, stream->now, &suppressed))
		dm_log(DM_LOG_WARN, "ingest.forward_no_parameters",
		       "feed=%s hint=%s suppressed=%llu", stream->name,
		       "let the encoder repeat SPS and PPS before each key frame",
		       (unsigned long long)suppressed);
}

static void pass_frame(struct dm_forward_stream *stream, const struct frame *frame)
{
	const struct dm_track_frame whole = {
		.payloads = frame->payloads,
		.payload_count = frame->count,
		.captured_at = frame->time.captured_at,
		.timestamp = frame->time.timestamp,
		.key = frame->has_sps,
	};

	stream->had_sps |= frame->has_sps;
	if (frame->has_idr && !stream->had_sps)
		warn_of_missing_sps(stream);
	if (publish(stream, &whole)) {
		if (frame->has_idr || frame->has_sps)
			stream->awaits_key = false;
		if (frame->has_sps) { /* this is what was wished for */
			stream->wished = false;
			(void)dm_track_take_key_request(stream->tracks[0]);
		}
	} else {
		drop(stream, DM_FORWARD_DROP_TOO_LARGE, frame->packets);
		stream->awaits_key = true;
	}
}

static void close_frame(struct dm_forward_stream *stream)
{
	struct frame *frame = stream->frame;

	frame->open = false;
	if (frame->damaged) {
		stream->awaits_key = true;
		drop(stream, DM_FORWARD_DROP_DAMAGED, frame->packets);
	} else if (stream->awaits_key && !frame->has_idr && !frame->has_sps) {
		drop(stream, DM_FORWARD_DROP_AWAITING_KEY, frame->packets);
	} else {
		pass_frame(stream, frame);
	}
}

static void open_frame(struct dm_forward_stream *stream, const struct dm_reorder_packet *packet)
{
	struct frame *frame = stream->frame;

	frame->open = true;
	frame->damaged = false;
	frame->has_idr = false;
	frame->has_sps = false;
	frame->packets = 0;
	frame->count = 0;
	frame->sender_timestamp = packet->timestamp;
	frame->time = dm_forward_clock_map(stream->clock, DM_FORWARD_PICTURE, packet->timestamp,
					   packet->arrived_at);
}

/* dm_h264_part_cb: one packet of ours. */
static void add_part(void *user, const uint8_t *header, size_t header_bytes, const uint8_t *data,
		     size_t data_bytes)
{
	struct frame *frame = user;
	uint8_t *bytes;

	if (frame->count == FRAME_PACKETS_MAX) {
		frame->damaged = true;
		return;
	}
	bytes = frame->bytes[frame->count];
	if (header_bytes > 0)
		memcpy(bytes, header, header_bytes);
	memcpy(bytes + header_bytes, data, data_bytes);
	frame->payloads[frame->count++].bytes = header_bytes + data_bytes;
}

/* Senders fill packets up to what their own link takes, which may be more than fits ours. */
static void add_to_frame(struct frame *frame, const struct dm_reorder_packet *packet,
			 const struct dm_h264_payload *seen)
{
	frame->packets++;
	frame->has_idr |= seen->has_idr;
	frame->has_sps |= seen->has_sps;
	if (packet->payload_bytes == 0)
		frame->damaged = true;
	else if (packet->payload_bytes <= DM_TRACK_PAYLOAD_MAX)
		add_part(frame, NULL, 0, packet->payload, packet->payload_bytes);
	else if (!dm_h264_payload_split(packet->payload, packet->payload_bytes,
					DM_TRACK_PAYLOAD_MAX, add_part, frame))
		frame->damaged = true;
}

static void pass_picture(struct dm_forward_stream *stream, const struct dm_reorder_packet *packet)
{
	struct frame *frame = stream->frame;
	const struct dm_h264_payload seen = dm_h264_payload_look(packet->payload,
								 packet->payload_bytes);
	const bool gap = packet->lost > 0 || packet->restart;

	if (gap)
		frame->damaged = stream->awaits_key = true;
	if (frame->open && frame->sender_timestamp != packet->timestamp)
		close_frame(stream); /* its end had no marker */
	if (!frame->open) {
		open_frame(stream, packet);
		/* Behind a gap only what is surely a frame's beginning is one. */
		frame->damaged = gap && !seen.begins_frame;
	}
	add_to_frame(frame, packet, &seen);
	if (packet->marker)
		close_frame(stream);
}

static void on_packet(void *user, const struct dm_reorder_packet *packet)
{
	struct dm_forward_stream *stream = user;

	dm_metric_add(&stream->counts->lost, packet->lost);
	if (stream->medium == DM_FORWARD_PICTURE)
		pass_picture(stream, packet);
	else
		pass_sound(stream, packet);
}

static int allocate(struct dm_forward_stream *stream)
{
	int error = dm_reorder_create(&stream->reorder, on_packet, stream);

	if (error || stream->medium == DM_FORWARD_SOUND)
		return error;
	stream->frame = calloc(1, sizeof(*stream->frame));
	if (!stream->frame)
		return -ENOMEM;
	for (size_t n = 0; n < FRAME_PACKETS_MAX; n++)
		stream->frame->payloads[n].data = stream->frame->bytes[n];
	return 0;
}

int dm_forward_stream_create(struct dm_forward_stream **out,
			     const struct dm_forward_stream_options *options)
{
	*out = NULL;
	if (options->track_count < 1 || options->track_count > DM_CHANNELS_MAX)
		return -EINVAL;

	struct dm_forward_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return -ENOMEM;
	stream->name = options->name;
	stream->medium = options->medium;
	stream->clock = options->clock;
	stream->counts = options->counts;
	stream->last_at = DM_USEC_NEVER;
	stream->size_log = (struct dm_log_limit){ .burst = 1, .interval = DM_SEC(10) };
	stream->sps_log = stream->size_log;
	for (; stream->track_count < options->track_count; stream->track_count++)
		stream->tracks[stream->track_count] = dm_track_ref(
			options->tracks[stream->track_count]);

	const int error = allocate(stream);

	if (error) {
		dm_forward_stream_destroy(stream);
		return error;
	}
	dm_forward_stream_restart(stream);
	*out = stream;
	return 0;
}

void dm_forward_stream_destroy(struct dm_forward_stream *stream)
{
	if (!stream)
		return;
	for (size_t n = 0; n < stream->track_count; n++)
		dm_track_unref(stream->tracks[n]);
	dm_reorder_destroy(stream->reorder);
	free(stream->frame);
	free(stream);
}

void dm_forward_stream_restart(struct dm_forward_stream *stream)
{
	dm_reorder_reset(stream->reorder);
	dm_forward_clock_restart(stream->clock, stream->medium);
	stream->awaits_key = stream->medium == DM_FORWARD_PICTURE;
	stream->had_sps = false;
	if (stream->frame)
		stream->frame->open = false;
}

static void refuse_size(struct dm_forward_stream *stream, size_t bytes)
{
	uint64_t suppressed;

	drop(stream, DM_FORWARD_DROP_TOO_LARGE, 1);
	if (bytes > 0 && dm_log_allow(&stream->size_log, stream->now, &suppressed))
		dm_log(DM_LOG_WARN, "ingest.forward_too_large",
		       "feed=%s payload_bytes=%zu most=%d hint=%s suppressed=%llu", stream->name,
		       bytes,
		       stream->medium == DM_FORWARD_SOUND ? DM_TRACK_PAYLOAD_MAX
							  : DM_INTAKE_PAYLOAD_MAX,
		       "set the sender's RTP packet size (mtu, pkt_size) to 1180 bytes",
		       (unsigned long long)suppressed);
}

unsigned dm_forward_stream_put(struct dm_forward_stream *stream, const struct dm_rtp_packet *packet,
			       dm_usec now)
{
	stream->now = now;
	stream->published = 0;
	dm_metric_add(&stream->counts->packets, 1);
	dm_metric_add(&stream->counts->bytes, (int64_t)packet->payload_bytes);
	const size_t most = stream->medium == DM_FORWARD_SOUND ? DM_TRACK_PAYLOAD_MAX
							       : DM_INTAKE_PAYLOAD_MAX;

	if (packet->payload_bytes == 0 || packet->payload_bytes > most)
		refuse_size(stream, packet->payload_bytes);

	switch (dm_reorder_put(stream->reorder, packet, now)) {
	case DM_REORDER_IN_ORDER:
	case DM_REORDER_EARLY:
		break;
	case DM_REORDER_REORDERED:
		dm_metric_add(&stream->counts->reordered, 1);
		break;
	case DM_REORDER_DUPLICATE:
		drop(stream, DM_FORWARD_DROP_DUPLICATE, 1);
		break;
	case DM_REORDER_LATE:
		drop(stream, DM_FORWARD_DROP_LATE, 1);
		break;
	case DM_REORDER_FAR:
		drop(stream, DM_FORWARD_DROP_FAR, 1);
		break;
	}
	return stream->published;
}

unsigned dm_forward_stream_expire(struct dm_forward_stream *stream, dm_usec now)
{
	stream->now = now;
	stream->published = 0;
	dm_reorder_expire(stream->reorder, now);
	return stream->published;
}

dm_usec dm_forward_stream_deadline(const struct dm_forward_stream *stream)
{
	return dm_reorder_deadline(stream->reorder);
}

bool dm_forward_stream_wants_key(struct dm_forward_stream *stream)
{
	if (stream->medium != DM_FORWARD_PICTURE)
		return false;

	stream->wished |= dm_track_take_key_request(stream->tracks[0]);
	return stream->wished || stream->awaits_key;
}

void dm_forward_stream_key_asked(struct dm_forward_stream *stream)
{
	stream->wished = false;
}

dm_usec dm_forward_stream_last_at(const struct dm_forward_stream *stream)
{
	return stream->last_at;
}

dm_usec dm_forward_stream_interval(const struct dm_forward_stream *stream)
{
	return stream->interval;
}
