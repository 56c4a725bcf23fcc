/* The ticker's beat in simulated time, with engines told by command and microphones over simulated
 * links: what listeners of the tracks hear, and that nothing ever breaks. */
#include "desk_rig.h"
#include "true_peak.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* The steepest of two sources in a crossfade; a codec adds some noise. */
#define FLOOR_STEP (RIG_FLOOR * 6.2832f * RIG_FLOOR_HZ / DM_AUDIO_RATE_HZ)
#define STEP_MOST  (1.6f * (TONE_STEP + FLOOR_STEP))

static struct recording tone, voice, soft, loud;
static struct desk_rig rig;

static const struct dm_engine_options plain = { .ceiling_db = -2 };

static struct link_options over(const struct recording *recording, uint32_t ssrc)
{
	return (struct link_options){
		.recording = recording,
		.ssrc = ssrc,
		.delay = DM_MSEC(20),
		.jitter = DM_MSEC(3),
		.drift_ppm = 30 * (double)ssrc,
	};
}

/* A sender into a channel's microphone of the same number. */
static void seat(int channel, uint8_t microphone, size_t sender, const struct recording *recording)
{
	const struct link_options options = over(recording, (uint32_t)sender + 1);

	rig_send(&rig, sender, &options);
	assert_int_equal(
		dm_ticker_connect(rig.ticker, channel, microphone, rig.senders[sender].intake), 0);
}

static void set(int channel, enum dm_engine_mode mode, uint8_t number)
{
	const struct dm_engine_state state = { .mode = mode, .voice = number };

	assert_int_equal(dm_ticker_set(rig.ticker, channel, &state), 0);
}

static struct dm_ticker_level level_of(int channel)
{
	struct dm_ticker_level level;

	dm_ticker_level(rig.ticker, channel, &level);
	return level;
}

static bool hears_tone(int channel)
{
	return fabsf(rig_level(&rig, channel, TONE_HZ) - TONE_PEAK) < 0.03f;
}

static bool hears_floor(int channel)
{
	return fabsf(rig_level(&rig, channel, RIG_FLOOR_HZ) - RIG_FLOOR) < 0.02f;
}

/* Commands count from the next beat on, and levels tell what is sent. */
static void test_commands(void **state)
{
	struct dm_microphone_stats stats;

	(void)state;
	rig_begin(&rig, &plain);
	seat(RIG_A, 0, 0, &tone);     /* before the first beat */
	rig_run(&rig, DM_MSEC(1300)); /* its level is taken once a second */
	assert_true(hears_floor(RIG_FLOOR_CHANNEL) && hears_floor(RIG_A) && hears_floor(RIG_B));
	assert_true(level_of(RIG_A).fallen_back);
	assert_int_equal(level_of(RIG_A).on_air, DM_ENGINE_VOICES);
	assert_true(level_of(RIG_A).microphones[0].live);
	assert_false(level_of(RIG_A).microphones[1].live);
	assert_true(fabsf(level_of(RIG_A).microphones[0].peak_dbfs - 20 * log10f(TONE_PEAK)) < 1);
	assert_true(level_of(RIG_A).microphones[1].peak_dbfs == -HUGE_VALF);
	assert_true(fabsf(level_of(RIG_A).peak_dbfs - 20 * log10f(RIG_FLOOR)) < 0.2f);

	set(RIG_A, DM_ENGINE_ON_AIR, 0);
	assert_int_equal(level_of(RIG_A).on_air, DM_ENGINE_VOICES);
	rig_step(&rig);
	assert_int_equal(level_of(RIG_A).on_air, 0); /* by the very next beat */
	assert_false(level_of(RIG_A).fallen_back);
	rig_run(&rig, DM_SEC(1));
	assert_true(hears_tone(RIG_A) && hears_floor(RIG_B));
	dm_ticker_microphone_stats(rig.ticker, RIG_A, 0, &stats);
	assert_true(stats.starts == 1 && stats.played_samples > DM_AUDIO_RATE_HZ / 2);

	set(RIG_A, DM_ENGINE_MUTED, 0);
	rig_run(&rig, DM_SEC(1));
	assert_true(rig_level(&rig, RIG_A, RIG_FLOOR_HZ) < 0.002f);
	assert_true(level_of(RIG_A).peak_dbfs > -70 && level_of(RIG_A).peak_dbfs < -40);
	rig_end(&rig);
}

static void test_other_channel(void **state)
{
	const struct dm_engine_options options = {
		.ceiling_db = -2,
		.fallback = DM_ENGINE_OTHER,
	};

	(void)state;
	rig_begin(&rig, &options);
	seat(RIG_A, 0, 0, &tone);
	set(RIG_A, DM_ENGINE_ON_AIR, 0);
	assert_int_equal(dm_ticker_set_other(rig.ticker, RIG_B, RIG_A), 0);
	rig_run(&rig, DM_SEC(2));
	assert_true(hears_tone(RIG_A) && hears_tone(RIG_B));
	assert_int_equal(dm_ticker_set_other(rig.ticker, RIG_B, RIG_FLOOR_CHANNEL), 0);
	rig_run(&rig, DM_SEC(1));
	assert_true(hears_floor(RIG_B));
	assert_int_equal(dm_ticker_set_other(rig.ticker, RIG_B, -1), 0);
	rig_run(&rig, DM_SEC(1));
	assert_true(level_of(RIG_B).peak_dbfs == -HUGE_VALF);
	rig_end(&rig);
}

static void test_refusals(void **state)
{
	const struct dm_engine_state fine = { .mode = DM_ENGINE_OFF };
	struct dm_engine_state bad = fine;
	struct dm_intake *picture;
	int pushed = 0, error = 0;

	(void)state;
	rig_begin(&rig, &plain);
	assert_int_equal(dm_ticker_set(rig.ticker, RIG_FLOOR_CHANNEL, &fine), -EINVAL);
	assert_int_equal(dm_ticker_set(rig.ticker, -1, &fine), -EINVAL);
	assert_int_equal(dm_ticker_set(rig.ticker, RIG_CHANNELS, &fine), -EINVAL);
	bad.voices = 1 << DM_ENGINE_VOICES;
	assert_int_equal(dm_ticker_set(rig.ticker, RIG_A, &bad), -EINVAL);
	assert_int_equal(dm_ticker_set_other(rig.ticker, RIG_A, RIG_A), -EINVAL);
	assert_int_equal(dm_ticker_set_other(rig.ticker, RIG_A, RIG_CHANNELS), -EINVAL);
	assert_int_equal(dm_intake_create(&picture, 64, 90000), 0);
	assert_int_equal(dm_ticker_connect(rig.ticker, RIG_A, 0, picture), -EINVAL);
	dm_intake_unref(picture);
	assert_int_equal(dm_ticker_connect(rig.ticker, RIG_A, DM_ENGINE_MICROPHONES, NULL),
			 -EINVAL);
	assert_int_equal(dm_ticker_connect(rig.ticker, RIG_FLOOR_CHANNEL, 0, rig.senders[0].intake),
			 -EINVAL);

	/* A queue that nobody takes from is full at some time; what it holds is given back. */
	while (pushed < 100000 && error == 0) {
		error = dm_ticker_connect(rig.ticker, RIG_A, 0, rig.senders[0].intake);
		pushed++;
	}
	assert_int_equal(error, -EAGAIN);
	rig_end(&rig);
}

/* Handovers between two microphones, fallbacks and reconnections, 100 of each, some before the last
 * has ended: listeners' numbers never break (the rig minds it), and nothing clicks. */
static void test_unbroken(void **state)
{
	(void)state;
	rig_begin(&rig, &plain);
	seat(RIG_A, 0, 0, &tone);
	seat(RIG_A, 1, 1, &tone);
	seat(RIG_B, 0, 2, &tone);
	set(RIG_A, DM_ENGINE_ON_AIR, 0);
	set(RIG_B, DM_ENGINE_ON_AIR, 0);
	assert_int_equal(dm_ticker_set_other(rig.ticker, RIG_B, RIG_A), 0);
	rig_run(&rig, DM_SEC(2));
	rig.listeners[RIG_A].step = rig.listeners[RIG_B].step = 0;

	for (int n = 0; n < 100; n++) {
		const uint8_t to = n % 2 == 0;

		set(RIG_A, DM_ENGINE_ON_AIR, to);
		rig_run(&rig, DM_MSEC(20) * (4 + n % 17));
		assert_int_equal(level_of(RIG_A).on_air, to);
	}
	printf("100 handovers: largest step %.4f\n", (double)rig.listeners[RIG_A].step);
	assert_true(rig.listeners[RIG_A].step < STEP_MOST);
	rig.listeners[RIG_A].step = 0;

	for (int n = 0; n < 100; n++) {
		set(RIG_A, DM_ENGINE_OFF, 0);
		rig_run(&rig, DM_MSEC(20) * (1 + n % 31));
		set(RIG_A, n % 5 == 4 ? DM_ENGINE_MUTED : DM_ENGINE_ON_AIR, 0);
		rig_run(&rig, DM_MSEC(20) * (1 + n % 23));
	}
	printf("100 fallbacks: largest step %.4f\n", (double)rig.listeners[RIG_A].step);
	assert_true(rig.listeners[RIG_A].step < STEP_MOST);
	rig.listeners[RIG_B].step = 0;

	for (int n = 0; n < 100; n++) {
		struct dm_intake *intake = rig.senders[n % 2 == 0 ? 3 : 2].intake;
		const struct link_options options = over(&tone, (uint32_t)(100 + n));

		assert_int_equal(dm_ticker_connect(rig.ticker, RIG_B, 0, NULL), 0);
		rig_run(&rig, DM_MSEC(20) * (1 + n % 29));
		rig_send(&rig, n % 2 == 0 ? 3 : 2, &options);
		assert_int_equal(dm_ticker_connect(rig.ticker, RIG_B, 0, intake), 0);
		rig_run(&rig, DM_MSEC(20) * (20 + n % 37));
		assert_int_equal(level_of(RIG_B).on_air, 0);
	}
	printf("100 reconnections: largest step %.4f; %u links died, %u came back\n",
	       (double)rig.listeners[RIG_B].step, rig.events[DM_ENGINE_LINK_DEAD],
	       rig.events[DM_ENGINE_LINK_BACK]);
	assert_true(rig.listeners[RIG_B].step < STEP_MOST);
	assert_true(rig.events[DM_ENGINE_LINK_DEAD] > 50);
	rig_end(&rig);
}

/* What engines find out comes by a descriptor. */
static void test_events(void **state)
{
	struct pollfd doorbell;
	dm_usec died_at;

	(void)state;
	rig_begin(&rig, &plain);
	doorbell = (struct pollfd){ .fd = dm_ticker_fd(rig.ticker), .events = POLLIN };
	seat(RIG_B, 2, 0, &tone);
	rig_run(&rig, DM_MSEC(500)); /* who goes on air before it is heard of is dead */
	set(RIG_B, DM_ENGINE_ON_AIR, 2);
	rig_run(&rig, DM_SEC(1));
	assert_int_equal(poll(&doorbell, 1, 0), 0);
	assert_int_equal(rig.events[DM_ENGINE_LINK_DEAD], 0);

	rig.senders[0].sends = false;
	died_at = rig_published_at(&rig);
	while (rig.events[DM_ENGINE_FELL_BACK] == 0) {
		dm_ticker_make(rig.ticker, rig.tick);
		dm_ticker_publish(rig.ticker, rig.tick++, rig_published_at(&rig));
		rig.listeners[0].next++;
		rig.listeners[1].next++;
		rig.listeners[2].next++;
		if (poll(&doorbell, 1, 0) == 0)
			continue;
		dm_ticker_answer(rig.ticker);
		assert_int_equal(poll(&doorbell, 1, 0), 0);
		while (dm_ticker_take_event(rig.ticker, &rig.event))
			rig.events[rig.event.engine.type]++;
	}
	assert_int_equal(rig.event.channel, RIG_B);
	assert_int_equal(rig.event.engine.voice, 2);
	assert_int_equal(rig.events[DM_ENGINE_LINK_DEAD], 1);
	assert_true(rig_published_at(&rig) - died_at <= DM_MSEC(140));
	rig_end(&rig);
}

/* What waited for long when an intake is connected does not come late. */
static void test_old_packets(void **state)
{
	const struct link_options options = over(&tone, 1);
	struct dm_microphone_stats stats;

	(void)state;
	rig_begin(&rig, &plain);
	rig_send(&rig, 0, &options);
	rig_run(&rig, DM_MSEC(800)); /* into an intake that nobody takes from */
	set(RIG_A, DM_ENGINE_ON_AIR, 0);
	assert_int_equal(dm_ticker_connect(rig.ticker, RIG_A, 0, rig.senders[0].intake), 0);
	rig_run(&rig, DM_SEC(1));
	dm_ticker_microphone_stats(rig.ticker, RIG_A, 0, &stats);
	assert_in_range(stats.packets.puts[DM_JITTER_STORED], 50, 62);
	assert_true(stats.depth < DM_MSEC(50));
	assert_true(hears_tone(RIG_A));
	rig_end(&rig);
}

/* A booth too soft and one too loud are heard alike by who listens to the tracks. */
static void test_loudness(void **state)
{
	enum { SECONDS = 22 };
	static float heard[2][SECONDS * DM_AUDIO_RATE_HZ];
	const struct dm_engine_options options = { .ceiling_db = -2, .target_lufs = -23 };

	(void)state;
	rig_begin(&rig, &options);
	seat(RIG_A, 0, 0, &soft);
	seat(RIG_B, 0, 1, &loud);
	rig_run(&rig, DM_MSEC(200));
	set(RIG_A, DM_ENGINE_ON_AIR, 0);
	set(RIG_B, DM_ENGINE_ON_AIR, 0);
	for (size_t tick = 0; tick < SECONDS * 50; tick++) {
		rig_step(&rig);
		for (size_t n = 0; n < 2; n++)
			memcpy(heard[n] + tick * FRAME, rig.listeners[RIG_A + n].samples,
			       FRAME * sizeof(float));
	}
	for (size_t n = 0; n < 2; n++) {
		const double lufs = integrated_lufs(heard[n] + 10 * DM_AUDIO_RATE_HZ,
						    (SECONDS - 10) * DM_AUDIO_RATE_HZ);
		/* After the floor has gone. */
		const double peak = true_peak_db(heard[n] + DM_AUDIO_RATE_HZ / 2,
						 (SECONDS - 1) * DM_AUDIO_RATE_HZ);

		printf("a booth at %s LUFS: heard at %.2f LUFS, true peak %.2f dBTP\n",
		       n == 0 ? "-40" : "-10", lufs, peak);
		assert_true(fabs(lufs + 23) <= 1);
		assert_true(peak <= -1);
	}
	rig_end(&rig);
}

/* A channel whose source is a stream of Opus, and a floor that another writes. */
static void test_passed_through(void **state)
{
	const struct link_options options = over(&tone, 7);
	const struct dm_engine_state booth = { .mode = DM_ENGINE_ON_AIR, .voice = DM_ENGINE_INLET };
	struct dm_ticker_channel channel = { .engine = &plain };
	struct dm_ticker_level level;
	int floor_number, source, carrier;

	(void)state;
	rig_begin(&rig, &plain);
	floor_number = dm_ticker_add(
		rig.ticker,
		&(struct dm_ticker_channel){ .intake = rig.senders[4].intake, .floor = -1 });
	assert_int_equal(floor_number, RIG_CHANNELS);
	channel.floor = floor_number;
	carrier = dm_ticker_add(rig.ticker, &channel);
	channel.intake = rig.senders[5].intake;
	channel.floor = RIG_FLOOR_CHANNEL;
	source = dm_ticker_add(rig.ticker, &channel);
	assert_true(carrier > 0 && source > 0);
	assert_int_equal(dm_ticker_set(rig.ticker, source, &booth), 0);
	rig_send(&rig, 4, &options);
	rig_send(&rig, 5, &options);
	rig_run(&rig, DM_SEC(1));
	dm_ticker_level(rig.ticker, carrier, &level);
	assert_true(level.fallen_back);
	assert_true(fabsf(level.peak_dbfs - 20 * log10f(TONE_PEAK)) < 1); /* the floor's tone */
	dm_ticker_level(rig.ticker, source, &level);
	assert_int_equal(level.on_air, DM_ENGINE_INLET);
	assert_true(fabsf(level.peak_dbfs - 20 * log10f(TONE_PEAK)) < 1);

	/* Its source ends: the floor, of PCM. */
	rig.senders[5].sends = false;
	rig_run(&rig, DM_SEC(1));
	dm_ticker_level(rig.ticker, source, &level);
	assert_true(level.fallen_back);
	assert_true(fabsf(level.peak_dbfs - 20 * log10f(RIG_FLOOR)) < 0.2f);
	assert_int_equal(rig.events[DM_ENGINE_FELL_BACK], 2); /* before its first packet too */
	rig_end(&rig);
}

/* The fallback is the floor at its own time: listeners of both hear the same. */
static void test_fallback_in_time(void **state)
{
	float most = 0;

	(void)state;
	rig_begin(&rig, &plain);
	rig_run(&rig, DM_SEC(1));
	for (int tick = 0; tick < 50; tick++) {
		rig_step(&rig);
		for (size_t n = 0; n < FRAME; n++)
			most = fmaxf(most, fabsf(rig.listeners[RIG_A].samples[n] -
						 rig.listeners[RIG_FLOOR_CHANNEL].samples[n]));
	}
	printf("floor and fallback differ by at most %.5f\n", (double)most);
	assert_true(most < 0.004f); /* a sample's difference in time would be 0.008 */
	rig_end(&rig);
}

static double metric_of(const char *name)
{
	char *text = dm_metrics_render(rig.metrics, NULL);
	const char *at = strstr(text, name);
	double value;

	assert_non_null(at);
	value = strtod(at + strlen(name), NULL);
	free(text);
	return value;
}

/* The encoder prepares for what nine of ten receivers lose, at once; and for less half a minute
 * after they do. */
static void test_loss(void **state)
{
	static const char name[] =
		"dragoman_channel_encoder_loss_ratio{room=\"room\",channel=\"fr\"}";

	(void)state;
	rig_begin(&rig, &plain);
	assert_true(metric_of(name) == 0.01);
	for (int n = 0; n < 50; n++)
		dm_track_note_loss(rig.listeners[RIG_A].track, 26); /* 10 % */
	rig_run(&rig, DM_SEC(5));
	assert_true(metric_of(name) >= 0.1 && metric_of(name) <= 0.15);
	rig_run(&rig, DM_MSEC(100));
	assert_true(hears_floor(RIG_A));
	for (int report = 0; report < 5; report++) {
		dm_track_note_loss(rig.listeners[RIG_A].track, 0);
		rig_run(&rig, DM_SEC(5));
		assert_true(metric_of(name) >= 0.1);
	}
	dm_track_note_loss(rig.listeners[RIG_A].track, 0);
	rig_run(&rig, DM_SEC(5));
	assert_true(metric_of(name) == 0.01);
	assert_true(metric_of("dragoman_channel_on_air{room=\"room\",channel=\"fr\"}") == 0);
	assert_true(metric_of("dragoman_channel_fallen_back{room=\"room\",channel=\"fr\"}") == 1);
	rig_end(&rig);
}

static double scale;

static float scaled_voice(int64_t n)
{
	return (float)scale * sound_of_voice(n);
}

static void make_recordings(void)
{
	static float samples[20 * DM_AUDIO_RATE_HZ];
	double lufs;

	for (size_t n = 0; n < 20 * DM_AUDIO_RATE_HZ; n++)
		samples[n] = sound_of_voice((int64_t)n);
	lufs = integrated_lufs(samples, 20 * DM_AUDIO_RATE_HZ);
	recording_make(&tone, 60, 64000, 0, sound_of_tone);
	recording_make(&voice, 75, 64000, 0, sound_of_voice);
	scale = pow(10, (-40 - lufs) / 20);
	recording_make(&soft, 75, 64000, 0, scaled_voice);
	scale = pow(10, (-10 - lufs) / 20);
	recording_make(&loud, 75, 64000, 0, scaled_voice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),         cmocka_unit_test(test_other_channel),
		cmocka_unit_test(test_refusals),         cmocka_unit_test(test_unbroken),
		cmocka_unit_test(test_events),           cmocka_unit_test(test_old_packets),
		cmocka_unit_test(test_loudness),         cmocka_unit_test(test_passed_through),
		cmocka_unit_test(test_fallback_in_time), cmocka_unit_test(test_loss),
	};

	make_recordings();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
