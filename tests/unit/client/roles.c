/* Who decrypts, who misbehaves, and what a rehearsal comes to. */
#include "../../../client/native/roles.h"
#include "../../../client/native/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void chooses_a_sample(void **state)
{
	const struct dm_roles usual = { 0 };
	const struct dm_roles all = { .sample_every = 1 };
	unsigned sampled = 0;

	(void)state;
	assert_int_equal(dm_sample_every(1), 1);
	assert_int_equal(dm_sample_every(100), 1);
	assert_int_equal(dm_sample_every(101), 100);
	for (unsigned i = 0; i < 5000; i++)
		sampled += dm_roles_sampled(&usual, i, 5000);
	assert_int_equal(sampled, 50);
	assert_true(dm_roles_sampled(&usual, 0, 5000)); /* one at least */
	assert_true(dm_roles_sampled(&all, 4999, 5000));
	assert_true(dm_roles_sampled(&usual, 99, 100));
}

static void spreads_misbehaviour(void **state)
{
	static const struct {
		struct dm_roles roles;
		unsigned listeners, stalled, storm;
	} crowds[] = {
		{ { .stalled = 0 }, 600, 0, 0 },
		{ { .stalled = 0.05 }, 600, 30, 0 },
		{ { .storm = 0.05 }, 600, 0, 30 },
		{ { .stalled = 0.05 }, 20, 1, 0 },
		{ { .stalled = 0.05, .storm = 0.05 }, 600, 30, 30 },
		{ { .stalled = 1 }, 7, 7, 0 },
		{ { .stalled = 0.5, .storm = 0.5 }, 8, 4, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(crowds) / sizeof(crowds[0]); i++) {
		unsigned counts[DM_MANNERS] = { 0 };

		for (unsigned n = 0; n < crowds[i].listeners; n++)
			counts[dm_roles_manner(&crowds[i].roles, n)]++;
		assert_int_equal(counts[DM_MANNER_STALLED], crowds[i].stalled);
		assert_int_equal(counts[DM_MANNER_STORM], crowds[i].storm);
	}
}

static void says(struct dm_verdict verdict, bool holds, const char *wanted)
{
	char text[400];

	dm_verdict_write(&verdict, text, sizeof(text));
	assert_string_equal(text, wanted);
	assert_int_equal(dm_verdict_holds(&verdict), holds);
}

static void tells_the_organiser(void **state)
{
	const struct dm_verdict fine = {
		.listeners = 2000, .joined = 2000, .joined_s = 4.12, .lateness_p99 = 3100
	};
	struct dm_verdict verdict = fine;

	(void)state;
	says(fine, true,
	     "2,000 of 2,000 listeners joined in 4.1 s; 0.000 % lost; sound's lateness p99 3.1 ms: "
	     "this server holds them.");
	verdict.joined = 1204;
	says(verdict, false,
	     "1,204 of 2,000 listeners joined in 4.1 s; 0.000 % lost; sound's lateness p99 3.1 ms: "
	     "this server does not hold them: 796 did not get in.");
	verdict = fine;
	verdict.starved = 12;
	verdict.lost = 0.00125;
	verdict.client_overflowed = true;
	says(verdict, false,
	     "2,000 of 2,000 listeners joined in 4.1 s; 0.125 % lost; sound's lateness p99 3.1 ms: "
	     "this server does not hold them: 12 had gaps. But packets were lost in this client, "
	     "which was too slow: ask again from a faster machine.");
	verdict = fine;
	verdict.lateness_p99 = DM_MSEC(21);
	says(verdict, false,
	     "2,000 of 2,000 listeners joined in 4.1 s; 0.000 % lost; sound's lateness p99 21.0 ms: "
	     "this server does not hold them: its sound is late.");
	says((struct dm_verdict){ .listeners = 3, .lateness_p99 = DM_USEC_NEVER }, false,
	     "0 of 3 listeners joined: this server does not hold them: 3 did not get in.");
}

static void is_cut_off(void **state)
{
	const struct dm_verdict verdict = { .listeners = 2000, .joined = 2000 };
	char text[20];

	(void)state;
	dm_verdict_write(&verdict, text, sizeof(text));
	assert_int_equal(strlen(text), sizeof(text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_a_sample),
		cmocka_unit_test(spreads_misbehaviour),
		cmocka_unit_test(tells_the_organiser),
		cmocka_unit_test(is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
