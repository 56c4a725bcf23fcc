/* What is told of a picture and of its source: still or moving, black, sound against picture, key
 * frames, formats. */
#include "ingest/file_print.h"
#include "ingest/key_watch.h"
#include "ingest/picture_watch.h"
#include "ingest/source_format.h"
#include "ingest/sync_probe.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WIDTH  640
#define HEIGHT 360
#define FRAME  DM_MSEC(40)

static uint8_t luma[WIDTH * HEIGHT];
static uint32_t seed = 1;

static uint32_t next_random(void)
{
	seed = seed * 1664525U + 1013904223U; /* Numerical Recipes */
	return seed >> 8;
}

/* A picture of stripes, with noise of at most `noise` levels either way. */
static void draw(int noise)
{
	for (size_t n = 0; n < sizeof(luma); n++) {
		const int base = 60 + (int)(n % WIDTH / 40) * 8;
		const int off = noise ? (int)(next_random() % (unsigned)(2 * noise + 1)) - noise
				      : 0;

		luma[n] = (uint8_t)(base + off);
	}
}

/* Moves a white square of a hundredth of the picture. */
static void draw_ball(int frame)
{
	const size_t x = (size_t)(frame * 12 % (WIDTH - 48));

	draw(0);
	for (size_t row = 100; row < 148; row++)
		memset(luma + row * WIDTH + x, 235, 48);
}

static struct dm_picture_sight put(struct dm_picture_watch *watch, int frame)
{
	return dm_picture_watch_put(watch, luma, WIDTH, WIDTH, HEIGHT, frame * FRAME);
}

static void test_same_picture_is_still(void **state)
{
	struct dm_picture_watch watch = dm_picture_watch_init(false);
	struct dm_picture_sight sight = { 0 };
	int freezes = 0;

	(void)state;
	draw(0);
	for (int n = 0; n < 10; n++)
		assert_int_equal(put(&watch, n).still_for, 0);
	for (int n = 10; n <= 100; n++) {
		sight = put(&watch, n);
		freezes += sight.froze;
		if (n > 11)
			assert_int_equal(sight.still_for, n * FRAME);
	}
	assert_int_equal(freezes, 1);

	/* Another picture ends it at once, and half a second of that is another freeze. */
	memset(luma, 128, sizeof(luma));
	assert_int_equal(put(&watch, 101).still_for, 0);
	for (int n = 102; n < 130; n++) {
		sight = put(&watch, n);
		freezes += sight.froze;
	}
	assert_int_equal(sight.still_for, 28 * FRAME);
	assert_int_equal(freezes, 2);
}

static void test_noise_and_small_things_move(void **state)
{
	struct dm_picture_watch watch = dm_picture_watch_init(false);

	(void)state;
	for (int n = 0; n < 200; n++) {
		draw(1);
		assert_int_equal(put(&watch, n).still_for, 0);
	}
	watch = dm_picture_watch_init(false);
	for (int n = 0; n < 200; n++) {
		draw_ball(n);
		assert_int_equal(put(&watch, n).still_for, 0);
	}
}

/* Half of the frames are the ones before, as when 12 a second are shown at 25. */
static void test_repeated_frames_move(void **state)
{
	struct dm_picture_watch watch = dm_picture_watch_init(false);

	(void)state;
	for (int n = 0; n < 200; n++) {
		if (n % 2 == 0)
			draw(1);
		assert_int_equal(put(&watch, n).still_for, 0);
	}
}

/* A coder's key frame each two seconds changes all pixels a little. */
static void test_key_frames_of_a_slide(void **state)
{
	struct dm_picture_watch watch = dm_picture_watch_init(false);
	struct dm_picture_sight sight = { 0 };

	(void)state;
	draw(0);
	for (int n = 0; n < 250; n++) {
		if (n % 50 == 0)
			draw(n % 100 == 0 ? 1 : 0);
		sight = put(&watch, n);
	}
	assert_true(sight.still_for > DM_SEC(9));
	assert_false(sight.froze);
}

/* Key frames alone, scaled down by whoever decodes them. */
static void test_sparse(void **state)
{
	struct dm_picture_watch watch = dm_picture_watch_init(true);
	struct dm_picture_sight sight;

	(void)state;
	draw(0);
	put(&watch, 0);
	sight = put(&watch, 50);
	assert_int_equal(sight.still_for, 50 * FRAME);
	assert_true(sight.froze);
	draw(1); /* two thirds of the points */
	assert_int_equal(put(&watch, 100).still_for, 0);
	assert_int_equal(put(&watch, 150).still_for, 50 * FRAME);
}

static void test_black(void **state)
{
	struct dm_picture_watch watch = dm_picture_watch_init(false);

	(void)state;
	memset(luma, 16, sizeof(luma));
	assert_int_equal(put(&watch, 0).black_for, 0);
	assert_int_equal(put(&watch, 1).black_for, FRAME);
	memset(luma, 38, sizeof(luma));
	assert_int_equal(put(&watch, 2).black_for, 2 * FRAME);
	assert_int_equal(put(&watch, 3).luma, 38);
	memset(luma, 39, sizeof(luma));
	assert_int_equal(put(&watch, 4).black_for, 0);
	/* A subtitle in a fortieth of it is no more black; a pixel is. */
	memset(luma, 16, sizeof(luma));
	memset(luma, 235, sizeof(luma) / 40);
	assert_int_equal(put(&watch, 5).black_for, 0);
	assert_int_equal(put(&watch, 6).black_for, 0);
	memset(luma, 16, sizeof(luma));
	luma[WIDTH * HEIGHT / 2] = 235;
	put(&watch, 7);
	assert_int_equal(put(&watch, 8).black_for, FRAME);
}

static void test_smallest_picture(void **state)
{
	struct dm_picture_watch watch = dm_picture_watch_init(false);
	const uint8_t one = 100;

	(void)state;
	assert_int_equal(dm_picture_watch_put(&watch, &one, 1, 1, 1, 0).luma, 100);
}

/* --- sound against picture --- */

/* Seconds of a film that flashes at each second and beeps `late` after that, with noise in its
 * pauses. */
static void play(struct dm_sync_probe *probe, int from, int to, dm_usec late, float beep)
{
	float samples[960];

	for (dm_usec at = from * DM_SEC(1); at < to * DM_SEC(1); at += DM_MSEC(20)) {
		if (at % FRAME == 0)
			dm_sync_probe_picture(probe, at % DM_SEC(1) < 2 * FRAME ? 235 : 16, at);
		for (int n = 0; n < 960; n++) {
			const dm_usec since = at + n * DM_SEC(1) / 48000 - late + DM_SEC(1);
			const float noise = (float)(next_random() % 100) / 50000.0F;

			samples[n] = since % DM_SEC(1) < DM_MSEC(60) ? beep * sinf((float)n * 0.13F)
								     : noise;
		}
		dm_sync_probe_sound(probe, samples, 960, at);
	}
}

static void test_offset(void **state)
{
	static const dm_usec lates[] = { 0, DM_MSEC(45), -DM_MSEC(125), DM_MSEC(300) };

	(void)state;
	for (size_t n = 0; n < sizeof(lates) / sizeof(lates[0]); n++) {
		struct dm_sync_probe probe = dm_sync_probe_init();
		dm_usec offset;

		play(&probe, 0, 2, lates[n], 0.1F);
		assert_false(dm_sync_probe_offset(&probe, DM_SEC(2), &offset));
		play(&probe, 2, 6, lates[n], 0.1F);
		assert_true(dm_sync_probe_offset(&probe, DM_SEC(6), &offset));
		/* Sound that comes later is early by less. */
		assert_true(llabs(offset + lates[n]) <= DM_MSEC(1));
		assert_true(dm_sync_probe_offset(&probe, DM_SEC(10), &offset));
		assert_false(dm_sync_probe_offset(&probe, DM_SEC(11), &offset));
	}
}

static void test_no_offset(void **state)
{
	struct dm_sync_probe probe = dm_sync_probe_init();
	dm_usec offset;

	(void)state;
	play(&probe, 0, 10, 0, 0.001F); /* no beeps */
	assert_false(dm_sync_probe_offset(&probe, DM_SEC(10), &offset));

	/* Words and photographers: pairs that agree in nothing. */
	probe = dm_sync_probe_init();
	for (int n = 0; n < 20; n += 2) {
		play(&probe, n, n + 1, n % 4 ? DM_MSEC(200) : -DM_MSEC(200), 0.1F);
		play(&probe, n + 1, n + 2, n % 6 ? DM_MSEC(350) : DM_MSEC(10), 0.1F);
		assert_false(dm_sync_probe_offset(&probe, (n + 2) * DM_SEC(1), &offset));
	}
}

/* --- key frames --- */

static void test_key_interval(void **state)
{
	const struct dm_track_options options = {
		.kind = DM_TRACK_VIDEO,
		.clock_rate_hz = 90000,
		.capacity_packets = 16,
		.name = "test",
	};
	const uint8_t byte = 0x65;
	const struct dm_track_payload payload = { .data = &byte, .bytes = 1 };
	struct dm_key_watch watch = { 0 };
	struct dm_metric interval = { 0 };
	struct dm_track *track;

	(void)state;
	assert_int_equal(dm_track_create(&track, &options), 0);
	dm_key_watch_look(&watch, track, DM_SEC(1), &interval);
	for (int n = 0; n < 120; n++) {
		const struct dm_track_frame frame = {
			.payloads = &payload,
			.payload_count = 1,
			.timestamp = (uint32_t)n,
			.key = n % 50 == 0,
		};

		assert_int_equal(dm_track_publish(track, &frame, n * FRAME), 0);
		dm_key_watch_look(&watch, track, DM_SEC(1) + n * FRAME, &interval);
		assert_int_equal(dm_metric_get(&interval), n < 50 ? 0 : 50 * FRAME);
	}
	dm_track_unref(track);
}

/* --- formats --- */

static const char *described(const char *const *caps, size_t count)
{
	static char text[96];
	struct dm_source_format format = { 0 };

	for (size_t n = 0; n < count; n++) {
		GstCaps *one = gst_caps_from_string(caps[n]);

		assert_non_null(one);
		dm_source_format_read(&format, one);
		gst_caps_unref(one);
	}
	dm_source_format_print(&format, text, sizeof(text));
	return text;
}

#define DESCRIBED(...)                                  \
	described((const char *const[]){ __VA_ARGS__ }, \
		  sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static void test_formats(void **state)
{
	(void)state;
	assert_string_equal(
		DESCRIBED("video/x-h264,width=1920,height=1080,framerate=25/1",
			  "audio/mpeg,mpegversion=4,rate=48000,channels=2",
			  "video/x-raw,format=I420,width=1920,height=1080,framerate=25/1"),
		"H.264 1920x1080 25 fps, AAC 48 kHz stereo");
	assert_string_equal(DESCRIBED("audio/mpeg,mpegversion=1,layer=3,rate=44100,channels=1"),
			    "MP3 44.1 kHz mono");
	assert_string_equal(DESCRIBED("video/x-vp8",
				      "video/x-raw,width=640,height=360,"
				      "framerate=30000/1001",
				      "audio/x-opus,rate=48000,channels=6"),
			    "VP8 640x360 29.97 fps, Opus 48 kHz 6 channels");
	/* Not decoded; a rate that is not known. */
	assert_string_equal(DESCRIBED("audio/x-raw,rate=48000,channels=64"),
			    "PCM 48 kHz 64 channels");
	assert_string_equal(DESCRIBED("video/x-h264,framerate=0/1", "ANY", "text/x-raw"), "H.264");
	assert_string_equal(DESCRIBED("ANY"), "");
}

static void test_format_is_cut(void **state)
{
	struct dm_source_format format = { 0 };
	char text[8];

	(void)state;
	snprintf(format.picture.codec, sizeof(format.picture.codec), "H.264");
	format.picture.width = format.picture.height = 1080;
	dm_source_format_print(&format, text, sizeof(text));
	assert_string_equal(text, "H.264 1");
}

static void test_file_print(void **state)
{
	char path[] = "print.XXXXXX";
	const int file = mkstemp(path);
	struct dm_file_print first, then;

	(void)state;
	assert_true(file >= 0);
	first = dm_file_print_of(path);
	then = dm_file_print_of(path);
	assert_true(dm_file_print_equal(&first, &then));
	assert_int_equal(write(file, "x", 1), 1);
	then = dm_file_print_of(path);
	assert_false(dm_file_print_equal(&first, &then));
	close(file);
	unlink(path);
	then = dm_file_print_of(path);
	assert_int_equal(then.inode, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_picture_is_still),
		cmocka_unit_test(test_noise_and_small_things_move),
		cmocka_unit_test(test_repeated_frames_move),
		cmocka_unit_test(test_key_frames_of_a_slide),
		cmocka_unit_test(test_sparse),
		cmocka_unit_test(test_black),
		cmocka_unit_test(test_smallest_picture),
		cmocka_unit_test(test_offset),
		cmocka_unit_test(test_no_offset),
		cmocka_unit_test(test_key_interval),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_format_is_cut),
		cmocka_unit_test(test_file_print),
	};

	gst_init(&argc, &argv);
	printf("seed %u\n", seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
