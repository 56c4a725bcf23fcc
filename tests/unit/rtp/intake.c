/* An intake: bounded, in order of arrival, from several workers to one reader. */
#include "rtp/intake.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define WRITERS 3
#define EACH    20000

static uint8_t payload[DM_INTAKE_PAYLOAD_MAX + 1];

static struct dm_intake *create(size_t capacity)
{
	struct dm_intake *intake;

	assert_int_equal(dm_intake_create(&intake, capacity, 48000), 0);
	return intake;
}

static bool put(struct dm_intake *intake, uint32_t ssrc, uint32_t number, size_t bytes)
{
	const struct dm_rtp_packet packet = {
		.ssrc = ssrc,
		.sequence = (uint16_t)number,
		.timestamp = number,
		.payload_type = 111,
		.marker = number % 2 != 0,
		.payload = payload,
		.payload_bytes = bytes,
	};

	return dm_intake_put(intake, &packet, DM_SEC(7) + number);
}

static bool readable(const struct dm_intake *intake)
{
	struct pollfd poller = { .fd = dm_intake_fd(intake), .events = POLLIN };

	return poll(&poller, 1, 0) == 1;
}

static void refuses_bad_options(void **state)
{
	struct dm_intake *intake = (struct dm_intake *)payload;

	(void)state;
	assert_int_equal(dm_intake_create(&intake, 8, 48000), -EINVAL);
	assert_null(intake);
	assert_int_equal(dm_intake_create(&intake, 17, 48000), -EINVAL);
	assert_int_equal(dm_intake_create(&intake, 8192, 48000), -EINVAL);
	assert_int_equal(dm_intake_create(&intake, 64, 0), -EINVAL);
	dm_intake_unref(NULL);
}

static void gives_packets_as_they_came(void **state)
{
	struct dm_intake *intake = create(16);
	struct dm_intake_packet packet;

	(void)state;
	memset(payload, 0x5a, sizeof(payload));
	assert_int_equal(dm_intake_clock_rate_hz(intake), 48000);
	assert_false(dm_intake_take(intake, &packet));
	assert_false(readable(intake));
	assert_true(put(intake, 5, 70001, 3));
	assert_true(put(intake, 5, 70000, DM_INTAKE_PAYLOAD_MAX));
	assert_true(put(intake, 5, 70002, 0));
	assert_true(readable(intake));
	dm_intake_answer(intake);
	assert_false(readable(intake));

	assert_true(dm_intake_take(intake, &packet));
	assert_int_equal(packet.arrived_at, DM_SEC(7) + 70001);
	assert_int_equal(packet.ssrc, 5);
	assert_int_equal(packet.timestamp, 70001);
	assert_int_equal(packet.sequence, 70001 & 0xffff);
	assert_int_equal(packet.payload_type, 111);
	assert_true(packet.marker);
	assert_int_equal(packet.payload_bytes, 3);
	assert_memory_equal(packet.payload, payload, 3);
	assert_true(dm_intake_take(intake, &packet));
	assert_false(packet.marker);
	assert_int_equal(packet.payload_bytes, DM_INTAKE_PAYLOAD_MAX);
	assert_memory_equal(packet.payload, payload, DM_INTAKE_PAYLOAD_MAX);
	assert_true(dm_intake_take(intake, &packet));
	assert_int_equal(packet.payload_bytes, 0);
	assert_false(dm_intake_take(intake, &packet));
	dm_intake_unref(intake);
}

static void refuses_and_counts_what_does_not_fit(void **state)
{
	struct dm_intake *intake = create(16);
	struct dm_intake_packet packet;

	(void)state;
	assert_false(put(intake, 1, 0, DM_INTAKE_PAYLOAD_MAX + 1));
	for (uint32_t n = 0; n < 16; n++)
		assert_true(put(intake, 1, n, 10));
	assert_false(put(intake, 1, 16, 10));
	assert_int_equal(dm_intake_refused(intake), 2);
	assert_true(dm_intake_take(intake, &packet));
	assert_int_equal(packet.sequence, 0); /* the oldest stay */
	assert_true(put(intake, 1, 17, 10));
	dm_intake_unref(intake);
}

static void wishes_and_figures_cross(void **state)
{
	struct dm_intake *intake = create(16);
	struct dm_intake *second = dm_intake_ref(intake);
	const struct dm_intake_reception written = { 1, 2, 3, 4, 5, 6, 7 };
	struct dm_intake_reception read = { 0 };
	struct dm_intake_report report = { .ssrc = 3, .timestamp = 9, .ntp = 11 };

	(void)state;
	assert_false(dm_intake_take_key_request(intake));
	dm_intake_request_key(intake);
	dm_intake_request_key(second);
	assert_true(dm_intake_take_key_request(intake));
	assert_false(dm_intake_take_key_request(intake));
	dm_intake_set_reception(intake, &written);
	dm_intake_unref(intake);
	dm_intake_reception(second, &read);
	assert_memory_equal(&read, &written, sizeof(read));
	assert_int_equal(dm_intake_codec(second), DM_CODEC_OPUS);
	dm_intake_set_codec(second, DM_CODEC_VP8);
	assert_int_equal(dm_intake_codec(second), DM_CODEC_VP8);
	/* Reports that nobody takes are nobody's harm. */
	for (int n = 0; n < 100; n++)
		dm_intake_put_report(second, &report);
	memset(&report, 0, sizeof(report));
	assert_true(dm_intake_take_report(second, &report));
	assert_int_equal(report.ntp, 11);
	dm_intake_unref(second);
}

struct writer {
	struct dm_intake *intake;
	uint32_t ssrc;
	uint64_t refused;
};

static void *write_all(void *user)
{
	struct writer *writer = user;

	for (uint32_t n = 0; n < EACH; n++)
		writer->refused += !put(writer->intake, writer->ssrc, n, 1 + n % 100);
	dm_intake_unref(writer->intake);
	return NULL;
}

/* Each writer's packets stay in order, none is lost but by refusal. Runs under TSan too. */
static void several_writers_one_reader(void **state)
{
	struct dm_intake *intake = create(4096);
	struct writer writers[WRITERS];
	pthread_t threads[WRITERS];
	uint32_t next[WRITERS] = { 0 };
	uint64_t taken = 0, refused = 0;
	struct dm_intake_packet packet;

	(void)state;
	for (uint32_t n = 0; n < WRITERS; n++) {
		writers[n] = (struct writer){ .intake = dm_intake_ref(intake), .ssrc = n };
		assert_int_equal(pthread_create(&threads[n], NULL, write_all, &writers[n]), 0);
	}
	for (uint64_t at_once = 1;
	     at_once > 0 || taken + dm_intake_refused(intake) < (uint64_t)WRITERS * EACH;) {
		at_once = 0;
		while (dm_intake_take(intake, &packet)) {
			assert_in_range(packet.ssrc, 0, WRITERS - 1);
			assert_true(packet.timestamp >= next[packet.ssrc]);
			assert_int_equal(packet.payload_bytes, 1 + packet.timestamp % 100);
			next[packet.ssrc] = packet.timestamp + 1;
			taken++;
			at_once++;
		}
	}
	for (size_t n = 0; n < WRITERS; n++) {
		pthread_join(threads[n], NULL);
		refused += writers[n].refused;
	}
	assert_int_equal(dm_intake_refused(intake), refused);
	assert_int_equal(taken + refused, (uint64_t)WRITERS * EACH);
	dm_intake_unref(intake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_bad_options),
		cmocka_unit_test(gives_packets_as_they_came),
		cmocka_unit_test(refuses_and_counts_what_does_not_fit),
		cmocka_unit_test(wishes_and_figures_cross),
		cmocka_unit_test(several_writers_one_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
