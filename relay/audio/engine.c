#include "audio/engine.h"
#include "audio/comfort_noise.h"
#include "audio/crossfade.h"
#include "audio/encoder.h"
#include "audio/loudness.h"
#include "audio/pause.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAME  DM_AUDIO_FRAME_SAMPLES
#define VOICES DM_ENGINE_VOICES

/* Everything that may be heard; voices come first. NOTHING is silence. */
enum source { FLOOR = VOICES, OTHER, NOISE, NOTHING, SOURCES = NOTHING };

#define RAMP_LEAST DM_MSEC(300)
#define RAMP_MOST  DM_SEC(5)

/* Samples. Between interpreters 60 ms, within the 20 to 100 that are not heard as a cut or as two
 * people; a cough must be gone at once, and a standby there. Choices. */
#define HANDOVER 2880
#define MUTE     960
#define TAKEOVER 1920

/* A link that has given nothing for so long is dead: with the ramp of 300 ms, and a tick of
 * measuring, the floor is there within 400 ms. */
#define DEAD DM_MSEC(80)

#define HANDOVER_MOST DM_SEC(3) /* waits for a pause */

/* Below and above: what counts as heard when a handover is measured; every MEASURE samples. */
#define HEARD   0.05f
#define HALF    0.5f
#define MEASURE 48

#define EVENTS 16

struct voice {
	struct dm_microphone *microphone; /* owned; NULL of the inlet */
	struct dm_loudness *loudness;     /* owned; NULL: as it comes */
	struct dm_pause pause;
	bool pauses;
	bool alive;
	float samples[FRAME];
};

struct dm_engine {
	struct dm_engine_options options;
	size_t ramp; /* samples */
	struct voice voices[VOICES];
	struct dm_limiter *limiter; /* owned */
	struct dm_comfort_noise noise;
	struct dm_crossfade fades[SOURCES];
	struct dm_engine_state state;
	uint8_t on_air;    /* the voice meant to be heard in ON_AIR */
	enum source heard; /* what is faded to */
	bool dead;         /* `on_air` is, and the fallback is heard for it */
	bool handing;      /* to state.voice, at a pause */
	dm_usec handing_since;
	bool measuring; /* a handover that is under way: */
	enum source leaving;
	struct dm_engine_event handover;

	struct dm_engine_event events[EVENTS];
	size_t events_head, events_count;
	uint64_t events_dropped;
};

static int create_voices(struct dm_engine *engine)
{
	for (size_t n = 0; n < VOICES; n++) {
		struct voice *voice = &engine->voices[n];
		int error = 0;

		if (n < DM_ENGINE_MICROPHONES)
			error = dm_microphone_create(&voice->microphone);
		if (!error && engine->options.target_lufs < 0)
			error = dm_loudness_create(&voice->loudness, engine->options.target_lufs);
		if (error)
			return error;
	}
	return 0;
}

int dm_engine_create(struct dm_engine **out, const struct dm_engine_options *options)
{
	const dm_usec ramp = options->ramp != 0 ? options->ramp : RAMP_LEAST;

	*out = NULL;
	if (ramp < RAMP_LEAST || ramp > RAMP_MOST || options->target_lufs > 0 ||
	    options->fallback > DM_ENGINE_OTHER)
		return -EINVAL;

	struct dm_engine *engine = calloc(1, sizeof(*engine));

	if (!engine)
		return -ENOMEM;
	engine->options = *options;
	engine->ramp = (size_t)(ramp * 6 / 125);
	engine->heard = NOTHING;
	dm_comfort_noise_init(&engine->noise, 1);

	int error = dm_limiter_create(&engine->limiter, options->ceiling_db);

	if (!error)
		error = create_voices(engine);
	if (error) {
		dm_engine_destroy(engine);
		return error;
	}
	*out = engine;
	return 0;
}

void dm_engine_destroy(struct dm_engine *engine)
{
	if (!engine)
		return;
	for (size_t n = 0; n < VOICES; n++) {
		dm_microphone_destroy(engine->voices[n].microphone);
		dm_loudness_destroy(engine->voices[n].loudness);
	}
	dm_limiter_destroy(engine->limiter);
	free(engine);
}

struct dm_microphone *dm_engine_microphone(struct dm_engine *engine, uint8_t number)
{
	return number < DM_ENGINE_MICROPHONES ? engine->voices[number].microphone : NULL;
}

static void tell(struct dm_engine *engine, const struct dm_engine_event *event)
{
	if (engine->events_count == EVENTS) {
		engine->events_dropped++;
		return;
	}
	engine->events[(engine->events_head + engine->events_count++) % EVENTS] = *event;
}

static void tell_of(struct dm_engine *engine, enum dm_engine_event_type type, uint8_t voice,
		    dm_usec at)
{
	tell(engine, &(struct dm_engine_event){ .type = type, .voice = voice, .at = at });
}

bool dm_engine_take_event(struct dm_engine *engine, struct dm_engine_event *event)
{
	if (engine->events_count == 0)
		return false;
	*event = engine->events[engine->events_head];
	engine->events_head = (engine->events_head + 1) % EVENTS;
	engine->events_count--;
	return true;
}

int dm_engine_set(struct dm_engine *engine, const struct dm_engine_state *state)
{
	if (state->mode > DM_ENGINE_ON_AIR || state->voice >= VOICES ||
	    (state->has_standby && state->standby >= VOICES))
		return -EINVAL;

	const bool speaking = engine->state.mode == DM_ENGINE_ON_AIR &&
			      state->mode == DM_ENGINE_ON_AIR;
	const bool same = speaking && state->voice == engine->state.voice;

	engine->state = *state;
	if (state->mode != DM_ENGINE_ON_AIR)
		engine->dead = false;
	/* Told the same again: a standby that took over stays, a handover goes on waiting, unless
	 * it is to wait no longer. */
	if (same && !(engine->handing && !state->at_pause))
		return 0;
	engine->handing = speaking && state->at_pause && state->voice != engine->on_air;
	engine->handing_since = DM_USEC_NEVER;
	if (engine->handing)
		return 0;
	if (engine->on_air != state->voice)
		engine->dead = false;
	engine->on_air = state->voice;
	return 0;
}

/* Returns false when there is nothing at all to hear. */
static bool read_voice(struct voice *voice, const struct dm_engine_inputs *inputs, dm_usec tick,
		       bool *real)
{
	if (!voice->microphone) {
		*real = voice->alive = inputs->inlet != NULL;
		if (inputs->inlet)
			memcpy(voice->samples, inputs->inlet, sizeof(voice->samples));
		else
			memset(voice->samples, 0, sizeof(voice->samples));
		return voice->alive;
	}

	const enum dm_microphone_sound sound = dm_microphone_read(voice->microphone, tick,
								  voice->samples);

	*real = sound == DM_MICROPHONE_LIVE;
	voice->alive = dm_microphone_dead_for(voice->microphone) < DEAD;
	return sound != DM_MICROPHONE_SILENT;
}

static void read_voices(struct dm_engine *engine, const struct dm_engine_inputs *inputs,
			dm_usec tick)
{
	for (size_t n = 0; n < VOICES; n++) {
		struct voice *voice = &engine->voices[n];
		const struct dm_loudness *loudness = voice->loudness;
		bool real;

		if (!read_voice(voice, inputs, tick, &real))
			continue;
		voice->pauses = dm_pause_run(&voice->pause, voice->samples,
					     loudness ? dm_loudness_lufs(loudness) : -HUGE_VAL);
		if (voice->loudness)
			dm_loudness_run(voice->loudness, voice->samples, real);
	}
}

static enum source fallback(const struct dm_engine *engine)
{
	switch (engine->options.fallback) {
	case DM_ENGINE_FLOOR:
		return FLOOR;
	case DM_ENGINE_OTHER:
		return OTHER;
	case DM_ENGINE_SILENCE:
		break;
	}
	return NOTHING;
}

/* The waiting handover happens at a pause of who leaves, or after 3 s, or when who leaves is gone;
 * never to somebody who is not there. */
static void hand_over(struct dm_engine *engine, dm_usec tick)
{
	const struct voice *leaving = &engine->voices[engine->on_air];
	const uint8_t to = engine->state.voice;

	if (engine->handing_since == DM_USEC_NEVER)
		engine->handing_since = tick;

	const dm_usec waited = tick - engine->handing_since;
	const bool over = waited >= HANDOVER_MOST;

	if (!engine->voices[to].alive) {
		if (over) {
			engine->handing = false;
			tell_of(engine, DM_ENGINE_NOT_HANDED, to, tick);
		}
		return;
	}
	if (!over && leaving->alive && !leaving->pauses)
		return;
	engine->handing = false;
	engine->dead = false;
	engine->measuring = engine->heard == (enum source)engine->on_air;
	engine->leaving = engine->heard;
	engine->on_air = to;
	engine->handover = (struct dm_engine_event){
		.type = DM_ENGINE_HANDED_OVER,
		.voice = to,
		.at = tick,
		.waited = waited,
	};
	if (!engine->measuring)
		tell(engine, &engine->handover);
}

/* What is on air, or is heard instead. */
static enum source speaker(struct dm_engine *engine, dm_usec tick)
{
	const struct dm_engine_state *state = &engine->state;

	if (engine->handing)
		hand_over(engine, tick);
	if (engine->voices[engine->on_air].alive) {
		if (engine->dead)
			tell_of(engine, DM_ENGINE_LINK_BACK, engine->on_air, tick);
		engine->dead = false;
		return engine->on_air;
	}
	if (!engine->dead)
		tell_of(engine, DM_ENGINE_LINK_DEAD, engine->on_air, tick);
	if (state->has_standby && state->standby != engine->on_air &&
	    engine->voices[state->standby].alive) {
		engine->on_air = state->standby;
		engine->dead = false;
		engine->handing = false;
		tell_of(engine, DM_ENGINE_STANDBY_TAKES, engine->on_air, tick);
		return engine->on_air;
	}
	if (!engine->dead)
		tell_of(engine, DM_ENGINE_FELL_BACK, engine->on_air, tick);
	engine->dead = true;
	return fallback(engine);
}

/* How long, in samples, and by which law one source gives way to the other. */
static size_t fade_between(const struct dm_engine *engine, enum source from, enum source to,
			   enum dm_crossfade_law *law)
{
	const bool voice_from = (size_t)from < VOICES;
	const bool voice_to = (size_t)to < VOICES;

	/* Another engine may itself carry the floor: the same sound twice. */
	*law = (from == FLOOR && to == OTHER) || (from == OTHER && to == FLOOR)
		       ? DM_CROSSFADE_LINEAR
		       : DM_CROSSFADE_POWER;
	if (voice_from && voice_to)
		return engine->voices[from].alive ? HANDOVER : TAKEOVER;
	if ((voice_from && to == NOISE) || (from == NOISE && voice_to))
		return MUTE;
	return engine->ramp;
}

static void turn_to(struct dm_engine *engine, enum source to)
{
	enum dm_crossfade_law law;

	if (to == engine->heard)
		return;

	const size_t samples = fade_between(engine, engine->heard, to, &law);

	for (size_t n = 0; n < SOURCES; n++)
		dm_crossfade_go(&engine->fades[n], n == (size_t)to, samples, law);
	engine->heard = to;
}

static void measure(struct dm_engine *engine)
{
	const struct dm_crossfade *from = &engine->fades[engine->leaving];
	const struct dm_crossfade *to = &engine->fades[engine->handover.voice];

	for (size_t n = 0; n < FRAME; n += MEASURE) {
		const float leaving = dm_crossfade_gain(from, n);
		const float coming = dm_crossfade_gain(to, n);

		if (leaving > HEARD && coming > HEARD)
			engine->handover.overlap += DM_MSEC(1);
		if (leaving < HALF && coming < HALF)
			engine->handover.gap += DM_MSEC(1);
	}
}

static void mix(struct dm_engine *engine, const struct dm_engine_inputs *inputs, float *samples)
{
	static const float silence[FRAME];
	float noise[FRAME];

	memset(samples, 0, FRAME * sizeof(*samples));
	for (size_t n = 0; n < SOURCES; n++) {
		const float *source = silence;

		if (!dm_crossfade_heard(&engine->fades[n]))
			continue;
		if (n < VOICES) {
			source = engine->voices[n].samples;
		} else if (n == FLOOR && inputs->floor) {
			source = inputs->floor;
		} else if (n == OTHER && inputs->other) {
			source = inputs->other;
		} else if (n == NOISE) {
			dm_comfort_noise_run(&engine->noise, noise, FRAME);
			source = noise;
		}
		dm_crossfade_mix(&engine->fades[n], source, samples, FRAME);
	}
}

void dm_engine_tick(struct dm_engine *engine, const struct dm_engine_inputs *inputs, dm_usec tick,
		    float *samples)
{
	enum source to = NOISE;

	read_voices(engine, inputs, tick);
	if (engine->state.mode == DM_ENGINE_ON_AIR)
		to = speaker(engine, tick);
	else if (engine->state.mode == DM_ENGINE_OFF)
		to = fallback(engine);
	turn_to(engine, to);
	if (engine->measuring)
		measure(engine);
	mix(engine, inputs, samples);
	if (engine->measuring && engine->fades[engine->handover.voice].step == 0) {
		engine->measuring = false;
		tell(engine, &engine->handover);
	}
	dm_limiter_run(engine->limiter, samples);
}

void dm_engine_stats(const struct dm_engine *engine, struct dm_engine_stats *stats)
{
	const bool voice = (size_t)engine->heard < VOICES;
	const struct dm_loudness *loudness = voice ? engine->voices[engine->heard].loudness : NULL;

	*stats = (struct dm_engine_stats){
		.on_air = voice ? (uint8_t)engine->heard : VOICES,
		.fallen_back = engine->heard == fallback(engine),
		.reduction_db = dm_limiter_reduction_db(engine->limiter),
		.gain_db = loudness ? dm_loudness_gain_db(loudness) : 0,
		.lufs = loudness ? dm_loudness_lufs(loudness) : -HUGE_VAL,
		.events_dropped = engine->events_dropped,
	};
}
