#include "audio/strip.h"
#include "audio/board.h"
#include "audio/encoder.h"
#include "audio/feed.h"
#include "audio/line_up.h"
#include "audio/meter.h"
#include "audio/outlet.h"
#include "audio/source.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME   DM_AUDIO_FRAME_SAMPLES
#define AHEAD   DM_ENGINE_LATENCY_SAMPLES
#define TICK    DM_MSEC(20)
#define SOURCES (DM_ENGINE_MICROPHONES + 1) /* with the channel's own */

#define RAMP DM_MSEC(300) /* an engine's, when it is told none */

/* A floor that has given nothing for so long is silent, to those who listen at its tap: what was
 * last, the sound line or the microphone has faded out. */
#define SILENT_AFTER DM_MSEC(200)

_Static_assert(sizeof(struct dm_microphone_stats) % 8 == 0, "is of 64-bit figures");

struct dm_strip {
	struct dm_ticker_channel options;
	uint32_t lookahead;       /* samples */
	struct dm_source *source; /* owned; nullable */
	struct dm_engine *engine; /* owned; NULL of a floor */
	struct dm_outlet *outlet; /* owned; NULL without a track */
	struct dm_feed feeds[DM_ENGINE_MICROPHONES];
	struct dm_tap *tap; /* owned, of what leaves; NULL: nobody listens */
	struct dm_tap *taps[DM_ENGINE_MICROPHONES]; /* owned, of microphones; likewise */
	int64_t line_up_from;                       /* its first tick; -1: none */
	uint8_t line_up_channel;
	dm_usec ramp, fading; /* of the fallback, to a voice: at most, and what is left of it */
	struct dm_meter meter;
	float before[AHEAD];  /* the end of the tick before */
	float samples[FRAME]; /* what leaves */
	float line_up[FRAME];
	struct dm_intake_packet packet; /* scratch */

	_Atomic uint64_t level[DM_BOARD_WORDS(struct dm_ticker_level)];
	_Atomic uint64_t stats[SOURCES][DM_BOARD_WORDS(struct dm_microphone_stats)];
	_Atomic uint32_t connections[SOURCES];

	struct dm_metrics *metrics; /* borrowed, nullable */
	struct dm_metric on_air;
	struct dm_metric fallen_back;
	struct dm_metric loss_percent; /* shown as a ratio */
	struct dm_metric concealed;
};

/* --- figures --- */

/* NULL: it has none of that number; DM_ENGINE_INLET: its own source's. */
static const struct dm_microphone *microphone_of(const struct dm_strip *strip, uint8_t number)
{
	if (number == DM_ENGINE_INLET)
		return strip->source ? dm_source_microphone(strip->source) : NULL;
	return strip->engine ? dm_engine_microphone(strip->engine, number) : NULL;
}

void dm_strip_level(const struct dm_strip *strip, struct dm_ticker_level *level)
{
	dm_board_take(strip->level, level, sizeof(*level));
}

void dm_strip_microphone_stats(const struct dm_strip *strip, uint8_t microphone,
			       struct dm_microphone_stats *stats)
{
	dm_board_take(strip->stats[microphone], stats, sizeof(*stats));
}

static void tell_level(struct dm_strip *strip)
{
	struct dm_engine_stats engine = { .on_air = DM_ENGINE_VOICES };
	struct dm_ticker_level level;

	memset(&level, 0, sizeof(level)); /* what lies between its members too */
	if (strip->engine)
		dm_engine_stats(strip->engine, &engine);
	level.on_air = engine.on_air;
	level.fallen_back = engine.fallen_back;
	level.peak_dbfs = dm_peak_dbfs(&strip->meter.peak);
	level.momentary_lufs = dm_meter_momentary_lufs(&strip->meter);
	level.reduction_db = (float)engine.reduction_db;
	level.gain_db = (float)engine.gain_db;
	for (size_t n = 0; n < DM_ENGINE_MICROPHONES; n++) {
		level.microphones[n].peak_dbfs = strip->engine ? engine.voices[n].peak_dbfs
							       : -HUGE_VALF;
		level.microphones[n].live = engine.voices[n].alive;
	}
	dm_board_put(strip->level, &level, sizeof(level));
	dm_metric_set(&strip->on_air, engine.on_air < DM_ENGINE_VOICES);
	dm_metric_set(&strip->fallen_back, engine.fallen_back);
}

/* What conceals shows in the tick after a packet should have come, so all are asked that are
 * connected. */
static void tell_stats(struct dm_strip *strip)
{
	uint64_t concealed = 0;

	for (uint8_t n = 0; n < SOURCES; n++) {
		const struct dm_microphone *microphone = microphone_of(strip, n);
		struct dm_microphone_stats stats;

		if (!microphone)
			continue;
		dm_microphone_stats(microphone, &stats);
		concealed += stats.concealed_samples;
		dm_board_put(strip->stats[n], &stats, sizeof(stats));
	}
	dm_metric_set(&strip->concealed, (int64_t)concealed);
}

/* --- life --- */

static int add_metrics(struct dm_strip *strip)
{
	const char *name = strip->options.track ? dm_track_name(strip->options.track) : "";
	const char *dot = strchr(name, '.');
	const struct {
		bool present;
		enum dm_metric_type type;
		const char *name, *help;
		const struct dm_metric *metric;
		uint32_t scale;
	} samples[] = {
		{ strip->engine != NULL, DM_METRIC_GAUGE, "dragoman_channel_on_air",
		  "1 while a voice is heard.", &strip->on_air, 1 },
		{ strip->engine != NULL, DM_METRIC_GAUGE, "dragoman_channel_fallen_back",
		  "1 while the fallback is heard.", &strip->fallen_back, 1 },
		{ true, DM_METRIC_GAUGE, "dragoman_channel_encoder_loss_ratio",
		  "Packet loss that the encoder prepares for: what nine of ten listeners lose.",
		  &strip->loss_percent, 100 },
		{ strip->engine || microphone_of(strip, DM_ENGINE_INLET), DM_METRIC_COUNTER,
		  "dragoman_channel_concealed_samples_total",
		  "Samples of microphones that were made up, at 48 kHz.", &strip->concealed, 1 },
	};
	char labels[128];
	int error = 0;

	/* A channel's track is called "room.channel". */
	if (!strip->metrics || !dot)
		return 0;
	snprintf(labels, sizeof(labels), "room=\"%.*s\",channel=\"%s\"", (int)(dot - name), name,
		 dot + 1);
	for (size_t n = 0; n < sizeof(samples) / sizeof(samples[0]) && !error; n++)
		if (samples[n].present)
			error = dm_metrics_add(strip->metrics, samples[n].type, samples[n].name,
					       samples[n].help, labels, samples[n].metric,
					       samples[n].scale);
	return error;
}

static int create_parts(struct dm_strip *strip)
{
	const struct dm_ticker_channel *options = &strip->options;
	int error = dm_source_create(&strip->source, options);

	if (!error && options->engine)
		error = dm_engine_create(&strip->engine, options->engine);
	if (!error && options->track)
		error = dm_outlet_create(&strip->outlet, options->track, options->bitrate_bps);
	return error;
}

int dm_strip_create(struct dm_strip **out, const struct dm_ticker_channel *channel,
		    uint32_t lookahead_samples, struct dm_metrics *metrics)
{
	*out = NULL;
	struct dm_strip *strip = calloc(1, sizeof(*strip));

	if (!strip)
		return -ENOMEM;
	strip->options = *channel;
	strip->lookahead = lookahead_samples;
	strip->line_up_from = -1;
	strip->metrics = metrics;

	int error = create_parts(strip);

	if (strip->outlet)
		dm_metric_set(&strip->loss_percent, dm_outlet_loss_percent(strip->outlet));

	if (channel->engine)
		strip->ramp = channel->engine->ramp > 0 ? channel->engine->ramp : RAMP;
	strip->options.engine = NULL; /* the caller's */
	if (!error)
		error = add_metrics(strip);
	if (!error)
		tell_level(strip);
	if (error) {
		dm_strip_destroy(strip);
		return error;
	}
	*out = strip;
	return 0;
}

void dm_strip_destroy(struct dm_strip *strip)
{
	if (!strip)
		return;
	if (strip->metrics)
		dm_metrics_remove(strip->metrics, strip, sizeof(*strip));
	for (size_t n = 0; n < DM_ENGINE_MICROPHONES; n++)
		dm_intake_unref(strip->feeds[n].intake);
	dm_outlet_destroy(strip->outlet);
	dm_engine_destroy(strip->engine);
	dm_source_destroy(strip->source);
	for (size_t n = 0; n < DM_ENGINE_MICROPHONES; n++)
		dm_tap_destroy(strip->taps[n]);
	dm_tap_destroy(strip->tap);
	free(strip);
}

struct dm_engine *dm_strip_engine(struct dm_strip *strip)
{
	return strip->engine;
}

struct dm_track *dm_strip_track(const struct dm_strip *strip)
{
	return strip->options.track;
}

int dm_strip_floor(const struct dm_strip *strip)
{
	return strip->options.floor;
}

dm_usec dm_strip_delay(const struct dm_strip *strip)
{
	return DM_SEC((dm_usec)strip->lookahead + AHEAD) / DM_AUDIO_RATE_HZ;
}

void dm_strip_line_up(struct dm_strip *strip, int64_t from, uint8_t channel)
{
	strip->line_up_from = from;
	strip->line_up_channel = channel;
}

struct dm_intake *dm_strip_connect(struct dm_strip *strip, uint8_t microphone,
				   struct dm_intake *intake)
{
	atomic_fetch_add_explicit(&strip->connections[microphone], 1, memory_order_relaxed);
	return dm_feed_connect(&strip->feeds[microphone], intake);
}

uint32_t dm_strip_connections(const struct dm_strip *strip, uint8_t microphone)
{
	return atomic_load_explicit(&strip->connections[microphone], memory_order_relaxed);
}

int dm_strip_listen(struct dm_strip *strip)
{
	int error = strip->tap ? 0 : dm_tap_create(&strip->tap);

	for (uint8_t n = 0; n < DM_ENGINE_MICROPHONES && strip->engine && !error; n++) {
		if (strip->taps[n])
			continue;
		error = dm_tap_create(&strip->taps[n]);
		if (!error)
			dm_engine_set_tap(strip->engine, n, strip->taps[n]);
	}
	return error;
}

const struct dm_tap *dm_strip_tap(const struct dm_strip *strip)
{
	return strip->tap;
}

const struct dm_tap *dm_strip_microphone_tap(const struct dm_strip *strip, uint8_t microphone)
{
	return strip->taps[microphone];
}

/* --- sound --- */

static void tap(struct dm_strip *strip, const float *samples, enum dm_tap_sound sound)
{
	dm_tap_put(strip->tap, samples, (struct dm_tap_facts){ .sound = sound });
}

static void tap_floor(struct dm_strip *strip)
{
	if (!strip->source || dm_source_dead_for(strip->source) > SILENT_AFTER)
		tap(strip, NULL, DM_TAP_SILENT);
	else
		tap(strip, strip->samples,
		    dm_source_is_made_up(strip->source) ? DM_TAP_CONCEALED : DM_TAP_LIVE);
}

/* What fills in counts as such until the last of it has faded. */
static void tap_engine(struct dm_strip *strip, const struct dm_engine_stats *stats)
{
	if (stats->on_air == DM_ENGINE_VOICES)
		strip->fading = strip->ramp;
	else if (strip->fading > 0)
		strip->fading -= TICK;
	tap(strip, strip->samples, strip->fading > 0 ? DM_TAP_FILLED : DM_TAP_LIVE);
}

static void run_floor(struct dm_strip *strip)
{
	const float *sound = dm_strip_sound(strip);

	memcpy(strip->samples, strip->before, sizeof(strip->before));
	memcpy(strip->samples + AHEAD, sound, (FRAME - AHEAD) * sizeof(float));
	memcpy(strip->before, sound + FRAME - AHEAD, sizeof(strip->before));
	dm_meter_run(&strip->meter, strip->samples);
	if (strip->tap)
		tap_floor(strip);
}

/* NULL: it carries none in this tick. */
static const float *make_line_up(struct dm_strip *strip, int64_t tick)
{
	if (strip->line_up_from < 0 || tick < strip->line_up_from)
		return NULL;
	if (tick - strip->line_up_from >= DM_LINE_UP_TICKS) {
		strip->line_up_from = -1;
		return NULL;
	}
	dm_line_up_make(strip->line_up_channel, (uint64_t)(tick - strip->line_up_from),
			strip->line_up);
	return strip->line_up;
}

static void run_engine(struct dm_strip *strip, int64_t tick, dm_usec at,
		       const struct dm_strip *floor, const struct dm_strip *other)
{
	const struct dm_engine_inputs inputs = {
		.line_up = make_line_up(strip, tick),
		.floor = floor ? dm_strip_sound(floor) : NULL,
		.other = other ? dm_strip_sound(other) : NULL,
		.inlet = strip->source ? dm_source_sound(strip->source) : NULL,
		.inlet_dead_for = strip->source ? dm_source_dead_for(strip->source) : DM_USEC_NEVER,
	};
	struct dm_engine_stats stats;

	for (uint8_t n = 0; n < DM_ENGINE_MICROPHONES; n++)
		dm_feed_run(&strip->feeds[n], dm_engine_microphone(strip->engine, n),
			    &strip->packet, at);
	dm_engine_tick(strip->engine, &inputs, at, strip->samples);
	dm_engine_stats(strip->engine, &stats);
	if (stats.passes_floor && stats.reduction_db >= 0)
		dm_meter_follow(&strip->meter, &floor->meter);
	else
		dm_meter_run(&strip->meter, strip->samples);
	if (strip->tap)
		tap_engine(strip, &stats);
}

void dm_strip_run(struct dm_strip *strip, int64_t tick, dm_usec at, const struct dm_strip *floor,
		  const struct dm_strip *other)
{
	if (strip->source) /* AHEAD of what leaves */
		dm_source_run(strip->source, tick * FRAME + strip->lookahead + AHEAD, at);
	if (strip->engine)
		run_engine(strip, tick, at, floor, other);
	else
		run_floor(strip);
	tell_stats(strip);
	tell_level(strip);
}

const float *dm_strip_sound(const struct dm_strip *strip)
{
	static const float silence[FRAME];

	if (strip->engine)
		return strip->samples;
	return strip->source ? dm_source_sound(strip->source) : silence;
}

bool dm_strip_encode(struct dm_strip *strip, struct dm_track_payload *payload)
{
	const bool made = dm_outlet_encode(strip->outlet, strip->samples, payload);

	dm_metric_set(&strip->loss_percent, dm_outlet_loss_percent(strip->outlet));
	return made;
}
