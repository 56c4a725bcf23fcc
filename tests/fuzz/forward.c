/* Datagrams at the ports of a passed-through source: whatever comes, tracks stay what readers rely
 * on. Input: records of a kind (1 byte: who sends, to which port, how much later), a length (1
 * byte) and the datagram. */
#include "base/log.h"
#include "base/reader.h"
#include "ingest/forward_source.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY 128 /* packets of a track: small, for many runs a second */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void on_state(void *user, enum dm_feed_state sound, enum dm_feed_state picture)
{
	(void)user;
	(void)sound;
	(void)picture;
}

static struct dm_track *new_track(enum dm_track_kind kind)
{
	const struct dm_track_options options = {
		.kind = kind,
		.clock_rate_hz = kind == DM_TRACK_AUDIO ? 48000 : 90000,
		.capacity_packets = CAPACITY,
	};
	struct dm_track *track;

	if (dm_track_create(&track, &options) != 0)
		abort();
	return track;
}

/* Timestamps never go back, and a frame is whole. */
static void check_track(const struct dm_track *track)
{
	const uint64_t head = dm_track_head(track);
	static struct dm_track_packet packet;
	bool inside = false;
	uint32_t last = 0;

	for (uint64_t n = head > CAPACITY ? head - CAPACITY : 0; n < head; n++) {
		if (dm_track_read(track, n, &packet) != DM_TRACK_READ_OK ||
		    packet.payload_bytes == 0)
			abort();
		if (dm_track_kind(track) == DM_TRACK_VIDEO && n > 0 &&
		    inside == packet.frame_start && head <= CAPACITY)
			abort();
		if (head <= CAPACITY && n > 0 && (int32_t)(packet.timestamp - last) < 0)
			abort();
		inside = !packet.marker;
		last = packet.timestamp;
	}
}

static void feed(struct dm_forward_source *source, const uint8_t *data, size_t size_bytes)
{
	struct dm_reader reader = dm_reader_init(data, size_bytes);
	dm_usec now = DM_SEC(10);

	while (dm_reader_left(&reader) >= 2) {
		static const dm_usec steps[4] = { 0, DM_MSEC(1), DM_MSEC(20), DM_SEC(3) };
		const uint8_t kind = dm_reader_u8(&reader);
		const size_t bytes = dm_reader_u8(&reader);
		const struct dm_forward_address from = { .port = kind & 1U };
		const uint8_t *datagram;
		uint8_t feedback[DM_FORWARD_FEEDBACK_MAX];
		enum dm_forward_port port = kind >> 1 & 1;
		struct dm_forward_address to;

		now += steps[kind >> 2 & 3];
		datagram = dm_reader_bytes(&reader, bytes);
		if (!datagram)
			return;
		dm_forward_source_take(source, &from, port, datagram, bytes, now);
		dm_forward_source_turn(source, now);
		if (dm_forward_source_feedback(source, now, feedback, &port, &to) >
			    sizeof(feedback) ||
		    dm_forward_source_deadline(source, now) == DM_USEC_NEVER)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	static struct dm_forward_source_counts counts;
	static struct dm_metric stalls;
	const struct dm_timeline timeline = dm_timeline_init(DM_SEC(1), 0);
	struct dm_track *sound = new_track(DM_TRACK_AUDIO), *picture = new_track(DM_TRACK_VIDEO);
	const struct dm_forward_source_options options = {
		.name = "fuzz",
		.payload_types = { 111, 96 },
		.sound = &sound,
		.sound_count = 1,
		.picture = picture,
		.timeline = &timeline,
		.stall_after = DM_MSEC(250),
		.counts = &counts,
		.stalls = &stalls,
		.on_state = on_state,
	};
	struct dm_forward_source *source;

	dm_log_setup(DM_LOG_ERROR, DM_LOG_KEY_VALUE);
	if (dm_forward_source_create(&source, &options) != 0)
		abort();
	feed(source, data, size_bytes);
	check_track(sound);
	check_track(picture);
	dm_forward_source_destroy(source);
	dm_track_unref(sound);
	dm_track_unref(picture);
	return 0;
}
