/* Microphones that nobody hears: they keep their place in time without decoding, know whether they
 * live, and are heard whole in the third tick after they are needed. */
#include "audio/microphone.h"
#include "simulated_link.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

static struct recording tone, speech;
static uint64_t seed;

static struct {
	struct dm_microphone *microphone;
	struct link link;
	bool linked;
	dm_usec tick;
	float last;
	float step;
	float samples[FRAME];
} rig;

static void begin(const struct link_options *options)
{
	rig.tick = DM_SEC(100) + 4100;
	rig.linked = true;
	rig.last = rig.step = 0;
	link_start(&rig.link, options, seed);
	assert_int_equal(dm_microphone_create(&rig.microphone), 0);
}

static void end(void)
{
	dm_microphone_destroy(rig.microphone);
}

static void receive(void)
{
	struct arrival arrival;

	while (rig.linked && link_next(&rig.link, rig.tick, &arrival))
		dm_microphone_put(rig.microphone, &arrival.packet, arrival.at);
	rig.tick += DM_MSEC(20);
}

static void doze(dm_usec time)
{
	for (dm_usec until = rig.tick + time; rig.tick < until;) {
		receive();
		dm_microphone_doze(rig.microphone, rig.tick - DM_MSEC(20));
	}
}

static enum dm_microphone_sound hear(void)
{
	receive();

	const enum dm_microphone_sound sound = dm_microphone_read(
		rig.microphone, rig.tick - DM_MSEC(20), rig.samples);

	for (size_t n = 0; n < FRAME; n++) {
		rig.step = fmaxf(rig.step, fabsf(rig.samples[n] - rig.last));
		rig.last = rig.samples[n];
	}
	return sound;
}

static float peak(void)
{
	float most = 0;

	for (size_t n = 0; n < FRAME; n++)
		most = fmaxf(most, fabsf(rig.samples[n]));
	return most;
}

static struct dm_microphone_stats stats_of(void)
{
	struct dm_microphone_stats stats;

	dm_microphone_stats(rig.microphone, &stats);
	return stats;
}

static const struct link_options link_of_tone = {
	.recording = &tone,
	.ssrc = 1,
	.delay = DM_MSEC(20),
	.jitter = DM_MSEC(5),
	.drift_ppm = 150,
};

/* Many times, after longer and shorter naps. */
static void test_wakes(void **state)
{
	(void)state;
	begin(&link_of_tone);
	doze(DM_SEC(60));
	assert_int_equal(dm_microphone_dead_for(rig.microphone), 0);
	for (int n = 0; n < 100; n++) {
		rig.last = 0;
		for (int tick = 0; tick < 3; tick++)
			assert_int_not_equal(hear(), DM_MICROPHONE_SILENT);
		/* The decoder finds a steady tone's level within a few frames. */
		hear();
		assert_true(peak() > 0.6f * TONE_PEAK && peak() < 1.1f * TONE_PEAK);
		for (int tick = 0; tick < 4 + n % 7; tick++)
			assert_int_equal(hear(), DM_MICROPHONE_LIVE);
		assert_true(fabsf(peak() - TONE_PEAK) < 0.03f);
		assert_int_equal(dm_microphone_dead_for(rig.microphone), 0);
		doze(DM_MSEC(20) * (1 + 3 * n % 53));
	}
	printf("100 wakes: largest step %.4f of %.4f; depth %lld us\n", (double)rig.step,
	       (double)TONE_STEP, (long long)stats_of().depth);
	assert_true(rig.step < 1.25f * TONE_STEP);
	assert_true(fabs(stats_of().drift_ppm - 150) < 20); /* it goes on learning */
	assert_int_equal(stats_of().starts, 1);
	assert_int_equal(stats_of().concealed_samples, 0);
	end();
}

/* That a link died, and came back, is known as soon as of one that is heard. */
static void test_knows_whether_it_lives(void **state)
{
	int ticks = 0;

	(void)state;
	begin(&link_of_tone);
	assert_int_equal(dm_microphone_dead_for(rig.microphone), DM_USEC_NEVER);
	doze(DM_SEC(2));
	assert_int_equal(dm_microphone_dead_for(rig.microphone), 0);
	rig.linked = false;
	for (; dm_microphone_dead_for(rig.microphone) < DM_MSEC(80); ticks++)
		doze(DM_MSEC(20));
	assert_in_range(ticks, 4, 8);
	doze(DM_SEC(1));
	assert_int_equal(dm_microphone_dead_for(rig.microphone), DM_USEC_NEVER);
	assert_int_equal(hear(), DM_MICROPHONE_SILENT);
	rig.linked = true;
	rig.link.sent += 100;
	rig.link.count = 0;
	doze(DM_MSEC(60));
	doze(DM_SEC(2));
	assert_int_equal(dm_microphone_dead_for(rig.microphone), 0);
	assert_int_equal(stats_of().starts, 2);
	end();
}

/* Nothing of before the nap is heard after it. */
static void test_forgets(void **state)
{
	struct link_options options = link_of_tone;

	(void)state;
	begin(&options);
	for (int tick = 0; tick < 100; tick++)
		hear();
	assert_true(peak() > 0.25f);
	rig.linked = false;
	doze(DM_MSEC(40));
	rig.last = 0;
	rig.step = 0;
	hear();
	hear();
	hear();
	assert_true(rig.step < 1.25f * TONE_STEP);
	end();
}

/* On a poor link it wakes where the depth is that the link needs. */
static void test_poor_link(void **state)
{
	const struct link_options options = {
		.recording = &speech,
		.ssrc = 2,
		.delay = DM_MSEC(60),
		.jitter = DM_MSEC(60),
		.loss_permille = 30,
		.reorder_permille = 20,
	};

	(void)state;
	begin(&options);
	doze(DM_SEC(30));
	for (int tick = 0; tick < 50; tick++)
		hear();
	printf("poor link: depth %lld ms, target %lld ms\n", (long long)stats_of().depth / 1000,
	       (long long)stats_of().target / 1000);
	assert_true(llabs(stats_of().depth - stats_of().target) < DM_MSEC(30));
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wakes),
		cmocka_unit_test(test_knows_whether_it_lives),
		cmocka_unit_test(test_forgets),
		cmocka_unit_test(test_poor_link),
	};

	seed = link_seed();
	recording_make(&tone, 50, 64000, 0, sound_of_tone);
	recording_make(&speech, 75, 64000, 20, sound_of_voice);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
