/* What a sender is told to send: over a link that carries so much and no more. */
#include "rtp/allowance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const dm_usec start = DM_SEC(1000);
static struct dm_allowance allowance;
static dm_usec now;

/* A second in which the sender sends what it may, and `wish_bps` at most. Returns what it may. */
static uint64_t second(uint64_t wish_bps, uint64_t link_bps)
{
	const uint64_t sent = wish_bps < allowance.bps ? wish_bps : allowance.bps;
	const uint64_t came = sent < link_bps ? sent : link_bps;

	dm_allowance_note(&allowance, came / 8);
	now += DM_SEC(1);
	return dm_allowance_judge(&allowance, (uint8_t)((sent - came) * 256 / (sent + 1)), now);
}

static void init(void)
{
	now = start;
	dm_allowance_init(&allowance, now);
}

static void a_sender_that_uses_it_gets_more(void **state)
{
	uint64_t bps = 0;

	(void)state;
	init();
	for (int n = 0; n < 10; n++)
		bps = second(6000000, 1000000000);
	assert_true(bps >= 9000000);
}

static void who_pauses_is_not_held_down(void **state)
{
	uint64_t bps = 0;

	(void)state;
	init();
	for (int n = 0; n < 5; n++)
		bps = second(4000000, 1000000000);
	for (int n = 0; n < 600; n++)
		assert_true(second(0, 1000000000) >= bps);
	for (int n = 0; n < 1000; n++)
		bps = second(UINT64_C(1) << 40, UINT64_C(1) << 40);
	assert_int_equal(bps, 20000000); /* the most that there is */
}

static void a_full_link_is_found_and_kept_to(void **state)
{
	uint64_t most = 0, least = UINT64_MAX;

	(void)state;
	init();
	for (int n = 0; n < 300; n++) {
		const uint64_t bps = second(8000000, 1500000);

		if (n < 30)
			continue;
		most = bps > most ? bps : most;
		least = bps < least ? bps : least;
	}
	print_message("link 1500 kbit/s: told %u to %u kbit/s\n", (unsigned)(least / 1000),
		      (unsigned)(most / 1000));
	assert_true(most <= 2000000);
	assert_true(least >= 1200000);
}

static void it_never_falls_to_nothing(void **state)
{
	(void)state;
	init();
	for (int n = 0; n < 50; n++) {
		now += DM_SEC(1);
		assert_in_range(dm_allowance_judge(&allowance, 255, now), 100000, 2000000);
	}
	assert_int_equal(allowance.bps, 100000);
	/* And comes back: eight percent a second. */
	for (int n = 0; n < 60; n++)
		second(8000000, 8000000);
	assert_true(allowance.bps > 4000000);
}

static void a_report_too_soon_changes_nothing(void **state)
{
	(void)state;
	init();
	dm_allowance_note(&allowance, 5000000);
	assert_int_equal(dm_allowance_judge(&allowance, 255, start), 2000000);
	assert_int_equal(dm_allowance_judge(&allowance, 0, start + DM_MSEC(99)), 2000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sender_that_uses_it_gets_more),
		cmocka_unit_test(who_pauses_is_not_held_down),
		cmocka_unit_test(a_full_link_is_found_and_kept_to),
		cmocka_unit_test(it_never_falls_to_nothing),
		cmocka_unit_test(a_report_too_soon_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
