#include "audio/earpiece.h"
#include "audio/encoder.h"
#include "audio/feed.h"
#include "audio/limiter.h"
#include "audio/outlet.h"
#include "audio/voice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* So that after Opus, which adds up to 1 dB, true peaks stay under -1 dBTP (EBU R 128). */
#define CEILING_DB (-2.0)

/* What it listens to. */
struct source {
	struct dm_engine *engine; /* borrowed; NULL: its own microphone, or nothing */
	uint8_t microphone;
	bool own;
};

struct dm_earpiece {
	struct dm_outlet *outlet;   /* owned */
	struct dm_limiter *limiter; /* owned */
	struct dm_voice own;
	struct dm_feed feed;
	struct source pointed; /* as it was told, */
	struct source heard;   /* and as it is, until that has faded */
	bool begins;           /* to be heard */
	float samples[FRAME];
	struct dm_intake_packet packet; /* scratch */
};

int dm_earpiece_create(struct dm_earpiece **out, const struct dm_ticker_ear *options)
{
	struct dm_earpiece *earpiece = calloc(1, sizeof(*earpiece));

	*out = NULL;
	if (!earpiece)
		return -ENOMEM;

	int error = dm_outlet_create(&earpiece->outlet, options->track, options->bitrate_bps);

	if (!error)
		error = dm_limiter_create(&earpiece->limiter, CEILING_DB);
	if (!error)
		error = dm_voice_init(&earpiece->own, true, options->target_lufs);
	if (error) {
		dm_earpiece_destroy(earpiece);
		return error;
	}
	*out = earpiece;
	return 0;
}

void dm_earpiece_destroy(struct dm_earpiece *earpiece)
{
	if (!earpiece)
		return;
	dm_intake_unref(earpiece->feed.intake);
	dm_voice_finish(&earpiece->own);
	dm_limiter_destroy(earpiece->limiter);
	dm_outlet_destroy(earpiece->outlet);
	free(earpiece);
}

struct dm_track *dm_earpiece_track(const struct dm_earpiece *earpiece)
{
	return dm_outlet_track(earpiece->outlet);
}

void dm_earpiece_point(struct dm_earpiece *earpiece, struct dm_engine *engine, uint8_t microphone)
{
	earpiece->pointed = (struct source){ .engine = engine, .microphone = microphone };
}

struct dm_intake *dm_earpiece_connect(struct dm_earpiece *earpiece, struct dm_intake *intake)
{
	return dm_feed_connect(&earpiece->feed, intake);
}

/* --- sound --- */

static bool is_nothing(const struct source *source)
{
	return !source->own && !source->engine;
}

static struct source wanted(const struct dm_earpiece *earpiece)
{
	return earpiece->feed.intake ? (struct source){ .own = true } : earpiece->pointed;
}

static bool is_same(const struct source *a, const struct source *b)
{
	return a->own == b->own && a->engine == b->engine && a->microphone == b->microphone;
}

void dm_earpiece_wake(struct dm_earpiece *earpiece)
{
	const struct source sources[] = { wanted(earpiece), earpiece->heard };

	for (size_t n = 0; n < 2; n++)
		if (sources[n].engine)
			dm_engine_wake(sources[n].engine, sources[n].microphone);
}

/* NULL: nothing comes. */
static const float *listen(struct dm_earpiece *earpiece)
{
	const struct source *heard = &earpiece->heard;

	if (heard->own)
		return earpiece->own.silent ? NULL : earpiece->own.samples;
	return heard->engine ? dm_engine_microphone_sound(heard->engine, heard->microphone) : NULL;
}

/* Whatever the limiter holds back has faded too. */
static void fade(float *samples, bool in)
{
	const size_t count = FRAME - DM_LIMITER_LATENCY_SAMPLES;

	for (size_t n = 0; n < FRAME; n++) {
		const float part = n < count ? (float)n / (float)count : 1;

		samples[n] *= in ? part : 1 - part;
	}
}

bool dm_earpiece_run(struct dm_earpiece *earpiece, dm_usec at)
{
	const struct source next = wanted(earpiece);
	const bool leaves = !is_same(&earpiece->heard, &next);
	const float *sound;

	if (is_nothing(&earpiece->heard) && is_nothing(&next))
		return false;
	dm_feed_run(&earpiece->feed, earpiece->own.microphone, &earpiece->packet, at);
	if (earpiece->heard.own || next.own)
		dm_voice_read(&earpiece->own, at);
	sound = listen(earpiece);
	if (sound)
		memcpy(earpiece->samples, sound, sizeof(earpiece->samples));
	else
		memset(earpiece->samples, 0, sizeof(earpiece->samples));
	if (earpiece->begins || leaves)
		fade(earpiece->samples, !leaves);
	earpiece->begins = leaves;
	earpiece->heard = next;
	dm_limiter_run(earpiece->limiter, earpiece->samples);
	return true;
}

bool dm_earpiece_encode(struct dm_earpiece *earpiece, struct dm_track_payload *payload)
{
	return dm_outlet_encode(earpiece->outlet, earpiece->samples, payload);
}
