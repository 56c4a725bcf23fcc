/* What the relay draws and sings itself: test pictures, test sound, access units. */
#include "ingest/access_unit.h"
#include "ingest/h264_payload.h"
#include "ingest/holding_card.h"
#include "ingest/test_picture.h"
#include "ingest/test_sound.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH  320
#define HEIGHT 180

static struct dm_source_uri parsed(const char *text)
{
	struct dm_source_uri uri;

	assert_int_equal(dm_source_uri_parse(&uri, text, NULL, 0), 0);
	return uri;
}

static double rms(const float *samples, size_t count)
{
	double sum = 0;

	for (size_t n = 0; n < count; n++)
		sum += (double)samples[n] * (double)samples[n];
	return sqrt(sum / (double)count);
}

static void test_tone(void **state)
{
	const struct dm_source_uri uri = parsed("test:tone?hz=500&level=-20");
	struct dm_test_sound sound = dm_test_sound_init(&uri);
	float samples[960], later[960];

	(void)state;
	dm_test_sound_fill(&sound, 0, samples, 960);
	assert_true(fabs(rms(samples, 960) - 0.1 / sqrt(2)) < 0.001);
	/* The phase belongs to the time, hours later too: 500 Hz repeats each 96 samples. */
	dm_test_sound_fill(&sound, INT64_C(48000) * 3600 * 24 * 7, later, 960);
	for (size_t n = 0; n < 960; n++)
		assert_true(fabsf(samples[n] - later[n]) < 1e-4f);
}

static void test_beep(void **state)
{
	const struct dm_source_uri uri = parsed("test:flash?level=0");
	struct dm_test_sound sound = dm_test_sound_init(&uri);
	float samples[4800];

	(void)state;
	dm_test_sound_fill(&sound, 7 * 48000 - 960, samples, 4800);
	for (size_t n = 0; n < 960; n++)
		assert_true(samples[n] == 0.0f);
	assert_true(rms(samples + 960, 2880) > 0.6);
	for (size_t n = 960 + 2880; n < 4800; n++)
		assert_true(samples[n] == 0.0f);
}

static void test_speech(void **state)
{
	const struct dm_source_uri uri = parsed("test:");
	struct dm_test_sound sound = dm_test_sound_init(&uri);
	float samples[4800];
	int loud = 0, quiet = 0;

	(void)state;
	for (int n = 0; n < 100; n++) { /* ten seconds: syllables and pauses */
		dm_test_sound_fill(&sound, n * INT64_C(4800), samples, 4800);
		for (size_t i = 0; i < 4800; i++)
			assert_true(fabsf(samples[i]) <= 0.1001f);
		loud += rms(samples, 4800) > 0.01;
		quiet += rms(samples, 4800) < 0.001;
	}
	assert_true(loud > 40);
	assert_true(quiet > 10);
}

static long mean_luma(const struct dm_i420 *picture)
{
	long sum = 0;

	for (size_t y = 0; y < picture->height; y++)
		for (size_t x = 0; x < picture->width; x++)
			sum += picture->planes[0][y * picture->strides[0] + x];
	return sum / (long)(picture->width * picture->height);
}

static void test_pictures(void **state)
{
	uint8_t *data = malloc(dm_i420_bytes(WIDTH, HEIGHT));
	uint8_t *other = malloc(dm_i420_bytes(WIDTH, HEIGHT));
	struct dm_i420 view, view2;
	struct dm_test_picture *picture;

	(void)state;
	assert_non_null(data);
	assert_non_null(other);
	view = dm_i420_view(data, WIDTH, HEIGHT);
	view2 = dm_i420_view(other, WIDTH, HEIGHT);
	assert_int_equal(dm_test_picture_create(&picture, DM_TEST_FLASH, WIDTH, HEIGHT, 25), 0);
	for (int frame = 0; frame < 50; frame++) {
		dm_test_picture_draw(picture, &view, DM_SEC(9) + frame * DM_MSEC(40), 0);
		assert_int_equal(mean_luma(&view), frame % 25 < 2 ? 235 : 16);
	}
	dm_test_picture_destroy(picture);

	assert_int_equal(dm_test_picture_create(&picture, DM_TEST_SPEECH, WIDTH, HEIGHT, 30), 0);
	dm_test_picture_draw(picture, &view, DM_SEC(9), 86399);
	dm_test_picture_draw(picture, &view2, DM_SEC(9) + DM_MSEC(34), 86399);
	assert_memory_not_equal(data, other, dm_i420_bytes(WIDTH, HEIGHT)); /* it moves */
	dm_test_picture_destroy(picture);
	assert_int_equal(dm_test_picture_create(&picture, DM_TEST_SPEECH, 63, 64, 30), -EINVAL);
	assert_null(picture);
	free(data);
	free(other);
}

/* Dark, with something on it, and different for another title. */
static void test_card(void **state)
{
	static const struct dm_title titles[] = { { "en", "Plenary" }, { "ar", "الجلسة العامة" } };
	uint8_t *data = malloc(dm_i420_bytes(WIDTH, HEIGHT));
	uint8_t *other = malloc(dm_i420_bytes(WIDTH, HEIGHT));
	struct dm_i420 view, view2;

	(void)state;
	assert_non_null(data);
	assert_non_null(other);
	view = dm_i420_view(data, WIDTH, HEIGHT);
	view2 = dm_i420_view(other, WIDTH, HEIGHT);
	assert_int_equal(dm_holding_card_draw(&view, titles, 2), 0);
	assert_int_equal(dm_holding_card_draw(&view2, titles, 0), 0);
	assert_in_range(mean_luma(&view), 23, 60);
	assert_true(mean_luma(&view) > mean_luma(&view2));
	free(data);
	free(other);
}

static void test_access_unit(void **state)
{
	const struct dm_track_options options = {
		.kind = DM_TRACK_VIDEO,
		.clock_rate_hz = 90000,
		.capacity_packets = 64,
		.name = "t",
	};
	uint8_t packet[12 + DM_TRACK_PAYLOAD_MAX + 1] = { 0x80, 96 };
	static struct dm_track_packet read;
	struct dm_access_unit *unit;
	struct dm_track *track;

	(void)state;
	assert_int_equal(dm_track_create(&track, &options), 0);
	assert_int_equal(dm_access_unit_create(&unit, track), 0);
	packet[12] = 0x65; /* IDR */
	assert_int_equal(dm_access_unit_put(unit, packet, 112, 900, 10, 20), DM_ACCESS_UNIT_MORE);
	assert_int_equal(dm_track_head(track), 0); /* readers see all of it or nothing */
	packet[1] |= 0x80;
	assert_int_equal(dm_access_unit_put(unit, packet, 62, 900, 10, 20),
			 DM_ACCESS_UNIT_PUBLISHED);
	assert_int_equal(dm_track_head(track), 2);
	assert_int_equal(dm_track_read(track, 0, &read), DM_TRACK_READ_OK);
	assert_true(read.key && read.frame_start && !read.marker);
	assert_int_equal(read.payload_bytes, 100);
	assert_int_equal(read.timestamp, 900);
	assert_int_equal(dm_track_read(track, 1, &read), DM_TRACK_READ_OK);
	assert_true(read.key && !read.frame_start && read.marker);

	/* A frame that is too big for the track, and a packet that is none: dropped whole. */
	packet[1] = 96;
	for (int n = 0; n < 40; n++)
		dm_access_unit_put(unit, packet, 112, 1800, 11, 21);
	packet[1] |= 0x80;
	assert_int_equal(dm_access_unit_put(unit, packet, 112, 1800, 11, 21),
			 DM_ACCESS_UNIT_DROPPED);
	assert_int_equal(dm_access_unit_put(unit, packet, 12, 2700, 12, 22),
			 DM_ACCESS_UNIT_DROPPED);
	assert_int_equal(dm_access_unit_put(unit, packet, sizeof(packet), 2700, 12, 22),
			 DM_ACCESS_UNIT_DROPPED);
	assert_int_equal(dm_track_head(track), 2);
	dm_access_unit_destroy(unit);
	dm_track_unref(track);
}

/* RFC 6184: single NAL units, STAP-A (5.7.1), FU-A (5.8). */
static void test_h264_payloads(void **state)
{
	static const struct {
		uint8_t bytes[8];
		size_t count;
		bool idr, sps, begins;
	} payloads[] = {
		{ { 0x41, 0x9a }, 2, false, false, false },                       /* a slice */
		{ { 0x65, 0x88 }, 2, true, false, false },                        /* IDR */
		{ { 0x67, 0x42 }, 2, false, true, true },                         /* SPS */
		{ { 0x09, 0xf0 }, 2, false, false, true },                        /* AUD */
		{ { 0x7c, 0x85 }, 2, true, false, false },                        /* IDR, begun */
		{ { 0x7c, 0x45 }, 2, true, false, false },                        /* IDR, ended */
		{ { 0x5c, 0x81 }, 2, false, false, false },                       /* slice, begun */
		{ { 0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68 }, 8, false, true, true }, /* SPS, PPS */
		{ { 0x78, 0, 1, 0x06, 0, 2, 0x67, 0x42 }, 8, false, true, false }, /* SEI, SPS */
		{ { 0x58, 0, 2, 0x41, 0x9a, 0, 1, 0x41 }, 8, false, false, false },
		{ { 0x58, 0, 9, 0x67 }, 4, false, false, false }, /* cut */
		{ { 0x58, 0, 0, 0x67 }, 4, false, false, false }, /* an empty one */
		{ { 0x7c, 0x85 }, 1, false, false, false },       /* cut */
		{ { 0x65 }, 0, false, false, false },
	};

	(void)state;
	for (size_t n = 0; n < sizeof(payloads) / sizeof(payloads[0]); n++) {
		const struct dm_h264_payload seen = dm_h264_payload_look(payloads[n].bytes,
									 payloads[n].count);

		if (seen.has_idr != payloads[n].idr || seen.has_sps != payloads[n].sps ||
		    seen.begins_frame != payloads[n].begins)
			fail_msg("payload %zu", n);
	}
}

static struct {
	uint8_t bytes[3000];
	size_t sizes[16];
	size_t count;
	size_t total;
} parts;

static void on_part(void *user, const uint8_t *header, size_t header_bytes, const uint8_t *data,
		    size_t data_bytes)
{
	(void)user;
	if (header_bytes > 0)
		memcpy(parts.bytes + parts.total, header, header_bytes);
	memcpy(parts.bytes + parts.total + header_bytes, data, data_bytes);
	parts.sizes[parts.count++] = header_bytes + data_bytes;
	parts.total += header_bytes + data_bytes;
}

static bool split(const uint8_t *payload, size_t bytes)
{
	memset(&parts, 0, sizeof(parts));
	return dm_h264_payload_split(payload, bytes, 16, on_part, NULL);
}

/* RFC 6184, 5.8: S on the first part, E on the last, the unit's own byte in neither. */
static void test_h264_split(void **state)
{
	uint8_t unit[30] = { 0x65, 1, 2, 3 };
	uint8_t middle[30] = { 0x7c, 0x05, 1, 2 };
	uint8_t end[30] = { 0x7c, 0x45, 1, 2 };
	const uint8_t aggregate[] = { 0x78, 0, 2, 0x67, 0x42, 0, 12, 0x68, 1,  2,
				      3,    4, 5, 6,    7,    8, 9,  0xa,  0xb };
	const uint8_t too_large[21] = { 0x78, 0, 18, 0x67 };
	const uint8_t cut[] = { 0x78, 0, 9, 0x67 };

	(void)state;
	assert_true(split(unit, sizeof(unit)));
	assert_int_equal(parts.count, 3);
	assert_int_equal(parts.total, 29 + 3 * 2);
	assert_int_equal(parts.bytes[0], 0x7c);
	assert_int_equal(parts.bytes[1], 0x85);
	assert_int_equal(parts.bytes[2], 1);
	assert_int_equal(parts.bytes[16 + 1], 0x05);
	assert_int_equal(parts.bytes[32 + 1], 0x45);

	assert_true(split(middle, sizeof(middle)));
	assert_int_equal(parts.bytes[1], 0x05);
	assert_int_equal(parts.bytes[16 + 1], 0x05);
	assert_true(split(end, sizeof(end)));
	assert_int_equal(parts.bytes[1], 0x05);
	assert_int_equal(parts.bytes[16 + 1], 0x45);

	assert_true(split(aggregate, sizeof(aggregate)));
	assert_int_equal(parts.count, 2);
	assert_memory_equal(parts.bytes, aggregate + 3, 2);
	assert_memory_equal(parts.bytes + 2, aggregate + 7, 12);
	assert_false(split(too_large, sizeof(too_large)));
	assert_false(split(cut, sizeof(cut)));
	assert_int_equal(parts.count, 0);
	assert_false(split((const uint8_t[]){ 0x79, 0, 0 }, 3)); /* STAP-B */
	assert_false(split(middle, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tone),          cmocka_unit_test(test_beep),
		cmocka_unit_test(test_speech),        cmocka_unit_test(test_pictures),
		cmocka_unit_test(test_card),          cmocka_unit_test(test_access_unit),
		cmocka_unit_test(test_h264_payloads), cmocka_unit_test(test_h264_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
