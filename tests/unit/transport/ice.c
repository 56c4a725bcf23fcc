#include "transport/ice.h"

#include "transport/stun.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const uint8_t transaction[12] = "transaction!";
static const struct dm_address here = { .family = AF_INET, .port = 5000, .ip = { 192, 0, 2, 1 } };
static const struct dm_address there = { .family = AF_INET6, .port = 6000, .ip = { 0x20, 1 } };

enum flag { /* what a check contains besides */
	    NOMINATE = 1,
	    CONTROLLED = 2,
	    UNKNOWN = 4,
	    NO_FINGERPRINT = 8,
	    NO_INTEGRITY = 16,
	    NO_USERNAME = 32,
	    BAD_FINGERPRINT = 64,
};

struct check {
	uint8_t data[640];
	size_t bytes;
};

static struct check make_check(const char *local, const char *remote, const char *password,
			       unsigned flags)
{
	struct check check = { .bytes = 0 };
	struct dm_writer writer = dm_writer_init(check.data, sizeof(check.data));
	const size_t name_bytes = strlen(local) + 1 + strlen(remote);

	dm_stun_begin(&writer, DM_STUN_REQUEST, DM_STUN_BINDING, transaction);
	if (!(flags & NO_USERNAME)) {
		dm_writer_u16(&writer, 0x0006);
		dm_writer_u16(&writer, (uint16_t)name_bytes);
		dm_writer_bytes(&writer, local, strlen(local));
		dm_writer_u8(&writer, ':');
		dm_writer_bytes(&writer, remote, strlen(remote));
		dm_writer_zeros(&writer, (4u - name_bytes % 4) % 4);
	}
	dm_writer_u32(&writer, 0xc0570004); /* libwebrtc's network information: optional */
	dm_writer_u32(&writer, 10);
	dm_writer_u16(&writer, flags & CONTROLLED ? 0x8029 : 0x802a);
	dm_writer_u16(&writer, 8);
	dm_writer_u64(&writer, 1);
	if (flags & NOMINATE)
		dm_writer_u32(&writer, 0x00250000);
	dm_writer_u32(&writer, 0x00240004);
	dm_writer_u32(&writer, 1845501695);
	if (flags & UNKNOWN)
		dm_writer_u32(&writer, 0x7abc0000);
	dm_writer_patch_u16(&writer, 2, (uint16_t)(writer.size - DM_STUN_HEADER_BYTES));
	if (!(flags & NO_INTEGRITY))
		dm_stun_put_integrity(&writer, password);
	if (!(flags & NO_FINGERPRINT))
		dm_stun_put_fingerprint(&writer);
	assert_false(writer.failed);
	check.bytes = writer.size;
	if (flags & BAD_FINGERPRINT)
		check.data[check.bytes - 1] ^= 1;
	return check;
}

static uint8_t reply_data[DM_ICE_REPLY_MAX];
static struct dm_stun_message reply;
static size_t reply_bytes;

/* The reply is parsed into `reply` when there is one. */
static enum dm_ice_result take(struct dm_ice *ice, const struct check *check,
			       const struct dm_address *from, dm_usec now)
{
	struct dm_writer writer = dm_writer_init(reply_data, sizeof(reply_data));
	const enum dm_ice_result result = dm_ice_receive(ice, check->data, check->bytes, from, now,
							 &writer);

	assert_false(writer.failed);
	reply_bytes = writer.size;
	if (reply_bytes > 0) {
		assert_true(dm_stun_parse(&reply, reply_data, reply_bytes));
		assert_true(dm_stun_fingerprint_ok(&reply));
		assert_memory_equal(reply.transaction, transaction, sizeof(transaction));
	}
	return result;
}

static const char *remote; /* the ufrag of the peer in the test */

static void start(struct dm_ice *ice, const char *remote_ufrag, dm_usec now)
{
	remote = remote_ufrag;
	assert_int_equal(dm_ice_init(ice, remote_ufrag, now), 0);
}

static enum dm_ice_result take_valid(struct dm_ice *ice, unsigned flags,
				     const struct dm_address *from, dm_usec now)
{
	const struct check check = make_check(ice->local_ufrag, remote, ice->local_pwd, flags);

	return take(ice, &check, from, now);
}

static void makes_credentials(void **state)
{
	struct dm_ice a, b;

	(void)state;
	assert_int_equal(dm_ice_init(&a, "remote", 5), 0);
	assert_int_equal(dm_ice_init(&b, "remote", 5), 0);
	assert_string_not_equal(a.local_ufrag, b.local_ufrag);
	assert_string_not_equal(a.local_pwd, b.local_pwd);
	assert_int_equal(strlen(a.local_ufrag), 8);
	assert_int_equal(strlen(a.local_pwd), 24);
	assert_true(a.consent_until == 5 + DM_SEC(30));
	assert_int_equal(a.selected.family, AF_UNSPEC);
	for (const char *c = a.local_pwd; *c; c++)
		assert_true(isalnum(*c) || *c == '+' || *c == '/');
}

static void takes_the_longest_ufrag(void **state)
{
	char ufrag[DM_ICE_UFRAG_MAX + 1];
	struct dm_ice ice;

	(void)state;
	memset(ufrag, 'x', sizeof(ufrag));
	ufrag[sizeof(ufrag) - 1] = '\0';
	start(&ice, ufrag, 0);
	assert_int_equal(take_valid(&ice, 0, &here, 1), DM_ICE_VALID);
	ufrag[sizeof(ufrag) - 2] = '\0';
	assert_int_equal(take_valid(&ice, 0, &here, 1), DM_ICE_WRONG_USER);
}

static void answers_a_check(void **state)
{
	struct dm_ice ice;

	(void)state;
	start(&ice, "remote", 0);
	assert_int_equal(take_valid(&ice, 0, &here, DM_SEC(7)), DM_ICE_VALID);
	assert_int_equal(reply.class, DM_STUN_SUCCESS);
	assert_true(dm_stun_integrity_ok(&reply, ice.local_pwd));
	assert_true(dm_address_equal(&reply.mapped, &here));
	assert_int_equal(ice.selected.family, AF_UNSPEC);
	assert_true(ice.consent_until == DM_SEC(37));
	assert_int_equal(take_valid(&ice, 0, &there, DM_SEC(8)), DM_ICE_VALID);
	assert_true(dm_address_equal(&reply.mapped, &there));
}

static void follows_nominations_and_nothing_else(void **state)
{
	struct dm_ice ice;

	(void)state;
	start(&ice, "remote", 0);
	assert_int_equal(take_valid(&ice, NOMINATE, &here, 1), DM_ICE_SELECTED);
	assert_true(dm_address_equal(&ice.selected, &here));
	/* A browser pings all its paths; only the one it uses is nominated, again and again. */
	for (int i = 0; i < 10; i++) {
		assert_int_equal(take_valid(&ice, 0, &there, 2), DM_ICE_VALID);
		assert_int_equal(take_valid(&ice, NOMINATE, &here, 2), DM_ICE_VALID);
		assert_true(dm_address_equal(&ice.selected, &here));
	}
	assert_int_equal(take_valid(&ice, NOMINATE, &there, 3), DM_ICE_SELECTED);
	assert_true(dm_address_equal(&ice.selected, &there));
	assert_int_equal(take_valid(&ice, 0, &here, 4), DM_ICE_VALID);
	assert_true(dm_address_equal(&ice.selected, &there));
}

/* Sends `check`, which must be refused and leave no trace. */
static void assert_refused(struct dm_ice *ice, const struct check *check,
			   enum dm_ice_result expected, unsigned error)
{
	const struct dm_ice before = *ice;

	assert_int_equal(take(ice, check, &there, DM_SEC(20)), expected);
	assert_memory_equal(&before, ice, sizeof(before));
	if (error == 0) {
		assert_int_equal(reply_bytes, 0);
		return;
	}
	assert_int_equal(reply.class, DM_STUN_ERROR);
	assert_int_equal(reply.error, error);
	if (error == 400 || error == 401) {
		assert_int_equal(reply.integrity_at, 0);
		assert_true(2 * reply_bytes <= 3 * check->bytes);
	} else {
		assert_true(dm_stun_integrity_ok(&reply, ice->local_pwd));
	}
}

static void refuses_without_a_trace(void **state)
{
	struct dm_ice ice;

	(void)state;
	start(&ice, "remote", 0);

	const char *local = ice.local_ufrag;
	const char *password = ice.local_pwd;
	const struct {
		struct check check;
		enum dm_ice_result result;
		unsigned error;
	} cases[] = {
		{ make_check(local, "remote", "wrong", NOMINATE), DM_ICE_BAD_MAC, 401 },
		{ make_check(local, "remote", "", NOMINATE), DM_ICE_BAD_MAC, 401 },
		{ make_check(local, "other", password, NOMINATE), DM_ICE_WRONG_USER, 401 },
		{ make_check(local, "", password, NOMINATE), DM_ICE_WRONG_USER, 401 },
		{ make_check("otherone", "remote", password, 0), DM_ICE_WRONG_USER, 401 },
		{ make_check("", "", "", NOMINATE), DM_ICE_WRONG_USER, 401 },
		{ make_check(local, "remote", password, NO_USERNAME), DM_ICE_BAD_REQUEST, 400 },
		{ make_check(local, "remote", password, NO_INTEGRITY), DM_ICE_BAD_REQUEST, 400 },
		{ make_check(local, "remote", password, NO_FINGERPRINT), DM_ICE_BAD_MAC, 0 },
		{ make_check(local, "remote", password, BAD_FINGERPRINT), DM_ICE_BAD_MAC, 0 },
		{ make_check(local, "remote", password, UNKNOWN | NOMINATE), DM_ICE_BAD_REQUEST,
		  420 },
		{ make_check(local, "remote", password, CONTROLLED | NOMINATE), DM_ICE_BAD_REQUEST,
		  487 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(&ice, &cases[i].check, cases[i].result, cases[i].error);
	/* Wrong in every byte, one after the other. */
	for (size_t at = 0; at < cases[0].check.bytes; at++) {
		struct check check = make_check(local, "remote", password, NOMINATE);
		const struct dm_ice before = ice;
		struct dm_writer writer = dm_writer_init(reply_data, sizeof(reply_data));

		check.data[at] ^= 0x10;
		assert_int_not_equal(
			dm_ice_receive(&ice, check.data, check.bytes, &there, DM_SEC(20), &writer),
			DM_ICE_SELECTED);
		assert_memory_equal(&before, &ice, sizeof(before));
	}
}

static void names_the_unknown_attribute(void **state)
{
	static const uint8_t expected[] = { 0x00, 0x0a, 0x00, 0x02, 0x7a, 0xbc, 0x00, 0x00 };
	struct dm_ice ice;

	(void)state;
	start(&ice, "remote", 0);
	assert_int_equal(take_valid(&ice, UNKNOWN, &here, 1), DM_ICE_BAD_REQUEST);
	assert_non_null(memmem(reply_data, reply_bytes, expected, sizeof(expected)));
}

/* The smallest request there is must not be answered with much more. */
static void does_not_amplify(void **state)
{
	struct check check = { .bytes = 0 };
	struct dm_writer writer = dm_writer_init(check.data, sizeof(check.data));
	struct dm_ice ice;

	(void)state;
	start(&ice, "r", 0);
	dm_stun_begin(&writer, DM_STUN_REQUEST, DM_STUN_BINDING, transaction);
	dm_stun_put_fingerprint(&writer);
	check.bytes = writer.size;
	assert_refused(&ice, &check, DM_ICE_BAD_REQUEST, 400);
}

static void drops_what_is_no_request(void **state)
{
	struct dm_ice ice;

	(void)state;
	start(&ice, "remote", 0);
	for (unsigned class = DM_STUN_INDICATION; class <= DM_STUN_ERROR; class ++) {
		struct check check = { .bytes = 0 };
		struct dm_writer writer = dm_writer_init(check.data, sizeof(check.data));

		dm_stun_begin(&writer, (enum dm_stun_class) class, DM_STUN_BINDING, transaction);
		dm_stun_put_integrity(&writer, ice.local_pwd);
		dm_stun_put_fingerprint(&writer);
		check.bytes = writer.size;
		assert_refused(&ice, &check, DM_ICE_NOT_REQUEST, 0);
	}

	struct check allocate = { .bytes = 0 };
	struct dm_writer writer = dm_writer_init(allocate.data, sizeof(allocate.data));

	dm_stun_begin(&writer, DM_STUN_REQUEST, 3, transaction);
	dm_stun_put_fingerprint(&writer);
	allocate.bytes = writer.size;
	assert_refused(&ice, &allocate, DM_ICE_NOT_REQUEST, 0);

	const struct check noise = { .data = { 0, 1, 0, 0 }, .bytes = 19 };

	assert_refused(&ice, &noise, DM_ICE_MALFORMED, 0);
}

static void writes_nothing_without_room(void **state)
{
	struct dm_ice ice;

	(void)state;
	start(&ice, "remote", 0);

	const struct check check = make_check(ice.local_ufrag, "remote", ice.local_pwd, 0);

	for (size_t room = 0; room < 60; room++) {
		struct dm_writer writer = dm_writer_init(reply_data, room);

		assert_int_equal(dm_ice_receive(&ice, check.data, check.bytes, &here, 1, &writer),
				 DM_ICE_VALID);
		assert_int_equal(writer.size, 0);
	}
}

static void restart(struct dm_ice *ice, const char *remote_ufrag)
{
	struct dm_ice fresh;

	start(&fresh, remote_ufrag, 0);
	dm_ice_restart(ice, &fresh);
}

static void restarts(void **state)
{
	struct dm_ice ice;

	(void)state;
	start(&ice, "remote", 0);
	assert_int_equal(take_valid(&ice, NOMINATE, &here, 1), DM_ICE_SELECTED);

	const struct dm_ice old = ice;

	restart(&ice, "renewed");
	assert_string_not_equal(ice.local_ufrag, old.local_ufrag);
	assert_string_not_equal(ice.local_pwd, old.local_pwd);
	assert_true(dm_address_equal(&ice.selected, &here));

	const struct check stale = make_check(old.local_ufrag, "remote", old.local_pwd, NOMINATE);
	const struct check mixed = make_check(old.local_ufrag, "renewed", old.local_pwd, NOMINATE);
	const struct check forged = make_check(ice.local_ufrag, "renewed", old.local_pwd, 0);

	assert_int_equal(take(&ice, &stale, &here, DM_SEC(9)), DM_ICE_VALID);
	assert_true(dm_stun_integrity_ok(&reply, old.local_pwd));
	assert_true(ice.consent_until == DM_SEC(39));
	assert_refused(&ice, &mixed, DM_ICE_WRONG_USER, 401);
	assert_refused(&ice, &forged, DM_ICE_BAD_MAC, 401);
	assert_int_equal(take(&ice, &stale, &here, DM_SEC(9)), DM_ICE_VALID);

	/* The first valid check with the new ones ends the old. */
	assert_int_equal(take_valid(&ice, 0, &here, DM_SEC(10)), DM_ICE_VALID);
	assert_refused(&ice, &stale, DM_ICE_WRONG_USER, 401);
	assert_int_equal(take_valid(&ice, NOMINATE, &there, DM_SEC(11)), DM_ICE_SELECTED);
	assert_int_equal(ice.old_pwd[0], '\0');
}

static void restarts_twice(void **state)
{
	struct dm_ice ice;

	(void)state;
	start(&ice, "remote", 0);

	const struct check first = make_check(ice.local_ufrag, "remote", ice.local_pwd, 0);

	restart(&ice, "second");

	const struct check second = make_check(ice.local_ufrag, "second", ice.local_pwd, 0);

	restart(&ice, "third");
	assert_int_equal(take(&ice, &first, &here, 1), DM_ICE_VALID);
	assert_refused(&ice, &second, DM_ICE_WRONG_USER, 401);
	assert_int_equal(take_valid(&ice, 0, &here, 1), DM_ICE_VALID);
	assert_refused(&ice, &first, DM_ICE_WRONG_USER, 401);
}

static void peeks_at_the_ufrag(void **state)
{
	char ufrag[DM_ICE_LOCAL_UFRAG_CHARS + 1];
	struct check check = make_check("abcdefgh", "remote", "password", 0);
	uint8_t response[64];
	struct dm_writer writer = dm_writer_init(response, sizeof(response));

	(void)state;
	assert_true(dm_ice_peek_ufrag(check.data, check.bytes, ufrag));
	assert_string_equal(ufrag, "abcdefgh");
	for (size_t bytes = 0; bytes < check.bytes; bytes++)
		assert_false(dm_ice_peek_ufrag(check.data, bytes, ufrag));

	static const char *const others[] = { "abcdefg", "abcdefghi", "abcdefg:", "abc:efgh", "" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		check = make_check(others[i], "remote", "password", 0);
		assert_false(dm_ice_peek_ufrag(check.data, check.bytes, ufrag));
	}
	check = make_check("abcdefgh", "remote", "password", NO_USERNAME);
	assert_false(dm_ice_peek_ufrag(check.data, check.bytes, ufrag));
	check = make_check("abcdefgh", "remote", "password", 0);
	check.data[25] = '\0';
	assert_false(dm_ice_peek_ufrag(check.data, check.bytes, ufrag));
	dm_stun_begin(&writer, DM_STUN_SUCCESS, DM_STUN_BINDING, transaction);
	assert_false(dm_ice_peek_ufrag(response, writer.size, ufrag));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_credentials),
		cmocka_unit_test(takes_the_longest_ufrag),
		cmocka_unit_test(answers_a_check),
		cmocka_unit_test(follows_nominations_and_nothing_else),
		cmocka_unit_test(refuses_without_a_trace),
		cmocka_unit_test(names_the_unknown_attribute),
		cmocka_unit_test(does_not_amplify),
		cmocka_unit_test(drops_what_is_no_request),
		cmocka_unit_test(writes_nothing_without_room),
		cmocka_unit_test(restarts),
		cmocka_unit_test(restarts_twice),
		cmocka_unit_test(peeks_at_the_ufrag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
