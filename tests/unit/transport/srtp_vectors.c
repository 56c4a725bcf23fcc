/* The RFCs' own test vectors, for the parts that every backend rests on. */
#include "transport/protector_rtcp.h"
#include "transport/srtp_keys.h"
#include "transport/srtp_openssl.h"

#include <openssl/crypto.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static size_t unhex(uint8_t *out, const char *hex)
{
	size_t bytes = 0;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;

		const char pair[3] = { hex[0], hex[1], '\0' };

		out[bytes++] = (uint8_t)strtoul(pair, NULL, 16);
		hex++;
	}
	return bytes;
}

static void assert_bytes(const uint8_t *seen, const char *hex)
{
	uint8_t expected[128];
	const size_t bytes = unhex(expected, hex);

	assert_memory_equal(seen, expected, bytes);
}

/* RFC 3711, B.3 */
static void derives_cm_session_keys(void **state)
{
	struct dm_srtp_session_keys keys;
	uint8_t key[16], salt[14];

	(void)state;
	unhex(key, "E1F97A0D3E018BE0D64FA32C06DE4139");
	unhex(salt, "0EC675AD498AFEEBB6960B3AABE6");
	assert_int_equal(dm_srtp_derive(&keys, DM_SRTP_AES128_CM_SHA1_80, DM_SRTP_RTP, key, salt),
			 0);
	assert_bytes(keys.key, "C61E7A93744F39EE10734AFE3FF7A087");
	assert_bytes(keys.salt, "30CBBC08863D8C85D49DB34A9AE1");
	assert_bytes(keys.auth, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4");
}

/* RFC 3711, B.2: the key stream is what zeros become. */
static void makes_the_cm_key_stream(void **state)
{
	struct dm_srtp_session_keys keys = { 0 };
	struct dm_srtp_openssl crypto;
	uint8_t packet[12 + 48 + 10] = { 0 };
	const uint8_t rollover[4] = { 0 };
	const struct dm_srtp_span span = {
		.packet = packet,
		.clear_bytes = 12,
		.bytes = 60,
		.more = rollover,
		.more_bytes = 4,
		.tag = packet + 60,
	};

	(void)state;
	unhex(keys.key, "2B7E151628AED2A6ABF7158809CF4F3C");
	unhex(keys.salt, "F0F1F2F3F4F5F6F7F8F9FAFBFCFD");
	assert_int_equal(dm_srtp_openssl_init(&crypto, DM_SRTP_AES128_CM_SHA1_80, &keys), 0);
	assert_true(dm_srtp_openssl_seal(&crypto, &span));
	assert_bytes(packet + 12, "E03EAD0935C95E80E166B16DD92B4EB4"
				  "D23513162B02D0F72A43A2FE4A5F97AB"
				  "41E95B3BB0A2E8DD477901E4FCA894C0");
	dm_srtp_openssl_finish(&crypto);
}

static struct dm_srtp_session_keys gcm_keys(void)
{
	struct dm_srtp_session_keys keys = { 0 };

	unhex(keys.key, "000102030405060708090a0b0c0d0e0f");
	unhex(keys.salt, "517569642070726f2071756f");
	return keys;
}

/* RFC 7714, 16.1.1 */
static void seals_the_gcm_rtp_packet(void **state)
{
	struct dm_srtp_openssl crypto;
	uint8_t packet[128];
	const size_t bytes = unhex(packet, "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f"
					   "6d6e6973 20646976 69736120 696e2070 61727465 73207472"
					   "6573");
	const struct dm_srtp_span span = {
		.packet = packet,
		.clear_bytes = 12,
		.bytes = bytes,
		.ssrc = 0x5501a0b2,
		.index = 0xf17b,
		.tag = packet + bytes,
	};

	const struct dm_srtp_session_keys keys = gcm_keys();
	uint8_t plain[sizeof(packet)];

	(void)state;
	memcpy(plain, packet, bytes);
	assert_int_equal(dm_srtp_openssl_init(&crypto, DM_SRTP_AEAD_AES_128_GCM, &keys), 0);
	assert_true(dm_srtp_openssl_seal(&crypto, &span));
	assert_bytes(packet, "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca"
			     "be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1"
			     "6a9152cf 765ee439 0cce");
	/* 16.1.2: back again, and not with a bit changed. */
	assert_true(dm_srtp_openssl_open(&crypto, &span));
	assert_memory_equal(packet, plain, bytes);
	assert_true(dm_srtp_openssl_seal(&crypto, &span));
	span.tag[15] ^= 1;
	assert_false(dm_srtp_openssl_open(&crypto, &span));
	dm_srtp_openssl_finish(&crypto);
}

/* RFC 7714, 17.1 */
static void seals_the_gcm_rtcp_packet(void **state)
{
	struct dm_protector_rtcp rtcp = { .profile = DM_SRTP_AEAD_AES_128_GCM,
					  .keys = gcm_keys(),
					  .index = 0x5d4 };
	uint8_t packet[128];
	const size_t bytes = unhex(packet, "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a"
					   "0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef"
					   "deadbeef");

	(void)state;
	assert_int_equal(dm_protector_rtcp_seal(&rtcp, packet, bytes, sizeof(packet)), bytes + 20);
	assert_bytes(packet, "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7"
			     "6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458"
			     "96cf4d2f c5abf872 45d9eade 800005d4");
	assert_int_equal(rtcp.index, 0x5d5);
	dm_protector_rtcp_finish(&rtcp);
}

static void stops_when_the_rtcp_key_is_used_up(void **state)
{
	struct dm_protector_rtcp rtcp = { .profile = DM_SRTP_AEAD_AES_128_GCM,
					  .keys = gcm_keys(),
					  .index = 0x7fffffff };
	uint8_t packet[64] = { 0x80, 201, 0, 1 };

	(void)state;
	assert_int_equal(dm_protector_rtcp_seal(&rtcp, packet, 8, 27), -ENOSPC);
	assert_int_equal(dm_protector_rtcp_seal(&rtcp, packet, 7, sizeof(packet)), -EINVAL);
	assert_int_equal(dm_protector_rtcp_seal(&rtcp, packet, 8, 28), 28);
	assert_bytes(packet + 24, "ffffffff");
	assert_int_equal(dm_protector_rtcp_seal(&rtcp, packet, 8, sizeof(packet)), -EOVERFLOW);
	dm_protector_rtcp_finish(&rtcp);
}

static void wipes_keys(void **state)
{
	struct dm_srtp_keys keys;
	const struct dm_srtp_keys zeros = { 0 };

	(void)state;
	memset(&keys, 0xa5, sizeof(keys));
	dm_srtp_keys_wipe(&keys);
	assert_memory_equal(&keys, &zeros, sizeof(keys));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(derives_cm_session_keys),
		cmocka_unit_test(makes_the_cm_key_stream),
		cmocka_unit_test(seals_the_gcm_rtp_packet),
		cmocka_unit_test(seals_the_gcm_rtcp_packet),
		cmocka_unit_test(stops_when_the_rtcp_key_is_used_up),
		cmocka_unit_test(wipes_keys),
	};
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	OPENSSL_cleanup(); /* before the leak check */
	return failed;
}
