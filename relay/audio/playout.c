#include "audio/playout.h"
#include "audio/opus_packet.h"

#include <math.h>
#include <string.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES
#define RISE  DM_PLAYOUT_RISE
#define FALL  DM_PLAYOUT_FALL

/* Samples: concealment sounds like its source for 100 ms, then fades (Opus's own fades too), until
 * DM_MICROPHONE_CONCEAL_MOST. */
#define CONCEAL_FULL 4800
#define CONCEAL_MOST 5760

/* A sender in DTX sends every 400 ms (RFC 6716, 2.1.9); after two and a half it is gone. */
#define PAUSE_MOST DM_AUDIO_RATE_HZ

/* A stream that is joined in its middle begins with sound up to 27 dB too loud, because its frames
 * tell only what has changed (RFC 6716, 4.3.2.1); measured, the error halves with every frame. So
 * the first two are not heard. */
#define MUTE 1920

/* How like two periods must be; less like, when much must be left out. Choices, by ear and by
 * NetEQ's example. */
#define LIKENESS       0.85f
#define LIKENESS_HURRY 0.6f
#define QUIET          0.1f /* of the running level: a pause, where anything may be cut */

int dm_playout_init(struct dm_playout *playout)
{
	const int error = dm_decoder_create(&playout->decoder);

	return error ? error : dm_resampler_create(&playout->resampler);
}

void dm_playout_finish(struct dm_playout *playout)
{
	dm_decoder_destroy(playout->decoder);
	dm_resampler_destroy(playout->resampler);
}

dm_usec dm_playout_heard_at(const struct dm_playout *playout, dm_usec tick)
{
	const size_t before = playout->count + dm_resampler_latency_samples(playout->resampler);

	return tick + (dm_usec)before * 125 / 6;
}

void dm_playout_begin(struct dm_playout *playout, bool other)
{
	if (other)
		dm_decoder_reset(playout->decoder);
	playout->run = 0;
	playout->risen = -MUTE;
}

static float *end_of(struct dm_playout *playout)
{
	return playout->samples + playout->count;
}

void dm_playout_put_silence(struct dm_playout *playout, size_t count)
{
	memset(end_of(playout), 0, count * sizeof(float));
	playout->count += count;
}

/* What begins fades in, and so does what is made up to follow it. */
static void rise(struct dm_playout *playout, float *samples, size_t count)
{
	for (size_t n = 0; n < count && playout->risen < RISE; n++)
		samples[n] *= fmaxf(0, (float)playout->risen++ + 0.5f) / RISE;
}

/* Decoded sound, already at the end, is taken in. */
static void take_in(struct dm_playout *playout, size_t count)
{
	float *samples = end_of(playout);
	float sum = 0;

	for (size_t n = 0; n < count; n++) {
		/* Opus may overshoot. Not fmaxf, which is a call, for the sake of NaN. */
		samples[n] = samples[n] > 1 ? 1 : samples[n] < -1 ? -1 : samples[n];
		sum += samples[n] * samples[n];
	}
	rise(playout, samples, count);
	playout->level += (sqrtf(sum / (float)count) - playout->level) * 0.05f;
	playout->count += count;
	playout->sounding = playout->count;
	playout->totals.played += count;
}

bool dm_playout_put(struct dm_playout *playout, const uint8_t *payload, size_t size_bytes)
{
	const int made = dm_decoder_decode(playout->decoder, payload, size_bytes, end_of(playout));

	playout->pause = dm_opus_packet_is_pause(payload, size_bytes);
	if (made < 0) {
		playout->totals.broken++;
		dm_playout_conceal(playout, FRAME);
		return false;
	}
	if (playout->run >= CONCEAL_FULL && !playout->pause)
		playout->risen = 0;
	playout->run = 0;
	playout->totals.coded_bytes += size_bytes;
	take_in(playout, (size_t)made);
	return true;
}

void dm_playout_recover(struct dm_playout *playout, const uint8_t *next, size_t size_bytes,
			size_t count)
{
	const int made = dm_decoder_recover(playout->decoder, next, size_bytes, end_of(playout),
					    count);

	playout->totals.recovered += (uint64_t)made;
	playout->run = 0;
	take_in(playout, (size_t)made);
}

void dm_playout_conceal(struct dm_playout *playout, size_t count)
{
	float *samples = end_of(playout);
	const size_t made = (size_t)dm_decoder_conceal(playout->decoder, samples, count);

	for (size_t n = 0; n < made; n++, playout->run++) {
		if (playout->pause || playout->run < CONCEAL_FULL)
			continue;
		if (playout->run < CONCEAL_MOST)
			samples[n] *= (float)(CONCEAL_MOST - playout->run) /
				      (CONCEAL_MOST - CONCEAL_FULL);
		else
			samples[n] = 0;
	}
	rise(playout, samples, made);
	playout->count += made;
	playout->sounding = playout->count;
	playout->totals.played += made;
	if (!playout->pause)
		playout->totals.concealed += made;
}

bool dm_playout_is_over(const struct dm_playout *playout)
{
	return playout->run >= (playout->pause ? PAUSE_MOST : CONCEAL_MOST);
}

void dm_playout_cut(struct dm_playout *playout)
{
	float *samples = end_of(playout);

	if (!playout->pause && playout->run >= CONCEAL_MOST)
		return; /* has faded */
	dm_playout_conceal(playout, FALL);
	for (size_t n = 0; n < FALL; n++)
		samples[n] *= ((float)(FALL - n) - 0.5f) / FALL;
}

void dm_playout_shorten(struct dm_playout *playout, size_t most, bool hurry)
{
	const size_t gone = dm_stretch_shorten(playout->samples, playout->count, most,
					       hurry ? LIKENESS_HURRY : LIKENESS,
					       playout->level * QUIET);

	playout->count -= gone;
	playout->totals.shortened += gone;
}

void dm_playout_lengthen(struct dm_playout *playout, size_t most, bool hurry)
{
	const size_t more = dm_stretch_lengthen(playout->samples, playout->count, most,
						hurry ? LIKENESS_HURRY : LIKENESS,
						playout->level * QUIET);

	playout->count += more;
	playout->totals.lengthened += more;
}

size_t dm_playout_wanted(const struct dm_playout *playout)
{
	return dm_resampler_wanted(playout->resampler, FRAME);
}

void dm_playout_take(struct dm_playout *playout, float *samples)
{
	const size_t taken = dm_resampler_run(playout->resampler, playout->samples, playout->count,
					      samples, FRAME);

	playout->drained = playout->sounding == 0;
	playout->sounding -= playout->sounding < taken ? playout->sounding : taken;
	playout->count -= taken;
	memmove(playout->samples, playout->samples + taken, playout->count * sizeof(float));
}

void dm_playout_clear(struct dm_playout *playout)
{
	if (playout->drained && playout->count == 0)
		return;
	playout->count = 0;
	playout->sounding = 0;
	playout->drained = true;
	dm_resampler_reset(playout->resampler);
}
