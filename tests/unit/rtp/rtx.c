#include "rtp/rtx.h"

#include "rtp/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct dm_rtx_packet lost = {
	.payload_type = 103,
	.marker = true,
	.sequence = 0x0102,
	.timestamp = 0x0A0B0C0D,
	.ssrc = 0xCAFEBABE,
	.original_sequence = 0xFFFE,
	.payload = (const uint8_t *)"\x65"
				    "idr",
	.payload_bytes = 4,
};

/* RFC 4588, 4: own type, SSRC and sequence; the original's timestamp and marker; OSN in front. */
static void writes_as_rfc_4588_says(void **state)
{
	(void)state;
	const uint8_t expected[] = { 0x80, 0x80 | 103, 0x01, 0x02, 0x0A, 0x0B, 0x0C, 0x0D, 0xCA,
				     0xFE, 0xBA,       0xBE, 0xFF, 0xFE, 0x65, 'i',  'd',  'r' };
	uint8_t buffer[64];
	struct dm_writer writer = dm_writer_init(buffer, sizeof(buffer));

	dm_rtx_write(&writer, &lost);
	assert_false(writer.failed);
	assert_int_equal(writer.size, sizeof(expected));
	assert_memory_equal(buffer, expected, sizeof(expected));
}

static void fails_where_there_is_no_room(void **state)
{
	(void)state;
	uint8_t buffer[64];

	for (size_t capacity = 0; capacity < 18; capacity++) {
		struct dm_writer writer = dm_writer_init(buffer, capacity);

		dm_rtx_write(&writer, &lost);
		assert_true(writer.failed);
	}
}

/* What was written is read as it was before. */
static void restores_the_original(void **state)
{
	(void)state;
	uint8_t buffer[64];
	struct dm_writer writer = dm_writer_init(buffer, sizeof(buffer));
	struct dm_rtp_packet packet;

	dm_rtx_write(&writer, &lost);
	assert_true(dm_rtp_parse(buffer, writer.size, &packet));
	assert_true(dm_rtx_restore(&packet, 102, 77));
	assert_int_equal(packet.sequence, lost.original_sequence);
	assert_int_equal(packet.timestamp, lost.timestamp);
	assert_int_equal(packet.ssrc, 77);
	assert_int_equal(packet.payload_type, 102);
	assert_true(packet.marker);
	assert_int_equal(packet.payload_bytes, lost.payload_bytes);
	assert_memory_equal(packet.payload, lost.payload, lost.payload_bytes);
}

static void padding_is_no_original(void **state)
{
	(void)state;
	const uint8_t payload[] = { 1, 2 };
	struct dm_rtp_packet packet = { .sequence = 5, .payload = payload };

	for (packet.payload_bytes = 0; packet.payload_bytes <= 2; packet.payload_bytes++)
		assert_false(dm_rtx_restore(&packet, 102, 77));
	assert_int_equal(packet.sequence, 5);
	assert_ptr_equal(packet.payload, payload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_as_rfc_4588_says),
		cmocka_unit_test(fails_where_there_is_no_room),
		cmocka_unit_test(restores_the_original),
		cmocka_unit_test(padding_is_no_original),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
