#include "rtp/track.h"

#include "track_race.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static uint8_t bytes[DM_TRACK_PAYLOAD_MAX + 1];

static struct dm_track *create(enum dm_track_kind kind, uint32_t capacity)
{
	const struct dm_track_options options = {
		.kind = kind,
		.clock_rate_hz = kind == DM_TRACK_VIDEO ? 90000 : 48000,
		.capacity_packets = capacity,
		.name = "room1/floor",
	};
	struct dm_track *track;

	assert_int_equal(dm_track_create(&track, &options), 0);
	return track;
}

/* A frame of `count` packets; packet i has 100 + i bytes of the value `fill`. */
static int publish(struct dm_track *track, size_t count, bool key, uint8_t fill, dm_usec now)
{
	struct dm_track_payload payloads[64];

	memset(bytes, fill, sizeof(bytes));
	for (size_t i = 0; i < count; i++)
		payloads[i] = (struct dm_track_payload){ .data = bytes, .bytes = 100 + i };
	return dm_track_publish(track,
				&(struct dm_track_frame){
					.payloads = payloads,
					.payload_count = count,
					.captured_at = now - DM_MSEC(40),
					.timestamp = fill * 3000U,
					.key = key,
				},
				now);
}

static void refuses_bad_options(void **state)
{
	(void)state;
	const struct dm_track_options bad[] = {
		{ .clock_rate_hz = 90000, .capacity_packets = 0 },
		{ .clock_rate_hz = 90000, .capacity_packets = 8 },
		{ .clock_rate_hz = 90000, .capacity_packets = 100 },
		{ .clock_rate_hz = 90000, .capacity_packets = 131072 },
		{ .clock_rate_hz = 0, .capacity_packets = 64 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct dm_track *track = (struct dm_track *)(uintptr_t)1;

		assert_int_equal(dm_track_create(&track, &bad[i]), -EINVAL);
		assert_null(track);
	}
	dm_track_unref(NULL);
}

static void tells_what_it_is(void **state)
{
	(void)state;
	struct dm_track *track = create(DM_TRACK_VIDEO, 16);

	assert_int_equal(dm_track_kind(track), DM_TRACK_VIDEO);
	assert_int_equal(dm_track_clock_rate_hz(track), 90000);
	assert_string_equal(dm_track_name(track), "room1/floor");
	assert_ptr_equal(dm_track_ref(track), track);
	dm_track_unref(track);
	assert_int_equal(dm_track_head(track), 0); /* one reference is left */
	dm_track_unref(track);
}

static void cuts_long_names(void **state)
{
	(void)state;
	char name[200];
	struct dm_track *track;

	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(dm_track_create(&track, &(struct dm_track_options){ .clock_rate_hz = 48000,
									     .capacity_packets = 16,
									     .name = name }),
			 0);
	assert_int_equal(strlen(dm_track_name(track)), 63);
	dm_track_unref(track);
}

static void reads_what_was_published(void **state)
{
	(void)state;
	struct dm_track *track = create(DM_TRACK_VIDEO, 16);
	struct dm_track_packet packet;

	assert_int_equal(dm_track_read(track, 0, &packet), DM_TRACK_READ_AHEAD);
	assert_int_equal(dm_track_key_index(track), UINT64_MAX);
	assert_int_equal(publish(track, 3, true, 7, DM_SEC(5)), 0);
	assert_int_equal(dm_track_head(track), 3);
	assert_int_equal(dm_track_key_index(track), 0);
	assert_int_equal(dm_track_bytes(track), 100 + 101 + 102);
	for (uint64_t i = 0; i < 3; i++) {
		assert_int_equal(dm_track_read(track, i, &packet), DM_TRACK_READ_OK);
		assert_int_equal(packet.index, i);
		assert_int_equal(packet.captured_at, DM_SEC(5) - DM_MSEC(40));
		assert_int_equal(packet.published_at, DM_SEC(5));
		assert_int_equal(packet.timestamp, 21000);
		assert_int_equal(packet.payload_bytes, 100 + i);
		assert_memory_equal(packet.payload, bytes, 100 + i);
		assert_int_equal(packet.frame_start, i == 0);
		assert_int_equal(packet.marker, i == 2);
		assert_true(packet.key);
	}
	assert_int_equal(dm_track_read(track, 3, &packet), DM_TRACK_READ_AHEAD);
	assert_int_equal(dm_track_read(track, UINT64_MAX, &packet), DM_TRACK_READ_AHEAD);
	dm_track_unref(track);
}

static void sound_has_no_marker_and_is_always_key(void **state)
{
	(void)state;
	struct dm_track *track = create(DM_TRACK_AUDIO, 16);
	struct dm_track_packet packet;

	for (uint64_t i = 0; i < 5; i++) {
		assert_int_equal(publish(track, 1, false, 1, DM_SEC(1)), 0);
		assert_int_equal(dm_track_key_index(track), i);
	}
	assert_int_equal(dm_track_read(track, 4, &packet), DM_TRACK_READ_OK);
	assert_false(packet.marker);
	assert_true(packet.frame_start);
	assert_true(packet.key);
	dm_track_unref(track);
}

static void key_index_is_the_newest_key_frame(void **state)
{
	(void)state;
	struct dm_track *track = create(DM_TRACK_VIDEO, 64);

	assert_int_equal(publish(track, 4, false, 1, 1), 0);
	assert_int_equal(dm_track_key_index(track), UINT64_MAX);
	assert_int_equal(publish(track, 4, true, 1, 1), 0);
	assert_int_equal(dm_track_key_index(track), 4);
	assert_int_equal(publish(track, 4, false, 1, 1), 0);
	assert_int_equal(dm_track_key_index(track), 4);
	assert_int_equal(publish(track, 4, true, 1, 1), 0);
	assert_int_equal(dm_track_key_index(track), 12);
	dm_track_unref(track);
}

/* Indices go on past 2^16: a subscriber's sequence numbers wrap, the track's index does not. */
static void overwrites_the_oldest_and_says_so(void **state)
{
	(void)state;
	struct dm_track *track = create(DM_TRACK_VIDEO, 16);
	struct dm_track_packet packet;

	for (int i = 0; i < 70000 / 4; i++)
		assert_int_equal(publish(track, 4, i == 0, (uint8_t)i, i), 0);

	const uint64_t head = dm_track_head(track);

	assert_int_equal(head, 70000);
	assert_int_equal(dm_track_read(track, head - 16, &packet), DM_TRACK_READ_OK);
	assert_int_equal(packet.index, head - 16);
	assert_int_equal(dm_track_read(track, head - 1, &packet), DM_TRACK_READ_OK);
	assert_int_equal(dm_track_read(track, head - 17, &packet), DM_TRACK_READ_LOST);
	assert_int_equal(dm_track_read(track, head - 65536, &packet), DM_TRACK_READ_LOST);
	assert_int_equal(dm_track_key_index(track), 0);
	assert_int_equal(dm_track_read(track, 0, &packet), DM_TRACK_READ_LOST);
	dm_track_unref(track);
}

static void refuses_frames_out_of_range_whole(void **state)
{
	(void)state;
	struct dm_track *track = create(DM_TRACK_VIDEO, 16);
	const size_t sizes[] = { 0, DM_TRACK_PAYLOAD_MAX + 1 };

	assert_int_equal(publish(track, 0, true, 1, 1), -EINVAL);
	assert_int_equal(publish(track, 5, true, 1, 1), -EINVAL); /* over a quarter */
	for (size_t i = 0; i < 2; i++) {
		const struct dm_track_payload payloads[] = { { bytes, 10 }, { bytes, sizes[i] } };
		const struct dm_track_frame frame = { .payloads = payloads, .payload_count = 2 };

		assert_int_equal(dm_track_publish(track, &frame, 1), -EINVAL);
	}
	assert_int_equal(dm_track_head(track), 0);
	assert_int_equal(dm_track_bytes(track), 0);
	assert_int_equal(publish(track, 4, true, 1, 1), 0);
	dm_track_unref(track);
}

static void keeps_payloads_of_every_size(void **state)
{
	(void)state;
	struct dm_track *track = create(DM_TRACK_AUDIO, 16);

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 13 + 1);
	for (size_t size = 1; size <= DM_TRACK_PAYLOAD_MAX; size++) {
		const struct dm_track_payload payload = { bytes, size };
		struct dm_track_packet packet;

		assert_int_equal(dm_track_publish(track,
						  &(struct dm_track_frame){ .payloads = &payload,
									    .payload_count = 1 },
						  1),
				 0);
		assert_int_equal(dm_track_read(track, size - 1, &packet), DM_TRACK_READ_OK);
		assert_int_equal(packet.payload_bytes, size);
		assert_memory_equal(packet.payload, bytes, size);
	}
	dm_track_unref(track);
}

static void key_requests_are_taken_once(void **state)
{
	(void)state;
	struct dm_track *track = create(DM_TRACK_VIDEO, 16);

	assert_false(dm_track_take_key_request(track));
	dm_track_request_key(track);
	dm_track_request_key(track);
	assert_true(dm_track_take_key_request(track));
	assert_false(dm_track_take_key_request(track));
	dm_track_unref(track);
}

static void measures_its_rate(void **state)
{
	(void)state;
	struct dm_track *track = create(DM_TRACK_AUDIO, 64);

	/* 100 bytes each 20 ms: 40 kbit/s, known after the first two seconds. */
	for (int i = 0; i < 200; i++) {
		if (i < 100)
			assert_int_equal(dm_track_rate_bps(track), 0);
		assert_int_equal(publish(track, 1, true, 1, DM_SEC(100) + DM_MSEC(20) * i), 0);
	}
	assert_int_equal(dm_track_rate_bps(track), 40000);

	/* Twice as much. */
	for (int i = 0; i < 400; i++)
		assert_int_equal(publish(track, 1, true, 1, DM_SEC(104) + DM_MSEC(10) * i), 0);
	assert_int_equal(dm_track_rate_bps(track), 80000);
	dm_track_unref(track);
}

/* Nine of ten decide: one lost phone does not, and each report counts once. */
static void tells_the_loss_that_most_stay_below(void **state)
{
	struct dm_track *track = create(DM_TRACK_AUDIO, 16);

	(void)state;
	assert_int_equal(dm_track_take_loss(track), -1);
	dm_track_note_loss(track, 0);
	assert_int_equal(dm_track_take_loss(track), 0);
	assert_int_equal(dm_track_take_loss(track), -1);
	for (int n = 0; n < 90; n++)
		dm_track_note_loss(track, 12); /* 4.7 % */
	for (int n = 0; n < 10; n++)
		dm_track_note_loss(track, 255);
	assert_int_equal(dm_track_take_loss(track), 5);
	for (int n = 0; n < 8; n++)
		dm_track_note_loss(track, 0);
	for (int n = 0; n < 2; n++)
		dm_track_note_loss(track, 26); /* 10.2 % */
	assert_int_equal(dm_track_take_loss(track), 12);
	for (unsigned fraction = 0; fraction < 256; fraction++) {
		dm_track_note_loss(track, (uint8_t)fraction);
		assert_true(dm_track_take_loss(track) * 256 >= (int)fraction * 100);
	}
	dm_track_unref(track);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_bad_options),
		cmocka_unit_test(tells_what_it_is),
		cmocka_unit_test(cuts_long_names),
		cmocka_unit_test(reads_what_was_published),
		cmocka_unit_test(sound_has_no_marker_and_is_always_key),
		cmocka_unit_test(key_index_is_the_newest_key_frame),
		cmocka_unit_test(overwrites_the_oldest_and_says_so),
		cmocka_unit_test(refuses_frames_out_of_range_whole),
		cmocka_unit_test(keeps_payloads_of_every_size),
		cmocka_unit_test(key_requests_are_taken_once),
		cmocka_unit_test(measures_its_rate),
		cmocka_unit_test(tells_the_loss_that_most_stay_below),
		cmocka_unit_test(one_writer_races_many_readers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
