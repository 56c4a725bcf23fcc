/* The meter's verdicts on recorded people (tests/data/voices), as they are and with what a bad
 * link, microphone or room does to them. */
#include "audio/decoder.h"
#include "audio/encoder.h"
#include "audio/interpretability.h"
#include "voices.h"

#include <math.h>
#include <opus.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define FRAME  DM_AUDIO_FRAME_SAMPLES
#define FRAMES (VOICE_SAMPLES / FRAME)

/* Mean power of the loud parts of a voice at -23 LUFS, near enough. */
#define VOICE_RMS 0.06

static float voice[VOICE_SAMPLES], sound[VOICE_SAMPLES];
static uint16_t coded_bytes[FRAMES]; /* what they were decoded from; 0: unknown */
static uint32_t random_state;

static void load(int number)
{
	voice_load(number, sound);
	memset(coded_bytes, 0, sizeof(coded_bytes));
}

static double noise(void) /* -1..1 */
{
	random_state = random_state * 1664525u + 1013904223u; /* Numerical Recipes */
	return (int32_t)random_state / 2147483648.0;
}

/* A low-pass as steep as a codec's: 255 taps of a sinc under a Hann window. */
static void cut(double hz)
{
	double taps[255];

	for (int n = 0; n < 255; n++) {
		const double x = 2 * M_PI * hz / 48000 * (n - 127);

		taps[n] = (n == 127 ? 1 : sin(x) / x) * 2 * hz / 48000 *
			  (0.5 - 0.5 * cos(2 * M_PI * (n + 0.5) / 255));
	}
	memcpy(voice, sound, sizeof(voice));
	for (int at = 0; at < VOICE_SAMPLES; at++) {
		double sum = 0;

		for (int n = at < 254 ? 254 - at : 0; n < 255; n++)
			sum += taps[n] * (double)voice[at - 254 + n];
		sound[at] = (float)sum;
	}
}

static void code(int bitrate, bool fullband)
{
	int error;
	OpusEncoder *encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &error);
	struct dm_decoder *decoder;

	assert_non_null(encoder);
	assert_int_equal(dm_decoder_create(&decoder), 0);
	opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bitrate));
	if (fullband)
		opus_encoder_ctl(encoder, OPUS_SET_BANDWIDTH(OPUS_BANDWIDTH_FULLBAND));
	for (int n = 0; n < FRAMES; n++) {
		uint8_t packet[1500];
		float out[DM_DECODER_SAMPLES_MAX];
		const int size = opus_encode_float(encoder, sound + n * FRAME, FRAME, packet,
						   sizeof(packet));

		assert_int_equal(dm_decoder_decode(decoder, packet, (size_t)size, out), FRAME);
		memcpy(sound + n * FRAME, out, sizeof(float) * FRAME);
		coded_bytes[n] = (uint16_t)size;
	}
	dm_decoder_destroy(decoder);
	opus_encoder_destroy(encoder);
}

struct damage {
	const char *name;
	double cut_hz, clip_db, snr_db; /* 0: not; clipped beside the mean power */
	int bitrate;                    /* 0: not coded again */
	bool fullband;                  /* whatever there is to fill it with */
	bool before; /* coded in a call before, which the relay knows nothing of */
	int concealed_percent;
	enum dm_verdict verdict, worse; /* one of both */
	enum dm_verdict_reason reason;
};

static const struct damage damages[] = {
	{ .name = "as it is", .verdict = DM_VERDICT_GOOD, .worse = DM_VERDICT_GOOD },
	{ .name = "15 kHz", .cut_hz = 15000, .verdict = DM_VERDICT_GOOD, .worse = DM_VERDICT_GOOD },
	{ .name = "11 kHz", .cut_hz = 11000, .verdict = DM_VERDICT_GOOD, .worse = DM_VERDICT_GOOD },
	{ .name = "48 kbit/s",
	  .bitrate = 48000,
	  .verdict = DM_VERDICT_GOOD,
	  .worse = DM_VERDICT_GOOD },
	{ .name = "8 kHz",
	  .cut_hz = 8000,
	  .verdict = DM_VERDICT_POOR,
	  .worse = DM_VERDICT_POOR,
	  .reason = DM_VERDICT_REASON_NARROW },
	{ .name = "3.4 kHz",
	  .cut_hz = 3400,
	  .verdict = DM_VERDICT_UNFIT,
	  .worse = DM_VERDICT_UNFIT,
	  .reason = DM_VERDICT_REASON_TELEPHONE },
	{ .name = "3.4 kHz, coded",
	  .cut_hz = 3400,
	  .bitrate = 64000,
	  .verdict = DM_VERDICT_UNFIT,
	  .worse = DM_VERDICT_UNFIT,
	  .reason = DM_VERDICT_REASON_TELEPHONE },
	{ .name = "12 kbit/s before",
	  .bitrate = 12000,
	  .before = true,
	  .verdict = DM_VERDICT_POOR,
	  .worse = DM_VERDICT_POOR,
	  .reason = DM_VERDICT_REASON_NARROW },
	{ .name = "8 kbit/s before",
	  .bitrate = 8000,
	  .before = true,
	  .verdict = DM_VERDICT_UNFIT,
	  .worse = DM_VERDICT_UNFIT,
	  .reason = DM_VERDICT_REASON_TELEPHONE },
	{ .name = "24 kbit/s",
	  .bitrate = 24000,
	  .verdict = DM_VERDICT_GOOD,
	  .worse = DM_VERDICT_GOOD },
	{ .name = "12 kbit/s",
	  .bitrate = 12000,
	  .verdict = DM_VERDICT_POOR,
	  .worse = DM_VERDICT_POOR,
	  .reason = DM_VERDICT_REASON_CODED },
	{ .name = "12 kbit/s, 20 kHz",
	  .bitrate = 12000,
	  .fullband = true,
	  .verdict = DM_VERDICT_POOR,
	  .worse = DM_VERDICT_POOR,
	  .reason = DM_VERDICT_REASON_CODED },
	{ .name = "8 kbit/s",
	  .bitrate = 8000,
	  .verdict = DM_VERDICT_UNFIT,
	  .worse = DM_VERDICT_UNFIT,
	  .reason = DM_VERDICT_REASON_CODED },
	{ .name = "8 kbit/s, 20 kHz",
	  .bitrate = 8000,
	  .fullband = true,
	  .verdict = DM_VERDICT_UNFIT,
	  .worse = DM_VERDICT_UNFIT,
	  .reason = DM_VERDICT_REASON_CODED },
	{ .name = "clipped at 8 dB",
	  .clip_db = 8,
	  .verdict = DM_VERDICT_POOR,
	  .worse = DM_VERDICT_UNFIT,
	  .reason = DM_VERDICT_REASON_CLIPPED },
	{ .name = "clipped at 3 dB",
	  .clip_db = 3,
	  .verdict = DM_VERDICT_UNFIT,
	  .worse = DM_VERDICT_UNFIT,
	  .reason = DM_VERDICT_REASON_CLIPPED },
	{ .name = "SNR 40 dB", .snr_db = 40, .verdict = DM_VERDICT_GOOD, .worse = DM_VERDICT_GOOD },
	{ .name = "SNR 20 dB",
	  .snr_db = 20,
	  .verdict = DM_VERDICT_POOR,
	  .worse = DM_VERDICT_POOR,
	  .reason = DM_VERDICT_REASON_NOISY },
	{ .name = "SNR 10 dB",
	  .snr_db = 10,
	  .verdict = DM_VERDICT_UNFIT,
	  .worse = DM_VERDICT_UNFIT,
	  .reason = DM_VERDICT_REASON_NOISY },
	{ .name = "1 % concealed",
	  .concealed_percent = 1,
	  .verdict = DM_VERDICT_GOOD,
	  .worse = DM_VERDICT_GOOD },
	{ .name = "10 % concealed",
	  .concealed_percent = 10,
	  .verdict = DM_VERDICT_POOR,
	  .worse = DM_VERDICT_UNFIT,
	  .reason = DM_VERDICT_REASON_GAPS },
};

static void do_damage(const struct damage *damage)
{
	const double limit = VOICE_RMS * pow(10, damage->clip_db / 20);
	const double hiss = VOICE_RMS * sqrt(3) * pow(10, -damage->snr_db / 20);

	random_state = 1;
	if (damage->cut_hz > 0)
		cut(damage->cut_hz);
	for (int n = 0; n < VOICE_SAMPLES; n++) {
		if (damage->clip_db > 0)
			sound[n] = (float)fmax(-limit, fmin(limit, (double)sound[n]));
		if (damage->snr_db > 0)
			sound[n] += (float)(hiss * noise());
	}
	if (damage->bitrate > 0)
		code(damage->bitrate, damage->fullband);
	if (damage->before)
		memset(coded_bytes, 0, sizeof(coded_bytes));
}

/* Returns after how many ticks the verdict was there first; -1: never. */
static int hear(struct dm_interpretability *meter, int percent,
		struct dm_interpretability_report *report)
{
	int first = -1;

	for (int n = 0; n < FRAMES; n++) {
		const bool concealed = percent > 0 && (n * percent) % 100 < percent;

		dm_interpretability_put(meter, sound + n * FRAME, coded_bytes[n], concealed);
		dm_interpretability_report(meter, report);
		if (first < 0 && report->verdict != DM_VERDICT_UNKNOWN)
			first = n;
	}
	return first;
}

static void test_verdicts(void **state)
{
	int latest = 0;

	(void)state;
	for (size_t d = 0; d < sizeof(damages) / sizeof(damages[0]); d++)
		for (int v = 0; v < VOICES; v++) {
			const struct damage *damage = &damages[d];
			struct dm_interpretability_report report;
			struct dm_interpretability *meter;

			load(v);
			do_damage(damage);
			assert_int_equal(dm_interpretability_create(&meter), 0);

			const int first = hear(meter, damage->concealed_percent, &report);

			printf("%-18s %s: %-5s %-9s after %.1f s, %5.0f Hz, %4.1f dB, clipped %.4f, concealed %.3f, %.0f bit/s\n",
			       damage->name, voice_names[v], dm_verdict_name(report.verdict),
			       dm_verdict_reason_name(report.reason), first / 50.0,
			       report.ceiling_hz, report.snr_db, report.clipping, report.concealed,
			       report.coded_bps);
			assert_true(report.verdict == damage->verdict ||
				    report.verdict == damage->worse);
			assert_int_equal(report.reason, damage->reason);
			if (damage->snr_db == 0 && first > latest)
				latest = first;
			dm_interpretability_destroy(meter);
		}
	printf("the latest first verdict of a clean voice: %.1f s\n", latest / 50.0);
	assert_true(latest <= 5 * 50);
}

/* Ticks until the verdict is what it is to become. */
static int until(struct dm_interpretability *meter, enum dm_verdict verdict)
{
	struct dm_interpretability_report report;

	for (int n = 0; n < 2 * FRAMES; n++) {
		dm_interpretability_put(meter, sound + n % FRAMES * FRAME, 0, false);
		dm_interpretability_report(meter, &report);
		if (report.verdict == verdict)
			return n;
	}
	return 1000000;
}

static void test_changes(void **state)
{
	(void)state;
	for (int v = 0; v < VOICES; v++) {
		struct dm_interpretability *meter;

		assert_int_equal(dm_interpretability_create(&meter), 0);
		load(v);
		assert_true(until(meter, DM_VERDICT_GOOD) < 5 * 50);
		for (int n = 0; n < FRAMES; n++)
			dm_interpretability_put(meter, sound + n * FRAME, 0, false);
		cut(3400);

		const int worse = until(meter, DM_VERDICT_UNFIT);

		load(v);

		const int better = until(meter, DM_VERDICT_GOOD);

		printf("%s: unfit after %.1f s, good again after %.1f s\n", voice_names[v],
		       worse / 50.0, better / 50.0);
		assert_true(worse <= 10 * 50 && better <= 10 * 50);
		dm_interpretability_destroy(meter);
	}
}

static void test_pauses_and_coughs(void **state)
{
	struct dm_interpretability_report report;
	struct dm_interpretability *meter;

	(void)state;
	assert_int_equal(dm_interpretability_create(&meter), 0);
	load(2);
	hear(meter, 0, &report);
	assert_int_equal(report.verdict, DM_VERDICT_GOOD);
	for (int n = 0; n < 60 * 50; n++) {
		float tick[FRAME];
		const bool cough = n % 500 > 480;

		for (int at = 0; at < FRAME; at++)
			tick[at] = (float)(noise() * (cough ? 0.3 : 0.0005));
		dm_interpretability_put(meter, n < 500 ? NULL : tick, 0, false);
		dm_interpretability_report(meter, &report);
		assert_int_equal(report.verdict, DM_VERDICT_GOOD);
	}
	hear(meter, 0, &report);
	assert_int_equal(report.verdict, DM_VERDICT_GOOD);
	dm_interpretability_reset(meter);
	dm_interpretability_report(meter, &report);
	assert_int_equal(report.verdict, DM_VERDICT_UNKNOWN);
	assert_true(isnan(report.ceiling_hz));
	dm_interpretability_destroy(meter);
}

/* What is no speech has no verdict: a tone, a tone that is interrupted, hiss, silence. */
static void test_no_speech(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		struct dm_interpretability_report report;
		struct dm_interpretability *meter;

		assert_int_equal(dm_interpretability_create(&meter), 0);
		for (int n = 0; n < 60 * 50; n++) {
			float tick[FRAME];

			for (int at = 0; at < FRAME; at++) {
				const double tone = 0.1 * sin(2 * M_PI * 1000 * (n * FRAME + at) /
							      48000.0);

				tick[at] = (float)(kind == 0                  ? tone
						   : kind == 1 && n % 20 < 12 ? tone
						   : kind == 2                ? 0.1 * noise()
									      : 0);
			}
			dm_interpretability_put(meter, kind == 3 ? NULL : tick, 0, false);
			dm_interpretability_report(meter, &report);
			assert_int_equal(report.verdict, DM_VERDICT_UNKNOWN);
		}
		dm_interpretability_destroy(meter);
	}
}

static void test_cost(void **state)
{
	struct dm_interpretability_report report;
	struct dm_interpretability *meter;

	(void)state;
	assert_int_equal(dm_interpretability_create(&meter), 0);
	load(0);

	const clock_t before = clock();

	for (int n = 0; n < 5; n++)
		hear(meter, 0, &report);
	printf("20 ms cost %.1f us\n",
	       (double)(clock() - before) * 1e6 / CLOCKS_PER_SEC / (5 * FRAMES));
	dm_interpretability_destroy(meter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_pauses_and_coughs),
		cmocka_unit_test(test_no_speech),
		cmocka_unit_test(test_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
