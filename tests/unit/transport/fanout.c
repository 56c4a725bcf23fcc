/* Tracks through the fan-out onto a real socket: what one subscriber's RTP stream looks like while
 * it joins, changes language, changes rung, rests, and asks for packets again. */
#include "transport/fanout.h"

#include "loopback.h"
#include "rtp/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define TICK  960  /* timestamp units of 20 ms at 48 kHz */
#define FRAME 3600 /* of 40 ms at 90 kHz */
#define TAG   16

struct fixture {
	struct loopback out;
	int in;
	struct dm_fanout *fanout;
	struct dm_stream_outlet outlet;
	struct dm_stream stream;
	struct dm_track *tracks[7];
	uint64_t received;
	bool has_last;
	struct dm_rtp_packet last;
	uint8_t data[2048];
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct dm_srtp_keys keys = { .profile = DM_SRTP_AEAD_AES_128_GCM };

	loopback_init(&fixture->out);
	fixture->in = loopback_socket(&fixture->outlet.to);
	assert_int_equal(dm_protector_create(&fixture->outlet.protector, &keys), 0);
	assert_int_equal(dm_fanout_create(&fixture->fanout, fixture->out.sender), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	dm_fanout_remove(fixture->fanout, &fixture->stream);
	dm_stream_finish(&fixture->stream);
	dm_fanout_destroy(fixture->fanout);
	for (size_t i = 0; i < 7; i++)
		dm_track_unref(fixture->tracks[i]);
	loopback_finish(&fixture->out);
	dm_protector_destroy(fixture->outlet.protector);
	close(fixture->in);
	free(fixture);
	return 0;
}

static void make_tracks(struct fixture *fixture, enum dm_track_kind kind, size_t count)
{
	const bool audio = kind == DM_TRACK_AUDIO;
	const struct dm_track_options options = { .kind = kind,
						  .clock_rate_hz = audio ? 48000 : 90000,
						  .capacity_packets = 1024 };
	const struct dm_stream_options stream = { .wanted = true,
						  .payload_type = 100,
						  .nack = true };

	for (size_t i = 0; i < count; i++)
		assert_int_equal(dm_track_create(&fixture->tracks[i], &options), 0);
	assert_int_equal(dm_stream_init(&fixture->stream, &stream,
					audio ? DM_MEDIA_AUDIO : DM_MEDIA_PICTURE, &fixture->outlet,
					1),
			 0);
}

static void publish(struct dm_track *track, uint32_t timestamp, size_t packets, bool key)
{
	static const uint8_t bytes[1000];
	struct dm_track_payload payloads[128];

	for (size_t i = 0; i < packets; i++)
		payloads[i] = (struct dm_track_payload){ .data = bytes,
							 .bytes = i + 1 == packets ? 300 : 1000 };
	assert_int_equal(dm_track_publish(track,
					  &(struct dm_track_frame){ .payloads = payloads,
								    .payload_count = packets,
								    .timestamp = timestamp,
								    .captured_at = 1,
								    .key = key },
					  1),
			 0);
}

static void place(struct fixture *fixture, struct dm_track *const *rungs, size_t count)
{
	dm_fanout_remove(fixture->fanout, &fixture->stream);
	dm_stream_set_rungs(&fixture->stream, rungs, count);
	assert_int_equal(dm_fanout_place(fixture->fanout, &fixture->stream), 0);
}

/* The next packet that arrives, whose sequence number follows the last one's; false when none. */
static bool next(struct fixture *fixture, struct dm_rtp_packet *packet)
{
	const ssize_t bytes = recv(fixture->in, fixture->data, sizeof(fixture->data), 0);

	if (bytes < 0)
		return false;
	assert_true(dm_rtp_parse(fixture->data, (size_t)bytes, packet));
	assert_int_equal(packet->ssrc, fixture->stream.ssrc);
	if (fixture->has_last)
		assert_int_equal((uint16_t)(fixture->last.sequence + 1), packet->sequence);
	fixture->last = *packet;
	fixture->has_last = true;
	fixture->received++;
	return true;
}

static void a_thousand_language_changes_leave_no_gap(void **state)
{
	struct fixture *fixture = *state;
	struct dm_rtp_packet packet;
	uint32_t previous = 0, first = 0;
	uint32_t published[7] = { 0 };
	size_t current = 0;

	print_message("seed 7\n");
	srand(7);
	make_tracks(fixture, DM_TRACK_AUDIO, 7);
	for (uint32_t tick = 1; tick <= 5000; tick++) {
		/* The tracks' ticks come in any order, and the loop may turn between them. */
		const size_t shift = (size_t)rand() % 7;

		for (size_t i = 0; i < 7; i++) {
			const size_t n = (i + shift) % 7;

			publish(fixture->tracks[n], tick * TICK, 1, true);
			published[n]++;
			if (tick == 10 && i == 6)
				place(fixture, &fixture->tracks[0], 1);
			if (tick > 10 && rand() % 35 == 0) {
				current = (size_t)rand() % 7;
				place(fixture, &fixture->tracks[current], 1);
			}
			if (rand() % 4 == 0)
				dm_fanout_run(fixture->fanout);
			dm_sender_flush(fixture->out.sender);
			while (next(fixture, &packet)) {
				if (previous)
					assert_int_equal(packet.timestamp - previous, TICK);
				else
					first = packet.timestamp;
				previous = packet.timestamp;
			}
		}
	}
	dm_fanout_run(fixture->fanout);
	while (next(fixture, &packet))
		previous = packet.timestamp;
	assert_int_equal(previous - first, (5000 - 10) * TICK);
	assert_int_equal(fixture->received, 5000 - 10 + 1);
}

static void a_picture_starts_from_the_cached_key_frame(void **state)
{
	struct fixture *fixture = *state;
	struct dm_rtp_packet packet;

	make_tracks(fixture, DM_TRACK_VIDEO, 1);
	for (uint32_t n = 0; n < 10; n++)
		publish(fixture->tracks[0], n * FRAME, n == 4 ? 8 : 2, n == 4);
	place(fixture, fixture->tracks, 1);
	dm_sender_flush(fixture->out.sender);
	for (size_t i = 0; i < 8 + 5 * 2; i++)
		assert_true(next(fixture, &packet));
	assert_false(next(fixture, &packet));

	publish(fixture->tracks[0], 10 * FRAME, 2, false);
	dm_fanout_run(fixture->fanout);
	assert_true(next(fixture, &packet));
	assert_true(next(fixture, &packet));
	assert_true(packet.marker);
	assert_false(next(fixture, &packet));
}

static void without_a_key_frame_it_waits_and_asks(void **state)
{
	struct fixture *fixture = *state;
	struct dm_rtp_packet packet;

	make_tracks(fixture, DM_TRACK_VIDEO, 1);
	publish(fixture->tracks[0], 1 * FRAME, 3, false);
	place(fixture, fixture->tracks, 1);
	assert_true(dm_track_take_key_request(fixture->tracks[0]));
	publish(fixture->tracks[0], 2 * FRAME, 3, false);
	dm_fanout_run(fixture->fanout);
	assert_false(next(fixture, &packet));
	publish(fixture->tracks[0], 3 * FRAME, 3, true);
	dm_fanout_run(fixture->fanout);
	assert_true(next(fixture, &packet));
}

/* Frames n = 1.. on three rungs of 6, 3 and 1 packets; a key frame each 25. */
static void publish_ladder(struct fixture *fixture, uint32_t n, int order)
{
	static const size_t packets[3] = { 6, 3, 1 };

	for (int i = 0; i < 3; i++) {
		const int rung = (i + order) % 3;
		const bool key = n % 25 == 1;

		publish(fixture->tracks[rung], n * FRAME, key ? packets[rung] * 4 : packets[rung],
			key);
		if (order % 2)
			dm_fanout_run(fixture->fanout);
	}
	dm_fanout_run(fixture->fanout);
}

static size_t drain_frame(struct fixture *fixture, uint32_t *timestamp)
{
	struct dm_rtp_packet packet;
	size_t count = 0;

	while (next(fixture, &packet)) {
		if (count > 0)
			assert_int_equal(packet.timestamp, *timestamp);
		*timestamp = packet.timestamp;
		count++;
		if (packet.marker)
			break;
	}
	return count;
}

static void a_late_joiner_starts_small_and_climbs_at_the_key_frame(void **state)
{
	struct fixture *fixture = *state;
	uint32_t timestamp = 0, before;

	make_tracks(fixture, DM_TRACK_VIDEO, 3);
	for (uint32_t n = 1; n <= 20; n++) /* 24 + 19 * 6 packets of the best rung: too many */
		publish_ladder(fixture, n, 0);
	place(fixture, fixture->tracks, 3);
	dm_sender_flush(fixture->out.sender);
	assert_int_equal(drain_frame(fixture, &timestamp), 4); /* the least rung's key frame */
	for (uint32_t n = 2; n <= 20; n++)
		assert_int_equal(drain_frame(fixture, &timestamp), 1);
	for (uint32_t n = 21; n <= 120; n++) {
		publish_ladder(fixture, n, (int)(n % 6));
		before = timestamp;

		const size_t count = drain_frame(fixture, &timestamp);

		assert_int_equal(timestamp - before, FRAME); /* no frame twice, none left out */
		assert_int_equal(count, n < 26 ? 1 : n % 25 == 1 ? 24 : 6);
		assert_int_equal(drain_frame(fixture, &before), 0);
	}
}

static void a_worse_link_gets_a_lesser_rung_at_the_key_frame(void **state)
{
	struct fixture *fixture = *state;
	uint32_t timestamp = 0, before;

	make_tracks(fixture, DM_TRACK_VIDEO, 3);
	publish_ladder(fixture, 1, 0);
	place(fixture, fixture->tracks, 3);
	dm_sender_flush(fixture->out.sender);
	assert_int_equal(drain_frame(fixture, &timestamp), 24);
	for (uint32_t n = 2; n <= 400; n++) {
		if (n % 40 == 0)
			fixture->stream.rung_wanted = (n / 40) % 3;
		publish_ladder(fixture, n, (int)(n % 7));
		before = timestamp;
		assert_true(drain_frame(fixture, &timestamp) > 0);
		assert_int_equal(timestamp - before, FRAME);
		assert_int_equal(drain_frame(fixture, &before), 0);
	}
}

static void rest_and_resume_keep_the_sequence(void **state)
{
	struct fixture *fixture = *state;
	struct dm_rtp_packet packet;
	uint32_t timestamp = 0;

	make_tracks(fixture, DM_TRACK_VIDEO, 3);
	publish_ladder(fixture, 1, 0);
	place(fixture, fixture->tracks, 3);
	dm_sender_flush(fixture->out.sender);
	assert_int_equal(drain_frame(fixture, &timestamp), 24);
	place(fixture, NULL, 0);
	for (uint32_t n = 2; n <= 60; n++)
		publish_ladder(fixture, n, 0);
	assert_false(next(fixture, &packet));
	place(fixture, fixture->tracks, 3);
	dm_sender_flush(fixture->out.sender);
	assert_true(next(fixture, &packet)); /* next() checks the sequence number */
	assert_int_equal(packet.timestamp - timestamp, 50 * FRAME); /* key frame 51 */
}

static void lost_packets_come_again_over_changes_of_track(void **state)
{
	struct fixture *fixture = *state;
	struct dm_track_packet *scratch = dm_fanout_scratch(fixture->fanout);
	struct dm_rtp_packet packet;
	uint8_t first[2048];
	ssize_t first_bytes, again_bytes;

	make_tracks(fixture, DM_TRACK_AUDIO, 2);
	publish(fixture->tracks[0], 1 * TICK, 1, true);
	place(fixture, &fixture->tracks[0], 1);
	dm_sender_flush(fixture->out.sender);
	first_bytes = recv(fixture->in, first, sizeof(first), 0);
	assert_true(dm_rtp_parse(first, (size_t)first_bytes, &packet));

	const uint16_t sequence = packet.sequence;

	publish(fixture->tracks[1], 2 * TICK, 1, true);
	place(fixture, &fixture->tracks[1], 1);
	dm_sender_flush(fixture->out.sender);
	assert_true(next(fixture, &packet));

	/* Byte for byte what it was, key stream included (RFC 3711, 9.1). */
	assert_int_equal(dm_stream_resend(&fixture->stream, fixture->out.sender, sequence, scratch,
					  DM_MSEC(100)),
			 DM_STREAM_RESENT);
	dm_sender_flush(fixture->out.sender);
	again_bytes = recv(fixture->in, fixture->data, sizeof(fixture->data), 0);
	assert_int_equal(again_bytes, first_bytes);
	assert_memory_equal(fixture->data, first, (size_t)first_bytes);

	assert_int_equal(dm_stream_resend(&fixture->stream, fixture->out.sender, sequence, scratch,
					  DM_MSEC(101)),
			 DM_STREAM_TOO_SOON);
	assert_int_equal(dm_stream_resend(&fixture->stream, fixture->out.sender,
					  (uint16_t)(sequence + 9), scratch, DM_MSEC(100)),
			 DM_STREAM_NOT_SENT);
}

static void a_worker_that_was_overtaken_goes_on(void **state)
{
	struct fixture *fixture = *state;
	struct dm_rtp_packet packet;

	make_tracks(fixture, DM_TRACK_AUDIO, 1);
	publish(fixture->tracks[0], 1 * TICK, 1, true);
	place(fixture, fixture->tracks, 1);
	dm_sender_flush(fixture->out.sender);
	assert_true(next(fixture, &packet));
	for (uint32_t n = 2; n < 3000; n++) /* the ring holds 1,024 */
		publish(fixture->tracks[0], n * TICK, 1, true);
	dm_fanout_run(fixture->fanout);
	assert_int_equal(dm_metric_get(&dm_fanout_metrics(fixture->fanout)->frames_lost), 1);
	publish(fixture->tracks[0], 3000 * TICK, 1, true);
	dm_fanout_run(fixture->fanout);
	assert_true(next(fixture, &packet));
}

static void is_due_when_something_is_new_for_somebody(void **state)
{
	struct fixture *fixture = *state;
	struct dm_rtp_packet packet;

	make_tracks(fixture, DM_TRACK_AUDIO, 1);
	assert_false(dm_fanout_is_due(fixture->fanout));
	place(fixture, fixture->tracks, 1);
	assert_false(dm_fanout_is_due(fixture->fanout));
	publish(fixture->tracks[0], TICK, 1, true);
	assert_true(dm_fanout_is_due(fixture->fanout));
	dm_fanout_run(fixture->fanout);
	assert_false(dm_fanout_is_due(fixture->fanout));
	assert_true(next(fixture, &packet));

	place(fixture, NULL, 0); /* nobody listens: nothing is owed */
	publish(fixture->tracks[0], 2 * TICK, 1, true);
	assert_false(dm_fanout_is_due(fixture->fanout));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_thousand_language_changes_leave_no_gap),
		TEST(a_picture_starts_from_the_cached_key_frame),
		TEST(without_a_key_frame_it_waits_and_asks),
		TEST(a_late_joiner_starts_small_and_climbs_at_the_key_frame),
		TEST(a_worse_link_gets_a_lesser_rung_at_the_key_frame),
		TEST(rest_and_resume_keep_the_sequence),
		TEST(lost_packets_come_again_over_changes_of_track),
		TEST(a_worker_that_was_overtaken_goes_on),
		TEST(is_due_when_something_is_new_for_somebody),
	};

	return cmocka_run_group_tests_name("fanout", tests, NULL, NULL);
}
