/* Microphones over simulated links: delay, loss, drift, outages, and that nothing clicks. */
#include "audio/decoder.h"
#include "audio/microphone.h"
#include "rtp/nack.h"
#include "simulated_link.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TICK DM_MSEC(20)

/* Under a sanitizer, or not optimised, this takes three times as long. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
#define LONG_RUN DM_SEC(300)
#else
#define LONG_RUN DM_SEC(1800)
#endif

static struct recording tone, speech, bursts;
static uint64_t seed;

/* One listener of one link. */
struct run {
	struct dm_microphone *microphone;
	struct link link;
	struct dm_nack nack;
	dm_usec tick;
	float last;
	float largest_step;
	double loudest; /* RMS of a tick */
	uint64_t ticks[3];
	float samples[DM_AUDIO_FRAME_SAMPLES];
};

static void start(struct run *run, const struct link_options *options)
{
	memset(run, 0, sizeof(*run));
	assert_int_equal(dm_microphone_create(&run->microphone), 0);
	link_start(&run->link, options, seed);
	dm_nack_init(&run->nack, true, DM_MSEC(200));
	run->tick = DM_SEC(100) + 7300; /* no phase in common with the sender */
}

static void finish(struct run *run)
{
	dm_microphone_destroy(run->microphone);
}

/* As the transport does: when packets come, and when something is due. */
static void ask(struct run *run, dm_usec now)
{
	uint16_t missing[32];
	const size_t count = dm_nack_take(&run->nack, 2 * run->link.options.delay, now, missing,
					  32);

	for (size_t n = 0; n < count; n++)
		link_resend(&run->link, missing[n], now);
}

static void receive(struct run *run, dm_usec until)
{
	struct arrival arrival;

	while (link_next(&run->link, until, &arrival)) {
		dm_microphone_put(run->microphone, &arrival.packet, arrival.at);
		dm_nack_put(&run->nack, arrival.packet.sequence, arrival.at);
		ask(run, arrival.at);
	}
}

static enum dm_microphone_sound step(struct run *run)
{
	double sum = 0;
	dm_usec due;

	while ((due = dm_nack_due(&run->nack, 2 * run->link.options.delay)) < run->tick) {
		receive(run, due);
		ask(run, due);
	}
	receive(run, run->tick);

	const enum dm_microphone_sound sound = dm_microphone_read(run->microphone, run->tick,
								  run->samples);

	for (size_t n = 0; n < DM_AUDIO_FRAME_SAMPLES; n++) {
		run->largest_step = fmaxf(run->largest_step, fabsf(run->samples[n] - run->last));
		run->last = run->samples[n];
		sum += run->samples[n] * run->samples[n];
	}
	run->loudest = fmax(run->loudest, sqrt(sum / DM_AUDIO_FRAME_SAMPLES));
	run->ticks[sound]++;
	run->tick += TICK;
	return sound;
}

static void run_for(struct run *run, dm_usec time)
{
	for (dm_usec until = run->tick + time; run->tick < until;)
		step(run);
}

static struct dm_microphone_stats stats_of(const struct run *run)
{
	struct dm_microphone_stats stats;

	dm_microphone_stats(run->microphone, &stats);
	return stats;
}

static double concealed_percent(const struct dm_microphone_stats *stats)
{
	return 100.0 * (double)stats->concealed_samples / (double)stats->played_samples;
}

/* No loss, no jitter: nothing is touched, and the delay is a tick and little more. */
static void test_clean_link(void **state)
{
	const struct link_options options = { .recording = &tone, .delay = DM_MSEC(30) };
	struct run run;

	(void)state;
	start(&run, &options);
	run_for(&run, DM_SEC(40));

	const struct dm_microphone_stats stats = stats_of(&run);

	printf("clean: depth %lld us, target %lld us, drift %.1f ppm, step %.4f of %.4f\n",
	       (long long)stats.depth, (long long)stats.target, stats.drift_ppm,
	       (double)run.largest_step, (double)TONE_STEP);
	assert_int_equal(stats.concealed_samples, 0);
	assert_int_equal(stats.starts, 1);
	assert_true(stats.depth <= DM_MSEC(26));
	assert_true(fabs(stats.drift_ppm) < 2);
	assert_true(run.largest_step < 1.2f * TONE_STEP);
	finish(&run);
}

/* From a packet's arrival until its sound leaves, encoder's lookahead included. */
static void test_added_delay(void **state)
{
	static const dm_usec jitters[] = { 0, DM_MSEC(5), DM_MSEC(10) };

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		const struct link_options options = {
			.recording = &bursts,
			.delay = DM_MSEC(30),
			.jitter = jitters[k],
			.drift_ppm = 40,
		};
		struct run run;
		dm_usec worst = 0;
		int heard = 0;
		size_t quiet = 4800; /* samples since it was loud */

		start(&run, &options);
		run_for(&run, DM_SEC(2));
		for (int tick = 0; tick < 1500; tick++) {
			const dm_usec at = run.tick;

			step(&run);
			for (size_t n = 0; n < DM_AUDIO_FRAME_SAMPLES; n++) {
				const bool loud = fabsf(run.samples[n]) > 0.25f;

				if (loud && quiet >= 4800) {
					/* A burst is sent 20 ms after it began, at best, and its
					 * sender's codec makes it 6.5 ms later, as ours does. */
					const dm_usec out = at + (dm_usec)n * 125 / 6;
					const dm_usec in = (out - DM_MSEC(20) - DM_SEC(100)) /
							   DM_MSEC(500);
					const dm_usec sent = link_sends_at(&run.link, 25 * in) +
							     options.delay;

					worst = out - sent > worst ? out - sent : worst;
					heard++;
				}
				quiet = loud ? 0 : quiet + 1;
			}
		}
		printf("jitter %lld ms: added delay at most %.1f ms, of %d bursts\n",
		       (long long)jitters[k] / 1000, (double)worst / 1000, heard);
		assert_in_range(heard, 59, 61);
		assert_true(worst <= DM_MSEC(60));
		assert_true(run.loudest < 0.5);
		finish(&run);
	}
}

static void test_loss(void **state)
{
	static const struct {
		uint32_t permille, burst;
		double most_percent;
	} cases[] = { { 10, 1, 0.3 }, { 50, 1, 0.8 }, { 100, 1, 1.5 }, { 10, 4, 1.5 } };

	(void)state;
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		const struct link_options options = {
			.recording = &speech,
			.delay = DM_MSEC(20),
			.jitter = DM_MSEC(10),
			.loss_permille = cases[n].permille,
			.burst = cases[n].burst,
		};
		struct run run;

		start(&run, &options);
		run_for(&run, DM_SEC(40));

		const struct dm_microphone_stats stats = stats_of(&run);

		printf("loss %u permille in %us: concealed %.2f %%, recovered %.2f %%, depth %lld ms\n",
		       cases[n].permille, cases[n].burst, concealed_percent(&stats),
		       100.0 * (double)stats.recovered_samples / (double)stats.played_samples,
		       (long long)stats.depth / 1000);
		assert_true(concealed_percent(&stats) <= cases[n].most_percent);
		assert_int_equal(stats.starts, 1);
		finish(&run);
	}
}

/* Without retransmission, the copies alone. */
static void test_copies_recover(void **state)
{
	const struct link_options options = {
		.recording = &speech,
		.delay = DM_MSEC(20),
		.loss_permille = 50,
		.no_resend = true,
	};
	struct run run;

	(void)state;
	start(&run, &options);
	run_for(&run, DM_SEC(60));

	const struct dm_microphone_stats stats = stats_of(&run);

	printf("copies alone at 5 %%: concealed %.2f %%, recovered %.2f %%\n",
	       concealed_percent(&stats),
	       100.0 * (double)stats.recovered_samples / (double)stats.played_samples);
	assert_true(stats.recovered_samples > stats.concealed_samples);
	finish(&run);
}

static void test_reorder_and_duplicates(void **state)
{
	const struct link_options options = {
		.recording = &tone,
		.delay = DM_MSEC(20),
		.reorder_permille = 50,
		.duplicate_permille = 100,
	};
	struct run run;

	(void)state;
	start(&run, &options);
	run_for(&run, DM_SEC(60));

	const struct dm_microphone_stats stats = stats_of(&run);

	printf("reordered: concealed %.2f %%, depth %lld ms\n", concealed_percent(&stats),
	       (long long)stats.depth / 1000);
	assert_true(stats.packets.puts[DM_JITTER_DUPLICATE] > 100);
	assert_true(concealed_percent(&stats) < 0.5);
	finish(&run);
}

/* The buffer grows for a bad quarter of a minute, and shrinks after it, without a click. */
static void test_shrinks_again(void **state)
{
	const struct link_options options = {
		.recording = &tone,
		.delay = DM_MSEC(20),
		.jitter = DM_MSEC(80),
	};
	struct run run;

	(void)state;
	start(&run, &options);
	run_for(&run, DM_SEC(15));

	const dm_usec deep = stats_of(&run).depth;

	run.link.options.jitter = DM_MSEC(2);
	run_for(&run, DM_SEC(1));
	run.largest_step = 0;
	run_for(&run, DM_SEC(14));

	const struct dm_microphone_stats stats = stats_of(&run);

	printf("depth %lld ms in jitter, %lld ms after; shortened %llu samples; step %.4f of %.4f\n",
	       (long long)deep / 1000, (long long)stats.depth / 1000,
	       (unsigned long long)stats.shortened_samples, (double)run.largest_step,
	       (double)TONE_STEP);
	assert_true(deep >= DM_MSEC(80));
	assert_true(stats.depth <= DM_MSEC(36));
	assert_true(run.largest_step < 1.3f * TONE_STEP);
	finish(&run);
}

static void drift_for(double ppm, dm_usec time)
{
	const struct link_options options = {
		.recording = &tone,
		.delay = DM_MSEC(20),
		.jitter = DM_MSEC(3),
		.drift_ppm = ppm,
	};
	struct run run;
	dm_usec deepest = 0;

	start(&run, &options);
	run_for(&run, DM_SEC(60));
	run.largest_step = 0;
	for (dm_usec until = run.tick + time - DM_SEC(60); run.tick < until;) {
		run_for(&run, DM_SEC(1));
		deepest = stats_of(&run).depth > deepest ? stats_of(&run).depth : deepest;
	}

	const struct dm_microphone_stats stats = stats_of(&run);

	printf("%+.0f ppm for %lld s: found %+.1f ppm, depth at most %lld us, at last %lld us; concealed %llu, stretched %llu samples; step %.4f of %.4f\n",
	       ppm, (long long)(time / DM_SEC(1)), stats.drift_ppm, (long long)deepest,
	       (long long)stats.depth, (unsigned long long)stats.concealed_samples,
	       (unsigned long long)(stats.shortened_samples + stats.lengthened_samples),
	       (double)run.largest_step, (double)TONE_STEP);
	assert_true(fabs(stats.drift_ppm - ppm) < 25);
	assert_true(deepest <= DM_MSEC(40));
	assert_int_equal(stats.starts, 1);
	assert_true(concealed_percent(&stats) < 0.05);
	assert_true(run.largest_step < 1.3f * TONE_STEP);
	finish(&run);
}

static void test_drift(void **state)
{
	(void)state;
	drift_for(500, LONG_RUN);
	drift_for(-500, LONG_RUN / 6);
}

/* 30 s of nothing: concealed for 120 ms, silent, and back within half a second. */
static void test_outage(void **state)
{
	const struct link_options options = {
		.recording = &tone,
		.delay = DM_MSEC(20),
		.jitter = DM_MSEC(20),
	};
	struct run run;
	dm_usec back = 0, returned;

	(void)state;
	start(&run, &options);
	run_for(&run, DM_SEC(10));

	const uint64_t concealed = stats_of(&run).concealed_samples;

	run.link.pause = 1500;
	returned = link_sends_at(&run.link, run.link.sent + 1500) + options.delay;
	while (run.tick < returned + DM_SEC(1)) {
		const enum dm_microphone_sound sound = step(&run);

		if (run.tick > returned - DM_SEC(25) && run.tick < returned)
			assert_int_equal(sound, DM_MICROPHONE_SILENT);
		if (run.tick > returned && sound == DM_MICROPHONE_LIVE && back == 0)
			back = run.tick - returned;
	}

	const struct dm_microphone_stats stats = stats_of(&run);

	printf("back %lld ms after an outage; concealed %llu samples in it; step %.4f\n",
	       (long long)back / 1000, (unsigned long long)(stats.concealed_samples - concealed),
	       (double)run.largest_step);
	assert_in_range(back, 1, DM_MSEC(500));
	assert_in_range(stats.concealed_samples - concealed, 1, 48 * 145);
	assert_int_equal(stats.starts, 2);
	assert_true(run.largest_step < 2 * TONE_STEP);
	finish(&run);
}

/* Packets take another way, 300 ms longer, and back: heard again as soon as they come. */
static void test_other_way(void **state)
{
	const struct link_options options = {
		.recording = &tone,
		.delay = DM_MSEC(20),
		.jitter = DM_MSEC(5),
		.no_resend = true,
	};
	struct run run;

	(void)state;
	start(&run, &options);
	run_for(&run, DM_SEC(15));
	run.link.options.delay += DM_MSEC(300);
	memset(run.ticks, 0, sizeof(run.ticks));
	run_for(&run, DM_SEC(3));
	assert_true(run.ticks[DM_MICROPHONE_LIVE] > 3 * 50 - 25);
	run_for(&run, DM_SEC(15));
	assert_true(stats_of(&run).depth < DM_MSEC(60));
	run.link.options.delay -= DM_MSEC(300);
	memset(run.ticks, 0, sizeof(run.ticks));
	run_for(&run, DM_SEC(3));
	/* What comes now overtakes what is under way, which may be lost. */
	assert_true(run.ticks[DM_MICROPHONE_LIVE] > 3 * 50 - 25);
	run_for(&run, DM_SEC(15));

	const struct dm_microphone_stats stats = stats_of(&run);

	printf("another way and back: starts %llu, depth %lld ms, step %.4f\n",
	       (unsigned long long)stats.starts, (long long)stats.depth / 1000,
	       (double)run.largest_step);
	assert_true(stats.depth < DM_MSEC(60));
	assert_true(run.largest_step < 2 * TONE_STEP);
	finish(&run);
}

/* The page is reloaded: another SSRC, other numbers. */
static void test_restart(void **state)
{
	struct link_options options = { .recording = &tone, .ssrc = 1, .delay = DM_MSEC(20) };
	struct run run;
	struct link again;

	(void)state;
	start(&run, &options);
	run_for(&run, DM_SEC(5));
	options.ssrc = 2;
	link_start(&again, &options, seed);
	again.first_sequence = 7;
	again.first_timestamp = 12345;
	again.sent = run.link.sent;
	again.pause = 4;
	run.link = again;
	run_for(&run, DM_SEC(5));
	assert_int_equal(stats_of(&run).starts, 2);
	assert_int_equal(stats_of(&run).packets.epochs, 2);
	assert_int_equal(stats_of(&run).packets.puts[DM_JITTER_FOREIGN], 1);
	assert_true(run.ticks[DM_MICROPHONE_LIVE] > 470);
	assert_true(run.largest_step < 2 * TONE_STEP);
	finish(&run);
}

/* Speech over a poor link: everything at once. */
static void test_poor_link(void **state)
{
	const struct link_options options = {
		.recording = &speech,
		.drift_ppm = -150,
		.delay = DM_MSEC(40),
		.jitter = DM_MSEC(30),
		.spike = DM_MSEC(120),
		.loss_permille = 20,
		.burst = 2,
		.reorder_permille = 10,
		.duplicate_permille = 10,
	};
	struct run run;

	(void)state;
	start(&run, &options);
	run_for(&run, DM_SEC(60));

	const struct dm_microphone_stats stats = stats_of(&run);

	printf("poor link: concealed %.2f %%, depth %lld ms, starts %llu\n",
	       concealed_percent(&stats), (long long)stats.depth / 1000,
	       (unsigned long long)stats.starts);
	assert_true(concealed_percent(&stats) < 2.5);
	assert_true(stats.depth <= DM_MSEC(212));
	finish(&run);
}

/* Nothing for a long time is silence, not noise; errors are refused. */
static void test_silence(void **state)
{
	const struct link_options options = { .recording = &tone };
	const struct dm_jitter_packet empty = { .payload = (const uint8_t *)"", .bytes = 0 };
	struct run run;

	(void)state;
	start(&run, &options);
	run.link.pause = 100;
	run_for(&run, DM_SEC(1));
	assert_int_equal(run.ticks[DM_MICROPHONE_SILENT], 50);
	assert_true(run.loudest == 0);
	assert_true(dm_microphone_dead_for(run.microphone) == DM_USEC_NEVER);
	assert_int_equal(dm_microphone_put(run.microphone, &empty, run.tick), DM_JITTER_MALFORMED);
	finish(&run);
	dm_microphone_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_link),
		cmocka_unit_test(test_added_delay),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_copies_recover),
		cmocka_unit_test(test_reorder_and_duplicates),
		cmocka_unit_test(test_shrinks_again),
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_outage),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_poor_link),
		cmocka_unit_test(test_other_way),
		cmocka_unit_test(test_silence),
	};

	seed = link_seed();
	recording_make(&tone, 50, 16000, 0, sound_of_tone);
	recording_make(&speech, 75, 64000, 20, sound_of_voice);
	recording_make(&bursts, 25, 64000, 0, sound_of_bursts);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
