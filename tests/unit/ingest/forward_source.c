/* A passed-through source: RTP and RTCP in, frames on tracks out, with loss, disorder, strangers
 * and restarts. Time is passed in. */
#include "ingest/forward_source.h"
#include "rtp/rtcp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START DM_SEC(50)
#define OPUS  111
#define H264  96

struct rig {
	struct dm_forward_source *source;
	struct dm_forward_source_counts counts;
	struct dm_metric stalls;
	struct dm_track *sound[2];
	struct dm_track *picture;
	enum dm_feed_state sound_state;
	enum dm_feed_state picture_state;
};

static const struct dm_forward_address sender = { .ip = { 1 }, .port = 5000 };
static const struct dm_forward_address control = { .ip = { 1 }, .port = 5001 };
static const struct dm_forward_address stranger = { .ip = { 9 }, .port = 5000 };

static void on_state(void *user, enum dm_feed_state sound, enum dm_feed_state picture)
{
	struct rig *rig = user;

	rig->sound_state = sound;
	rig->picture_state = picture;
}

static struct dm_track *new_track(enum dm_track_kind kind)
{
	const struct dm_track_options options = {
		.kind = kind,
		.clock_rate_hz = kind == DM_TRACK_AUDIO ? 48000 : 90000,
		.capacity_packets = 2048,
	};
	struct dm_track *track;

	assert_int_equal(dm_track_create(&track, &options), 0);
	return track;
}

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	const struct dm_timeline timeline = dm_timeline_init(DM_SEC(1), 0);

	rig->sound[0] = new_track(DM_TRACK_AUDIO);
	rig->sound[1] = new_track(DM_TRACK_AUDIO);
	rig->picture = new_track(DM_TRACK_VIDEO);

	const struct dm_forward_source_options options = {
		.name = "hall/floor",
		.payload_types = { OPUS, H264 },
		.sound = rig->sound,
		.sound_count = 2,
		.picture = rig->picture,
		.timeline = &timeline,
		.stall_after = DM_MSEC(250),
		.counts = &rig->counts,
		.stalls = &rig->stalls,
		.on_state = on_state,
		.user = rig,
	};

	assert_int_equal(dm_forward_source_create(&rig->source, &options), 0);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	dm_forward_source_destroy(rig->source);
	dm_track_unref(rig->sound[0]);
	dm_track_unref(rig->sound[1]);
	dm_track_unref(rig->picture);
	free(rig);
	return 0;
}

struct sent {
	uint8_t type;
	bool marker;
	uint16_t sequence;
	uint32_t timestamp;
	uint32_t ssrc;
	const void *payload;
	size_t bytes;
};

static unsigned send_from(struct rig *rig, const struct dm_forward_address *from,
			  const struct sent *sent, dm_usec now)
{
	uint8_t data[2000];
	struct dm_writer writer = dm_writer_init(data, sizeof(data));

	dm_rtp_write_header(&writer, sent->type, sent->marker, sent->sequence, sent->timestamp,
			    sent->ssrc);
	dm_writer_bytes(&writer, sent->payload, sent->bytes);
	assert_false(writer.failed);
	return dm_forward_source_take(rig->source, from, DM_FORWARD_PORT_RTP, data, writer.size,
				      now);
}

static unsigned opus(struct rig *rig, uint16_t sequence, dm_usec now)
{
	const uint8_t payload[3] = { 0xf8, (uint8_t)sequence, 1 };

	return send_from(rig, &sender,
			 &(struct sent){ .type = OPUS,
					 .sequence = sequence,
					 .timestamp = (uint32_t)(int16_t)sequence *
						      960U, /* goes on over the wrap */
					 .ssrc = 7,
					 .payload = payload,
					 .bytes = sizeof(payload) },
			 now);
}

/* NAL headers of what a payload carries. */
static const uint8_t sps_pps[] = { 24, 0, 2, 0x67, 1, 0, 2, 0x68, 2 };
static const uint8_t idr_start[] = { 28 | 0x60, 0x80 | 5, 1, 2, 3 };
static const uint8_t idr_end[] = { 28 | 0x60, 0x40 | 5, 4, 5 };
static const uint8_t slice[] = { 0x41, 9, 9, 9 };

static unsigned h264(struct rig *rig, uint16_t sequence, unsigned frame, bool marker,
		     const void *payload, size_t bytes, dm_usec now)
{
	return send_from(rig, &sender,
			 &(struct sent){ .type = H264,
					 .marker = marker,
					 .sequence = sequence,
					 .timestamp = frame * 3600U,
					 .ssrc = 8,
					 .payload = payload,
					 .bytes = bytes },
			 now);
}

#define PACKET(sequence, frame, marker, payload, now) \
	h264(rig, sequence, frame, marker, payload, sizeof(payload), now)

/* Three packets: parameter sets, and an IDR picture in two fragments. */
static unsigned key_frame(struct rig *rig, uint16_t sequence, unsigned frame, dm_usec now)
{
	return PACKET(sequence, frame, false, sps_pps, now) +
	       PACKET((uint16_t)(sequence + 1), frame, false, idr_start, now) +
	       PACKET((uint16_t)(sequence + 2), frame, true, idr_end, now);
}

static void report(struct rig *rig, uint32_t ssrc, uint64_t ntp, uint32_t rtp)
{
	uint8_t data[100];
	struct dm_writer writer = dm_writer_init(data, sizeof(data));

	dm_rtcp_write_sender_report(&writer, ssrc, ntp, rtp, 0, 0, NULL, 0);
	dm_rtcp_write_cname(&writer, ssrc, "encoder");
	dm_forward_source_take(rig->source, &control, DM_FORWARD_PORT_RTCP, data, writer.size,
			       START);
}

static int64_t dropped(const struct rig *rig, enum dm_forward_medium medium,
		       enum dm_forward_drop why)
{
	return dm_metric_get(&rig->counts.media[medium].drops[why]);
}

static struct dm_track_packet read_packet(const struct dm_track *track, uint64_t index)
{
	struct dm_track_packet packet;

	assert_int_equal(dm_track_read(track, index, &packet), DM_TRACK_READ_OK);
	return packet;
}

static void test_sound(void **state)
{
	struct rig *rig = *state;

	for (uint16_t n = 0; n < 3; n++)
		assert_int_equal(opus(rig, (uint16_t)(65535 + n), START + n * DM_MSEC(20)), 1);
	for (unsigned track = 0; track < 2; track++) {
		const struct dm_track_packet first = read_packet(rig->sound[track], 0);
		const struct dm_track_packet third = read_packet(rig->sound[track], 2);

		assert_int_equal(first.payload_bytes, 3);
		assert_memory_equal(first.payload, ((const uint8_t[]){ 0xf8, 255, 1 }), 3);
		assert_memory_equal(third.payload, ((const uint8_t[]){ 0xf8, 1, 1 }), 3);
		assert_int_equal(first.published_at, START);
		assert_int_equal(third.timestamp - first.timestamp, 1920);
	}
}

static void test_lost_sound(void **state)
{
	struct rig *rig = *state;

	opus(rig, 10, START);
	assert_int_equal(opus(rig, 12, START + DM_MSEC(40)), 0);
	assert_int_equal(dm_forward_source_deadline(rig->source, START + DM_MSEC(40)),
			 START + DM_MSEC(40)); /* the states are to be looked at */
	dm_forward_source_turn(rig->source, START + DM_MSEC(40));
	assert_int_equal(dm_forward_source_deadline(rig->source, START + DM_MSEC(40)),
			 START + DM_MSEC(70));
	assert_int_equal(dm_forward_source_turn(rig->source, START + DM_MSEC(70)), 1);
	/* The timestamps tell that one is missing. */
	assert_int_equal(read_packet(rig->sound[0], 1).timestamp -
				 read_packet(rig->sound[0], 0).timestamp,
			 1920);
	assert_int_equal(dm_metric_get(&rig->counts.media[DM_FORWARD_SOUND].lost), 1);
	assert_int_equal(opus(rig, 12, START), 0);
	assert_int_equal(opus(rig, 11, START), 0);
	assert_int_equal(dropped(rig, DM_FORWARD_SOUND, DM_FORWARD_DROP_DUPLICATE), 1);
	assert_int_equal(dropped(rig, DM_FORWARD_SOUND, DM_FORWARD_DROP_LATE), 1);
}

static void test_picture(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(key_frame(rig, 65534, 0, START), 1);
	assert_int_equal(dm_track_head(rig->picture), 3);
	assert_int_equal(dm_track_key_index(rig->picture), 0);

	const struct dm_track_packet first = read_packet(rig->picture, 0);
	const struct dm_track_packet last = read_packet(rig->picture, 2);

	assert_true(first.key && first.frame_start && !first.marker);
	assert_true(last.key && last.marker && !last.frame_start);
	assert_memory_equal(first.payload, sps_pps, sizeof(sps_pps));
	assert_memory_equal(last.payload, idr_end, sizeof(idr_end));
	assert_int_equal(first.timestamp, last.timestamp);

	/* Out of order within a frame, and a frame whose marker is missing. */
	PACKET(2, 1, true, slice, START);
	assert_int_equal(PACKET(1, 1, false, slice, START), 1);
	assert_int_equal(dm_metric_get(&rig->counts.media[DM_FORWARD_PICTURE].reordered), 1);
	assert_int_equal(PACKET(3, 2, false, slice, START), 0);
	assert_int_equal(PACKET(4, 3, true, slice, START), 2);
	assert_int_equal(dm_track_head(rig->picture), 7);
	assert_false(read_packet(rig->picture, 6).key);
	assert_int_equal(read_packet(rig->picture, 6).timestamp, first.timestamp + 3 * 3600);
}

static void test_begins_with_a_key_frame(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(PACKET(1, 1, true, idr_end, START), 0); /* its beginning was missed */
	assert_int_equal(dropped(rig, DM_FORWARD_PICTURE, DM_FORWARD_DROP_DAMAGED), 1);
	assert_int_equal(PACKET(2, 2, true, slice, START), 0);
	assert_int_equal(PACKET(3, 3, true, slice, START), 0);
	assert_int_equal(dropped(rig, DM_FORWARD_PICTURE, DM_FORWARD_DROP_AWAITING_KEY), 2);
	assert_int_equal(key_frame(rig, 4, 4, START), 1);
	assert_int_equal(PACKET(7, 5, true, slice, START), 1);
}

/* The frame that misses a packet and all that build on it are dropped, up to the next key frame,
 * which is asked for. */
static void test_lost_picture(void **state)
{
	struct rig *rig = *state;
	uint8_t data[DM_FORWARD_FEEDBACK_MAX];
	enum dm_forward_port port;
	struct dm_forward_address to;

	key_frame(rig, 1, 1, START);
	assert_int_equal(
		dm_forward_source_feedback(rig->source, START + DM_MSEC(1), data, &port, &to), 0);
	PACKET(5, 2, true, slice, START); /* 4 is lost */
	assert_int_equal(dm_forward_source_turn(rig->source, START + DM_MSEC(30)), 0);
	assert_int_equal(PACKET(6, 3, true, slice, START + DM_MSEC(40)), 0);
	assert_int_equal(dropped(rig, DM_FORWARD_PICTURE, DM_FORWARD_DROP_DAMAGED), 1);
	assert_int_equal(dropped(rig, DM_FORWARD_PICTURE, DM_FORWARD_DROP_AWAITING_KEY), 1);

	/* Where the sender takes RTCP is not known before it has sent some. */
	assert_int_equal(
		dm_forward_source_feedback(rig->source, START + DM_MSEC(50), data, &port, &to), 0);
	report(rig, 8, 1, 0);
	assert_true(dm_forward_source_feedback(rig->source, START + DM_MSEC(50), data, &port, &to) >
		    0);
	assert_int_equal(port, DM_FORWARD_PORT_RTCP);
	assert_memory_equal(to.ip, control.ip, sizeof(to.ip));
	assert_int_equal(to.port, control.port);
	assert_int_equal(
		dm_forward_source_feedback(rig->source, START + DM_MSEC(1049), data, &port, &to),
		0);
	assert_true(dm_forward_source_feedback(rig->source, START + DM_MSEC(1050), data, &port,
					       &to) > 0);

	assert_int_equal(key_frame(rig, 7, 4, START + DM_MSEC(60)), 1);
	assert_int_equal(PACKET(10, 5, true, slice, START + DM_MSEC(80)), 1);
	assert_int_equal(
		dm_forward_source_feedback(rig->source, START + DM_SEC(9), data, &port, &to), 0);
	assert_int_equal(dm_metric_get(&rig->counts.key_requests), 2);
}

static unsigned plis;

static void on_item(void *user, const struct dm_rtcp_item *item)
{
	(void)user;
	if (item->type == DM_RTCP_PLI && item->media_ssrc == 8)
		plis++;
}

static void test_viewers_wish(void **state)
{
	struct rig *rig = *state;
	uint8_t data[DM_FORWARD_FEEDBACK_MAX];
	enum dm_forward_port port;
	struct dm_forward_address to;

	report(rig, 8, 1, 0); /* ahead of the first packet */
	key_frame(rig, 1, 1, START);
	assert_int_equal(dm_forward_source_feedback(rig->source, START, data, &port, &to), 0);
	dm_track_request_key(rig->picture);

	const size_t bytes = dm_forward_source_feedback(rig->source, START, data, &port, &to);

	plis = 0;
	assert_true(dm_rtcp_parse(data, bytes, on_item, NULL));
	assert_int_equal(plis, 1);
	assert_int_equal(
		dm_forward_source_feedback(rig->source, START + DM_SEC(5), data, &port, &to), 0);
}

/* What fits the sender's link but not ours goes on in two. */
static void test_split_packets(void **state)
{
	struct rig *rig = *state;
	static uint8_t large[DM_INTAKE_PAYLOAD_MAX] = { 0x41, 0x9a };
	struct dm_track_packet first, second;

	key_frame(rig, 1, 1, START);

	const uint64_t head = dm_track_head(rig->picture);

	assert_int_equal(h264(rig, 4, 2, true, large, sizeof(large), START), 1);
	assert_int_equal(dm_track_head(rig->picture), head + 2);
	assert_int_equal(dm_track_read(rig->picture, head, &first), DM_TRACK_READ_OK);
	assert_int_equal(dm_track_read(rig->picture, head + 1, &second), DM_TRACK_READ_OK);
	assert_int_equal(first.payload_bytes, DM_TRACK_PAYLOAD_MAX);
	assert_int_equal(first.payload_bytes - 2 + second.payload_bytes - 2, sizeof(large) - 1);
	assert_int_equal(first.payload[0], 0x5c);
	assert_int_equal(first.payload[1], 0x81);
	assert_int_equal(second.payload[1], 0x41);
	assert_int_equal(first.timestamp, second.timestamp);
	assert_false(first.marker);
	assert_true(second.marker);
	assert_int_equal(dropped(rig, DM_FORWARD_PICTURE, DM_FORWARD_DROP_TOO_LARGE), 0);
}

/* A publisher's packets come one by one, with no address. */
static void test_publisher(void **state)
{
	struct rig *rig = *state;
	struct dm_rtp_packet packet = {
		.ssrc = 7,
		.sequence = 65535,
		.timestamp = 100,
		.payload = sps_pps,
		.payload_bytes = sizeof(sps_pps),
		.marker = true,
	};

	assert_false(dm_forward_source_take_key_wish(rig->source, START));
	assert_int_equal(dm_forward_source_packet(rig->source, DM_FORWARD_PICTURE, &packet, START),
			 1);
	dm_track_request_key(rig->picture);
	assert_true(dm_forward_source_take_key_wish(rig->source, START));
	dm_track_request_key(rig->picture);
	assert_false(dm_forward_source_take_key_wish(rig->source, START + DM_MSEC(900)));
	assert_true(dm_forward_source_take_key_wish(rig->source, START + DM_SEC(1)));

	/* Sound and picture are put in step by what both clocks said. */
	packet.ssrc = 8;
	packet.marker = false;
	assert_int_equal(dm_forward_source_packet(rig->source, DM_FORWARD_SOUND, &packet, START),
			 1);
	dm_forward_source_report(rig->source, 7, (UINT64_C(5) << 32) + (UINT64_C(1) << 31), 100);
	dm_forward_source_report(rig->source, 8, UINT64_C(5) << 32, 100);
	dm_forward_source_report(rig->source, 9, UINT64_C(5) << 32, 100); /* nobody */
	packet.ssrc = 7;
	packet.sequence = 0;
	packet.timestamp = 100 + 9000;
	packet.marker = true;
	assert_int_equal(dm_forward_source_packet(rig->source, DM_FORWARD_PICTURE, &packet,
						  START + DM_MSEC(100)),
			 1);

	struct dm_track_packet got;

	assert_int_equal(dm_track_read(rig->picture, dm_track_head(rig->picture) - 1, &got),
			 DM_TRACK_READ_OK);
	/* Half a second after the sound, which was sent when its frame of 20 ms was over. */
	assert_true(got.captured_at > START + DM_MSEC(579));
	assert_true(got.captured_at < START + DM_MSEC(581));
}

static void test_large_packets(void **state)
{
	struct rig *rig = *state;
	static uint8_t large[DM_INTAKE_PAYLOAD_MAX + 1] = { 0x41 };

	key_frame(rig, 1, 1, START);
	assert_int_equal(h264(rig, 4, 2, true, large, DM_TRACK_PAYLOAD_MAX, START), 1);
	assert_int_equal(h264(rig, 5, 3, false, large, sizeof(large), START), 0);
	assert_int_equal(PACKET(6, 3, true, slice, START), 0);
	assert_int_equal(PACKET(7, 4, true, slice, START), 0);
	assert_int_equal(dropped(rig, DM_FORWARD_PICTURE, DM_FORWARD_DROP_TOO_LARGE), 1);
	assert_int_equal(dropped(rig, DM_FORWARD_PICTURE, DM_FORWARD_DROP_DAMAGED), 2);
	assert_int_equal(dropped(rig, DM_FORWARD_PICTURE, DM_FORWARD_DROP_AWAITING_KEY), 1);

	/* A frame of more packets than a track takes. */
	for (unsigned n = 0; n < 600; n++)
		h264(rig, (uint16_t)(8 + n), 5, n == 599, n ? slice : sps_pps,
		     n ? sizeof(slice) : sizeof(sps_pps), START);
	assert_int_equal(dm_track_head(rig->picture), 4);
	assert_int_equal(key_frame(rig, 608, 6, START), 1);
}

static void test_strangers(void **state)
{
	struct rig *rig = *state;
	const uint8_t payload[1] = { 0xf8 };
	struct sent sent = {
		.type = OPUS, .ssrc = 7, .payload = payload, .bytes = 1, .sequence = 11
	};
	const dm_usec silent = START + DM_SEC(2);

	opus(rig, 10, START);
	assert_int_equal(send_from(rig, &stranger, &sent, START), 0);
	assert_int_equal(send_from(rig, &control, &sent, START), 0); /* another port */
	sent.ssrc = 70;
	assert_int_equal(send_from(rig, &sender, &sent, START + DM_MSEC(20)), 0);
	assert_int_equal(dropped(rig, DM_FORWARD_SOUND, DM_FORWARD_DROP_FOREIGN), 3);
	assert_int_equal(opus(rig, 11, START + DM_MSEC(20)), 1);

	/* Begun anew under another SSRC: heard after a moment. */
	assert_int_equal(send_from(rig, &sender, &sent, START + DM_MSEC(220)), 1);
	/* Another place: heard after two seconds. */
	sent.sequence = 60000;
	assert_int_equal(send_from(rig, &stranger, &sent, silent), 0);
	assert_int_equal(send_from(rig, &stranger, &sent, silent + DM_MSEC(220)), 1);
	assert_true(read_packet(rig->sound[0], 3).timestamp >
		    read_packet(rig->sound[0], 2).timestamp);
}

static void test_bye(void **state)
{
	struct rig *rig = *state;
	uint8_t data[60];
	struct dm_writer writer = dm_writer_init(data, sizeof(data));
	const uint8_t payload[1] = { 0xf8 };
	const struct sent sent = { .type = OPUS, .ssrc = 70, .payload = payload, .bytes = 1 };
	const uint32_t ssrc = 7;

	dm_rtcp_write_bye(&writer, &ssrc, 1);
	opus(rig, 10, START);
	dm_forward_source_take(rig->source, &stranger, DM_FORWARD_PORT_RTCP, data, writer.size,
			       START);
	assert_int_equal(send_from(rig, &stranger, &sent, START), 0); /* not his to end */
	dm_forward_source_take(rig->source, &control, DM_FORWARD_PORT_RTP, data, writer.size,
			       START);
	assert_int_equal(send_from(rig, &stranger, &sent, START), 1);
}

static void test_states(void **state)
{
	struct rig *rig = *state;
	dm_usec now = START;

	for (uint16_t n = 0; n < 25; n++, now += DM_MSEC(40)) {
		opus(rig, n, now);
		if (n < 5)
			PACKET((uint16_t)(3 + n), n + 1U, true, slice, now); /* no key frame yet */
		else
			key_frame(rig, (uint16_t)(8 + (n - 5) * 3), n + 1U, now);
		dm_forward_source_turn(rig->source, now + 1);
		if (n == 4) {
			assert_int_equal(rig->sound_state, DM_FEED_LIVE);
			assert_int_equal(rig->picture_state, DM_FEED_CONNECTING);
		}
	}
	assert_int_equal(rig->picture_state, DM_FEED_LIVE);
	dm_forward_source_turn(rig->source, now + DM_MSEC(300));
	assert_int_equal(rig->picture_state, DM_FEED_LOST);
	assert_int_equal(rig->sound_state, DM_FEED_LIVE); /* it may be DTX */
	dm_forward_source_turn(rig->source, now + DM_MSEC(600));
	assert_int_equal(rig->sound_state, DM_FEED_LOST);
	assert_int_equal(dm_metric_get(&rig->stalls), 2);
	opus(rig, 25, now + DM_MSEC(700));
	dm_forward_source_turn(rig->source, now + DM_MSEC(701));
	assert_int_equal(rig->sound_state, DM_FEED_LIVE);
}

/* One picture a second is live all the time. */
static void test_slow_picture(void **state)
{
	struct rig *rig = *state;
	unsigned lost = 0;

	for (unsigned n = 0; n < 40; n++) {
		key_frame(rig, (uint16_t)(n * 3), n * 25, START + n * DM_SEC(1));
		for (unsigned i = 0; i < 20; i++) {
			dm_forward_source_turn(rig->source,
					       START + n * DM_SEC(1) + i * DM_MSEC(50));
			lost += n > 10 && rig->picture_state != DM_FEED_LIVE;
		}
	}
	assert_int_equal(lost, 0);
}

static void test_junk(void **state)
{
	struct rig *rig = *state;
	static const uint8_t other[12] = { 0x80, 97 };
	uint8_t junk[64];

	srand(3);
	dm_forward_source_take(rig->source, &sender, DM_FORWARD_PORT_RTP, other, sizeof(other),
			       START);
	assert_int_equal(dm_metric_get(&rig->counts.other_type), 1);
	dm_forward_source_take(rig->source, &sender, DM_FORWARD_PORT_RTP, other, 0, START);
	dm_forward_source_take(rig->source, &sender, DM_FORWARD_PORT_RTCP, other, sizeof(other),
			       START);
	assert_int_equal(dm_metric_get(&rig->counts.malformed), 2);
	for (unsigned n = 0; n < 100000; n++) {
		for (size_t i = 0; i < sizeof(junk); i++)
			junk[i] = (uint8_t)rand();
		if (n % 2)
			junk[0] = 0x80 | (junk[0] & 0x10);
		if (n % 4 == 1)
			junk[1] = (uint8_t)((junk[1] & 0x80) | (n % 8 == 1 ? OPUS : H264));
		dm_forward_source_take(rig->source, &sender, DM_FORWARD_PORT_RTP, junk,
				       (size_t)rand() % sizeof(junk), START + n * DM_MSEC(1));
	}
	assert_true(dm_metric_get(&rig->counts.malformed) > 1000);
}

/* B-frames come after what they are shown before: every picture goes on, in the order it came. */
static void test_b_frames(void **state)
{
	struct rig *rig = *state;
	const struct dm_forward_counts *counts = &rig->counts.media[DM_FORWARD_PICTURE];
	uint32_t last = 0;

	key_frame(rig, 1, 0, START);
	for (unsigned n = 0; n < 40; n++)
		PACKET((uint16_t)(4 + n), n % 2 ? n : n + 2, true, slice, START + n * DM_MSEC(40));
	dm_forward_source_turn(rig->source, START + DM_SEC(2));
	assert_int_equal(dm_track_head(rig->picture), 43);
	/* And one or two more when the clock is moved for them. */
	assert_in_range(dm_metric_get(&counts->backwards), 20, 22);
	for (uint64_t n = 2; n < 43; n++) {
		const uint32_t timestamp = read_packet(rig->picture, n).timestamp;

		assert_true(n == 2 || (int32_t)(timestamp - last) > 0);
		last = timestamp;
	}
}

static void test_refused(void **state)
{
	struct rig *rig = *state;
	const struct dm_timeline timeline = dm_timeline_init(0, 0);
	struct dm_forward_source *source;
	struct dm_forward_source_options options = {
		.name = "x",
		.timeline = &timeline,
		.counts = &rig->counts,
		.stalls = &rig->stalls,
	};

	assert_int_equal(dm_forward_source_create(&source, &options), -EINVAL);
	assert_null(source);
	options.payload_types[DM_FORWARD_PICTURE] = 96; /* and no track */
	assert_int_equal(dm_forward_source_create(&source, &options), -EINVAL);
	options.payload_types[DM_FORWARD_SOUND] = 96;
	assert_int_equal(dm_forward_source_create(&source, &options), -EINVAL);
	dm_forward_source_destroy(NULL);
}

/* A lossy network, seeded: what is published is always decodable: a picture follows the one it was
 * sent after, or begins with a key frame. */
static void test_lossy_network(void **state)
{
	struct rig *rig = *state;
	const unsigned seed = 41;
	uint16_t sequence = 0;
	unsigned expected = UINT32_MAX, keys = 0;
	uint64_t next = 0;
	struct dm_track_packet packet;

	print_message("seed %u\n", seed);
	srand(seed);
	for (unsigned frame = 0; frame < 5000; frame++) {
		const dm_usec now = START + frame * DM_MSEC(40);
		const bool key = frame % 50 == 0;

		for (unsigned n = 0; n < 3; n++, sequence++) {
			const uint8_t nal = key ? (n ? 0x65 : 0x67) : 0x41;
			const uint8_t payload[4] = { nal, (uint8_t)(frame >> 8), (uint8_t)frame,
						     (uint8_t)n };

			if (rand() % 1000 >= 5)
				PACKET(sequence, frame, n == 2, payload, now);
		}
		dm_forward_source_turn(rig->source, now);
		for (; next < dm_track_head(rig->picture); next++) {
			packet = read_packet(rig->picture, next);
			const unsigned of = packet.payload[1] * 256U + packet.payload[2];

			if (packet.frame_start && packet.key)
				keys++;
			else if (packet.frame_start)
				assert_int_equal(of, expected);
			else
				assert_int_equal(of, expected - 1);
			expected = of + 1;
			assert_int_equal(packet.marker, packet.payload[3] == 2);
		}
	}
	assert_in_range(keys, 90, 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sound),         TEST(test_lost_sound),
		TEST(test_picture),       TEST(test_begins_with_a_key_frame),
		TEST(test_lost_picture),  TEST(test_viewers_wish),
		TEST(test_large_packets), TEST(test_split_packets),
		TEST(test_publisher),     TEST(test_strangers),
		TEST(test_bye),           TEST(test_states),
		TEST(test_slow_picture),  TEST(test_junk),
		TEST(test_b_frames),      TEST(test_refused),
		TEST(test_lossy_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
