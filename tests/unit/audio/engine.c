/* The channel engine, with microphones over simulated links: what is heard in each state, dead
 * links, handovers, and that nothing clicks. */
#include "audio/engine.h"
#include "audio/decoder.h"
#include "simulated_link.h"
#include "true_peak.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FRAME    DM_AUDIO_FRAME_SAMPLES
#define FLOOR_HZ 250
#define FLOOR    0.25f
#define HISTORY  (40 * DM_AUDIO_RATE_HZ)

/* Of the loudest two sources in a crossfade, each at most at its own gain. */
#define STEP_MOST (1.25f * TONE_STEP + 0.25f * 6.2832f * FLOOR_HZ / DM_AUDIO_RATE_HZ)

static struct recording tone, voice, soft, loud;
static uint64_t seed;

static struct {
	struct dm_engine *channel;
	struct link links[DM_ENGINE_MICROPHONES];
	bool linked[DM_ENGINE_MICROPHONES];
	struct dm_engine_state state;
	dm_usec tick;
	int64_t position; /* of the floor's tone */
	bool inlet;
	bool other;
	float last;
	float step;
	size_t kept;
	struct dm_engine_event event; /* the last */
	unsigned counts[DM_ENGINE_LINK_BACK + 1];
	float samples[FRAME];
} rig;

static float history[HISTORY];

static void begin(const struct dm_engine_options *options)
{
	memset(&rig, 0, sizeof(rig));
	assert_int_equal(dm_engine_create(&rig.channel, options), 0);
	rig.tick = DM_SEC(100) + 3000;
}

static void end(void)
{
	dm_engine_destroy(rig.channel);
}

static void link_up(uint8_t number, const struct recording *recording)
{
	const struct link_options options = {
		.recording = recording,
		.ssrc = number,
		.delay = DM_MSEC(20),
		.jitter = DM_MSEC(4),
		.drift_ppm = number * 30,
	};

	link_start(&rig.links[number], &options, seed + number);
	rig.linked[number] = true;
}

static void set(enum dm_engine_mode mode, uint8_t number)
{
	rig.state.mode = mode;
	rig.state.voice = number;
	assert_int_equal(dm_engine_set(rig.channel, &rig.state), 0);
}

static void arrive(void)
{
	struct arrival arrival;

	for (uint8_t n = 0; n < DM_ENGINE_MICROPHONES; n++)
		while (rig.linked[n] && link_next(&rig.links[n], rig.tick, &arrival))
			dm_microphone_put(dm_engine_microphone(rig.channel, n), &arrival.packet,
					  arrival.at);
}

static void step(void)
{
	float floor[FRAME], inlet[FRAME];
	struct dm_engine_inputs inputs = { .floor = floor };
	struct dm_engine_event event;

	arrive();
	for (int64_t n = 0; n < FRAME; n++) {
		const double t = (double)(rig.position % DM_AUDIO_RATE_HZ + n) / DM_AUDIO_RATE_HZ;

		floor[n] = FLOOR * (float)sin(2 * M_PI * FLOOR_HZ * t);
		inlet[n] = rig.inlet || rig.other ? sound_of_voice(rig.position + n) : 0;
	}
	rig.position += FRAME;
	if (rig.inlet)
		inputs.inlet = inlet;
	if (rig.other)
		inputs.other = inlet;
	dm_engine_tick(rig.channel, &inputs, rig.tick, rig.samples);
	while (dm_engine_take_event(rig.channel, &event)) {
		rig.event = event;
		rig.counts[event.type]++;
	}
	for (size_t n = 0; n < FRAME; n++) {
		rig.step = fmaxf(rig.step, fabsf(rig.samples[n] - rig.last));
		rig.last = rig.samples[n];
		if (rig.kept < HISTORY)
			history[rig.kept++] = rig.samples[n];
	}
	rig.tick += DM_MSEC(20);
}

static void run_for(dm_usec time)
{
	for (dm_usec until = rig.tick + time; rig.tick < until;)
		step();
}

/* Of the last tick, at `hz`: amplitude (both tones have whole periods in 20 ms). */
static float level_at(double hz)
{
	double re = 0, im = 0;

	for (size_t n = 0; n < FRAME; n++) {
		const double phase = 2 * M_PI * hz * (double)n / DM_AUDIO_RATE_HZ;

		re += (double)rig.samples[n] * cos(phase);
		im += (double)rig.samples[n] * sin(phase);
	}
	return (float)(2 * sqrt(re * re + im * im) / FRAME);
}

static float rms(void)
{
	float sum = 0;

	for (size_t n = 0; n < FRAME; n++)
		sum += rig.samples[n] * rig.samples[n];
	return sqrtf(sum / FRAME);
}

static const struct dm_engine_options plain = { .ceiling_db = -1 };

static void test_states(void **state)
{
	(void)state;
	begin(&plain);
	link_up(0, &tone);
	run_for(DM_SEC(1));
	assert_true(fabsf(level_at(FLOOR_HZ) - FLOOR) < 0.005f); /* at unity */

	set(DM_ENGINE_ON_AIR, 0);
	run_for(DM_SEC(1));
	assert_true(level_at(FLOOR_HZ) < 0.002f);
	assert_true(fabsf(level_at(TONE_HZ) - TONE_PEAK) < 0.02f);

	/* A cough is gone within 40 ms, and the floor never comes. */
	set(DM_ENGINE_MUTED, 0);
	run_for(DM_MSEC(40));
	for (int n = 0; n < 100; n++) {
		step();
		assert_true(rms() < 0.002f && rms() > 0.0002f);
		assert_true(level_at(FLOOR_HZ) < 0.002f);
	}
	set(DM_ENGINE_ON_AIR, 0);
	run_for(DM_MSEC(60));
	assert_true(fabsf(level_at(TONE_HZ) - TONE_PEAK) < 0.02f);
	assert_true(rig.step < STEP_MOST);
	end();
}

/* The floor comes over 300 ms, not sooner. */
static void test_ramp(void **state)
{
	int ticks = 0;

	(void)state;
	begin(&plain);
	link_up(0, &tone);
	set(DM_ENGINE_ON_AIR, 0);
	run_for(DM_SEC(1));
	set(DM_ENGINE_OFF, 0);
	while (level_at(FLOOR_HZ) < 0.99f * FLOOR) {
		step();
		ticks++;
	}
	assert_in_range(ticks, 14, 17); /* 99 % of the gain is 91 % of the way */
	run_for(DM_SEC(1));
	assert_true(level_at(TONE_HZ) < 0.002f);
	end();
}

static void test_other_fallbacks(void **state)
{
	struct dm_engine_options options = plain;

	(void)state;
	options.fallback = DM_ENGINE_SILENCE;
	begin(&options);
	run_for(DM_SEC(1));
	assert_true(rms() == 0);
	end();

	options.fallback = DM_ENGINE_OTHER;
	begin(&options);
	rig.other = true;
	run_for(DM_SEC(1));
	assert_true(level_at(FLOOR_HZ) < 0.1f);
	run_for(DM_MSEC(600));
	assert_true(rms() > 0.05f);
	end();
}

static void test_fallbacks_do_not_click(void **state)
{
	(void)state;
	begin(&plain);
	link_up(0, &tone);
	set(DM_ENGINE_ON_AIR, 0);
	run_for(DM_SEC(1));
	rig.step = 0;
	for (int n = 0; n < 100; n++) {
		set(DM_ENGINE_OFF, 0);
		run_for(DM_MSEC(20) * (1 + n % 37)); /* some turn back half-way */
		set(n % 5 == 4 ? DM_ENGINE_MUTED : DM_ENGINE_ON_AIR, 0);
		run_for(DM_MSEC(20) * (1 + n % 23));
	}
	printf("100 fallbacks: largest step %.4f, of tones alone %.4f\n", (double)rig.step,
	       (double)(TONE_STEP + 0.25f * 6.2832f * FLOOR_HZ / DM_AUDIO_RATE_HZ));
	assert_true(rig.step < STEP_MOST);
	end();
}

static void test_handovers_do_not_click(void **state)
{
	(void)state;
	begin(&plain);
	link_up(0, &tone);
	link_up(1, &tone);
	set(DM_ENGINE_ON_AIR, 0);
	run_for(DM_SEC(1));
	rig.step = 0;
	for (int n = 0; n < 100; n++) {
		set(DM_ENGINE_ON_AIR, (uint8_t)(n % 2 == 0));
		run_for(DM_MSEC(20) * (1 + n % 17));
	}
	printf("100 handovers: largest step %.4f of %.4f\n", (double)rig.step, (double)TONE_STEP);
	assert_true(rig.step < 1.7f * TONE_STEP); /* two tones in step add up to 1.41 */
	end();
}

/* At a pause of who leaves; overlap and gap as measured inside. */
static void test_handovers_at_pauses(void **state)
{
	dm_usec longest = 0, overlap = 0, gap = 0;

	(void)state;
	begin(&plain);
	link_up(0, &voice);
	link_up(1, &voice);
	rig.links[1].sent = 20; /* they do not pause together */
	rig.state.at_pause = true;
	set(DM_ENGINE_ON_AIR, 0);
	run_for(DM_SEC(2));
	for (int n = 0; n < 100; n++) {
		set(DM_ENGINE_ON_AIR, (uint8_t)(n % 2 == 0));
		while (rig.counts[DM_ENGINE_HANDED_OVER] == (unsigned)n)
			step();
		assert_int_equal(rig.event.voice, n % 2 == 0);
		longest = rig.event.waited > longest ? rig.event.waited : longest;
		overlap = rig.event.overlap > overlap ? rig.event.overlap : overlap;
		gap = rig.event.gap > gap ? rig.event.gap : gap;
		run_for(DM_MSEC(20) * (n % 13));
	}
	printf("100 handovers: waited at most %lld ms, overlap %lld ms, gap %lld ms\n",
	       (long long)longest / 1000, (long long)overlap / 1000, (long long)gap / 1000);
	assert_true(longest <= DM_MSEC(2000));
	assert_in_range(overlap, DM_MSEC(20), DM_MSEC(100));
	assert_true(gap <= DM_MSEC(20));
	end();
}

/* Who never pauses is cut off after 3 s; who is not there gets nothing. */
static void test_handover_limits(void **state)
{
	(void)state;
	begin(&plain);
	link_up(0, &tone);
	link_up(1, &tone);
	rig.state.at_pause = true;
	run_for(DM_SEC(1));
	set(DM_ENGINE_ON_AIR, 0);
	run_for(DM_SEC(1));
	set(DM_ENGINE_ON_AIR, 1);
	run_for(DM_MSEC(2900));
	set(DM_ENGINE_ON_AIR, 1); /* told again: waits no longer for that */
	assert_int_equal(rig.counts[DM_ENGINE_HANDED_OVER], 0);
	run_for(DM_MSEC(200));
	assert_int_equal(rig.counts[DM_ENGINE_HANDED_OVER], 1);
	assert_int_equal(rig.event.waited, DM_SEC(3));
	set(DM_ENGINE_ON_AIR, 2);
	run_for(DM_MSEC(3100));
	assert_int_equal(rig.counts[DM_ENGINE_NOT_HANDED], 1);
	assert_true(fabsf(level_at(TONE_HZ) - TONE_PEAK) < 0.02f);
	assert_int_equal(rig.counts[DM_ENGINE_LINK_DEAD], 0);
	end();
}

static void test_dead_link_falls_back(void **state)
{
	dm_usec silent_at = 0, floor_at = 0, back_at = 0, returned;

	(void)state;
	begin(&plain);
	link_up(0, &tone);
	run_for(DM_SEC(1));
	set(DM_ENGINE_ON_AIR, 0);
	run_for(DM_SEC(1));
	rig.step = 0;
	rig.links[0].pause = 1500;
	returned = link_sends_at(&rig.links[0], rig.links[0].sent + 1500) + DM_MSEC(20);
	while (rig.tick < returned + DM_SEC(2)) {
		step();
		if (silent_at == 0 &&
		    dm_microphone_dead_for(dm_engine_microphone(rig.channel, 0)) > 0)
			silent_at = rig.tick;
		if (floor_at == 0 && level_at(FLOOR_HZ) > 0.995f * FLOOR)
			floor_at = rig.tick;
		if (back_at == 0 && rig.counts[DM_ENGINE_LINK_BACK] > 0)
			back_at = rig.tick;
	}
	printf("floor %lld ms after the last sound; voice taken back %lld ms after its first packet; step %.4f\n",
	       (long long)(floor_at - silent_at) / 1000, (long long)(back_at - returned) / 1000,
	       (double)rig.step);
	assert_in_range(floor_at - silent_at, DM_MSEC(200), DM_MSEC(400));
	assert_in_range(back_at - returned, 0, DM_MSEC(500));
	assert_int_equal(rig.counts[DM_ENGINE_LINK_DEAD], 1);
	assert_int_equal(rig.counts[DM_ENGINE_FELL_BACK], 1);
	assert_int_equal(rig.counts[DM_ENGINE_LINK_BACK], 1);
	assert_true(fabsf(level_at(TONE_HZ) - TONE_PEAK) < 0.02f);
	assert_true(level_at(FLOOR_HZ) < 0.002f);
	assert_true(rig.step < STEP_MOST);
	end();
}

static void test_standby_takes_over(void **state)
{
	int quiet = 0, ticks = 0;

	(void)state;
	begin(&plain);
	link_up(0, &tone);
	link_up(1, &tone);
	rig.state.has_standby = true;
	rig.state.standby = 1;
	run_for(DM_SEC(1));
	set(DM_ENGINE_ON_AIR, 0);
	run_for(DM_SEC(1));
	rig.step = 0;
	rig.linked[0] = false;
	for (; rig.counts[DM_ENGINE_STANDBY_TAKES] == 0 && ticks < 100; ticks++) {
		step();
		quiet += rms() < 0.05f;
	}
	run_for(DM_MSEC(100));
	assert_int_equal(quiet, 0);
	assert_true(ticks <= 10);
	assert_true(fabsf(level_at(TONE_HZ) - TONE_PEAK) < 0.02f);
	/* Told the same again, and when the other comes back: the standby stays. */
	set(DM_ENGINE_ON_AIR, 0);
	rig.linked[0] = true;
	run_for(DM_SEC(1));
	assert_int_equal(rig.event.type, DM_ENGINE_STANDBY_TAKES);
	assert_true(level_at(FLOOR_HZ) < 0.002f);
	assert_int_equal(rig.counts[DM_ENGINE_FELL_BACK], 0);
	assert_true(rig.step < 1.7f * TONE_STEP);
	/* Nobody is left. */
	set(DM_ENGINE_ON_AIR, 1);
	rig.linked[0] = rig.linked[1] = false;
	run_for(DM_SEC(1));
	assert_int_equal(rig.counts[DM_ENGINE_FELL_BACK], 1);
	assert_true(fabsf(level_at(FLOOR_HZ) - FLOOR) < 0.005f);
	end();
}

static void test_inlet(void **state)
{
	const struct dm_engine_options options = { .ceiling_db = -1, .target_lufs = -23 };

	(void)state;
	begin(&options);
	rig.inlet = true;
	set(DM_ENGINE_ON_AIR, DM_ENGINE_INLET);
	run_for(DM_SEC(20));

	const double lufs = integrated_lufs(history + 10 * DM_AUDIO_RATE_HZ,
					    rig.kept - 10 * DM_AUDIO_RATE_HZ);

	assert_true(fabs(lufs + 23) <= 1);
	rig.inlet = false;
	run_for(DM_SEC(1));
	assert_int_equal(rig.counts[DM_ENGINE_FELL_BACK], 1);
	end();
}

/* The whole way: microphone, engine, encoder, and a listener's decoder. */
static void test_loudness_and_peaks(void **state)
{
	static const struct {
		const struct recording *booth;
		const char *name;
	} cases[] = { { &soft, "-40" }, { &loud, "-10" } };
	const struct dm_engine_options options = { .ceiling_db = -2, .target_lufs = -23 };
	const struct dm_encoder_options encoding = {
		.bitrate_bps = 64000,
		.complexity = 5,
	};

	(void)state;
	for (size_t n = 0; n < 2; n++) {
		static float heard[22 * DM_AUDIO_RATE_HZ];
		float decoded[DM_DECODER_SAMPLES_MAX];
		uint8_t payload[DM_AUDIO_PAYLOAD_MAX];
		struct dm_encoder *encoder;
		struct dm_decoder *decoder;

		begin(&options);
		link_up(0, cases[n].booth);
		set(DM_ENGINE_ON_AIR, 0);
		assert_int_equal(dm_encoder_create(&encoder, &encoding), 0);
		assert_int_equal(dm_decoder_create(&decoder), 0);
		for (size_t tick = 0; tick < 22 * 50; tick++) {
			step();

			const int bytes = dm_encoder_encode(encoder, rig.samples, payload,
							    sizeof(payload));

			assert_int_equal(
				dm_decoder_decode(decoder, payload, (size_t)bytes, decoded), FRAME);
			memcpy(heard + tick * FRAME, decoded, FRAME * sizeof(float));
		}
		dm_encoder_destroy(encoder);
		dm_decoder_destroy(decoder);

		const double lufs = integrated_lufs(heard + 10 * DM_AUDIO_RATE_HZ,
						    12 * DM_AUDIO_RATE_HZ);
		const double peak = true_peak_db(heard + DM_AUDIO_RATE_HZ / 2,
						 21 * DM_AUDIO_RATE_HZ);

		printf("a booth at %s LUFS: heard at %.2f LUFS, true peak %.2f dBTP\n",
		       cases[n].name, lufs, peak);
		assert_true(fabs(lufs + 23) <= 1);
		assert_true(peak <= -1);
		end();
	}
}

static void test_bad_values(void **state)
{
	static const struct dm_engine_options bad[] = {
		{ .ceiling_db = 1 },   { .ramp = DM_MSEC(299) },
		{ .ramp = DM_SEC(6) }, { .target_lufs = -60 },
		{ .target_lufs = 1 },  { .fallback = (enum dm_engine_fallback)3 },
	};
	struct dm_engine_state wrong = { .mode = DM_ENGINE_ON_AIR, .voice = DM_ENGINE_VOICES };

	(void)state;
	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		assert_int_equal(dm_engine_create(&rig.channel, &bad[n]), -EINVAL);
		assert_null(rig.channel);
	}
	begin(&plain);
	assert_int_equal(dm_engine_set(rig.channel, &wrong), -EINVAL);
	assert_null(dm_engine_microphone(rig.channel, DM_ENGINE_INLET));
	end();
	dm_engine_destroy(NULL);
}

static double voice_gain = 1;

static float scaled_voice(int64_t n)
{
	return (float)voice_gain * sound_of_voice(n);
}

static void make_recordings(void)
{
	static float samples[6 * 72000];

	for (int64_t n = 0; n < 6 * 72000; n++)
		samples[n] = sound_of_voice(n);

	const double lufs = integrated_lufs(samples, 6 * 72000);

	recording_make(&tone, 50, 64000, 0, sound_of_tone);
	recording_make(&voice, 75, 64000, 0, sound_of_voice);
	voice_gain = pow(10, (-40 - lufs) / 20);
	recording_make(&soft, 75, 64000, 0, scaled_voice);
	voice_gain = pow(10, (-10 - lufs) / 20);
	recording_make(&loud, 75, 64000, 0, scaled_voice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_ramp),
		cmocka_unit_test(test_other_fallbacks),
		cmocka_unit_test(test_fallbacks_do_not_click),
		cmocka_unit_test(test_handovers_do_not_click),
		cmocka_unit_test(test_handovers_at_pauses),
		cmocka_unit_test(test_handover_limits),
		cmocka_unit_test(test_dead_link_falls_back),
		cmocka_unit_test(test_standby_takes_over),
		cmocka_unit_test(test_inlet),
		cmocka_unit_test(test_loudness_and_peaks),
		cmocka_unit_test(test_bad_values),
	};

	seed = link_seed();
	make_recordings();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
