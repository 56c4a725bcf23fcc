#include "transport/stun.h"

#include "seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* RFC 5769, 2 */
static const char password[] = "VOkJxbRl1RmTxUk/WvJxBt";

static const uint8_t sample_request[] = {
	/* 2.1 */
	0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
	0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e,
	0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x00, 0x24,
	0x00, 0x04, 0x6e, 0x00, 0x01, 0xff, 0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1,
	0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68,
	0x36, 0x76, 0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c,
	0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5,
	0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf,
};

static const uint8_t sample_response_ipv4[] = {
	/* 2.2 */
	0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
	0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74,
	0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01,
	0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43, 0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99,
	0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b,
	0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96,
};

static const uint8_t sample_response_ipv6[] = {
	/* 2.3 */
	0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
	0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74,
	0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x14, 0x00, 0x02,
	0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5,
	0xbe, 0xd2, 0xb9, 0xd9, 0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6,
	0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c, 0x82, 0x92, 0xc2, 0x75, 0xbf, 0xe3, 0xed, 0x41,
	0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c,
};

static const uint8_t mapped_ipv6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0x12, 0x34, 0x56, 0x78,
					 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77 };

static void reads_the_sample_request(void **state)
{
	struct dm_stun_message message;

	(void)state;
	assert_true(dm_stun_parse(&message, sample_request, sizeof(sample_request)));
	assert_int_equal(message.class, DM_STUN_REQUEST);
	assert_int_equal(message.method, DM_STUN_BINDING);
	assert_ptr_equal(message.transaction, sample_request + 8);
	assert_int_equal(message.username_bytes, 9);
	assert_memory_equal(message.username, "evtj:h6vY", 9);
	assert_int_equal(message.priority, 0x6e0001ff);
	assert_true(message.controlled);
	assert_false(message.controlling);
	assert_false(message.use_candidate);
	assert_int_equal(message.unknown_count, 0);
	assert_true(dm_stun_fingerprint_ok(&message));
	assert_true(dm_stun_integrity_ok(&message, password));
	assert_false(dm_stun_integrity_ok(&message, "VOkJxbRl1RmTxUk/WvJxBT"));
	assert_false(dm_stun_integrity_ok(&message, ""));
}

static void reads_the_sample_responses(void **state)
{
	const uint8_t ipv4[16] = { 192, 0, 2, 1 };
	struct dm_stun_message message;

	(void)state;
	assert_true(dm_stun_parse(&message, sample_response_ipv4, sizeof(sample_response_ipv4)));
	assert_int_equal(message.class, DM_STUN_SUCCESS);
	assert_int_equal(message.mapped.family, AF_INET);
	assert_int_equal(message.mapped.port, 32853);
	assert_memory_equal(message.mapped.ip, ipv4, 16);
	assert_true(dm_stun_fingerprint_ok(&message));
	assert_true(dm_stun_integrity_ok(&message, password));

	assert_true(dm_stun_parse(&message, sample_response_ipv6, sizeof(sample_response_ipv6)));
	assert_int_equal(message.mapped.family, AF_INET6);
	assert_int_equal(message.mapped.port, 32853);
	assert_memory_equal(message.mapped.ip, mapped_ipv6, 16);
	assert_true(dm_stun_fingerprint_ok(&message));
	assert_true(dm_stun_integrity_ok(&message, password));
}

/* The samples' XOR-MAPPED-ADDRESS, byte by byte. */
static void writes_mapped_addresses_as_the_samples(void **state)
{
	struct dm_address address = { .family = AF_INET, .port = 32853, .ip = { 192, 0, 2, 1 } };
	uint8_t data[64];
	struct dm_writer writer = dm_writer_init(data, sizeof(data));

	(void)state;
	dm_stun_put_mapped_address(&writer, &address, sample_response_ipv4 + 8);
	assert_int_equal(writer.size, 12);
	assert_memory_equal(data, sample_response_ipv4 + 36, 12);

	address.family = AF_INET6;
	memcpy(address.ip, mapped_ipv6, 16);
	writer = dm_writer_init(data, sizeof(data));
	dm_stun_put_mapped_address(&writer, &address, sample_response_ipv6 + 8);
	assert_int_equal(writer.size, 24);
	assert_memory_equal(data, sample_response_ipv6 + 36, 24);
}

/* Sample 2.2 again, written by us: SOFTWARE put in by hand. */
static void writes_the_sample_response(void **state)
{
	const struct dm_address address = { .family = AF_INET,
					    .port = 32853,
					    .ip = { 192, 0, 2, 1 } };
	uint8_t data[128];
	struct dm_writer writer = dm_writer_init(data, sizeof(data));

	(void)state;
	dm_stun_begin(&writer, DM_STUN_SUCCESS, DM_STUN_BINDING, sample_request + 8);
	dm_writer_bytes(&writer, sample_response_ipv4 + 20, 16);
	dm_stun_put_mapped_address(&writer, &address, sample_request + 8);
	dm_stun_put_integrity(&writer, password);
	dm_stun_put_fingerprint(&writer);
	assert_false(writer.failed);
	assert_int_equal(writer.size, sizeof(sample_response_ipv4));
	assert_memory_equal(data, sample_response_ipv4, writer.size);
}

static void writes_errors(void **state)
{
	static const char *const reasons[] = { "", "a", "abc", "abcd", "Role Conflict" };
	const uint16_t unknown[3] = { 0x0002, 0x7fff, 0x0030 };

	(void)state;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		uint8_t data[128];
		struct dm_writer writer = dm_writer_init(data, sizeof(data));
		struct dm_stun_message message;

		dm_stun_begin(&writer, DM_STUN_ERROR, DM_STUN_BINDING, sample_request + 8);
		dm_stun_put_error(&writer, DM_STUN_ROLE_CONFLICT, reasons[i]);
		dm_stun_put_unknown_attributes(&writer, unknown, i % 4);
		dm_stun_put_fingerprint(&writer);
		assert_true(dm_stun_parse(&message, data, writer.size));
		assert_int_equal(message.class, DM_STUN_ERROR);
		assert_int_equal(message.error, 487);
		assert_true(dm_stun_fingerprint_ok(&message));
		assert_false(dm_stun_integrity_ok(&message, password));
	}
}

static void writes_every_class_and_method(void **state)
{
	(void)state;
	for (unsigned class = DM_STUN_REQUEST; class <= DM_STUN_ERROR; class ++) {
		for (unsigned method = 0; method < 0x1000; method++) {
			uint8_t data[32];
			struct dm_writer writer = dm_writer_init(data, sizeof(data));
			struct dm_stun_message message;

			dm_stun_begin(&writer, (enum dm_stun_class) class, (uint16_t)method,
				      sample_request + 8);
			assert_true(dm_stun_parse(&message, data, writer.size));
			assert_int_equal(message.class, class);
			assert_int_equal(message.method, method);
		}
	}
}

static void fails_when_there_is_no_room(void **state)
{
	uint8_t data[128];

	(void)state;
	for (size_t room = 0; room < sizeof(sample_response_ipv4) - 16; room++) {
		const struct dm_address address = { .family = AF_INET };
		struct dm_writer writer = dm_writer_init(data, room);

		dm_stun_begin(&writer, DM_STUN_SUCCESS, DM_STUN_BINDING, sample_request + 8);
		dm_stun_put_mapped_address(&writer, &address, sample_request + 8);
		dm_stun_put_integrity(&writer, password);
		dm_stun_put_fingerprint(&writer);
		assert_true(writer.failed);
	}
}

/* Every bit but those of SOFTWARE's padding and the like is covered by one check or both. */
static void notices_every_flipped_bit(void **state)
{
	uint8_t data[sizeof(sample_request)];

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(data); bit++) {
		struct dm_stun_message message;

		memcpy(data, sample_request, sizeof(data));
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(dm_stun_parse(&message, data, sizeof(data)) &&
			     dm_stun_fingerprint_ok(&message));
		/* A header length that lies about FINGERPRINT is none of the MAC's business. */
		if (bit / 8 < sizeof(data) - 8 && bit / 8 != 2 && bit / 8 != 3)
			assert_false(dm_stun_parse(&message, data, sizeof(data)) &&
				     dm_stun_integrity_ok(&message, password));
	}
}

static void refuses_cut_and_extended_messages(void **state)
{
	uint8_t data[sizeof(sample_request) + 8] = { 0 };
	struct dm_stun_message message;

	(void)state;
	memcpy(data, sample_request, sizeof(sample_request));
	for (size_t bytes = 0; bytes <= sizeof(data); bytes++)
		assert_int_equal(dm_stun_parse(&message, data, bytes),
				 bytes == sizeof(sample_request));
}

/* A message of one attribute, then nothing. */
static bool parse_one(struct dm_stun_message *message, uint16_t type, uint16_t claimed,
		      size_t actual)
{
	static uint8_t data[128];
	struct dm_writer writer = dm_writer_init(data, sizeof(data));

	dm_stun_begin(&writer, DM_STUN_REQUEST, DM_STUN_BINDING, sample_request + 8);
	dm_writer_u16(&writer, type);
	dm_writer_u16(&writer, claimed);
	dm_writer_zeros(&writer, actual);
	dm_writer_patch_u16(&writer, 2, (uint16_t)(writer.size - DM_STUN_HEADER_BYTES));
	return dm_stun_parse(message, data, writer.size);
}

static void refuses_wrong_attribute_sizes(void **state)
{
	static const struct {
		uint16_t type, bytes;
	} fixed[] = { { 0x0008, 20 }, { 0x0024, 4 }, { 0x0025, 0 },
		      { 0x8028, 4 },  { 0x8029, 8 }, { 0x802a, 8 } };
	struct dm_stun_message message;

	(void)state;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		for (uint16_t bytes = 0; bytes <= 40; bytes++) {
			const size_t padded = (bytes + 3u) / 4 * 4;

			assert_int_equal(parse_one(&message, fixed[i].type, bytes, padded),
					 bytes == fixed[i].bytes);
		}
	}
	assert_false(parse_one(&message, 0x0006, 9, 8));
	assert_false(parse_one(&message, 0x0006, 65535, 8));
	/* Padding missing at the end: the whole length is no multiple of four. */
	assert_false(parse_one(&message, 0x0006, 5, 5));
	/* Nonsense that is not relied on is passed over. */
	assert_true(parse_one(&message, 0x0020, 3, 4));
	assert_int_equal(message.mapped.family, AF_UNSPEC);
	assert_true(parse_one(&message, 0x0009, 1, 4));
	assert_int_equal(message.error, 0);
}

static void collects_unknown_required_attributes(void **state)
{
	uint8_t data[256];
	struct dm_writer writer = dm_writer_init(data, sizeof(data));
	struct dm_stun_message message;

	(void)state;
	dm_stun_begin(&writer, DM_STUN_REQUEST, DM_STUN_BINDING, sample_request + 8);
	for (uint16_t i = 0; i < DM_STUN_UNKNOWN_MAX + 5; i++) {
		dm_writer_u16(&writer, (uint16_t)(0x7000 + i));
		dm_writer_u16(&writer, 0);
		dm_writer_u16(&writer, (uint16_t)(0xc000 + i)); /* comprehension-optional */
		dm_writer_u16(&writer, 0);
	}
	dm_writer_patch_u16(&writer, 2, (uint16_t)(writer.size - DM_STUN_HEADER_BYTES));
	assert_true(dm_stun_parse(&message, data, writer.size));
	assert_int_equal(message.unknown_count, DM_STUN_UNKNOWN_MAX);
	for (size_t i = 0; i < DM_STUN_UNKNOWN_MAX; i++)
		assert_int_equal(message.unknown[i], 0x7000 + i);
}

/* What an attacker appends to an authentic message must not count (RFC 8489, 14.5). */
static void ignores_what_follows_the_mac(void **state)
{
	uint8_t data[160];
	struct dm_writer writer = dm_writer_init(data, sizeof(data));
	struct dm_stun_message message;

	(void)state;
	dm_writer_bytes(&writer, sample_request, sizeof(sample_request) - 8);
	dm_writer_u32(&writer, 0x00250000); /* USE-CANDIDATE */
	dm_writer_u32(&writer, 0x7abc0000); /* unknown, required */
	dm_writer_u32(&writer, 0x00060004); /* USERNAME */
	dm_writer_u32(&writer, 0x61626364);
	dm_stun_put_fingerprint(&writer);
	assert_true(dm_stun_parse(&message, data, writer.size));
	assert_true(dm_stun_fingerprint_ok(&message));
	assert_true(dm_stun_integrity_ok(&message, password));
	assert_false(message.use_candidate);
	assert_int_equal(message.unknown_count, 0);
	assert_memory_equal(message.username, "evtj:h6vY", 9);
}

static void wants_the_fingerprint_last(void **state)
{
	uint8_t data[160];
	struct dm_writer writer = dm_writer_init(data, sizeof(data));
	struct dm_stun_message message;

	(void)state;
	dm_writer_bytes(&writer, sample_request, sizeof(sample_request));
	dm_stun_put_fingerprint(&writer);
	assert_false(dm_stun_parse(&message, data, writer.size));
}

static void survives_noise(void **state)
{
	(void)state;
	seed_start(8489);
	for (int round = 0; round < 200000; round++) {
		uint8_t data[sizeof(sample_request)];
		const size_t bytes = seed_below(2) ? sizeof(data) : seed_below(sizeof(data));
		struct dm_stun_message message;

		memcpy(data, sample_request, sizeof(data));
		for (uint32_t i = 0; i < 1 + seed_below(6); i++)
			data[seed_below(sizeof(data))] = (uint8_t)seed_next();
		if (seed_below(2) && bytes >= 20) {
			data[2] = (uint8_t)((bytes - 20) >> 8);
			data[3] = (uint8_t)(bytes - 20);
		}
		if (dm_stun_parse(&message, data, bytes)) {
			(void)dm_stun_fingerprint_ok(&message);
			(void)dm_stun_integrity_ok(&message, password);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_sample_request),
		cmocka_unit_test(reads_the_sample_responses),
		cmocka_unit_test(writes_mapped_addresses_as_the_samples),
		cmocka_unit_test(writes_the_sample_response),
		cmocka_unit_test(writes_errors),
		cmocka_unit_test(writes_every_class_and_method),
		cmocka_unit_test(fails_when_there_is_no_room),
		cmocka_unit_test(notices_every_flipped_bit),
		cmocka_unit_test(refuses_cut_and_extended_messages),
		cmocka_unit_test(refuses_wrong_attribute_sizes),
		cmocka_unit_test(collects_unknown_required_attributes),
		cmocka_unit_test(ignores_what_follows_the_mac),
		cmocka_unit_test(wants_the_fingerprint_last),
		cmocka_unit_test(survives_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
