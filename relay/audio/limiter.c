#include "audio/limiter.h"
#include "audio/encoder.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* Four times oversampled (BS.1770, annex 2): the samples, and three places between two of them,
 * each by 16 taps of a windowed sinc. */
#define REACH  8 /* to either side */
#define TAPS   (2 * REACH)
#define PLACES 3

/* The gain falls over WINDOW samples: what the latency leaves beside the taps. */
#define WINDOW (DM_LIMITER_LATENCY_SAMPLES - REACH)

/* Seconds; slow enough that speech does not pump, quick enough that a cough is over. Choice. */
#define RELEASE 0.15

/* Four times oversampled, a peak of 8 kHz is read 0.3 dB too low at worst (BS.1770, annex 2). */
#define UNDERREAD_DB 0.3

struct place {
	float need;
	size_t at;
};

struct dm_limiter {
	float ceiling;
	float overshoot; /* nothing between the samples is higher than so many times they */
	float release;
	float taps[PLACES][TAPS];
	float input[TAPS + FRAME]; /* the last TAPS - 1 samples, then the frame */
	float delay[DM_LIMITER_LATENCY_SAMPLES];
	float need[FRAME];
	/* The least need of the last WINDOW + 1 samples: a queue whose needs rise. */
	struct place queue[WINDOW + 1];
	size_t head, length, now;
	float held;           /* the least need, let go slowly */
	float recent[WINDOW]; /* `held` of the last samples, */
	double sum;           /* whose mean is the gain */
	size_t at;
	size_t idle; /* samples since anything was to be held down */
	float lowest;
};

static void make_taps(struct dm_limiter *limiter)
{
	for (int place = 0; place < PLACES; place++) {
		double sum = 0, size = 0, taps[TAPS];

		for (int n = 0; n < TAPS; n++) {
			/* Between the samples 7 and 8 of 16. */
			const double x = n - (REACH - 1) - (place + 1) / (double)(PLACES + 1);
			const double window = 0.42 + 0.5 * cos(2 * M_PI * x / TAPS) +
					      0.08 * cos(4 * M_PI * x / TAPS);

			taps[n] = sin(M_PI * x) / (M_PI * x) * window;
			sum += taps[n];
		}
		for (int n = 0; n < TAPS; n++) {
			limiter->taps[place][n] = (float)(taps[n] / sum);
			size += fabs(taps[n] / sum);
		}
		limiter->overshoot = fmaxf(limiter->overshoot, (float)size);
	}
}

int dm_limiter_create(struct dm_limiter **out, double ceiling_db)
{
	*out = NULL;
	if (!(ceiling_db >= -20 && ceiling_db <= 0))
		return -EINVAL;

	struct dm_limiter *limiter = calloc(1, sizeof(*limiter));

	if (!limiter)
		return -ENOMEM;
	limiter->ceiling = (float)pow(10, (ceiling_db - UNDERREAD_DB) / 20);
	limiter->release = (float)(1 - exp(-1 / (RELEASE * DM_AUDIO_RATE_HZ)));
	limiter->overshoot = 1;
	limiter->held = limiter->lowest = 1;
	limiter->sum = WINDOW;
	for (size_t n = 0; n < WINDOW; n++)
		limiter->recent[n] = 1;
	make_taps(limiter);
	*out = limiter;
	return 0;
}

void dm_limiter_destroy(struct dm_limiter *limiter)
{
	free(limiter);
}

/* In four lanes, and by comparing: fmaxf is a call, for the sake of NaN. */
static float loudest(const float *samples, size_t count)
{
	float peaks[4] = { 0 };

	for (size_t n = 0; n < count; n++) {
		const float size = fabsf(samples[n]);

		peaks[n % 4] = size > peaks[n % 4] ? size : peaks[n % 4];
	}
	for (size_t lane = 1; lane < 4; lane++)
		peaks[0] = peaks[lane] > peaks[0] ? peaks[lane] : peaks[0];
	return peaks[0];
}

/* limiter->need: the gain that brings the peak around each sample to the ceiling. Sample n of it
 * is judged by the input half the taps before the newest. */
static void judge(struct dm_limiter *limiter)
{
	float peaks[FRAME];

	for (size_t n = 0; n < FRAME; n++)
		peaks[n] = fabsf(limiter->input[n + REACH - 1]);
	for (size_t place = 0; place < PLACES; place++) {
		float between[FRAME] = { 0 };

		/* Taps outside, so that the compiler does several samples at once. */
		for (size_t tap = 0; tap < TAPS; tap++)
			for (size_t n = 0; n < FRAME; n++)
				between[n] += limiter->taps[place][tap] * limiter->input[n + tap];
		for (size_t n = 0; n < FRAME; n++)
			peaks[n] = fabsf(between[n]) > peaks[n] ? fabsf(between[n]) : peaks[n];
	}
	for (size_t n = 0; n < FRAME; n++)
		limiter->need[n] = peaks[n] > limiter->ceiling ? limiter->ceiling / peaks[n] : 1;
}

static float least_need(struct dm_limiter *limiter, float need)
{
	const size_t now = limiter->now++;

	while (limiter->length > 0) {
		const size_t last = (limiter->head + limiter->length - 1) % (WINDOW + 1);

		if (limiter->queue[last].need < need)
			break;
		limiter->length--;
	}
	if (limiter->length > 0 && now - limiter->queue[limiter->head].at > WINDOW) {
		limiter->head = (limiter->head + 1) % (WINDOW + 1);
		limiter->length--;
	}
	limiter->queue[(limiter->head + limiter->length) % (WINDOW + 1)] = (struct place){
		.need = need, .at = now
	};
	limiter->length++;
	return limiter->queue[limiter->head].need;
}

static float next_gain(struct dm_limiter *limiter, float need)
{
	const float least = least_need(limiter, need);

	if (least < limiter->held)
		limiter->held = least;
	else
		limiter->held += (least - limiter->held) * limiter->release;
	limiter->sum += limiter->held - limiter->recent[limiter->at];
	limiter->recent[limiter->at] = limiter->held;
	limiter->at = (limiter->at + 1) % WINDOW;
	return (float)(limiter->sum / WINDOW);
}

/* Nothing has been held down for so long that the gain is 1 again, or as good as. */
static void rest(struct dm_limiter *limiter)
{
	limiter->length = 0;
	limiter->held = 1;
	limiter->sum = WINDOW;
	for (size_t n = 0; n < WINDOW; n++)
		limiter->recent[n] = 1;
	limiter->lowest = 1;
}

/* Moves the frame through the delay, in place. */
static void put_off(struct dm_limiter *limiter, float *samples)
{
	float last[DM_LIMITER_LATENCY_SAMPLES];
	const size_t kept = FRAME - DM_LIMITER_LATENCY_SAMPLES;

	memcpy(last, samples + kept, sizeof(last));
	memmove(samples + DM_LIMITER_LATENCY_SAMPLES, samples, kept * sizeof(*samples));
	memcpy(samples, limiter->delay, sizeof(last));
	memcpy(limiter->delay, last, sizeof(last));
}

void dm_limiter_run(struct dm_limiter *limiter, float *samples)
{
	memcpy(limiter->input + TAPS - 1, samples, FRAME * sizeof(*samples));

	/* Mostly, nothing can be too loud, wherever between the samples: measured, this halves the
	 * cost. */
	const bool quiet = loudest(limiter->input, TAPS - 1 + FRAME) * limiter->overshoot <
			   limiter->ceiling;

	put_off(limiter, samples);
	limiter->idle = quiet ? limiter->idle + FRAME : 0;
	if (limiter->idle >= 2 * DM_AUDIO_RATE_HZ) {
		rest(limiter);
	} else {
		if (quiet)
			for (size_t n = 0; n < FRAME; n++)
				limiter->need[n] = 1;
		else
			judge(limiter);
		limiter->lowest = 1;
		for (size_t n = 0; n < FRAME; n++) {
			const float gain = next_gain(limiter, limiter->need[n]);

			samples[n] *= gain;
			limiter->lowest = gain < limiter->lowest ? gain : limiter->lowest;
		}
	}
	memmove(limiter->input, limiter->input + FRAME, (TAPS - 1) * sizeof(float));
}

double dm_limiter_reduction_db(const struct dm_limiter *limiter)
{
	return 20 * log10((double)limiter->lowest);
}
