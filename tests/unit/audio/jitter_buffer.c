/* The jitter buffer by itself: order, copies, wrap, restarts, what is asked for again. */
#include "audio/jitter_buffer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define STEP 960

/* 20 ms of CELT, fullband, mono, one frame (RFC 6716, 3.1), of silence. */
static const uint8_t payload[] = { 0xf8, 0xff, 0xfe };

static struct dm_jitter_buffer *buffer;

static int setup(void **state)
{
	static const struct dm_jitter_buffer_options options = {
		.least = DM_MSEC(20),
		.most = DM_MSEC(200),
	};

	(void)state;
	return dm_jitter_buffer_create(&buffer, &options);
}

static int teardown(void **state)
{
	(void)state;
	dm_jitter_buffer_destroy(buffer);
	return 0;
}

/* Packet `number` of SSRC 1, which starts at sequence number 65530, `late` after its time. */
static enum dm_jitter_put put(int number, dm_usec late)
{
	const struct dm_jitter_packet packet = {
		.ssrc = 1,
		.sequence = (uint16_t)(65530 + number),
		.timestamp = UINT32_MAX - 5000 + (uint32_t)number * STEP,
		.payload = payload,
		.bytes = sizeof(payload),
	};

	return dm_jitter_buffer_put(buffer, &packet, DM_SEC(9) + number * DM_MSEC(20) + late);
}

static int64_t earliest(void)
{
	struct dm_jitter_view view;

	return dm_jitter_buffer_peek(buffer, &view) ? view.timestamp : -1;
}

static void test_order_and_wrap(void **state)
{
	int64_t last = 0;

	(void)state;
	put(0, 0);
	for (int n = 1; n < 40; n += 2) { /* two by two, the wrong way round */
		assert_int_equal(put(n + 1, 0), DM_JITTER_STORED);
		assert_int_equal(put(n, DM_MSEC(21)), DM_JITTER_STORED);
	}
	for (int n = 0; n <= 40; n++) {
		assert_true(earliest() >= 0);
		if (n > 0)
			assert_int_equal(earliest() - last, STEP);
		last = earliest();
		dm_jitter_buffer_drop(buffer, false);
	}
	assert_int_equal(earliest(), -1);
	dm_jitter_buffer_drop(buffer, false); /* nothing to drop is no harm */
	assert_int_equal(dm_jitter_buffer_totals(buffer)->expected, 41);
}

static void test_duplicate_and_late(void **state)
{
	(void)state;
	put(0, 0);
	put(2, 0);
	assert_int_equal(put(2, 1), DM_JITTER_DUPLICATE);
	dm_jitter_buffer_drop(buffer, false);
	assert_int_equal(put(0, DM_MSEC(50)), DM_JITTER_DUPLICATE);
	dm_jitter_buffer_drop(buffer, false);
	assert_int_equal(put(1, DM_MSEC(60)), DM_JITTER_LATE);
	assert_int_equal(dm_jitter_buffer_totals(buffer)->puts[DM_JITTER_LATE], 1);
}

static void test_missing_is_told(void **state)
{
	struct dm_jitter_view view;

	(void)state;
	put(0, 0);
	dm_jitter_buffer_drop(buffer, false);
	put(4, 0);
	assert_true(dm_jitter_buffer_peek(buffer, &view));
	assert_int_equal(view.missing, 3);
	assert_int_equal(view.samples, STEP);
}

static void test_target_follows_jitter(void **state)
{
	(void)state;
	for (int n = 0; n < 600; n++)
		put(n, 0);
	assert_int_equal(dm_jitter_buffer_target(buffer), DM_MSEC(22));
	for (int n = 600; n < 1200; n++)
		put(n, n % 3 * DM_MSEC(25));
	assert_int_equal(dm_jitter_buffer_target(buffer), DM_MSEC(20 + 52));
	for (int n = 1200; n < 1800; n++)
		put(n, n % 2 * DM_MSEC(700));
	assert_int_equal(dm_jitter_buffer_target(buffer), DM_MSEC(200));
	for (int n = 1800; n < 2400; n++)
		put(n, 0);
	assert_int_equal(dm_jitter_buffer_target(buffer), DM_MSEC(22));
}

static enum dm_jitter_put put_raw(uint32_t ssrc, uint16_t sequence, uint32_t timestamp, dm_usec at)
{
	const struct dm_jitter_packet packet = {
		.ssrc = ssrc,
		.sequence = sequence,
		.timestamp = timestamp,
		.payload = payload,
		.bytes = sizeof(payload),
	};

	return dm_jitter_buffer_put(buffer, &packet, at);
}

static void test_restarts(void **state)
{
	(void)state;
	assert_int_equal(dm_jitter_buffer_epoch(buffer), 0);
	put_raw(1, 100, 5000, DM_SEC(1));
	assert_int_equal(dm_jitter_buffer_epoch(buffer), 1);
	/* Another SSRC: never while the present one is heard, else with its second packet. */
	assert_int_equal(put_raw(2, 7, 0, DM_SEC(1) + 1000), DM_JITTER_FOREIGN);
	assert_int_equal(put_raw(2, 8, 960, DM_SEC(1) + 2000), DM_JITTER_FOREIGN);
	assert_int_equal(put_raw(2, 10, 960, DM_SEC(1) + 100000), DM_JITTER_FOREIGN);
	assert_int_equal(put_raw(2, 11, 1920, DM_SEC(1) + 120000), DM_JITTER_STORED);
	assert_int_equal(dm_jitter_buffer_epoch(buffer), 2);
	/* A jump of the sequence (RFC 3550, A.1), then of the timestamp. */
	assert_int_equal(put_raw(2, 20000, 2880, DM_SEC(1) + 140000), DM_JITTER_JUMPED);
	assert_int_equal(put_raw(2, 12, 2880, DM_SEC(1) + 140000), DM_JITTER_STORED);
	assert_int_equal(put_raw(2, 20000, 2880, DM_SEC(1) + 160000), DM_JITTER_JUMPED);
	assert_int_equal(put_raw(2, 20001, 3840, DM_SEC(1) + 180000), DM_JITTER_STORED);
	assert_int_equal(dm_jitter_buffer_epoch(buffer), 3);
	assert_int_equal(put_raw(2, 20002, 900000, DM_SEC(1) + 200000), DM_JITTER_JUMPED);
	assert_int_equal(put_raw(2, 20003, 900960, DM_SEC(1) + 220000), DM_JITTER_STORED);
	assert_int_equal(dm_jitter_buffer_epoch(buffer), 4);
}

static void test_overrun(void **state)
{
	(void)state;
	for (int n = 0; n < DM_JITTER_BUFFER_PACKETS + 10; n++)
		assert_int_equal(put(n, 0), DM_JITTER_STORED);
	assert_int_equal(dm_jitter_buffer_totals(buffer)->overrun, 10);
	/* A hole longer than the buffer. */
	assert_int_equal(put(1000, 0), DM_JITTER_STORED);
	assert_true(earliest() >= 0);
	dm_jitter_buffer_drop(buffer, false);
	assert_int_equal(earliest(), -1);
}

static void test_malformed(void **state)
{
	static const uint8_t broken[] = { 0x03, 0x00 }; /* code 3 without frames (RFC 6716, R5) */
	struct dm_jitter_packet packet = { .payload = broken, .bytes = sizeof(broken) };

	(void)state;
	assert_int_equal(dm_jitter_buffer_put(buffer, &packet, 1), DM_JITTER_MALFORMED);
	packet.bytes = 0;
	assert_int_equal(dm_jitter_buffer_put(buffer, &packet, 1), DM_JITTER_MALFORMED);
	assert_int_equal(dm_jitter_buffer_epoch(buffer), 0);
}

static void test_bad_options(void **state)
{
	static const struct dm_jitter_buffer_options bad[] = {
		{ .least = DM_MSEC(19), .most = DM_MSEC(200) },
		{ .least = DM_MSEC(40), .most = DM_MSEC(39) },
		{ .least = DM_MSEC(40), .most = DM_SEC(2) },
	};

	(void)state;
	for (size_t n = 0; n < 3; n++) {
		struct dm_jitter_buffer *none = buffer;

		assert_int_equal(dm_jitter_buffer_create(&none, &bad[n]), -EINVAL);
		assert_null(none);
	}
	dm_jitter_buffer_destroy(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_order_and_wrap),  TEST(test_duplicate_and_late),
		TEST(test_missing_is_told), TEST(test_target_follows_jitter),
		TEST(test_restarts),        TEST(test_overrun),
		TEST(test_malformed),       TEST(test_bad_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
