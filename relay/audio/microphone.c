#include "audio/microphone.h"
#include "audio/decoder.h"
#include "audio/encoder.h"
#include "audio/opus_packet.h"
#include "audio/resampler.h"
#include "audio/stretch.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* The delay's bounds, as interpreters and delegates bear them. */
#define DEPTH_LEAST DM_MSEC(20)
#define DEPTH_MOST  DM_MSEC(200)

/* Samples: concealment sounds like its source for 100 ms, then fades (Opus's own fades too). */
#define CONCEAL_FULL 4800
#define CONCEAL_MOST 5760

/* A sender in DTX sends every 400 ms (RFC 6716, 2.1.9); after two and a half it is gone. */
#define PAUSE_MOST DM_AUDIO_RATE_HZ

/* A stream that is joined in its middle begins with sound up to 27 dB too loud, because its frames
 * tell only what has changed (RFC 6716, 4.3.2.1); measured, the error halves with every frame. So
 * the first two are not heard. */
#define MUTE 1920

#define RISE 480 /* samples of the fade-in of what begins: 10 ms; choice */
#define FALL 480 /* of the fade-out of what is cut off: 10 ms; choice */

/* Further from the target, periods are left out or repeated until it is near; nearer, the
 * resampler does it. Choices: a difference of 12 ms is not noticed, and is under one packet. */
#define FAR  DM_MSEC(12)
#define NEAR DM_MSEC(3)

/* So much more is not caught up with by leaving periods out, but by a jump. Choice. */
#define JUMP DM_MSEC(500)

/* How like two periods must be; less like, when much must be left out. Choices, by ear and by
 * NetEQ's example. */
#define LIKENESS       0.85f
#define LIKENESS_HURRY 0.6f
#define HURRY          DM_MSEC(60)
#define QUIET          0.1f /* of the running level: a pause, where anything may be cut */

/* The resampler's part: so many ppm for a millisecond off the target, at most PULL_MOST, renewed
 * every second. A tone changes by less than a cent. */
#define PULL       50.0
#define PULL_MOST  500.0
#define PULL_EVERY 50 /* ticks */

/* Packets are decoded one at a time, while less than STOCK is there. */
#define STOCK (FRAME + 2 * DM_STRETCH_PERIOD_MOST + 16)
#define ROOM  (STOCK + DM_DECODER_SAMPLES_MAX + DM_STRETCH_PERIOD_MOST + FALL + FRAME)

enum state { WAITING, PLAYING, DOZING };

struct dm_microphone {
	struct dm_jitter_buffer *buffer; /* owned */
	struct dm_decoder *decoder;      /* owned */
	struct dm_resampler *resampler;  /* owned */
	enum state state;
	uint32_t epoch;
	uint32_t decoded_epoch;
	int64_t next; /* timestamp of what is decoded next */
	size_t ahead; /* samples made up while nothing was there, which `next` has not passed */
	size_t run;   /* samples made up since the last real one */
	int risen;    /* of the fade-in, up to RISE; negative while muted */
	bool pause;   /* the sender pauses */
	bool shortening;
	bool lengthening;
	unsigned ticks;
	float level; /* smoothed RMS */
	dm_usec depth;
	struct dm_microphone_stats stats;
	size_t sounding; /* how much of the stock is not the silence at its end */
	bool drained;    /* and the resampler has passed the last of it on */
	size_t count;
	float stock[ROOM]; /* decoded, not yet resampled */
};

int dm_microphone_create(struct dm_microphone **out)
{
	static const struct dm_jitter_buffer_options depth = {
		.least = DEPTH_LEAST,
		.most = DEPTH_MOST,
	};
	struct dm_microphone *microphone = calloc(1, sizeof(*microphone));

	*out = NULL;
	if (!microphone)
		return -ENOMEM;

	int error = dm_jitter_buffer_create(&microphone->buffer, &depth);

	if (!error)
		error = dm_decoder_create(&microphone->decoder);
	if (!error)
		error = dm_resampler_create(&microphone->resampler);
	if (error) {
		dm_microphone_destroy(microphone);
		return error;
	}
	*out = microphone;
	return 0;
}

void dm_microphone_destroy(struct dm_microphone *microphone)
{
	if (!microphone)
		return;
	dm_jitter_buffer_destroy(microphone->buffer);
	dm_decoder_destroy(microphone->decoder);
	dm_resampler_destroy(microphone->resampler);
	free(microphone);
}

enum dm_jitter_put dm_microphone_put(struct dm_microphone *microphone,
				     const struct dm_jitter_packet *packet, dm_usec now)
{
	return dm_jitter_buffer_put(microphone->buffer, packet, now);
}

static dm_usec usec(size_t samples)
{
	return (dm_usec)samples * 125 / 6;
}

/* When the next sample put into the stock will be heard. */
static dm_usec heard_at(const struct dm_microphone *microphone, dm_usec tick)
{
	return tick + usec(microphone->count + dm_resampler_latency_samples(microphone->resampler));
}

static float *end_of(struct dm_microphone *microphone)
{
	return microphone->stock + microphone->count;
}

static void put_silence(struct dm_microphone *microphone, size_t count)
{
	memset(end_of(microphone), 0, count * sizeof(float));
	microphone->count += count;
}

/* What begins fades in, and so does what is made up to follow it. */
static void rise(struct dm_microphone *microphone, float *samples, size_t count)
{
	for (size_t n = 0; n < count && microphone->risen < RISE; n++)
		samples[n] *= fmaxf(0, (float)microphone->risen++ + 0.5f) / RISE;
}

/* Decoded sound, already at the stock's end, is taken in. */
static void take(struct dm_microphone *microphone, size_t count)
{
	float *samples = end_of(microphone);
	float sum = 0;

	for (size_t n = 0; n < count; n++) {
		/* Opus may overshoot. Not fmaxf, which is a call, for the sake of NaN. */
		samples[n] = samples[n] > 1 ? 1 : samples[n] < -1 ? -1 : samples[n];
		sum += samples[n] * samples[n];
	}
	rise(microphone, samples, count);
	microphone->level += (sqrtf(sum / (float)count) - microphone->level) * 0.05f;
	microphone->count += count;
	microphone->sounding = microphone->count;
	microphone->stats.played_samples += count;
}

/* Makes up `count` samples, at most 20 ms. */
static void conceal(struct dm_microphone *microphone, size_t count)
{
	float *samples = end_of(microphone);
	const size_t made = (size_t)dm_decoder_conceal(microphone->decoder, samples, count);

	for (size_t n = 0; n < made; n++, microphone->run++) {
		if (microphone->pause || microphone->run < CONCEAL_FULL)
			continue;
		if (microphone->run < CONCEAL_MOST)
			samples[n] *= (float)(CONCEAL_MOST - microphone->run) /
				      (CONCEAL_MOST - CONCEAL_FULL);
		else
			samples[n] = 0;
	}
	rise(microphone, samples, made);
	microphone->count += made;
	microphone->sounding = microphone->count;
	microphone->stats.played_samples += made;
	if (!microphone->pause)
		microphone->stats.concealed_samples += made;
}

/* What plays is cut off, softly; what comes next begins anew. */
static void wait_anew(struct dm_microphone *microphone)
{
	float *samples = end_of(microphone);

	if (microphone->state == PLAYING && (microphone->pause || microphone->run < CONCEAL_MOST)) {
		conceal(microphone, FALL);
		for (size_t n = 0; n < FALL; n++)
			samples[n] *= ((float)(FALL - n) - 0.5f) / FALL;
	}
	microphone->state = WAITING;
	microphone->shortening = false;
	microphone->lengthening = false;
}

static bool conceals_too_long(const struct dm_microphone *microphone)
{
	return microphone->run >= (microphone->pause ? PAUSE_MOST : CONCEAL_MOST);
}

static void play(struct dm_microphone *microphone, const struct dm_jitter_view *view)
{
	const int made = dm_decoder_decode(microphone->decoder, view->payload, view->bytes,
					   end_of(microphone));

	microphone->next = view->timestamp + view->samples;
	microphone->pause = dm_opus_packet_is_pause(view->payload, view->bytes);
	if (made < 0) {
		/* Concealed in steps, as if it had not come. */
		microphone->next = view->timestamp + FRAME;
		microphone->stats.broken++;
		conceal(microphone, FRAME);
	} else {
		if (microphone->run >= CONCEAL_FULL && !microphone->pause)
			microphone->risen = 0;
		microphone->run = 0;
		take(microphone, (size_t)made);
	}
	dm_jitter_buffer_drop(microphone->buffer, false);
}

/* Bridges what is missing before `view`, or a part of it. */
static void bridge(struct dm_microphone *microphone, const struct dm_jitter_view *view)
{
	const int64_t gap = view->timestamp - microphone->next;

	if (gap < 120) { /* less than Opus conceals: timestamps that were rounded */
		microphone->next = view->timestamp;
		return;
	}
	if (gap == view->samples && view->missing > 0 &&
	    dm_opus_packet_has_copy(view->payload, view->bytes)) {
		const int made = dm_decoder_recover(microphone->decoder, view->payload, view->bytes,
						    end_of(microphone), (size_t)gap);

		microphone->stats.recovered_samples += (uint64_t)made;
		microphone->run = 0;
		microphone->next = view->timestamp;
		take(microphone, (size_t)made);
		return;
	}

	int64_t piece = gap > view->samples ? gap - view->samples : gap;

	if (piece > FRAME)
		piece = FRAME;
	if (piece < 120)
		piece = 120;
	piece -= piece % 120;
	conceal(microphone, (size_t)piece);
	microphone->next += piece;
}

/* Puts some sound into the stock: a packet's, or made up. */
static void pull(struct dm_microphone *microphone)
{
	struct dm_jitter_view view;

	while (dm_jitter_buffer_peek(microphone->buffer, &view) &&
	       view.timestamp + view.samples <= microphone->next)
		dm_jitter_buffer_drop(microphone->buffer, true);
	if (!dm_jitter_buffer_peek(microphone->buffer, &view)) {
		/* Late or lost, nobody knows. */
		microphone->ahead += FRAME;
		conceal(microphone, FRAME);
		return;
	}

	/* What was made up while nothing was there stands for what is missing now; when nothing
	 * is missing, the sound goes on later than it was. */
	const int64_t gap = view.timestamp - microphone->next;

	if (gap > 0)
		microphone->next += (int64_t)microphone->ahead < gap ? (int64_t)microphone->ahead
								     : gap;
	microphone->ahead = 0;
	if (microphone->next < view.timestamp)
		bridge(microphone, &view);
	else
		play(microphone, &view);
}

/* Forgets what should have been heard before `tick`. Returns false when nothing is left; else the
 * earliest packet, and how much sooner than it should be it would be heard. */
static bool skip(struct dm_microphone *microphone, dm_usec tick, struct dm_jitter_view *view,
		 dm_usec *early)
{
	const dm_usec target = dm_jitter_buffer_target(microphone->buffer);

	while (dm_jitter_buffer_peek(microphone->buffer, view)) {
		*early = target - dm_jitter_buffer_depth(microphone->buffer, view->timestamp,
							 heard_at(microphone, tick));
		if (*early >= -usec(view->samples))
			return true;
		microphone->pause = dm_opus_packet_is_pause(view->payload, view->bytes);
		dm_jitter_buffer_drop(microphone->buffer, microphone->state == WAITING);
	}
	return false;
}

/* Begins to play when the earliest packet is as old as the target wants. */
static void try_start(struct dm_microphone *microphone, dm_usec tick)
{
	struct dm_jitter_view view;
	dm_usec early;

	if (!skip(microphone, tick, &view, &early) || early >= DM_MSEC(20))
		return;
	if (early > 0)
		put_silence(microphone, (size_t)(early * 6 / 125));
	if (microphone->decoded_epoch != microphone->epoch || microphone->state == DOZING)
		dm_decoder_reset(microphone->decoder);
	microphone->stats.starts += microphone->state == WAITING;
	microphone->decoded_epoch = microphone->epoch;
	microphone->state = PLAYING;
	microphone->next = view.timestamp;
	microphone->ahead = 0;
	microphone->run = 0;
	microphone->risen = -MUTE;
	microphone->ticks = 0;
}

static void shorten(struct dm_microphone *microphone, dm_usec excess)
{
	struct dm_jitter_view view;

	while (microphone->count < STOCK && dm_jitter_buffer_peek(microphone->buffer, &view) &&
	       view.timestamp == microphone->next)
		play(microphone, &view);

	const size_t gone = dm_stretch_shorten(
		microphone->stock, microphone->count, (size_t)(excess * 6 / 125),
		excess > HURRY ? LIKENESS_HURRY : LIKENESS, microphone->level * QUIET);

	microphone->count -= gone;
	microphone->stats.shortened_samples += gone;
}

static void lengthen(struct dm_microphone *microphone, dm_usec lack)
{
	const size_t more = dm_stretch_lengthen(
		microphone->stock, microphone->count, (size_t)(lack * 6 / 125),
		lack > HURRY ? LIKENESS_HURRY : LIKENESS, microphone->level * QUIET);

	microphone->count += more;
	microphone->stats.lengthened_samples += more;
}

/* Brings the depth to the target; `off` is positive when it is too deep. */
static void steer(struct dm_microphone *microphone, dm_usec off)
{
	if (microphone->ticks++ % PULL_EVERY == 0)
		dm_resampler_set_ppm(
			microphone->resampler,
			dm_jitter_buffer_drift_ppm(microphone->buffer) +
				fmax(-PULL_MOST, fmin(PULL_MOST, PULL * (double)off / 1000)));
	if (microphone->run > 0)
		return;
	microphone->shortening = off > (microphone->shortening ? NEAR : FAR);
	microphone->lengthening = -off > (microphone->lengthening ? NEAR : FAR);
	if (microphone->shortening)
		shorten(microphone, off);
	else if (microphone->lengthening)
		lengthen(microphone, -off);
}

static void fill(struct dm_microphone *microphone, dm_usec tick, size_t wanted)
{
	while (microphone->state == PLAYING && microphone->count < wanted) {
		pull(microphone);
		if (conceals_too_long(microphone)) {
			wait_anew(microphone);
			dm_jitter_buffer_relearn(microphone->buffer);
		}
	}
	if (microphone->state == PLAYING) {
		microphone->depth = dm_jitter_buffer_depth(microphone->buffer, microphone->next,
							   heard_at(microphone, tick));

		const dm_usec off = microphone->depth - dm_jitter_buffer_target(microphone->buffer);

		if (off > JUMP)
			wait_anew(microphone);
		else
			steer(microphone, off);
	}
	while (microphone->state == PLAYING && microphone->count < wanted)
		pull(microphone);
	if (microphone->count < wanted)
		put_silence(microphone, wanted - microphone->count);
}

static void follow_epoch(struct dm_microphone *microphone)
{
	if (microphone->epoch == dm_jitter_buffer_epoch(microphone->buffer))
		return;
	wait_anew(microphone);
	microphone->epoch = dm_jitter_buffer_epoch(microphone->buffer);
}

/* Nobody hears what is still to come, nor its end. */
static void clear(struct dm_microphone *microphone)
{
	if (microphone->drained && microphone->count == 0)
		return;
	microphone->count = 0;
	microphone->sounding = 0;
	microphone->drained = true;
	microphone->shortening = false;
	microphone->lengthening = false;
	dm_resampler_reset(microphone->resampler);
}

void dm_microphone_doze(struct dm_microphone *microphone, dm_usec tick)
{
	struct dm_jitter_view view;
	dm_usec early = 0;

	follow_epoch(microphone);
	clear(microphone);
	if (microphone->state == PLAYING)
		microphone->state = DOZING;

	const bool there = skip(microphone, tick, &view, &early);

	if (there && early < DM_MSEC(20)) {
		microphone->stats.starts += microphone->state == WAITING;
		microphone->state = DOZING;
		microphone->run = 0;
	} else if (microphone->state == DOZING) {
		microphone->run += FRAME;
	}
	if (microphone->state == DOZING && conceals_too_long(microphone)) {
		microphone->state = WAITING;
		dm_jitter_buffer_relearn(microphone->buffer);
	}
}

enum dm_microphone_sound dm_microphone_read(struct dm_microphone *microphone, dm_usec tick,
					    float *samples)
{
	const size_t wanted = dm_resampler_wanted(microphone->resampler, FRAME);

	if (microphone->state == DOZING)
		dm_microphone_doze(microphone, tick);
	follow_epoch(microphone);
	if (microphone->state != PLAYING)
		try_start(microphone, tick);
	if (microphone->state != PLAYING && microphone->drained) {
		memset(samples, 0, FRAME * sizeof(*samples));
		return microphone->state == WAITING ? DM_MICROPHONE_SILENT
						    : DM_MICROPHONE_CONCEALED;
	}
	fill(microphone, tick, wanted);

	const size_t taken = dm_resampler_run(microphone->resampler, microphone->stock,
					      microphone->count, samples, FRAME);

	microphone->drained = microphone->sounding == 0;
	microphone->sounding -= microphone->sounding < taken ? microphone->sounding : taken;
	microphone->count -= taken;
	memmove(microphone->stock, microphone->stock + taken, microphone->count * sizeof(float));
	if (microphone->state == WAITING)
		return microphone->drained ? DM_MICROPHONE_SILENT : DM_MICROPHONE_CONCEALED;
	return microphone->run > 0 && !microphone->pause ? DM_MICROPHONE_CONCEALED
							 : DM_MICROPHONE_LIVE;
}

dm_usec dm_microphone_dead_for(const struct dm_microphone *microphone)
{
	if (microphone->state == WAITING)
		return DM_USEC_NEVER;
	return microphone->pause ? 0 : usec(microphone->run);
}

void dm_microphone_stats(const struct dm_microphone *microphone, struct dm_microphone_stats *stats)
{
	*stats = microphone->stats;
	stats->jitter = dm_jitter_buffer_jitter(microphone->buffer);
	stats->target = dm_jitter_buffer_target(microphone->buffer);
	stats->depth = microphone->depth;
	stats->drift_ppm = dm_jitter_buffer_drift_ppm(microphone->buffer);
	stats->packets = *dm_jitter_buffer_totals(microphone->buffer);
}
