#include "audio/microphone.h"
#include "audio/opus_packet.h"
#include "audio/playout.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* The delay's bounds, as interpreters and delegates bear them. */
#define DEPTH_LEAST DM_MSEC(20)
#define DEPTH_MOST  DM_MSEC(200)

/* Further from the target, periods are left out or repeated until it is near; nearer, the
 * resampler does it. Choices: a difference of 12 ms is not noticed, and is under one packet. */
#define FAR  DM_MSEC(12)
#define NEAR DM_MSEC(3)

/* So much more is not caught up with by leaving periods out, but by a jump. Choice. */
#define JUMP DM_MSEC(500)

/* So much is left out, or repeated, of what is less like too. Choice, by NetEQ's example. */
#define HURRY DM_MSEC(60)

/* The resampler's part: so many ppm for a millisecond off the target, at most PULL_MOST, renewed
 * every second. A tone changes by less than a cent. */
#define PULL       50.0
#define PULL_MOST  500.0
#define PULL_EVERY 50 /* ticks */

enum state { WAITING, PLAYING, DOZING };

struct dm_microphone {
	struct dm_jitter_buffer *buffer; /* owned */
	enum state state;
	uint32_t epoch;
	uint32_t decoded_epoch;
	int64_t next; /* timestamp of what is decoded next */
	size_t ahead; /* samples made up while nothing was there, which `next` has not passed */
	bool shortening;
	bool lengthening;
	unsigned ticks;
	dm_usec depth;
	uint64_t starts;
	struct dm_playout playout;
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
		error = dm_playout_init(&microphone->playout);
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
	dm_playout_finish(&microphone->playout);
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

static size_t samples_of(dm_usec time)
{
	return (size_t)(time * 6 / 125);
}

/* What plays is cut off, softly; what comes next begins anew. */
static void wait_anew(struct dm_microphone *microphone)
{
	if (microphone->state == PLAYING)
		dm_playout_cut(&microphone->playout);
	microphone->state = WAITING;
	microphone->shortening = false;
	microphone->lengthening = false;
}

static void play(struct dm_microphone *microphone, const struct dm_jitter_view *view)
{
	microphone->next = view->timestamp;
	/* A broken one is concealed in steps, as if it had not come. */
	microphone->next += dm_playout_put(&microphone->playout, view->payload, view->bytes)
				    ? view->samples
				    : FRAME;
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
		dm_playout_recover(&microphone->playout, view->payload, view->bytes, (size_t)gap);
		microphone->next = view->timestamp;
		return;
	}

	int64_t piece = gap > view->samples ? gap - view->samples : gap;

	if (piece > FRAME)
		piece = FRAME;
	if (piece < 120)
		piece = 120;
	piece -= piece % 120;
	dm_playout_conceal(&microphone->playout, (size_t)piece);
	microphone->next += piece;
}

/* Puts some sound to the playout's end: a packet's, or made up. */
static void pull(struct dm_microphone *microphone)
{
	struct dm_jitter_view view;

	while (dm_jitter_buffer_peek(microphone->buffer, &view) &&
	       view.timestamp + view.samples <= microphone->next)
		dm_jitter_buffer_drop(microphone->buffer, true);
	if (!dm_jitter_buffer_peek(microphone->buffer, &view)) {
		/* Late or lost, nobody knows. */
		microphone->ahead += FRAME;
		dm_playout_conceal(&microphone->playout, FRAME);
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
		*early = target -
			 dm_jitter_buffer_depth(microphone->buffer, view->timestamp,
						dm_playout_heard_at(&microphone->playout, tick));
		if (*early >= -usec(view->samples))
			return true;
		microphone->playout.pause = dm_opus_packet_is_pause(view->payload, view->bytes);
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
		dm_playout_put_silence(&microphone->playout, samples_of(early));
	dm_playout_begin(&microphone->playout, microphone->decoded_epoch != microphone->epoch ||
						       microphone->state == DOZING);
	microphone->starts += microphone->state == WAITING;
	microphone->decoded_epoch = microphone->epoch;
	microphone->state = PLAYING;
	microphone->next = view.timestamp;
	microphone->ahead = 0;
	microphone->ticks = 0;
}

static void shorten(struct dm_microphone *microphone, dm_usec excess)
{
	struct dm_jitter_view view;

	while (microphone->playout.count < DM_PLAYOUT_STOCK &&
	       dm_jitter_buffer_peek(microphone->buffer, &view) &&
	       view.timestamp == microphone->next)
		play(microphone, &view);
	dm_playout_shorten(&microphone->playout, samples_of(excess), excess > HURRY);
}

/* Brings the depth to the target; `off` is positive when it is too deep. */
static void steer(struct dm_microphone *microphone, dm_usec off)
{
	if (microphone->ticks++ % PULL_EVERY == 0)
		dm_resampler_set_ppm(
			microphone->playout.resampler,
			dm_jitter_buffer_drift_ppm(microphone->buffer) +
				fmax(-PULL_MOST, fmin(PULL_MOST, PULL * (double)off / 1000)));
	if (microphone->playout.run > 0)
		return;
	microphone->shortening = off > (microphone->shortening ? NEAR : FAR);
	microphone->lengthening = -off > (microphone->lengthening ? NEAR : FAR);
	if (microphone->shortening)
		shorten(microphone, off);
	else if (microphone->lengthening)
		dm_playout_lengthen(&microphone->playout, samples_of(-off), -off > HURRY);
}

static void fill(struct dm_microphone *microphone, dm_usec tick, size_t wanted)
{
	while (microphone->state == PLAYING && microphone->playout.count < wanted) {
		pull(microphone);
		if (dm_playout_is_over(&microphone->playout)) {
			wait_anew(microphone);
			dm_jitter_buffer_relearn(microphone->buffer);
		}
	}
	if (microphone->state == PLAYING) {
		microphone->depth = dm_jitter_buffer_depth(
			microphone->buffer, microphone->next,
			dm_playout_heard_at(&microphone->playout, tick));

		const dm_usec off = microphone->depth - dm_jitter_buffer_target(microphone->buffer);

		if (off > JUMP)
			wait_anew(microphone);
		else
			steer(microphone, off);
	}
	while (microphone->state == PLAYING && microphone->playout.count < wanted)
		pull(microphone);
	if (microphone->playout.count < wanted)
		dm_playout_put_silence(&microphone->playout, wanted - microphone->playout.count);
}

static void follow_epoch(struct dm_microphone *microphone)
{
	if (microphone->epoch == dm_jitter_buffer_epoch(microphone->buffer))
		return;
	wait_anew(microphone);
	microphone->epoch = dm_jitter_buffer_epoch(microphone->buffer);
}

void dm_microphone_doze(struct dm_microphone *microphone, dm_usec tick)
{
	struct dm_jitter_view view;
	dm_usec early = 0;

	follow_epoch(microphone);
	dm_playout_clear(&microphone->playout);
	microphone->shortening = false;
	microphone->lengthening = false;
	if (microphone->state == PLAYING)
		microphone->state = DOZING;

	const bool there = skip(microphone, tick, &view, &early);

	if (there && early < DM_MSEC(20)) {
		microphone->starts += microphone->state == WAITING;
		microphone->state = DOZING;
		microphone->playout.run = 0;
	} else if (microphone->state == DOZING) {
		microphone->playout.run += FRAME;
	}
	if (microphone->state == DOZING && dm_playout_is_over(&microphone->playout)) {
		microphone->state = WAITING;
		dm_jitter_buffer_relearn(microphone->buffer);
	}
}

enum dm_microphone_sound dm_microphone_read(struct dm_microphone *microphone, dm_usec tick,
					    float *samples)
{
	const size_t wanted = dm_playout_wanted(&microphone->playout);

	if (microphone->state == DOZING)
		dm_microphone_doze(microphone, tick);
	follow_epoch(microphone);
	if (microphone->state != PLAYING)
		try_start(microphone, tick);
	if (microphone->state != PLAYING && microphone->playout.drained) {
		memset(samples, 0, FRAME * sizeof(*samples));
		return microphone->state == WAITING ? DM_MICROPHONE_SILENT
						    : DM_MICROPHONE_CONCEALED;
	}
	fill(microphone, tick, wanted);

	dm_playout_take(&microphone->playout, samples);
	if (microphone->state == WAITING)
		return microphone->playout.drained ? DM_MICROPHONE_SILENT : DM_MICROPHONE_CONCEALED;
	return microphone->playout.run > 0 && !microphone->playout.pause ? DM_MICROPHONE_CONCEALED
									 : DM_MICROPHONE_LIVE;
}

uint64_t dm_microphone_coded_bytes(const struct dm_microphone *microphone)
{
	return microphone->playout.totals.coded_bytes;
}

dm_usec dm_microphone_dead_for(const struct dm_microphone *microphone)
{
	if (microphone->state == WAITING)
		return DM_USEC_NEVER;
	return microphone->playout.pause ? 0 : usec(microphone->playout.run);
}

void dm_microphone_stats(const struct dm_microphone *microphone, struct dm_microphone_stats *stats)
{
	const struct dm_playout_totals *totals = &microphone->playout.totals;

	*stats = (struct dm_microphone_stats){
		.jitter = dm_jitter_buffer_jitter(microphone->buffer),
		.target = dm_jitter_buffer_target(microphone->buffer),
		.depth = microphone->depth,
		.drift_ppm = dm_jitter_buffer_drift_ppm(microphone->buffer),
		.played_samples = totals->played,
		.concealed_samples = totals->concealed,
		.recovered_samples = totals->recovered,
		.shortened_samples = totals->shortened,
		.lengthened_samples = totals->lengthened,
		.broken = totals->broken,
		.starts = microphone->starts,
		.packets = *dm_jitter_buffer_totals(microphone->buffer),
	};
}
