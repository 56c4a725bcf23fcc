/* Frames byte for byte, and their checksums as a receiver verifies them. */
#include "transport/frame.h"

#include "seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

static const uint8_t source_mac[] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t target_mac[] = { 2, 0, 0, 0, 0, 2 };
static const struct dm_address ipv4[] = { { .family = AF_INET, .ip = { 192, 0, 2, 1 } },
					  { .family = AF_INET, .ip = { 198, 51, 100, 7 } } };
static const struct dm_address ipv6[] = {
	{ .family = AF_INET6, .ip = { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
	{ .family = AF_INET6, .ip = { 0x20, 1, 0xd, 0xb8, [14] = 7, [15] = 9 } },
};

static struct dm_frame_flow flow_of(const struct dm_address *addresses)
{
	return (struct dm_frame_flow){ .source_mac = source_mac,
				       .target_mac = target_mac,
				       .source = &addresses[0],
				       .target = &addresses[1],
				       .source_port = 7000,
				       .target_port = 50000,
				       .hops = 64,
				       .traffic_class = 0xb8 };
}

/* Another way to the same: 16 bits at a time in network order, as RFC 1071, 4.1 does. */
static uint32_t plain_sum(uint32_t sum, const uint8_t *data, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		sum += i % 2 == 0 ? (uint32_t)data[i] << 8 : data[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* A receiver's sum over pseudo header and datagram, which has to be all ones. */
static uint32_t udp_sum(const uint8_t *addresses, size_t address_bytes, const uint8_t *udp,
			size_t bytes)
{
	const uint8_t tail[] = { 0, 17, (uint8_t)(bytes >> 8), (uint8_t)bytes };

	return plain_sum(plain_sum(plain_sum(0, addresses, address_bytes), tail, 4), udp, bytes);
}

static void checksum_is_that_of_rfc_1071(void **state)
{
	/* RFC 1071, 3: the sum of these is ddf2. */
	static const uint8_t data[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	static const uint8_t expected[] = { 0xff ^ 0xdd, 0xff ^ 0xf2 };
	const uint16_t checksum = dm_frame_checksum(data, sizeof(data));

	(void)state;
	assert_memory_equal(&checksum, expected, sizeof(expected));
}

static void checksum_agrees_with_the_plain_way(void **state)
{
	uint8_t data[1500];

	(void)state;
	seed_start(1071);
	for (size_t bytes = 0; bytes <= sizeof(data); bytes++) {
		for (size_t i = 0; i < bytes; i++)
			data[i] = (uint8_t)(bytes % 3 == 0 ? 0xff : seed_next());

		const uint16_t checksum = dm_frame_checksum(data, bytes);
		uint8_t folded[2];

		memcpy(folded, &checksum, sizeof(folded));
		assert_int_equal(plain_sum(0, data, bytes) ^ 0xffff, folded[0] << 8 | folded[1]);
	}
}

static void ipv4_is_written_byte_for_byte(void **state)
{
	static const uint8_t expected[] = {
		2,    0,  0,   0, 0,    2,    2,    0,    0,  0,    0,    1,    0x08, 0x00, 0x45,
		0xb8, 0,  31,  0, 0,    0x40, 0,    64,   17, 0x4d, 0xda, 192,  0,    2,    1,
		198,  51, 100, 7, 0x1b, 0x58, 0xc3, 0x50, 0,  11,   0x70, 0x90, 'a',  'b',  'c',
	};
	const struct dm_frame_flow flow = flow_of(ipv4);
	uint8_t frame[DM_FRAME_HEADERS_MAX + 3];

	(void)state;
	assert_int_equal(dm_frame_write(frame, &flow, (const uint8_t *)"abc", 3), sizeof(expected));
	assert_memory_equal(frame, expected, sizeof(expected));
}

static void receivers_find_every_checksum_right(void **state)
{
	uint8_t frame[DM_FRAME_HEADERS_MAX + 1452], payload[1452];

	(void)state;
	seed_start(1071);
	for (size_t bytes = 0; bytes <= sizeof(payload); bytes++) {
		const struct dm_frame_flow four = flow_of(ipv4), six = flow_of(ipv6);

		for (size_t i = 0; i < bytes; i++)
			payload[i] = (uint8_t)seed_next();
		assert_int_equal(dm_frame_write(frame, &four, payload, bytes), 42 + bytes);
		assert_int_equal(plain_sum(0, frame + 14, 20), 0xffff);
		assert_int_equal(udp_sum(frame + 26, 8, frame + 34, 8 + bytes), 0xffff);
		assert_memory_equal(frame + 42, payload, bytes);

		assert_int_equal(dm_frame_write(frame, &six, payload, bytes), 62 + bytes);
		assert_int_equal(udp_sum(frame + 22, 32, frame + 54, 8 + bytes), 0xffff);
		assert_memory_equal(frame + 62, payload, bytes);
	}
}

static void ipv6_header_is_as_rfc_8200_draws_it(void **state)
{
	static const uint8_t expected[] = { 0x6b, 0x80, 0, 0, 0, 10, 17, 64 };
	const struct dm_frame_flow flow = flow_of(ipv6);
	uint8_t frame[DM_FRAME_HEADERS_MAX + 2];

	(void)state;
	(void)dm_frame_write(frame, &flow, (const uint8_t *)"ab", 2);
	assert_int_equal(frame[12] << 8 | frame[13], 0x86dd);
	assert_memory_equal(frame + 14, expected, sizeof(expected));
	assert_memory_equal(frame + 22, ipv6[0].ip, 16);
	assert_memory_equal(frame + 38, ipv6[1].ip, 16);
}

static void a_checksum_of_zero_is_written_as_ones(void **state)
{
	const struct dm_frame_flow flow = flow_of(ipv4);
	uint8_t frame[DM_FRAME_HEADERS_MAX + 2], payload[2] = { 0, 0 };

	(void)state;
	/* The checksum that these two bytes would have to have, put into them, makes it zero. */
	(void)dm_frame_write(frame, &flow, payload, 2);
	memcpy(payload, frame + 40, 2);
	(void)dm_frame_write(frame, &flow, payload, 2);
	assert_int_equal(frame[40], 0xff);
	assert_int_equal(frame[41], 0xff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksum_is_that_of_rfc_1071),
		cmocka_unit_test(checksum_agrees_with_the_plain_way),
		cmocka_unit_test(ipv4_is_written_byte_for_byte),
		cmocka_unit_test(receivers_find_every_checksum_right),
		cmocka_unit_test(ipv6_header_is_as_rfc_8200_draws_it),
		cmocka_unit_test(a_checksum_of_zero_is_written_as_ones),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
