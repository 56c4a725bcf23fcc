#include "rtp/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* V=2, PT 111, sequence 0x1234, timestamp 0x01020304, SSRC 0xAABBCCDD. */
#define FIXED(flags, type) \
	(flags), (type), 0x12, 0x34, 0x01, 0x02, 0x03, 0x04, 0xAA, 0xBB, 0xCC, 0xDD

static void parses_the_fixed_header(void **state)
{
	(void)state;
	const uint8_t data[] = { FIXED(0x80, 0x80 | 111), 'a', 'b' };
	struct dm_rtp_packet packet;

	assert_true(dm_rtp_parse(data, sizeof(data), &packet));
	assert_int_equal(packet.payload_type, 111);
	assert_true(packet.marker);
	assert_int_equal(packet.sequence, 0x1234);
	assert_int_equal(packet.timestamp, 0x01020304);
	assert_int_equal(packet.ssrc, 0xAABBCCDD);
	assert_int_equal(packet.header_bytes, 12);
	assert_int_equal(packet.payload_bytes, 2);
	assert_ptr_equal(packet.payload, data + 12);
	assert_null(packet.extension);
	assert_int_equal(packet.extension_profile, 0);
}

static void parses_an_empty_payload(void **state)
{
	(void)state;
	const uint8_t data[] = { FIXED(0x80, 111) };
	struct dm_rtp_packet packet;

	assert_true(dm_rtp_parse(data, sizeof(data), &packet));
	assert_int_equal(packet.payload_bytes, 0);
	assert_false(packet.marker);
}

static void skips_csrcs(void **state)
{
	(void)state;
	uint8_t data[12 + 15 * 4 + 1] = { FIXED(0x8F, 111) };
	struct dm_rtp_packet packet;

	assert_true(dm_rtp_parse(data, sizeof(data), &packet));
	assert_int_equal(packet.header_bytes, 72);
	assert_int_equal(packet.payload_bytes, 1);
	assert_false(dm_rtp_parse(data, 71, &packet));
}

/* The example of RFC 8285, 4.2: two elements, two bytes of padding, a third element. */
static void finds_one_byte_extensions(void **state)
{
	(void)state;
	const uint8_t data[] = { FIXED(0x90, 111),
				 0xBE,
				 0xDE,
				 0x00,
				 0x03,
				 0x10,
				 'a',
				 0x21,
				 'b',
				 'c',
				 0x00,
				 0x00,
				 0x33,
				 'd',
				 'e',
				 'f',
				 'g',
				 'p' };
	struct dm_rtp_packet packet;
	size_t bytes;

	assert_true(dm_rtp_parse(data, sizeof(data), &packet));
	assert_int_equal(packet.extension_profile, 0xBEDE);
	assert_int_equal(packet.extension_bytes, 12);
	assert_int_equal(packet.header_bytes, 28);
	assert_memory_equal(dm_rtp_extension(&packet, 1, &bytes), "a", 1);
	assert_int_equal(bytes, 1);
	assert_memory_equal(dm_rtp_extension(&packet, 2, &bytes), "bc", 2);
	assert_int_equal(bytes, 2);
	assert_memory_equal(dm_rtp_extension(&packet, 3, &bytes), "defg", 4);
	assert_int_equal(bytes, 4);
	assert_null(dm_rtp_extension(&packet, 4, &bytes));
	assert_int_equal(bytes, 0);
	assert_null(dm_rtp_extension(&packet, 0, &bytes));
}

static void stops_at_id_15_and_at_the_end(void **state)
{
	(void)state;
	const uint8_t stop[] = { FIXED(0x90, 111), 0xBE, 0xDE, 0, 1, 0xF0, 0, 0x10, 'a' };
	const uint8_t overrun[] = { FIXED(0x90, 111), 0xBE, 0xDE, 0, 1, 0x1F, 1, 2, 3, 9, 9 };
	const uint8_t two_byte[] = { FIXED(0x90, 111), 0x10, 0x00, 0, 1, 1, 2, 'a', 'b' };
	struct dm_rtp_packet packet;
	size_t bytes;

	assert_true(dm_rtp_parse(stop, sizeof(stop), &packet));
	assert_null(dm_rtp_extension(&packet, 1, &bytes));
	assert_null(dm_rtp_extension(&packet, 15, &bytes));

	/* An element that says more than the extension holds must not reach into the payload. */
	assert_true(dm_rtp_parse(overrun, sizeof(overrun), &packet));
	assert_null(dm_rtp_extension(&packet, 1, &bytes));

	/* Two-byte headers are another profile (RFC 8285, 4.3). */
	assert_true(dm_rtp_parse(two_byte, sizeof(two_byte), &packet));
	assert_int_equal(packet.extension_profile, 0x1000);
	assert_null(dm_rtp_extension(&packet, 1, &bytes));
}

static void takes_padding_off(void **state)
{
	(void)state;
	const uint8_t data[] = { FIXED(0xA0, 111), 'a', 'b', 0, 0, 3 };
	const uint8_t only[] = { FIXED(0xA0, 111), 0, 0, 3 };
	struct dm_rtp_packet packet;

	assert_true(dm_rtp_parse(data, sizeof(data), &packet));
	assert_int_equal(packet.payload_bytes, 2);
	assert_true(dm_rtp_parse(only, sizeof(only), &packet));
	assert_int_equal(packet.payload_bytes, 0);
}

static void refuses_malformed_packets(void **state)
{
	(void)state;
	const uint8_t version1[] = { FIXED(0x40, 111), 1 };
	const uint8_t version3[] = { FIXED(0xC0, 111), 1 };
	const uint8_t no_padding[] = { FIXED(0xA0, 111) };
	const uint8_t zero_padding[] = { FIXED(0xA0, 111), 1, 0 };
	const uint8_t long_padding[] = { FIXED(0xA0, 111), 1, 3 };
	const uint8_t long_extension[] = { FIXED(0x90, 111), 0xBE, 0xDE, 0xFF, 0xFF, 1, 2, 3, 4 };
	struct dm_rtp_packet packet;

	assert_false(dm_rtp_parse(version1, sizeof(version1), &packet));
	assert_false(dm_rtp_parse(version3, sizeof(version3), &packet));
	assert_false(dm_rtp_parse(no_padding, sizeof(no_padding), &packet));
	assert_false(dm_rtp_parse(zero_padding, sizeof(zero_padding), &packet));
	assert_false(dm_rtp_parse(long_padding, sizeof(long_padding), &packet));
	assert_false(dm_rtp_parse(long_extension, sizeof(long_extension), &packet));
	assert_false(dm_rtp_parse(NULL, 0, &packet));
}

static void refuses_every_truncation_of_a_header(void **state)
{
	(void)state;
	const uint8_t data[] = { FIXED(0x91, 111), 1, 2, 3, 4, 0xBE, 0xDE, 0, 1, 0x10, 'a', 0, 0 };
	struct dm_rtp_packet packet;

	for (size_t bytes = 0; bytes < sizeof(data); bytes++)
		assert_false(dm_rtp_parse(data, bytes, &packet));
	assert_true(dm_rtp_parse(data, sizeof(data), &packet));
}

/* RFC 5761, 4: RTCP's types 192..223 stand where RTP has marker and type. */
static void tells_rtcp_from_rtp(void **state)
{
	(void)state;
	for (unsigned second = 0; second < 256; second++) {
		const uint8_t data[] = { 0x80, (uint8_t)second };
		const unsigned type = second & 0x7F;

		assert_int_equal(dm_rtp_is_rtcp(data, 2), type >= 64 && type <= 95);
	}
	assert_true(dm_rtp_is_rtcp((const uint8_t[]){ 0x81, 200 }, 2));
	assert_false(dm_rtp_is_rtcp((const uint8_t[]){ 0x80, 0x80 | 102 }, 2));
}

static void writes_a_plain_header(void **state)
{
	(void)state;
	const uint8_t expected[] = { FIXED(0x80, 0x80 | 102) };
	uint8_t buffer[64];
	struct dm_writer writer = dm_writer_init(buffer, sizeof(buffer));

	dm_rtp_write_header(&writer, 102, true, 0x1234, 0x01020304, 0xAABBCCDD);
	assert_int_equal(writer.size, DM_RTP_HEADER_BYTES);
	assert_memory_equal(buffer, expected, sizeof(expected));
}

static void compares_sequence_numbers_on_the_circle(void **state)
{
	(void)state;
	assert_int_equal(dm_rtp_sequence_diff(5, 3), 2);
	assert_int_equal(dm_rtp_sequence_diff(3, 5), -2);
	assert_int_equal(dm_rtp_sequence_diff(1, 65535), 2);
	assert_int_equal(dm_rtp_sequence_diff(65535, 1), -2);
	assert_int_equal(dm_rtp_sequence_diff(0x7FFF, 0), 32767);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_the_fixed_header),
		cmocka_unit_test(parses_an_empty_payload),
		cmocka_unit_test(skips_csrcs),
		cmocka_unit_test(finds_one_byte_extensions),
		cmocka_unit_test(stops_at_id_15_and_at_the_end),
		cmocka_unit_test(takes_padding_off),
		cmocka_unit_test(refuses_malformed_packets),
		cmocka_unit_test(refuses_every_truncation_of_a_header),
		cmocka_unit_test(tells_rtcp_from_rtp),
		cmocka_unit_test(writes_a_plain_header),
		cmocka_unit_test(compares_sequence_numbers_on_the_circle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
