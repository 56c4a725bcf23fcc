/* What comes in: libsrtp protects, and ours and libsrtp's receiver must agree on every packet, in
 * whatever order it comes. */
#include "transport/srtp.h"

#include "libsrtp.h"
#include "seed.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define ROOM   1500
#define SSRC   UINT32_C(0xcafebabe)
#define STREAM 3000
#define HELD   40
#define ROUNDS 30

static const enum dm_srtp_profile profiles[] = { DM_SRTP_AES128_CM_SHA1_80,
						 DM_SRTP_AEAD_AES_128_GCM };

struct ends {
	srtp_t sender;
	srtp_t reference;
	struct dm_unprotector *ours;
	struct dm_srtp_keys keys;
};

static srtp_t make_session(const struct dm_srtp_keys *keys, srtp_ssrc_type_t type,
			   bool encrypt_rtcp)
{
	return libsrtp_session(keys->profile, keys->remote_key, keys->remote_salt, type,
			       encrypt_rtcp);
}

static void ends_init(struct ends *ends, enum dm_srtp_profile profile, bool encrypt_rtcp)
{
	*ends = (struct ends){ 0 };
	seed_fill(&ends->keys, sizeof(ends->keys));
	ends->keys.profile = profile;
	ends->sender = make_session(&ends->keys, ssrc_any_outbound, encrypt_rtcp);
	ends->reference = make_session(&ends->keys, ssrc_any_inbound, encrypt_rtcp);
	assert_int_equal(dm_unprotector_create(&ends->ours, &ends->keys), 0);
}

static void ends_finish(struct ends *ends)
{
	srtp_dealloc(ends->sender);
	srtp_dealloc(ends->reference);
	dm_unprotector_destroy(ends->ours);
}

struct datagram {
	uint8_t data[ROOM];
	int bytes;
};

static void put_u32(uint8_t *data, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		data[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void protect_rtp(struct ends *ends, struct datagram *out, uint32_t ssrc, uint32_t index)
{
	uint8_t *data = out->data;
	const uint32_t csrcs = seed_below(8) ? 0 : seed_below(16);
	int bytes = 12 + 4 * (int)csrcs;

	seed_fill(data, ROOM);
	data[0] = (uint8_t)(0x80 | csrcs);
	data[2] = (uint8_t)(index >> 8);
	data[3] = (uint8_t)index;
	put_u32(data + 8, ssrc);
	if (seed_below(2)) {
		data[0] |= 0x10;
		data[bytes + 2] = 0;
		data[bytes + 3] = (uint8_t)seed_below(6);
		bytes += 4 + 4 * data[bytes + 3];
	}
	out->bytes = bytes + (int)seed_below(200);
	assert_int_equal(srtp_protect(ends->sender, data, &out->bytes), srtp_err_status_ok);
}

static void protect_rtcp(struct ends *ends, struct datagram *out, uint32_t ssrc)
{
	out->bytes = 8 + 4 * (int)seed_below(40);
	seed_fill(out->data, sizeof(out->data));
	out->data[0] = 0x81;
	out->data[1] = 201;
	put_u32(out->data + 4, ssrc);
	assert_int_equal(srtp_protect_rtcp(ends->sender, out->data, &out->bytes),
			 srtp_err_status_ok);
}

static enum dm_unprotect_result verdict_of(srtp_err_status_t status)
{
	switch (status) {
	case srtp_err_status_ok:
		return DM_UNPROTECT_OK;
	case srtp_err_status_replay_fail:
	case srtp_err_status_replay_old:
		return DM_UNPROTECT_REPLAY;
	default:
		return DM_UNPROTECT_BAD_AUTH;
	}
}

/* Gives the datagram to both. Returns the verdict. */
static enum dm_unprotect_result deliver(struct ends *ends, const struct datagram *datagram,
					bool rtcp)
{
	struct datagram theirs = *datagram, ours = *datagram;
	size_t bytes = (size_t)datagram->bytes;
	const enum dm_unprotect_result result = rtcp ? dm_unprotect_rtcp(ends->ours, ours.data,
									 &bytes)
						     : dm_unprotect_rtp(ends->ours, ours.data,
									&bytes);

	assert_int_equal(
		result,
		verdict_of(rtcp ? srtp_unprotect_rtcp(ends->reference, theirs.data, &theirs.bytes)
				: srtp_unprotect(ends->reference, theirs.data, &theirs.bytes)));
	if (result == DM_UNPROTECT_OK) {
		assert_int_equal(bytes, theirs.bytes);
		assert_memory_equal(ours.data, theirs.data, bytes);
	} else {
		assert_int_equal(bytes, datagram->bytes);
	}
	return result;
}

/* One bit changed: what is wrong with it depends on the bit. */
static void deliver_forged(struct ends *ends, const struct datagram *datagram, bool rtcp)
{
	struct datagram theirs = *datagram, ours;
	size_t bytes = (size_t)datagram->bytes;

	theirs.data[seed_below((uint32_t)bytes)] ^= (uint8_t)(1u << seed_below(8));
	ours = theirs;
	assert_int_not_equal(rtcp ? dm_unprotect_rtcp(ends->ours, ours.data, &bytes)
				  : dm_unprotect_rtp(ends->ours, ours.data, &bytes),
			     DM_UNPROTECT_OK);
	assert_int_not_equal(rtcp ? srtp_unprotect_rtcp(ends->reference, theirs.data, &theirs.bytes)
				  : srtp_unprotect(ends->reference, theirs.data, &theirs.bytes),
			     srtp_err_status_ok);
}

/* Lost, late, repeated, tampered with, and over several roll-overs. */
static void agrees_with_libsrtp_on(bool rtcp, size_t profile, bool encrypt_rtcp)
{
	static struct datagram held[HELD]; /* the last ones: all within both windows */
	struct ends ends;
	uint32_t index = 65000 + seed_below(500);
	unsigned taken = 0, refused = 0;

	ends_init(&ends, profiles[profile], encrypt_rtcp);
	for (size_t i = 0; i < HELD; i++)
		held[i].bytes = 0;
	for (int i = 0; i < STREAM; i++) {
		struct datagram *slot = &held[i % HELD];

		index += 1 + (seed_below(30) ? 0 : seed_below(3000));
		if (rtcp)
			protect_rtcp(&ends, slot, SSRC);
		else
			protect_rtp(&ends, slot, SSRC, index);
		if (seed_below(4) == 0)
			continue; /* comes later, or never */
		if (seed_below(2))
			deliver_forged(&ends, slot, rtcp);
		deliver(&ends, slot, rtcp) == DM_UNPROTECT_OK ? taken++ : refused++;
		slot = &held[seed_below(HELD)];
		if (slot->bytes > 0)
			deliver(&ends, slot, rtcp) == DM_UNPROTECT_OK ? taken++ : refused++;
	}
	assert_true(taken > STREAM / 2);
	assert_true(refused > STREAM / 8);
	ends_finish(&ends);
}

static void agrees_with_libsrtp(void **state)
{
	(void)state;
	seed_start(331);
	for (size_t profile = 0; profile < 2; profile++) {
		agrees_with_libsrtp_on(false, profile, true);
		agrees_with_libsrtp_on(true, profile, true);
	}
	agrees_with_libsrtp_on(true, 0, false); /* RTCP in the clear, but authentic */
}

/* Reports come once a second: a window of 64 is a minute. */
static void refuses_old_reports(void **state)
{
	(void)state;
	for (size_t profile = 0; profile < 2; profile++) {
		static struct datagram reports[70];
		struct ends ends;

		ends_init(&ends, profiles[profile], true);
		for (size_t i = 0; i < 70; i++)
			protect_rtcp(&ends, &reports[i], SSRC);
		assert_int_equal(deliver(&ends, &reports[69], true), DM_UNPROTECT_OK);
		for (size_t i = 70; i-- > 0;) {
			size_t bytes = (size_t)reports[i].bytes;

			assert_int_equal(dm_unprotect_rtcp(ends.ours, reports[i].data, &bytes),
					 i < 69 && i >= 6 ? DM_UNPROTECT_OK : DM_UNPROTECT_REPLAY);
		}
		ends_finish(&ends);
	}
}

static void follows_the_roll_over_backwards(void **state)
{
	enum { COUNT = 9 };
	static const uint32_t sent[COUNT] = { 65534,  65535,  65536,  65537, 98000,
					      130000, 131071, 131072, 131075 };
	static const uint8_t order[COUNT] = { 0, 2, 1, 3, 4, 5, 6, 8, 7 };
	static struct datagram datagrams[COUNT];

	(void)state;
	for (size_t profile = 0; profile < 2; profile++) {
		struct ends ends;

		ends_init(&ends, profiles[profile], true);
		for (size_t i = 0; i < COUNT; i++)
			protect_rtp(&ends, &datagrams[i], SSRC, sent[i]);
		for (size_t i = 0; i < COUNT; i++) {
			const struct datagram *datagram = &datagrams[order[i]];

			assert_int_equal(deliver(&ends, datagram, false), DM_UNPROTECT_OK);
			assert_int_equal(deliver(&ends, datagram, false), DM_UNPROTECT_REPLAY);
		}
		ends_finish(&ends);
	}
}

static void keeps_sources_apart(void **state)
{
	(void)state;
	for (size_t profile = 0; profile < 2; profile++) {
		struct ends ends;

		ends_init(&ends, profiles[profile], true);
		for (int round = 0; round < ROUNDS; round++) {
			for (uint32_t ssrc = 1; ssrc <= 10; ssrc++) {
				struct datagram datagram;

				protect_rtp(&ends, &datagram, ssrc, 100 * ssrc + (uint32_t)round);
				assert_int_equal(deliver(&ends, &datagram, false), DM_UNPROTECT_OK);
				protect_rtcp(&ends, &datagram, ssrc);
				assert_int_equal(deliver(&ends, &datagram, true), DM_UNPROTECT_OK);
			}
		}
		ends_finish(&ends);
	}
}

/* Header fields that say more than there is. */
static void refuses_headers_that_do_not_fit(void **state)
{
	(void)state;
	for (size_t profile = 0; profile < 2; profile++) {
		struct ends ends;
		uint8_t data[200] = { 0x90 };
		size_t bytes;

		ends_init(&ends, profiles[profile], true);
		data[12 + 3] = 50;
		bytes = 100;
		assert_int_equal(dm_unprotect_rtp(ends.ours, data, &bytes), DM_UNPROTECT_MALFORMED);
		data[0] = 0x8f;
		bytes = 12 + 4 * 15 - 1 + 10;
		assert_int_equal(dm_unprotect_rtp(ends.ours, data, &bytes), DM_UNPROTECT_MALFORMED);
		data[0] = 0x90;
		bytes = 12 + 3 + 16;
		data[12 + 3] = 0;
		assert_int_not_equal(dm_unprotect_rtp(ends.ours, data, &bytes), DM_UNPROTECT_OK);
		data[0] = 0x40;
		bytes = 100;
		assert_int_equal(dm_unprotect_rtp(ends.ours, data, &bytes), DM_UNPROTECT_MALFORMED);
		assert_int_equal(dm_unprotect_rtcp(ends.ours, data, &bytes),
				 DM_UNPROTECT_MALFORMED);
		ends_finish(&ends);
	}
}

/* Thousands of listeners send nothing but reports: what one costs. */
static void is_small_for_listeners(void **state)
{
	enum { CROWD = 1000, BYTES_MAX = 400 };
	static struct dm_unprotector *crowd[CROWD];
	struct dm_srtp_keys keys = { .profile = DM_SRTP_AES128_CM_SHA1_80 };
	struct datagram datagram;
	struct ends ends;

	(void)state;
	ends_init(&ends, keys.profile, true);
	keys = ends.keys;
	protect_rtcp(&ends, &datagram, SSRC);
	assert_int_equal(deliver(&ends, &datagram, true), DM_UNPROTECT_OK); /* warms up */

	const size_t before = mallinfo2().uordblks;

	for (size_t i = 0; i < CROWD; i++) {
		struct datagram copy = datagram;
		size_t bytes = (size_t)copy.bytes;

		assert_int_equal(dm_unprotector_create(&crowd[i], &keys), 0);
		assert_int_equal(dm_unprotect_rtcp(crowd[i], copy.data, &bytes), DM_UNPROTECT_OK);
	}

	const size_t each = (mallinfo2().uordblks - before) / CROWD;

	print_message("%zu bytes a listener\n", each);
	assert_true(each <= BYTES_MAX);
	for (size_t i = 0; i < CROWD; i++)
		dm_unprotector_destroy(crowd[i]);
	ends_finish(&ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_libsrtp),
		cmocka_unit_test(refuses_old_reports),
		cmocka_unit_test(follows_the_roll_over_backwards),
		cmocka_unit_test(keeps_sources_apart),
		cmocka_unit_test(refuses_headers_that_do_not_fit),
		cmocka_unit_test(is_small_for_listeners),
	};

	return cmocka_run_group_tests(tests, libsrtp_start, libsrtp_stop);
}
