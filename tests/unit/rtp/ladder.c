#include "rtp/ladder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define RUNGS     3
#define SOUND_BPS 64000

static const uint64_t rungs[RUNGS] = { 1500000, 500000, 150000 };

/* A link and a receiver behind it, in steps of 100 ms: reports each second, a picture that changes
 * its rung at a key frame up to a second after it was asked to, a REMB that does what libwebrtc's
 * does (85 % of what arrives on overuse; else 8 % more a second, up to 1.5 times what arrives). */
struct link {
	uint64_t capacity_bps;
	int base_loss; /* of 256, whatever is sent */
	bool has_remb;
	dm_usec round_trip;

	struct dm_ladder ladder;
	uint32_t seed;
	dm_usec now;
	size_t sent_rung;
	dm_usec switch_at;
	double remb;
	size_t ups;
	size_t downs;
	dm_usec up_times[256];
	dm_usec spent[RUNGS]; /* on each rung */
};

static uint32_t next_random(struct link *link)
{
	link->seed = link->seed * 1664525U + 1013904223U;
	return link->seed >> 8;
}

static void link_init(struct link *link, size_t rung, uint32_t seed)
{
	link->seed = seed;
	link->now = DM_SEC(1000);
	link->sent_rung = rung;
	link->switch_at = DM_USEC_NEVER;
	link->round_trip = DM_MSEC(80);
	dm_ladder_init(&link->ladder, rung, link->now);
}

static double sent_bps(const struct link *link)
{
	return (double)(rungs[link->sent_rung] + SOUND_BPS);
}

static void move_remb(struct link *link)
{
	const double capacity = (double)link->capacity_bps;
	const double arriving = sent_bps(link) < capacity ? sent_bps(link) : capacity;
	const double bound = arriving * 1.5 + 10000;

	if (link->remb <= 0) {
		if (link->now - DM_SEC(1000) >= DM_SEC(5))
			link->remb = arriving; /* the first estimate is what arrived so far */
	} else if (sent_bps(link) > capacity) {
		link->remb = arriving * 0.85;
	} else if (link->remb < bound) {
		link->remb *= 1.008;
		if (link->remb > bound)
			link->remb = bound;
	}
}

static int loss_now(struct link *link)
{
	const double overload = 1 - (double)link->capacity_bps / sent_bps(link);
	const int noise = (int)(next_random(link) % 3);
	int loss = link->base_loss + (overload > 0 ? (int)(overload * 256) : 0);

	if (loss > 0)
		loss += noise - 1;
	return loss > 255 ? 255 : loss;
}

static void judge(struct link *link, int fraction_lost)
{
	const size_t before = link->ladder.rung;
	const struct dm_ladder_view view = {
		.rung_bps = rungs,
		.rung_count = RUNGS,
		.other_bps = SOUND_BPS,
		.remb_bps = link->has_remb ? (uint64_t)link->remb : 0,
		.fraction_lost = fraction_lost,
		.round_trip = link->round_trip,
	};
	const size_t after = dm_ladder_judge(&link->ladder, &view, link->now);

	if (after == before)
		return;
	if (after < before) {
		assert_true(link->ups < 256);
		link->up_times[link->ups++] = link->now;
	} else {
		link->downs++;
	}
	link->switch_at = link->now + DM_MSEC(next_random(link) % 1000);
}

static void run(struct link *link, dm_usec duration)
{
	const dm_usec end = link->now + duration;

	for (; link->now < end; link->now += DM_MSEC(100)) {
		if (link->now >= link->switch_at) {
			link->sent_rung = link->ladder.rung;
			link->switch_at = DM_USEC_NEVER;
		}
		move_remb(link);
		if (link->now % DM_SEC(1) == 0)
			judge(link, loss_now(link));
		else if (link->has_remb && link->now % DM_MSEC(200) == 0)
			judge(link, DM_LADDER_NO_REPORT);
		link->spent[link->sent_rung] += DM_MSEC(100);
	}
}

static void climbs_a_good_link_step_by_step(void **state)
{
	(void)state;
	struct link link = { .capacity_bps = 10000000 };

	link_init(&link, RUNGS - 1, 1);
	run(&link, DM_SEC(8));
	assert_int_equal(link.ladder.rung, 2); /* not before eight calm seconds */
	run(&link, DM_SEC(2));
	assert_int_equal(link.ladder.rung, 1);
	run(&link, DM_SEC(10));
	assert_int_equal(link.ladder.rung, 0);
	run(&link, DM_SEC(3600));
	assert_int_equal(link.ups, 2);
	assert_int_equal(link.downs, 0);
}

/* A receiver whose REMB merely follows what it gets is no reason to stay, nor to leave. */
static void is_not_fooled_by_a_remb_bound_by_what_is_sent(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 100; seed++) {
		struct link low = { .capacity_bps = 10000000, .has_remb = true };
		struct link high = { .capacity_bps = 10000000, .has_remb = true };

		link_init(&low, RUNGS - 1, seed);
		run(&low, DM_SEC(90));
		assert_int_equal(low.ladder.rung, 0);
		assert_int_equal(low.downs, 0);

		link_init(&high, 0, seed);
		run(&high, DM_SEC(90));
		assert_int_equal(high.ups + high.downs, 0);
	}
}

static void leaves_a_rung_that_the_link_cannot_carry(void **state)
{
	(void)state;
	for (int has_remb = 0; has_remb < 2; has_remb++) {
		struct link link = { .capacity_bps = 700000, .has_remb = has_remb != 0 };

		link_init(&link, 0, 7);
		run(&link, DM_SEC(6));
		assert_int_equal(link.ladder.rung, 1); /* which fits: not lower */
		assert_int_equal(link.downs, 1);
	}
}

static void falls_to_the_least_rung_of_a_very_narrow_link(void **state)
{
	(void)state;
	struct link link = { .capacity_bps = 180000, .has_remb = true };

	link_init(&link, 0, 7);
	run(&link, DM_SEC(10));
	assert_int_equal(link.ladder.rung, 2);

	/* There it stays, whatever the loss. */
	run(&link, DM_SEC(600));
	assert_int_equal(link.ladder.rung, 2);
	assert_int_equal(link.ups, 0);
}

/* Waits of 8, 16, 32, 64, 64 ... seconds between attempts that fail. */
static void tries_less_and_less_often(void **state)
{
	(void)state;
	struct link link = { .capacity_bps = 900000 };
	const dm_usec least[] = { DM_SEC(8),  DM_SEC(16), DM_SEC(32),
				  DM_SEC(64), DM_SEC(64), DM_SEC(64) };

	link_init(&link, 1, 3);
	run(&link, DM_SEC(600));
	assert_true(link.ups >= 7);
	assert_true(link.up_times[0] - DM_SEC(1000) >= least[0]);
	for (size_t i = 1; i < 6; i++) {
		const dm_usec gap = link.up_times[i] - link.up_times[i - 1];

		assert_true(gap >= least[i]);
		assert_true(gap <= least[i] + DM_SEC(10));
	}
}

/* How long was spent on rungs from..to - 1. */
static dm_usec spent_on(const struct link *link, size_t from, size_t to)
{
	dm_usec spent = 0;

	for (size_t i = from; i < to; i++)
		spent += link->spent[i];
	return spent;
}

/* Over any link, with and without REMB: bounded changes, and most of the time on the rung that the
 * link carries. Without REMB a link that is too narrow by less than a tenth may go unnoticed: what
 * is lost is then resent. */
static void never_oscillates(void **state)
{
	(void)state;
	const uint32_t first_seed = 20251121;
	const dm_usec hour = DM_SEC(3600);

	print_message("seeds %u..%u\n", first_seed, first_seed + 399);
	for (uint32_t i = 0; i < 400; i++) {
		struct link link = { .has_remb = i % 2 != 0 };
		size_t fits = 0;

		link_init(&link, i % RUNGS, first_seed + i * 7919);
		link.capacity_bps = 230000 + next_random(&link) % 2500000;
		link.base_loss = (int)(next_random(&link) % 4);
		link.round_trip = DM_MSEC(10 + next_random(&link) % 300);
		run(&link, hour);
		while (fits + 1 < RUNGS && rungs[fits] + SOUND_BPS > link.capacity_bps)
			fits++;

		const bool is_near = fits > 0 &&
				     (rungs[fits - 1] + SOUND_BPS) * 88 / 100 < link.capacity_bps;

		/* One attempt in 64 s at most, after the first few. */
		assert_true(link.ups <= 3600 / 64 + 6);
		assert_true(spent_on(&link, fits + 1, RUNGS) <= hour * 2 / 100);
		if (link.has_remb || !is_near)
			assert_true(spent_on(&link, 0, fits) <= hour * 14 / 100);
	}
}

static void comes_back_when_the_link_widens(void **state)
{
	(void)state;
	struct link link = { .capacity_bps = 300000, .has_remb = true };

	link_init(&link, 0, 11);
	run(&link, DM_SEC(300));
	assert_int_equal(link.ladder.rung, 2);
	link.capacity_bps = 5000000;
	run(&link, DM_SEC(200)); /* two steps of at most 64 s each, and their margins */
	assert_int_equal(link.ladder.rung, 0);

	/* A step up that held makes the next one quick again. */
	run(&link, DM_SEC(120));
	link.capacity_bps = 700000;
	run(&link, DM_SEC(10));
	assert_int_equal(link.ladder.rung, 1);
	link.capacity_bps = 5000000;
	run(&link, DM_SEC(20));
	assert_int_equal(link.ladder.rung, 0);
}

static void moderate_loss_holds_and_heavy_loss_falls(void **state)
{
	(void)state;
	struct link light = { .capacity_bps = 10000000, .base_loss = 3 };
	struct link moderate = { .capacity_bps = 10000000, .base_loss = 13 };
	struct link heavy = { .capacity_bps = 10000000, .base_loss = 40 };

	link_init(&light, 1, 5);
	run(&light, DM_SEC(30));
	assert_int_equal(light.ladder.rung, 0);
	link_init(&moderate, 1, 5);
	run(&moderate, DM_SEC(600));
	assert_int_equal(moderate.ups + moderate.downs, 0);
	link_init(&heavy, 0, 5);
	run(&heavy, DM_SEC(15));
	assert_int_equal(heavy.ladder.rung, 2);
}

/* What a lone judge sees, without a link. */
static size_t report(struct dm_ladder *ladder, int fraction_lost, uint64_t remb, dm_usec now)
{
	const struct dm_ladder_view view = {
		.rung_bps = rungs,
		.rung_count = RUNGS,
		.other_bps = SOUND_BPS,
		.remb_bps = remb,
		.fraction_lost = fraction_lost,
		.round_trip = DM_MSEC(100),
	};

	return dm_ladder_judge(ladder, &view, now);
}

static void one_bad_report_is_an_accident(void **state)
{
	(void)state;
	struct dm_ladder ladder;

	dm_ladder_init(&ladder, 0, 0);
	for (int i = 5; i < 50; i++)
		assert_int_equal(report(&ladder, i % 2 ? 10 : 200, 0, DM_SEC(i)), 0);
	assert_int_equal(report(&ladder, 26, 0, DM_SEC(51)), 0);
	assert_int_equal(report(&ladder, 26, 0, DM_SEC(52)), 1);
}

/* Reports from before the change took effect do not take the next rung away too. */
/* libwebrtc's estimate falls to 85 % when one frame comes late, and recovers by 8 % a second: that
 * is a busy encoder, not a narrow link. */
static void one_fall_of_the_remb_is_an_accident(void **state)
{
	struct dm_ladder ladder;
	struct dm_ladder_view view = { .rung_bps = rungs,
				       .rung_count = RUNGS,
				       .other_bps = SOUND_BPS,
				       .fraction_lost = DM_LADDER_NO_REPORT };
	const uint64_t sent = rungs[0] + SOUND_BPS;

	(void)state;
	dm_ladder_init(&ladder, 0, DM_SEC(1000));
	view.remb_bps = sent * 85 / 100;
	assert_int_equal(dm_ladder_judge(&ladder, &view, DM_SEC(1010)), 0);
	view.remb_bps = sent * 92 / 100;
	assert_int_equal(dm_ladder_judge(&ladder, &view, DM_SEC(1011)), 0);
	view.remb_bps = sent * 85 / 100; /* and now it stays */
	assert_int_equal(dm_ladder_judge(&ladder, &view, DM_SEC(1012)), 0);
	assert_int_equal(dm_ladder_judge(&ladder, &view, DM_SEC(1013)), 0);
	assert_int_equal(dm_ladder_judge(&ladder, &view, DM_SEC(1014)), 1);
}

static void waits_for_a_change_to_show(void **state)
{
	(void)state;
	struct dm_ladder ladder;

	dm_ladder_init(&ladder, 0, 0);
	assert_int_equal(report(&ladder, 80, 0, DM_SEC(10)), 0);
	assert_int_equal(report(&ladder, 80, 0, DM_SEC(11)), 1);
	for (int i = 1; i <= 10; i++)
		assert_int_equal(report(&ladder, 80, 0, DM_SEC(11) + DM_MSEC(100) * i), 1);
	assert_int_equal(report(&ladder, 80, 0, DM_SEC(13)), 1);
	assert_int_equal(report(&ladder, 80, 0, DM_SEC(14)), 2);
}

static void silence_raises_nothing(void **state)
{
	(void)state;
	struct dm_ladder ladder;

	dm_ladder_init(&ladder, 2, 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(report(&ladder, DM_LADDER_NO_REPORT, 0, DM_SEC(i)), 2);
}

static void any_remb_is_safe(void **state)
{
	(void)state;
	struct dm_ladder ladder;

	dm_ladder_init(&ladder, 0, 0);
	assert_int_equal(report(&ladder, 0, UINT64_MAX, DM_SEC(5)), 0);
	assert_int_equal(report(&ladder, DM_LADDER_NO_REPORT, 1, DM_SEC(6)), 2);
	assert_int_equal(report(&ladder, DM_LADDER_NO_REPORT, 1, DM_SEC(7)), 2);

	/* The best rung that leaves 15 %: (500 + 64) kbit/s * 1.15 = 648.6 kbit/s. */
	dm_ladder_init(&ladder, 0, 0);
	assert_int_equal(report(&ladder, DM_LADDER_NO_REPORT, 648600, DM_SEC(5)), 1);
	dm_ladder_init(&ladder, 0, 0);
	assert_int_equal(report(&ladder, DM_LADDER_NO_REPORT, 648599, DM_SEC(5)), 2);
}

static void keeps_to_the_subscribers_own_maximum(void **state)
{
	(void)state;
	struct dm_ladder ladder;
	struct dm_ladder_view view = {
		.rung_bps = rungs,
		.rung_count = RUNGS,
		.best_rung = 1,
		.other_bps = SOUND_BPS,
	};

	dm_ladder_init(&ladder, 0, 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(dm_ladder_judge(&ladder, &view, DM_SEC(i)), 1);

	/* Fewer rungs than before, and a maximum that no longer exists. */
	view.rung_count = 1;
	assert_int_equal(dm_ladder_judge(&ladder, &view, DM_SEC(101)), 0);
	view.fraction_lost = 255;
	for (int i = 0; i < 10; i++)
		assert_int_equal(dm_ladder_judge(&ladder, &view, DM_SEC(110 + i)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(climbs_a_good_link_step_by_step),
		cmocka_unit_test(is_not_fooled_by_a_remb_bound_by_what_is_sent),
		cmocka_unit_test(leaves_a_rung_that_the_link_cannot_carry),
		cmocka_unit_test(falls_to_the_least_rung_of_a_very_narrow_link),
		cmocka_unit_test(tries_less_and_less_often),
		cmocka_unit_test(never_oscillates),
		cmocka_unit_test(comes_back_when_the_link_widens),
		cmocka_unit_test(moderate_loss_holds_and_heavy_loss_falls),
		cmocka_unit_test(one_bad_report_is_an_accident),
		cmocka_unit_test(one_fall_of_the_remb_is_an_accident),
		cmocka_unit_test(waits_for_a_change_to_show),
		cmocka_unit_test(silence_raises_nothing),
		cmocka_unit_test(any_remb_is_safe),
		cmocka_unit_test(keeps_to_the_subscribers_own_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
