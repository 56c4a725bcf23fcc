#include "audio/engine.h"
#include "audio/mix.h"
#include "audio/voice.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define VOICES DM_ENGINE_VOICES
#define BIT    DM_MIX_BIT

#define RAMP_LEAST DM_MSEC(300)
#define RAMP_MOST  DM_SEC(5)

/* Ticks. Who is not heard is not decoded either (a third of a core for 32 channels), but for the
 * first 120 ms of every second, of which its level is taken. Choices. */
#define PEEK_EVERY 50
#define PEEK       6

/* Ticks that a standby is decoded after the voice on air has faltered, so that it is there at once
 * when that is dead. Choice. */
#define ALERT 50

#define HANDOVER_MOST DM_SEC(3) /* waits for a pause */

#define EVENTS 16

struct dm_engine {
	struct dm_engine_options options;
	struct dm_voice voices[VOICES];
	struct dm_limiter *limiter; /* owned */
	struct dm_mix mix;
	struct dm_engine_state state;
	uint8_t on_air;  /* the voice meant to be heard in ON_AIR, with others or alone */
	dm_mix_set dead; /* voices on air of whose dead link was told */
	bool fallen;     /* all are, and the fallback is heard for them */
	bool passes_floor;
	dm_mix_set woken; /* microphones that others listen to, in the next tick */
	unsigned alert;   /* ticks that the standby stays awake */
	unsigned ticks;
	bool handing; /* to state.voice, at a pause */
	dm_usec handing_since;
	bool measuring; /* a handover that is under way: */
	uint8_t leaving;
	struct dm_engine_event handover;

	struct dm_engine_event events[EVENTS];
	size_t events_head, events_count;
	uint64_t events_dropped;
};

static int init_voices(struct dm_engine *engine)
{
	int error = 0;

	for (size_t n = 0; n < VOICES && !error; n++)
		error = dm_voice_init(&engine->voices[n], n < DM_ENGINE_MICROPHONES,
				      engine->options.target_lufs);
	return error;
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
	engine->ticks = options->phase;
	dm_mix_init(&engine->mix, ramp);

	int error = dm_limiter_create(&engine->limiter, options->ceiling_db);

	if (!error)
		error = init_voices(engine);
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
	for (size_t n = 0; n < VOICES; n++)
		dm_voice_finish(&engine->voices[n]);
	dm_limiter_destroy(engine->limiter);
	free(engine);
}

struct dm_microphone *dm_engine_microphone(struct dm_engine *engine, uint8_t number)
{
	return number < DM_ENGINE_MICROPHONES ? engine->voices[number].microphone : NULL;
}

void dm_engine_set_tap(struct dm_engine *engine, uint8_t microphone, struct dm_tap *tap)
{
	engine->voices[microphone].tap = tap;
}

void dm_engine_wake(struct dm_engine *engine, uint8_t microphone)
{
	engine->woken |= BIT(microphone);
}

const float *dm_engine_microphone_sound(const struct dm_engine *engine, uint8_t microphone)
{
	const struct dm_voice *voice = &engine->voices[microphone];

	return voice->awake > 0 && !voice->silent ? voice->samples : NULL;
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

bool dm_engine_state_valid(const struct dm_engine_state *state)
{
	return state->mode <= DM_ENGINE_ON_AIR && state->voice < VOICES &&
	       (state->voices & ~DM_MIX_VOICES) == 0 &&
	       (!state->has_standby || state->standby < VOICES);
}

int dm_engine_set(struct dm_engine *engine, const struct dm_engine_state *state)
{
	if (!dm_engine_state_valid(state))
		return -EINVAL;

	const bool speaking = engine->state.mode == DM_ENGINE_ON_AIR &&
			      state->mode == DM_ENGINE_ON_AIR;
	const bool same = speaking && state->voice == engine->state.voice;

	engine->state = *state;
	if (state->mode != DM_ENGINE_ON_AIR) {
		engine->fallen = false;
		engine->dead = 0;
	}
	/* Told the same again: a standby that took over stays, a handover goes on waiting, unless
	 * it is to wait no longer. */
	if (same && !(engine->handing && !state->at_pause))
		return 0;
	engine->handing = speaking && state->voice != engine->on_air;
	engine->handing_since = DM_USEC_NEVER;
	if (engine->handing)
		return 0;
	if (engine->on_air != state->voice)
		engine->fallen = false;
	engine->on_air = state->voice;
	return 0;
}

/* Is heard, or will be soon. */
static bool needed(const struct dm_engine *engine, uint8_t number)
{
	const struct dm_engine_state *state = &engine->state;
	const dm_mix_set on_air = state->voices | BIT(engine->on_air);

	if (dm_mix_hears(&engine->mix, number) || (engine->woken & BIT(number)))
		return true;
	if (state->mode != DM_ENGINE_OFF && (on_air & BIT(number)))
		return true;
	if (engine->handing && number == state->voice)
		return true;
	return state->has_standby && number == state->standby && engine->alert > 0;
}

static void read_voices(struct dm_engine *engine, const struct dm_engine_inputs *inputs,
			dm_usec tick)
{
	engine->ticks++;
	for (uint8_t n = 0; n < DM_ENGINE_MICROPHONES; n++) {
		struct dm_voice *voice = &engine->voices[n];

		if (needed(engine, n))
			dm_voice_read(voice, tick);
		else if ((engine->ticks + n * PEEK) % PEEK_EVERY < PEEK)
			dm_voice_peek(voice, tick);
		else
			dm_voice_doze(voice, tick);
	}
	engine->woken = 0;
	dm_voice_take(&engine->voices[DM_ENGINE_INLET], inputs->inlet, inputs->inlet_dead_for);
	if (engine->voices[engine->on_air].dead_for > 0)
		engine->alert = ALERT;
	else if (engine->alert > 0)
		engine->alert--;
}

static dm_mix_set fallback(const struct dm_engine *engine)
{
	switch (engine->options.fallback) {
	case DM_ENGINE_FLOOR:
		return BIT(DM_MIX_FLOOR);
	case DM_ENGINE_OTHER:
		return BIT(DM_MIX_OTHER);
	case DM_ENGINE_SILENCE:
		break;
	}
	return 0;
}

/* Whether the waiting handover may happen: at a pause of who leaves, or after 3 s, or when who
 * leaves is gone; never to somebody who is not there. */
static bool may_hand_over(struct dm_engine *engine, dm_usec waited, dm_usec tick)
{
	const struct dm_voice *leaving = &engine->voices[engine->on_air];
	const struct dm_voice *coming = &engine->voices[engine->state.voice];
	const bool over = waited >= HANDOVER_MOST;

	if (!coming->alive && over) {
		engine->handing = false;
		tell_of(engine, DM_ENGINE_NOT_HANDED, engine->state.voice, tick);
	}
	if (!coming->alive || coming->awake < DM_VOICE_SETTLED)
		return false;
	return over || !leaving->alive || leaving->pauses;
}

static void hand_over(struct dm_engine *engine, dm_usec tick)
{
	const uint8_t to = engine->state.voice;

	if (engine->handing_since == DM_USEC_NEVER)
		engine->handing_since = tick;

	const dm_usec waited = tick - engine->handing_since;

	if (!engine->state.at_pause) {
		/* Told to be at once. */
		if (engine->voices[to].alive && engine->voices[to].awake < DM_VOICE_SETTLED)
			return;
		engine->handing = false;
		engine->fallen = false;
		engine->on_air = to;
		return;
	}
	if (!may_hand_over(engine, waited, tick))
		return;
	engine->handing = false;
	engine->fallen = false;
	engine->measuring = engine->mix.heard == BIT(engine->on_air);
	engine->leaving = engine->on_air;
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

/* Tells which links died or came back since the last tick. Returns those that live. */
static dm_mix_set living(struct dm_engine *engine, dm_mix_set wanted, dm_usec tick)
{
	dm_mix_set alive = 0;

	for (uint8_t n = 0; n < VOICES; n++) {
		if (!(wanted & BIT(n)))
			continue;
		if (engine->voices[n].alive)
			alive |= BIT(n);
		if (engine->voices[n].alive && (engine->dead & BIT(n)))
			tell_of(engine, DM_ENGINE_LINK_BACK, n, tick);
		if (!engine->voices[n].alive && !(engine->dead & BIT(n)))
			tell_of(engine, DM_ENGINE_LINK_DEAD, n, tick);
	}
	engine->dead = wanted & ~alive;
	return alive;
}

/* What is on air, or is heard instead. */
static dm_mix_set speakers(struct dm_engine *engine, dm_usec tick)
{
	const struct dm_engine_state *state = &engine->state;

	if (engine->handing)
		hand_over(engine, tick);

	/* Who was replaced by the standby is not heard beside it. */
	const dm_mix_set others = state->voices & ~BIT(state->voice);
	const dm_mix_set alive = living(engine, others | BIT(engine->on_air), tick);

	if (alive) {
		engine->fallen = false;
		return alive;
	}
	if (state->has_standby && engine->voices[state->standby].alive) {
		engine->on_air = state->standby;
		engine->dead = others;
		engine->fallen = false;
		engine->handing = false;
		tell_of(engine, DM_ENGINE_STANDBY_TAKES, engine->on_air, tick);
		return BIT(engine->on_air);
	}
	if (!engine->fallen)
		tell_of(engine, DM_ENGINE_FELL_BACK, engine->on_air, tick);
	engine->fallen = true;
	return fallback(engine);
}

static dm_mix_set dead_voices(const struct dm_engine *engine)
{
	dm_mix_set dead = 0;

	for (unsigned n = 0; n < VOICES; n++)
		if (!engine->voices[n].alive)
			dead |= BIT(n);
	return dead;
}

static void run_mix(struct dm_engine *engine, const struct dm_engine_inputs *inputs, float *samples)
{
	const float *sources[DM_MIX_SOURCES] = {
		[DM_MIX_FLOOR] = inputs->floor,
		[DM_MIX_OTHER] = inputs->other,
		[DM_MIX_LINE_UP] = inputs->line_up,
	};

	for (size_t n = 0; n < VOICES; n++)
		sources[n] = engine->voices[n].samples;
	if (engine->measuring)
		dm_mix_measure(&engine->mix, engine->leaving, &engine->handover);
	dm_mix_run(&engine->mix, sources, samples);
	if (engine->measuring && dm_mix_arrived(&engine->mix, engine->handover.voice)) {
		engine->measuring = false;
		tell(engine, &engine->handover);
	}
}

void dm_engine_tick(struct dm_engine *engine, const struct dm_engine_inputs *inputs, dm_usec tick,
		    float *samples)
{
	dm_mix_set to = BIT(DM_MIX_NOISE);

	read_voices(engine, inputs, tick);
	if (engine->state.mode == DM_ENGINE_ON_AIR)
		to = speakers(engine, tick);
	else if (engine->state.mode == DM_ENGINE_OFF)
		to = fallback(engine);
	if (inputs->line_up)
		to = BIT(DM_MIX_LINE_UP);
	dm_mix_turn(&engine->mix, to, dead_voices(engine));
	engine->passes_floor = inputs->floor && dm_mix_carries_only(&engine->mix, DM_MIX_FLOOR);
	run_mix(engine, inputs, samples);
	dm_limiter_run(engine->limiter, samples);
}

/* The voice that is heard; of several, the state's own before the others. */
static uint8_t heard_voice(const struct dm_engine *engine)
{
	if (engine->mix.heard & BIT(engine->on_air))
		return engine->on_air;
	for (uint8_t n = 0; n < VOICES; n++)
		if (engine->mix.heard & BIT(n))
			return n;
	return VOICES;
}

void dm_engine_stats(const struct dm_engine *engine, struct dm_engine_stats *stats)
{
	const uint8_t voice = heard_voice(engine);
	const struct dm_loudness *loudness = voice < VOICES ? engine->voices[voice].loudness : NULL;

	*stats = (struct dm_engine_stats){
		.on_air = voice,
		.fallen_back = engine->mix.heard == fallback(engine),
		.reduction_db = dm_limiter_reduction_db(engine->limiter),
		.gain_db = loudness ? dm_loudness_gain_db(loudness) : 0,
		.lufs = loudness ? dm_loudness_lufs(loudness) : -HUGE_VAL,
		.passes_floor = engine->passes_floor,
		.events_dropped = engine->events_dropped,
	};
	for (size_t n = 0; n < VOICES; n++) {
		stats->voices[n].peak_dbfs = dm_peak_dbfs(&engine->voices[n].peak);
		stats->voices[n].alive = engine->voices[n].alive;
	}
}
