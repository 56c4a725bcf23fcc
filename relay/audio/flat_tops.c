#include "audio/flat_tops.h"
#include "audio/encoder.h"

#include <math.h>
#include <string.h>

#define FRAME       DM_AUDIO_FRAME_SAMPLES
#define LEVELS      DM_FLAT_TOPS_LEVELS
#define BLOCK_TICKS 50

/* Samples up to 1.25, which a decoder may make of clipped ones. */
#define SCALE (LEVELS / 1.25f)

static double block_share(const uint16_t *counts, double *all)
{
	size_t total = 0, above = 0;
	size_t top = LEVELS - 1;

	for (size_t n = 0; n < LEVELS; n++)
		total += counts[n];
	*all += (double)total;
	while (top > 0 && (above += counts[top]) < total / 1000 + 2)
		top--;
	if (top < 16)
		return 0;
	size_t a = 0, b = 0;
	for (size_t n = 0; n < LEVELS; n++) {
		if ((double)n >= 0.85 * (double)top)
			a += counts[n];
		else if ((double)n >= 0.7 * (double)top)
			b += counts[n];
	}
	double share = (double)a - (double)b;
	return share > 0 ? share : 0;
}

void dm_flat_tops_put(struct dm_flat_tops *tops, const float *samples)
{
	for (size_t n = 0; n < FRAME; n++) {
		const float size = fabsf(samples[n]) * SCALE;
		const size_t level = size < LEVELS - 1 ? (size_t)size : LEVELS - 1;

		tops->counts[samples[n] < 0][level]++;
	}
	if (++tops->ticks < BLOCK_TICKS)
		return;
	double all = 0, flat = block_share(tops->counts[0], &all);
	flat += block_share(tops->counts[1], &all);
	tops->shares[tops->blocks++ % DM_FLAT_TOPS_BLOCKS] = (float)(flat / all);
	tops->ticks = 0;
	memset(tops->counts, 0, sizeof(tops->counts));
}

double dm_flat_tops_share(const struct dm_flat_tops *tops)
{
	const size_t count = tops->blocks < DM_FLAT_TOPS_BLOCKS ? tops->blocks
								: DM_FLAT_TOPS_BLOCKS;
	double sum = 0;

	for (size_t n = 0; n < count; n++)
		sum += (double)tops->shares[n];
	return count > 0 ? sum / (double)count : 0;
}
