/* Control data of received messages, coalesced datagrams, and addresses that tell listeners. */
#include "../../../client/native/arrival.h"

#include <netinet/udp.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static size_t put(uint8_t *control, size_t at, int level, int type, const void *data, size_t bytes)
{
	struct cmsghdr header = { .cmsg_len = CMSG_LEN(bytes),
				  .cmsg_level = level,
				  .cmsg_type = type };

	memcpy(control + at, &header, sizeof(header));
	memcpy(control + at + CMSG_LEN(0), data, bytes);
	return at + CMSG_SPACE(bytes);
}

static void reads_what_the_kernel_says(void **state)
{
	_Alignas(struct cmsghdr) uint8_t control[DM_ARRIVAL_CONTROL_BYTES] = { 0 };
	const struct timespec at = { .tv_sec = 1700000000, .tv_nsec = 123456789 };
	const struct in_pktinfo info = { .ipi_addr.s_addr = htonl(0x7f010005),
					 .ipi_spec_dst.s_addr = htonl(0x7f000001) };
	const int segment = 154;
	struct msghdr message = { .msg_control = control };
	size_t bytes = 0;

	(void)state;
	bytes = put(control, bytes, SOL_SOCKET, SCM_TIMESTAMPNS, &at, sizeof(at));
	bytes = put(control, bytes, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	bytes = put(control, bytes, SOL_UDP, UDP_GRO, &segment, sizeof(segment));
	message.msg_controllen = bytes;

	const struct dm_arrival arrival = dm_arrival_read(&message);

	assert_int_equal(arrival.wall_us, INT64_C(1700000000123456));
	assert_int_equal(dm_spread_listener(arrival.to), 4);
	assert_int_equal(arrival.segment_bytes, 154);
	message.msg_controllen = 0;
	assert_int_equal(dm_arrival_read(&message).wall_us, 0);
	assert_int_equal(dm_arrival_read(&message).segment_bytes, 0);
}

static void splits_coalesced_datagrams(void **state)
{
	const struct dm_arrival one = { 0 };
	const struct dm_arrival many = { .segment_bytes = 100 };

	(void)state;
	assert_int_equal(dm_arrival_next(&one, 0, 1200), 1200);
	assert_int_equal(dm_arrival_next(&many, 0, 250), 100);
	assert_int_equal(dm_arrival_next(&many, 100, 250), 100);
	assert_int_equal(dm_arrival_next(&many, 200, 250), 50); /* the last may be shorter */
	assert_int_equal(dm_arrival_next(&many, 100, 200), 100);
	assert_int_equal(dm_arrival_next(&many, 0, 80), 80);
}

static void tells_listeners_by_address(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < DM_SPREAD_MAX; n++) {
		const uint32_t address = dm_spread_address(n);

		assert_int_equal(address >> 24, 127);
		assert_int_equal(dm_spread_listener(address), n);
	}
	assert_int_equal(dm_spread_address(0), 0x7f010001);
	assert_int_equal(dm_spread_listener(0x7f000001), DM_SPREAD_NONE);
	assert_int_equal(dm_spread_listener(0x7f010000), DM_SPREAD_NONE);
	assert_int_equal(dm_spread_listener(0xc0000201), DM_SPREAD_NONE);
	assert_int_equal(dm_spread_listener(0), DM_SPREAD_NONE);
	assert_int_equal(dm_spread_listener(dm_spread_address(DM_SPREAD_MAX)), DM_SPREAD_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_the_kernel_says),
		cmocka_unit_test(splits_coalesced_datagrams),
		cmocka_unit_test(tells_listeners_by_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
