#include "audio/line_up.h"
#include "audio/encoder.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* Ticks. What is measured lies at least two of them, 40 ms, from any change: so much may be late.
 */
#define CODE_FROM   25
#define SLOT        5 /* an interruption */
#define BITS        8
#define TONE_FROM   (CODE_FROM + (1 + BITS) * SLOT + 10)
#define LEVELS_FROM 150
#define LEVEL_TICKS 25
#define LEVELS      4
#define BEEPS_FROM  250
#define SECOND      50
#define FIRST_BEEP  300
#define BEEPS       ((DM_LINE_UP_TICKS - FIRST_BEEP) / SECOND)
#define MARGIN      2

#define BEEP_SAMPLES 480
#define BEEP_PEAK    0.1 /* -20 dBFS, as the tone's */

/* What may be off. Choices: a measuring tone goes through Opus within 0.1 dB and 0.01 Hz. */
#define FREQUENCY_OFF_HZ 0.5
#define LEVEL_OFF_DB     1.0
#define LATE_MS          40.0

#define SILENCE_DB   (-60.0)
#define INTERRUPT_DB 12.0 /* below the tone */
#define ONSET        0.03f

static const double level_peaks_db[LEVELS] = { -40, -30, -20, -10 };

enum dm_line_up_step dm_line_up_step_at(uint64_t tick)
{
	const unsigned at = (unsigned)(tick % DM_LINE_UP_TICKS);

	return at < LEVELS_FROM  ? DM_LINE_UP_TONE
	       : at < BEEPS_FROM ? DM_LINE_UP_LEVELS
				 : DM_LINE_UP_BEEPS;
}

static bool interrupted(uint8_t channel, unsigned tick)
{
	if (tick < CODE_FROM || tick >= CODE_FROM + (1 + BITS) * SLOT)
		return false;

	const unsigned slot = (tick - CODE_FROM) / SLOT;

	return slot == 0 || (channel >> (slot - 1) & 1);
}

static double peak_at(uint8_t channel, unsigned tick)
{
	switch (dm_line_up_step_at(tick)) {
	case DM_LINE_UP_TONE:
		return interrupted(channel, tick) ? 0 : pow(10, DM_LINE_UP_TONE_DB / 20) * M_SQRT2;
	case DM_LINE_UP_LEVELS:
		return pow(10, level_peaks_db[(tick - LEVELS_FROM) / LEVEL_TICKS] / 20);
	case DM_LINE_UP_BEEPS:
	case DM_LINE_UP_STEPS:
		break;
	}
	return tick >= FIRST_BEEP && tick % SECOND == 0 ? BEEP_PEAK : 0;
}

void dm_line_up_make(uint8_t channel, uint64_t tick, float *samples)
{
	const unsigned at = (unsigned)(tick % DM_LINE_UP_TICKS);
	const double peak = peak_at(channel, at);
	const size_t end = dm_line_up_step_at(at) == DM_LINE_UP_BEEPS ? BEEP_SAMPLES : FRAME;

	/* 20 periods a tick: each begins at 0, so that no change of level clicks. */
	for (size_t n = 0; n < FRAME; n++)
		samples[n] = n < end ? (float)(peak * sin(2 * M_PI * DM_LINE_UP_TONE_HZ *
							  (double)n / DM_AUDIO_RATE_HZ))
				     : 0;
}

struct dm_line_up_check {
	uint8_t channel;
	double delay_samples;
	unsigned tick;
	double powers[DM_LINE_UP_TICKS];

	/* Of the tone: where it crosses zero upwards, in samples. */
	float last;
	double first_crossing, last_crossing;
	unsigned crossings;

	double onsets[BEEPS]; /* samples from where it should be; NAN: none */
};

int dm_line_up_check_create(struct dm_line_up_check **out, uint8_t channel, dm_usec delay)
{
	*out = NULL;
	if (delay < 0 || delay > DM_MSEC(20) * MARGIN)
		return -EINVAL;

	struct dm_line_up_check *check = calloc(1, sizeof(*check));

	if (!check)
		return -ENOMEM;
	check->channel = channel;
	check->delay_samples = (double)delay * DM_AUDIO_RATE_HZ / 1e6;
	dm_line_up_check_reset(check);
	*out = check;
	return 0;
}

void dm_line_up_check_reset(struct dm_line_up_check *check)
{
	check->tick = 0;
	check->last = 0;
	check->crossings = 0;
	check->first_crossing = check->last_crossing = 0;
	for (size_t n = 0; n < BEEPS; n++)
		check->onsets[n] = NAN;
}

void dm_line_up_check_destroy(struct dm_line_up_check *check)
{
	free(check);
}

static void count_crossings(struct dm_line_up_check *check, const float *samples)
{
	for (size_t n = 0; n < FRAME; n++) {
		const float before = check->last, now = samples[n];

		check->last = now;
		if (before >= 0 || now < 0)
			continue;
		check->last_crossing = (double)check->tick * FRAME + (double)n -
				       (double)now / ((double)now - (double)before);
		if (check->crossings++ == 0)
			check->first_crossing = check->last_crossing;
	}
}

/* A beep belongs to the nearest full second. */
static void look_for_beep(struct dm_line_up_check *check, const float *samples)
{
	const unsigned beep = (check->tick + SECOND / 2 - FIRST_BEEP) / SECOND;
	const double due = (double)(FIRST_BEEP + beep * SECOND) * FRAME + check->delay_samples;

	if (beep >= BEEPS || !isnan(check->onsets[beep]))
		return;
	for (size_t n = 0; n < FRAME; n++)
		if (fabsf(samples[n]) > ONSET) {
			check->onsets[beep] = (double)check->tick * FRAME + (double)n - due;
			return;
		}
}

void dm_line_up_check_put(struct dm_line_up_check *check, const float *samples)
{
	static const float silence[FRAME];
	double sum = 0;

	if (check->tick >= DM_LINE_UP_TICKS)
		return;
	samples = samples ? samples : silence;
	for (size_t n = 0; n < FRAME; n++)
		sum += (double)samples[n] * (double)samples[n];
	check->powers[check->tick] = sum / FRAME;
	if (check->tick >= TONE_FROM && check->tick < LEVELS_FROM - MARGIN)
		count_crossings(check, samples);
	if (check->tick >= FIRST_BEEP - SECOND / 2)
		look_for_beep(check, samples);
	check->tick++;
}

/* Of the ticks [from, end), dB. */
static double level(const struct dm_line_up_check *check, unsigned from, unsigned end)
{
	double sum = 1e-20;

	for (unsigned n = from; n < end; n++)
		sum += check->powers[n];
	return 10 * log10(sum / (end - from));
}

static double tone_level(const struct dm_line_up_check *check)
{
	return level(check, TONE_FROM, LEVELS_FROM - MARGIN);
}

static double frequency(const struct dm_line_up_check *check)
{
	const double samples = check->last_crossing - check->first_crossing;

	return check->crossings > 1 && samples > 0
		       ? (check->crossings - 1) * DM_AUDIO_RATE_HZ / samples
		       : NAN;
}

/* The channel whose interruptions came; -1: not even the first one, which all have. */
static int number_heard(const struct dm_line_up_check *check)
{
	const double least = tone_level(check) - INTERRUPT_DB;
	int number = 0;

	for (unsigned slot = 0; slot <= BITS; slot++) {
		const unsigned from = CODE_FROM + slot * SLOT;
		const bool silent = level(check, from + MARGIN, from + SLOT - 1) < least;

		if (slot == 0 && !silent)
			return -1;
		if (slot > 0 && silent)
			number |= 1 << (slot - 1);
	}
	return number;
}

static enum dm_line_up_problem tone_problem(const struct dm_line_up_check *check)
{
	if (tone_level(check) < SILENCE_DB)
		return DM_LINE_UP_NO_SIGNAL;
	/* What is no number is no frequency either. */
	if (!(fabs(frequency(check) - DM_LINE_UP_TONE_HZ) <= FREQUENCY_OFF_HZ))
		return DM_LINE_UP_WRONG_FREQUENCY;
	if (fabs(tone_level(check) - DM_LINE_UP_TONE_DB) > LEVEL_OFF_DB)
		return DM_LINE_UP_WRONG_LEVEL;

	const int number = number_heard(check);

	if (number < 0)
		return DM_LINE_UP_LATE;
	return number == check->channel ? DM_LINE_UP_NONE : DM_LINE_UP_WRONG_CHANNEL;
}

static enum dm_line_up_problem levels_problem(const struct dm_line_up_check *check)
{
	const double tone = tone_level(check);
	const double tone_peak_db = DM_LINE_UP_TONE_DB + 10 * log10(2);

	if (tone < SILENCE_DB)
		return DM_LINE_UP_NO_SIGNAL;
	for (unsigned n = 0; n < LEVELS; n++) {
		const unsigned from = LEVELS_FROM + n * LEVEL_TICKS;
		const double is = level(check, from + MARGIN + 1, from + LEVEL_TICKS - MARGIN);
		const double off = is - tone - (level_peaks_db[n] - tone_peak_db);

		if (fabs(off) > LEVEL_OFF_DB)
			return n == LEVELS - 1 && off < 0 ? DM_LINE_UP_CLIPPED
							  : DM_LINE_UP_WRONG_LEVEL;
	}
	return DM_LINE_UP_NONE;
}

/* The beep that is farthest off; NAN: one is missing. */
static double offset_ms(const struct dm_line_up_check *check)
{
	double worst = 0;

	for (size_t n = 0; n < BEEPS; n++) {
		if (isnan(check->onsets[n]))
			return NAN;
		if (fabs(check->onsets[n]) > fabs(worst))
			worst = check->onsets[n];
	}
	return worst * 1000 / DM_AUDIO_RATE_HZ;
}

static void conclude(struct dm_line_up_report *report, enum dm_line_up_step step,
		     enum dm_line_up_problem problem)
{
	report->results[step] = problem ? DM_LINE_UP_FAIL : DM_LINE_UP_PASS;
	if (!report->problem)
		report->problem = problem;
}

void dm_line_up_report_pending(struct dm_line_up_report *report)
{
	*report = (struct dm_line_up_report){
		.frequency_hz = NAN,
		.level_db = NAN,
		.offset_ms = NAN,
	};
}

void dm_line_up_check_report(const struct dm_line_up_check *check, struct dm_line_up_report *report)
{
	dm_line_up_report_pending(report);
	if (check->tick >= LEVELS_FROM) {
		report->frequency_hz = frequency(check);
		report->level_db = tone_level(check);
		conclude(report, DM_LINE_UP_TONE, tone_problem(check));
	}
	if (check->tick >= BEEPS_FROM)
		conclude(report, DM_LINE_UP_LEVELS, levels_problem(check));
	if (check->tick < DM_LINE_UP_TICKS)
		return;
	report->offset_ms = offset_ms(check);
	if (isnan(report->offset_ms))
		conclude(report, DM_LINE_UP_BEEPS, DM_LINE_UP_NO_SIGNAL);
	else
		conclude(report, DM_LINE_UP_BEEPS,
			 fabs(report->offset_ms) > LATE_MS ? DM_LINE_UP_LATE : DM_LINE_UP_NONE);
}

const char *dm_line_up_problem_name(enum dm_line_up_problem problem)
{
	static const char *const names[DM_LINE_UP_PROBLEMS] = {
		"none",    "no-signal", "wrong-frequency", "wrong-level", "wrong-channel",
		"clipped", "late",
	};

	return names[problem];
}
