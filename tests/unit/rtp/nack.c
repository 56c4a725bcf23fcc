/* What is asked for again, and when: on paper, and over a simulated link. */
#include "rtp/nack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define STEP   DM_MSEC(20)
#define USEFUL DM_MSEC(200)

static const dm_usec start = DM_SEC(1000);
static struct dm_nack nack;
static uint16_t missing[DM_NACK_HOLES];

static size_t take(dm_usec round_trip, dm_usec now)
{
	return dm_nack_take(&nack, round_trip, now, missing, DM_NACK_HOLES);
}

static void asks_once_it_cannot_be_reordering(void **state)
{
	(void)state;
	dm_nack_init(&nack, true, USEFUL);
	assert_int_equal(dm_nack_put(&nack, 65534, start), DM_NACK_NEWEST);
	assert_int_equal(dm_nack_due(&nack, DM_MSEC(30)), DM_USEC_NEVER);
	assert_int_equal(dm_nack_put(&nack, 2, start + 4 * STEP), DM_NACK_NEWEST);

	const dm_usec noticed = start + 4 * STEP;

	assert_int_equal(dm_nack_due(&nack, DM_MSEC(30)), noticed + DM_MSEC(10));
	assert_int_equal(take(DM_MSEC(30), noticed + DM_MSEC(9)), 0);
	assert_int_equal(take(DM_MSEC(30), noticed + DM_MSEC(10)), 3);
	assert_int_equal(missing[0], 65535);
	assert_int_equal(missing[1], 0);
	assert_int_equal(missing[2], 1);
	assert_int_equal(nack.given_up, 0);
}

static void asks_again_after_a_round_trip(void **state)
{
	const dm_usec asked = start + 2 * STEP + DM_MSEC(10);

	(void)state;
	dm_nack_init(&nack, true, USEFUL);
	dm_nack_put(&nack, 7, start);
	dm_nack_put(&nack, 9, start + 2 * STEP);
	assert_int_equal(take(DM_MSEC(40), asked), 1);
	assert_int_equal(take(DM_MSEC(40), asked + DM_MSEC(44)), 0);
	assert_int_equal(dm_nack_due(&nack, DM_MSEC(40)), asked + DM_MSEC(45));
	assert_int_equal(take(DM_MSEC(40), asked + DM_MSEC(45)), 1);
	assert_int_equal(missing[0], 8);
	/* On the shortest links too there is a pause. */
	assert_int_equal(take(0, asked + DM_MSEC(46)), 0);
	assert_int_equal(take(0, asked + DM_MSEC(65)), 1);
	assert_int_equal(dm_nack_put(&nack, 8, asked + DM_MSEC(70)), DM_NACK_RECOVERED);
	assert_int_equal(dm_nack_due(&nack, DM_MSEC(40)), DM_USEC_NEVER);
	assert_int_equal(nack.given_up, 0);
}

static void does_not_ask_for_what_would_come_too_late(void **state)
{
	(void)state;
	dm_nack_init(&nack, true, USEFUL);
	dm_nack_put(&nack, 1, start);
	dm_nack_put(&nack, 3, start + 2 * STEP); /* 2 was expected after one step */
	assert_int_equal(dm_nack_due(&nack, DM_MSEC(190)), start + STEP + USEFUL + 1);
	assert_int_equal(take(DM_MSEC(190), start + 2 * STEP + DM_MSEC(10)), 0);
	assert_int_equal(take(DM_MSEC(190), start + STEP + USEFUL), 0);
	assert_int_equal(nack.given_up, 0);
	assert_int_equal(take(DM_MSEC(190), start + STEP + USEFUL + 1), 0);
	assert_int_equal(nack.given_up, 1);
	assert_int_equal(dm_nack_put(&nack, 2, start + DM_SEC(1)), DM_NACK_NOT_MISSING);
}

/* A caller who is late must not find the same thing due for ever. */
static void what_became_hopeless_is_not_due(void **state)
{
	const dm_usec late = start + STEP + USEFUL - DM_MSEC(10);

	(void)state;
	dm_nack_init(&nack, true, USEFUL);
	dm_nack_put(&nack, 1, start);
	dm_nack_put(&nack, 3, start + 2 * STEP);
	assert_int_equal(take(DM_MSEC(40), late), 0);
	assert_int_equal(dm_nack_due(&nack, DM_MSEC(40)), start + STEP + USEFUL + 1);
}

static void gives_up_after_some_times(void **state)
{
	size_t asked = 0;

	(void)state;
	dm_nack_init(&nack, true, DM_SEC(10));
	dm_nack_put(&nack, 1, start);
	dm_nack_put(&nack, 3, start + 2 * STEP);
	for (int n = 0; n < 1000; n++)
		asked += take(DM_MSEC(20), start + 2 * STEP + n * DM_MSEC(1));
	assert_int_equal(asked, 5);
}

static void reordering_is_not_asked_for(void **state)
{
	(void)state;
	dm_nack_init(&nack, true, USEFUL);
	dm_nack_put(&nack, 10, start);
	dm_nack_put(&nack, 12, start + STEP);
	assert_int_equal(dm_nack_put(&nack, 11, start + STEP + DM_MSEC(9)), DM_NACK_REORDERED);
	assert_int_equal(dm_nack_put(&nack, 11, start + STEP + DM_MSEC(9)), DM_NACK_NOT_MISSING);
	assert_int_equal(dm_nack_put(&nack, 12, start + STEP + DM_MSEC(9)), DM_NACK_NOT_MISSING);
	assert_int_equal(dm_nack_put(&nack, 4, start + STEP + DM_MSEC(9)), DM_NACK_NOT_MISSING);
	assert_int_equal(take(DM_MSEC(30), start + 2 * STEP), 0);
}

/* After an outage only what can still be used is asked for, whatever the length. */
static void an_outage_is_not_asked_for(void **state)
{
	(void)state;
	dm_nack_init(&nack, true, USEFUL);
	dm_nack_put(&nack, 100, start);
	dm_nack_put(&nack, 1600, start + DM_SEC(30));

	const size_t count = take(DM_MSEC(40), start + DM_SEC(30) + DM_MSEC(10));

	assert_in_range(count, 6, 7); /* 200 - 40 - 10 ms of 20 ms each */
	assert_int_equal(missing[count - 1], 1599);
	assert_int_equal(missing[0], 1600 - count);
	assert_int_equal(nack.given_up + nack.count, 1499);
}

static void holes_are_bounded(void **state)
{
	(void)state;
	dm_nack_init(&nack, true, USEFUL);
	dm_nack_put(&nack, 0, start);
	dm_nack_put(&nack, 200, start + 1000);
	assert_int_equal(nack.count, 199);
	dm_nack_put(&nack, 400, start + 2000);
	assert_int_equal(nack.count, DM_NACK_HOLES);
	assert_int_equal(nack.given_up, 2 * 199 - DM_NACK_HOLES);
	assert_int_equal(nack.holes[DM_NACK_HOLES - 1].sequence, 399);
	dm_nack_put(&nack, 400 + 32767, start + 3000);
	assert_int_equal(nack.count, DM_NACK_HOLES);
	assert_int_equal(nack.holes[0].sequence, 400 + 32767 - DM_NACK_HOLES);
	assert_int_equal(nack.given_up, 2 * 199 + 32766 - DM_NACK_HOLES);
	dm_nack_restart(&nack);
	assert_int_equal(nack.given_up, 2 * 199 + 32766);
	dm_nack_put(&nack, 5, start + 4000);
	assert_int_equal(nack.count, 0);
}

/* A request has so much room; the rest is due at once. */
static void asks_for_as_many_as_there_is_room_for(void **state)
{
	const dm_usec now = start + STEP + DM_MSEC(10);

	(void)state;
	dm_nack_init(&nack, true, USEFUL);
	dm_nack_put(&nack, 0, start);
	dm_nack_put(&nack, 11, start + STEP);
	assert_int_equal(dm_nack_take(&nack, DM_MSEC(30), now, missing, 4), 4);
	assert_true(dm_nack_due(&nack, DM_MSEC(30)) <= now);
	assert_int_equal(dm_nack_take(&nack, DM_MSEC(30), now, missing, 64), 6);
	assert_int_equal(missing[0], 5);
	assert_true(dm_nack_due(&nack, DM_MSEC(30)) > now);
}

static void counts_only_where_nothing_can_be_asked(void **state)
{
	(void)state;
	dm_nack_init(&nack, false, USEFUL);
	dm_nack_put(&nack, 1, start);
	dm_nack_put(&nack, 3, start + 2 * STEP);
	assert_int_equal(dm_nack_due(&nack, DM_MSEC(30)), start + STEP + USEFUL + 1);
	for (int n = 0; n < 300; n++)
		assert_int_equal(take(DM_MSEC(30), start + 2 * STEP + n * DM_MSEC(1)), 0);
	assert_int_equal(nack.given_up, 1);
}

static void measures_the_round_trip(void **state)
{
	(void)state;
	dm_nack_init(&nack, true, USEFUL);
	for (uint16_t n = 0; n < 100; n++) {
		const dm_usec at = start + n * 4 * STEP;

		dm_nack_put(&nack, (uint16_t)(2 * n), at);
		dm_nack_put(&nack, (uint16_t)(2 * n + 2), at + STEP);
		assert_int_equal(take(DM_MSEC(30), at + STEP + DM_MSEC(10)), 1);
		dm_nack_fill(&nack, (uint16_t)(2 * n + 1),
			     at + STEP + DM_MSEC(10) + (n < 50 ? DM_MSEC(25) : DM_MSEC(35)));
		if (n == 0 || n == 49)
			assert_int_equal(nack.round_trip, DM_MSEC(25));
	}
	assert_in_range(nack.round_trip, DM_MSEC(34), DM_MSEC(35));
}

/* --- a link --- */

#define PACKETS 20000

struct link {
	dm_usec arrives[PACKETS]; /* 0: lost; then when the retransmission does */
	int retransmissions;
};

static bool lost(unsigned percent)
{
	return (unsigned)(rand() % 100) < percent;
}

/* Sound over a link that loses both ways; asked when packets come and when something is due. */
static unsigned residual_permille(unsigned percent, dm_usec round_trip)
{
	static struct link link;
	unsigned came = 0;
	dm_usec now = start;

	memset(&link, 0, sizeof(link));
	for (int n = 0; n < PACKETS; n++)
		if (!lost(percent) || n == 0)
			link.arrives[n] = start + n * STEP;
	dm_nack_init(&nack, true, USEFUL);
	for (int next = 0, oldest = 0; next < PACKETS; now += DM_MSEC(1)) {
		while (next < PACKETS && start + next * STEP <= now) {
			if (link.arrives[next] != 0)
				dm_nack_put(&nack, (uint16_t)next, now);
			next++;
		}
		oldest = next > 50 ? next - 50 : 0;
		for (int n = oldest; n < next; n++)
			if (link.arrives[n] == now && n < next - 1)
				dm_nack_fill(&nack, (uint16_t)n, now);
		if (now < dm_nack_due(&nack, round_trip))
			continue;

		const size_t count = take(round_trip, now);
		const bool request_lost = lost(percent);

		for (size_t n = 0; n < count; n++) {
			const int number = next - (uint16_t)((uint16_t)next - missing[n]);

			link.retransmissions++;
			if (!request_lost && !lost(percent))
				link.arrives[number] = now + round_trip;
		}
	}
	for (int n = 0; n < PACKETS; n++)
		came += link.arrives[n] != 0;
	print_message(
		"loss %u %%, round trip %d ms: %u of %d still missing, %d asked for, rtt %d us\n",
		percent, (int)(round_trip / 1000), PACKETS - came, PACKETS, link.retransmissions,
		(int)nack.round_trip);
	return (PACKETS - came) * 1000 / PACKETS;
}

static void lost_requests_are_repeated_in_time(void **state)
{
	(void)state;
	srand(5);
	print_message("seed 5\n");
	assert_true(residual_permille(10, DM_MSEC(20)) <= 2);
	assert_true(residual_permille(10, DM_MSEC(60)) <= 15);
	assert_true(residual_permille(2, DM_MSEC(100)) <= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_once_it_cannot_be_reordering),
		cmocka_unit_test(asks_again_after_a_round_trip),
		cmocka_unit_test(does_not_ask_for_what_would_come_too_late),
		cmocka_unit_test(what_became_hopeless_is_not_due),
		cmocka_unit_test(gives_up_after_some_times),
		cmocka_unit_test(reordering_is_not_asked_for),
		cmocka_unit_test(an_outage_is_not_asked_for),
		cmocka_unit_test(holes_are_bounded),
		cmocka_unit_test(asks_for_as_many_as_there_is_room_for),
		cmocka_unit_test(counts_only_where_nothing_can_be_asked),
		cmocka_unit_test(measures_the_round_trip),
		cmocka_unit_test(lost_requests_are_repeated_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
