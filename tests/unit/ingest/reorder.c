/* Packets of one stream put in order: what passes, in which order, what is given up and when. */
#include "ingest/reorder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char passed[4096]; /* "7 8 +2 11 " : numbers, and what was lost before one */

static void on_packet(void *user, const struct dm_reorder_packet *packet)
{
	const size_t used = strlen(passed);

	(void)user;
	if (packet->payload_bytes == 0) {
		strcat(passed, "- ");
		return;
	}
	assert_int_equal(packet->payload_bytes, 2);
	assert_int_equal(packet->payload[0], packet->sequence & 0xff);
	assert_int_equal(packet->payload[1], packet->sequence >> 8);
	if (packet->lost > 0)
		snprintf(passed + used, sizeof(passed) - used, "+%u %u ", packet->lost,
			 packet->sequence);
	else
		snprintf(passed + used, sizeof(passed) - used, "%s%u ", packet->restart ? "!" : "",
			 packet->sequence);
}

static struct dm_reorder *begin(void)
{
	struct dm_reorder *reorder;

	passed[0] = '\0';
	assert_int_equal(dm_reorder_create(&reorder, on_packet, NULL), 0);
	dm_reorder_reset(reorder);
	return reorder;
}

static enum dm_reorder_result put(struct dm_reorder *reorder, unsigned sequence, dm_usec now)
{
	const uint8_t payload[2] = { (uint8_t)sequence, (uint8_t)(sequence >> 8) };
	const struct dm_rtp_packet packet = {
		.sequence = (uint16_t)sequence,
		.payload = payload,
		.payload_bytes = sizeof(payload),
	};

	return dm_reorder_put(reorder, &packet, now);
}

static void test_in_order(void **state)
{
	struct dm_reorder *reorder = begin();

	(void)state;
	for (unsigned n = 65534; n < 65538; n++)
		assert_int_equal(put(reorder, n, 0), DM_REORDER_IN_ORDER);
	assert_string_equal(passed, "!65534 65535 0 1 ");
	assert_int_equal(dm_reorder_deadline(reorder), DM_USEC_NEVER);
	dm_reorder_destroy(reorder);
}

static void test_reordered(void **state)
{
	struct dm_reorder *reorder = begin();

	(void)state;
	put(reorder, 65534, 0);
	assert_int_equal(put(reorder, 0, 1), DM_REORDER_EARLY);
	assert_int_equal(put(reorder, 1, 2), DM_REORDER_EARLY);
	assert_int_equal(put(reorder, 0, 3), DM_REORDER_DUPLICATE);
	assert_int_equal(dm_reorder_deadline(reorder), 1 + DM_REORDER_WAIT);
	assert_int_equal(put(reorder, 65535, 4), DM_REORDER_REORDERED);
	assert_string_equal(passed, "!65534 65535 0 1 ");
	assert_int_equal(put(reorder, 65535, 5), DM_REORDER_DUPLICATE);
	assert_int_equal(put(reorder, 65500, 6), DM_REORDER_LATE);
	dm_reorder_destroy(reorder);
}

static void test_given_up_after_30_ms(void **state)
{
	struct dm_reorder *reorder = begin();

	(void)state;
	put(reorder, 10, 0);
	put(reorder, 13, DM_MSEC(5));
	put(reorder, 15, DM_MSEC(10));
	dm_reorder_expire(reorder, DM_MSEC(35) - 1);
	assert_string_equal(passed, "!10 ");
	dm_reorder_expire(reorder, DM_MSEC(35));
	assert_string_equal(passed, "!10 +2 13 ");
	assert_int_equal(put(reorder, 12, DM_MSEC(36)), DM_REORDER_LATE);
	dm_reorder_expire(reorder, DM_MSEC(40));
	assert_string_equal(passed, "!10 +2 13 +1 15 ");
	assert_int_equal(dm_reorder_deadline(reorder), DM_USEC_NEVER);
	dm_reorder_destroy(reorder);
}

static void test_given_up_after_32_packets(void **state)
{
	struct dm_reorder *reorder = begin();

	(void)state;
	put(reorder, 100, 0);
	for (unsigned n = 102; n < 133; n++)
		assert_int_equal(put(reorder, n, 0), DM_REORDER_EARLY);
	assert_string_equal(passed, "!100 ");
	put(reorder, 133, 0); /* 101 falls out of the window */
	assert_non_null(strstr(passed, "!100 +1 102 103 "));
	assert_non_null(strstr(passed, " 132 133 "));
	passed[0] = '\0';
	put(reorder, 1133, 0); /* a long gap: nobody waits for all of it */
	dm_reorder_expire(reorder, DM_REORDER_WAIT);
	assert_string_equal(passed, "+999 1133 ");
	dm_reorder_destroy(reorder);
}

static void test_jumps(void **state)
{
	struct dm_reorder *reorder = begin();

	(void)state;
	put(reorder, 500, 0);
	assert_int_equal(put(reorder, 30000, 0), DM_REORDER_FAR); /* a stray one */
	assert_int_equal(put(reorder, 501, 0), DM_REORDER_IN_ORDER);
	assert_int_equal(put(reorder, 30001, 0), DM_REORDER_FAR);
	assert_int_equal(put(reorder, 30002, 0), DM_REORDER_IN_ORDER); /* begins anew */
	assert_int_equal(put(reorder, 100, 0), DM_REORDER_FAR);
	assert_int_equal(put(reorder, 101, 0), DM_REORDER_IN_ORDER);
	assert_string_equal(passed, "!500 501 !30002 !101 ");
	dm_reorder_destroy(reorder);
}

static void test_sizes(void **state)
{
	static const uint8_t large[DM_INTAKE_PAYLOAD_MAX + 1];
	struct dm_reorder *reorder = begin();
	const struct dm_rtp_packet packet = {
		.sequence = 2,
		.payload = large,
		.payload_bytes = sizeof(large),
	};

	(void)state;
	put(reorder, 1, 0);
	/* It has its place in the order, and nothing of its payload is kept. */
	assert_int_equal(dm_reorder_put(reorder, &packet, 0), DM_REORDER_IN_ORDER);
	put(reorder, 3, 0);
	assert_string_equal(passed, "!1 - 3 ");
	dm_reorder_destroy(reorder);
	dm_reorder_destroy(NULL);
}

/* However packets come, each passes at most once, in order, and nothing is kept for good. */
static uint16_t last;
static unsigned count, lost;

static void check_order(void *user, const struct dm_reorder_packet *packet)
{
	(void)user;
	if (count > 0)
		assert_int_equal((uint16_t)(last + 1 + packet->lost), packet->sequence);
	last = packet->sequence;
	lost += packet->lost;
	count++;
}

static void test_random(void **state)
{
	const unsigned seed = 20261121;
	struct dm_reorder *reorder;
	unsigned sent = 0;

	(void)state;
	print_message("seed %u\n", seed);
	srand(seed);
	assert_int_equal(dm_reorder_create(&reorder, check_order, NULL), 0);
	put(reorder, 65000, 0);
	for (unsigned n = 1; n < 100000; n += 4) {
		unsigned order[4] = { 0, 1, 2, 3 };

		for (unsigned i = 0; i < 4; i++) {
			const unsigned j = (unsigned)rand() % 4, swap = order[i];

			order[i] = order[j];
			order[j] = swap;
		}
		for (unsigned i = 0; i < 4; i++) {
			if (rand() % 100 < 3)
				continue;
			sent++;
			put(reorder, 65000 + n + order[i], DM_MSEC(n));
			if (rand() % 100 < 3)
				put(reorder, 65000 + n + order[i], DM_MSEC(n));
		}
		dm_reorder_expire(reorder, DM_MSEC(n));
	}
	dm_reorder_expire(reorder, DM_SEC(1000));
	assert_int_equal(count, sent + 1);
	assert_in_range(count + lost, 99990, 100001);
	assert_int_equal(dm_reorder_deadline(reorder), DM_USEC_NEVER);
	dm_reorder_destroy(reorder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_reordered),
		cmocka_unit_test(test_given_up_after_30_ms),
		cmocka_unit_test(test_given_up_after_32_packets),
		cmocka_unit_test(test_jumps),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
