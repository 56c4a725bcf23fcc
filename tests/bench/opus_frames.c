/* opus_frames: Opus as a publisher would send it, for tests that send it themselves. Frames of
 * 20 ms, each behind its length (16 bits, big-endian), on standard output.
 *
 *   opus_frames SECONDS LEVEL LOSS tone|bursts|speech [HZ]
 *
 * LEVEL is dBFS of a sine's peak, LOSS the percentage for which in-band FEC prepares. `bursts` are
 * 60 ms of tone at the beginning of every half second, in the least of noise; `speech` is harmonics
 * of 140 Hz in syllables, with pauses.
 */
#include "audio/encoder.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PI         3.14159265358979323846
#define BITRATE    64000
#define COMPLEXITY 5
#define PERIOD     24000 /* samples from one burst to the next */
#define BURST      2880
#define RISE       48   /* 1 ms: no click */
#define NOISE      1e-4 /* -80 dBFS: a microphone is never quite silent */
#define SYLLABLE   9600 /* 200 ms */
#define SYLLABLES  7    /* spoken before one is left out: a pause */

enum kind { TONE, BURSTS, SPEECH };

static double burst_gain(size_t n)
{
	const size_t at = n % PERIOD;

	if (at >= BURST)
		return 0;
	if (at < RISE)
		return (double)at / RISE;
	return at > BURST - RISE ? (double)(BURST - at) / RISE : 1;
}

static double voice(size_t n)
{
	const size_t syllable = n / SYLLABLE;
	const double within = (double)(n % SYLLABLE) / SYLLABLE;
	double sum = 0;

	if (syllable % (SYLLABLES + 1) == SYLLABLES)
		return 0;
	for (int h = 1; h <= 20; h++)
		sum += sin(2 * PI * 140 * h * (double)n / DM_AUDIO_RATE_HZ) / h;
	return sum * sin(PI * within) * 0.5;
}

static double sample(enum kind kind, double hz, size_t n)
{
	const double sine = sin(2 * PI * hz * (double)n / DM_AUDIO_RATE_HZ);

	switch (kind) {
	case TONE:
		return sine;
	case BURSTS:
		return sine * burst_gain(n);
	case SPEECH:
		break;
	}
	return voice(n);
}

struct sound {
	double seconds;
	double amplitude;
	uint8_t loss_percent;
	enum kind kind;
	double hz;
};

static void fill(const struct sound *sound, size_t frame, uint32_t *random, float *samples)
{
	for (size_t i = 0; i < DM_AUDIO_FRAME_SAMPLES; i++) {
		const double value = sample(sound->kind, sound->hz,
					    frame * DM_AUDIO_FRAME_SAMPLES + i);

		*random = *random * 1664525U + 1013904223U; /* Numerical Recipes, 7.1 */
		samples[i] = (float)(sound->amplitude * value +
				     NOISE * ((double)*random / UINT32_MAX - 0.5));
	}
}

static bool write_frame(struct dm_encoder *encoder, const float *samples)
{
	uint8_t payload[DM_AUDIO_PAYLOAD_MAX];
	const int bytes = dm_encoder_encode(encoder, samples, payload, sizeof(payload));

	if (bytes <= 0)
		return false;
	putchar(bytes >> 8);
	putchar(bytes & 0xff);
	return fwrite(payload, 1, (size_t)bytes, stdout) == (size_t)bytes;
}

static int write_frames(const struct sound *sound)
{
	const struct dm_encoder_options options = { .bitrate_bps = BITRATE,
						    .loss_percent = sound->loss_percent,
						    .complexity = COMPLEXITY };
	const size_t frames = (size_t)(sound->seconds * DM_AUDIO_RATE_HZ / DM_AUDIO_FRAME_SAMPLES);
	float samples[DM_AUDIO_FRAME_SAMPLES];
	struct dm_encoder *encoder;
	uint32_t random = 1;
	bool written = true;

	if (dm_encoder_create(&encoder, &options) != 0)
		return 1;
	for (size_t frame = 0; frame < frames && written; frame++) {
		fill(sound, frame, &random, samples);
		written = write_frame(encoder, samples);
	}
	dm_encoder_destroy(encoder);
	return written && fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	static const char *const kinds[] = { "tone", "bursts", "speech" };
	int kind = 0;

	while (argc >= 5 && kind <= SPEECH && strcmp(argv[4], kinds[kind]) != 0)
		kind++;
	if (argc < 5 || kind > SPEECH || (kind != SPEECH && argc < 6)) {
		fputs("usage: opus_frames SECONDS LEVEL LOSS tone|bursts|speech [HZ]\n", stderr);
		return 2;
	}
	return write_frames(&(struct sound){
		.seconds = strtod(argv[1], NULL),
		.amplitude = pow(10, strtod(argv[2], NULL) / 20),
		.loss_percent = (uint8_t)strtoul(argv[3], NULL, 10),
		.kind = (enum kind)kind,
		.hz = argc > 5 ? strtod(argv[5], NULL) : 0,
	});
}
