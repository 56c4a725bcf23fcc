#include "audio/channel.h"
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
#define VOICES DM_CHANNEL_VOICES

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

struct dm_channel {
	struct dm_channel_options options;
	size_t ramp; /* samples */
	struct voice voices[VOICES];
	struct dm_limiter *limiter; /* owned */
	struct dm_comfort_noise noise;
	struct dm_crossfade fades[SOURCES];
	struct dm_channel_state state;
	uint8_t on_air;    /* the voice meant to be heard in ON_AIR */
	enum source heard; /* what is faded to */
	bool dead;         /* `on_air` is, and the fallback is heard for it */
	bool handing;      /* to state.voice, at a pause */
	dm_usec handing_since;
	bool measuring; /* a handover that is under way: */
	enum source leaving;
	struct dm_channel_event handover;

	struct dm_channel_event events[EVENTS];
	size_t events_head, events_count;
	uint64_t events_dropped;
};

static int create_voices(struct dm_channel *channel)
{
	for (size_t n = 0; n < VOICES; n++) {
		struct voice *voice = &channel->voices[n];
		int error = 0;

		if (n < DM_CHANNEL_MICROPHONES)
			error = dm_microphone_create(&voice->microphone);
		if (!error && channel->options.target_lufs < 0)
			error = dm_loudness_create(&voice->loudness, channel->options.target_lufs);
		if (error)
			return error;
	}
	return 0;
}

int dm_channel_create(struct dm_channel **out, const struct dm_channel_options *options)
{
	const dm_usec ramp = options->ramp != 0 ? options->ramp : RAMP_LEAST;

	*out = NULL;
	if (ramp < RAMP_LEAST || ramp > RAMP_MOST || options->target_lufs > 0 ||
	    options->fallback > DM_CHANNEL_OTHER)
		return -EINVAL;

	struct dm_channel *channel = calloc(1, sizeof(*channel));

	if (!channel)
		return -ENOMEM;
	channel->options = *options;
	channel->ramp = (size_t)(ramp * 6 / 125);
	channel->heard = NOTHING;
	dm_comfort_noise_init(&channel->noise, 1);

	int error = dm_limiter_create(&channel->limiter, options->ceiling_db);

	if (!error)
		error = create_voices(channel);
	if (error) {
		dm_channel_destroy(channel);
		return error;
	}
	*out = channel;
	return 0;
}

void dm_channel_destroy(struct dm_channel *channel)
{
	if (!channel)
		return;
	for (size_t n = 0; n < VOICES; n++) {
		dm_microphone_destroy(channel->voices[n].microphone);
		dm_loudness_destroy(channel->voices[n].loudness);
	}
	dm_limiter_destroy(channel->limiter);
	free(channel);
}

struct dm_microphone *dm_channel_microphone(struct dm_channel *channel, uint8_t number)
{
	return number < DM_CHANNEL_MICROPHONES ? channel->voices[number].microphone : NULL;
}

static void tell(struct dm_channel *channel, const struct dm_channel_event *event)
{
	if (channel->events_count == EVENTS) {
		channel->events_dropped++;
		return;
	}
	channel->events[(channel->events_head + channel->events_count++) % EVENTS] = *event;
}

static void tell_of(struct dm_channel *channel, enum dm_channel_event_type type, uint8_t voice,
		    dm_usec at)
{
	tell(channel, &(struct dm_channel_event){ .type = type, .voice = voice, .at = at });
}

bool dm_channel_take_event(struct dm_channel *channel, struct dm_channel_event *event)
{
	if (channel->events_count == 0)
		return false;
	*event = channel->events[channel->events_head];
	channel->events_head = (channel->events_head + 1) % EVENTS;
	channel->events_count--;
	return true;
}

int dm_channel_set(struct dm_channel *channel, const struct dm_channel_state *state)
{
	if (state->mode > DM_CHANNEL_ON_AIR || state->voice >= VOICES ||
	    (state->has_standby && state->standby >= VOICES))
		return -EINVAL;

	const bool speaking = channel->state.mode == DM_CHANNEL_ON_AIR &&
			      state->mode == DM_CHANNEL_ON_AIR;
	const bool same = speaking && state->voice == channel->state.voice;

	channel->state = *state;
	if (state->mode != DM_CHANNEL_ON_AIR)
		channel->dead = false;
	/* Told the same again: a standby that took over stays, a handover goes on waiting, unless
	 * it is to wait no longer. */
	if (same && !(channel->handing && !state->at_pause))
		return 0;
	channel->handing = speaking && state->at_pause && state->voice != channel->on_air;
	channel->handing_since = DM_USEC_NEVER;
	if (channel->handing)
		return 0;
	if (channel->on_air != state->voice)
		channel->dead = false;
	channel->on_air = state->voice;
	return 0;
}

/* Returns false when there is nothing at all to hear. */
static bool read_voice(struct voice *voice, const struct dm_channel_inputs *inputs, dm_usec tick,
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

static void read_voices(struct dm_channel *channel, const struct dm_channel_inputs *inputs,
			dm_usec tick)
{
	for (size_t n = 0; n < VOICES; n++) {
		struct voice *voice = &channel->voices[n];
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

static enum source fallback(const struct dm_channel *channel)
{
	switch (channel->options.fallback) {
	case DM_CHANNEL_FLOOR:
		return FLOOR;
	case DM_CHANNEL_OTHER:
		return OTHER;
	case DM_CHANNEL_SILENCE:
		break;
	}
	return NOTHING;
}

/* The waiting handover happens at a pause of who leaves, or after 3 s, or when who leaves is gone;
 * never to somebody who is not there. */
static void hand_over(struct dm_channel *channel, dm_usec tick)
{
	const struct voice *leaving = &channel->voices[channel->on_air];
	const uint8_t to = channel->state.voice;

	if (channel->handing_since == DM_USEC_NEVER)
		channel->handing_since = tick;

	const dm_usec waited = tick - channel->handing_since;
	const bool over = waited >= HANDOVER_MOST;

	if (!channel->voices[to].alive) {
		if (over) {
			channel->handing = false;
			tell_of(channel, DM_CHANNEL_NOT_HANDED, to, tick);
		}
		return;
	}
	if (!over && leaving->alive && !leaving->pauses)
		return;
	channel->handing = false;
	channel->dead = false;
	channel->measuring = channel->heard == (enum source)channel->on_air;
	channel->leaving = channel->heard;
	channel->on_air = to;
	channel->handover = (struct dm_channel_event){
		.type = DM_CHANNEL_HANDED_OVER,
		.voice = to,
		.at = tick,
		.waited = waited,
	};
	if (!channel->measuring)
		tell(channel, &channel->handover);
}

/* What is on air, or is heard instead. */
static enum source speaker(struct dm_channel *channel, dm_usec tick)
{
	const struct dm_channel_state *state = &channel->state;

	if (channel->handing)
		hand_over(channel, tick);
	if (channel->voices[channel->on_air].alive) {
		if (channel->dead)
			tell_of(channel, DM_CHANNEL_LINK_BACK, channel->on_air, tick);
		channel->dead = false;
		return channel->on_air;
	}
	if (!channel->dead)
		tell_of(channel, DM_CHANNEL_LINK_DEAD, channel->on_air, tick);
	if (state->has_standby && state->standby != channel->on_air &&
	    channel->voices[state->standby].alive) {
		channel->on_air = state->standby;
		channel->dead = false;
		channel->handing = false;
		tell_of(channel, DM_CHANNEL_STANDBY_TAKES, channel->on_air, tick);
		return channel->on_air;
	}
	if (!channel->dead)
		tell_of(channel, DM_CHANNEL_FELL_BACK, channel->on_air, tick);
	channel->dead = true;
	return fallback(channel);
}

/* How long, in samples, and by which law one source gives way to the other. */
static size_t fade_between(const struct dm_channel *channel, enum source from, enum source to,
			   enum dm_crossfade_law *law)
{
	const bool voice_from = (size_t)from < VOICES;
	const bool voice_to = (size_t)to < VOICES;

	/* Another channel may itself carry the floor: the same sound twice. */
	*law = (from == FLOOR && to == OTHER) || (from == OTHER && to == FLOOR)
		       ? DM_CROSSFADE_LINEAR
		       : DM_CROSSFADE_POWER;
	if (voice_from && voice_to)
		return channel->voices[from].alive ? HANDOVER : TAKEOVER;
	if ((voice_from && to == NOISE) || (from == NOISE && voice_to))
		return MUTE;
	return channel->ramp;
}

static void turn_to(struct dm_channel *channel, enum source to)
{
	enum dm_crossfade_law law;

	if (to == channel->heard)
		return;

	const size_t samples = fade_between(channel, channel->heard, to, &law);

	for (size_t n = 0; n < SOURCES; n++)
		dm_crossfade_go(&channel->fades[n], n == (size_t)to, samples, law);
	channel->heard = to;
}

static void measure(struct dm_channel *channel)
{
	const struct dm_crossfade *from = &channel->fades[channel->leaving];
	const struct dm_crossfade *to = &channel->fades[channel->handover.voice];

	for (size_t n = 0; n < FRAME; n += MEASURE) {
		const float leaving = dm_crossfade_gain(from, n);
		const float coming = dm_crossfade_gain(to, n);

		if (leaving > HEARD && coming > HEARD)
			channel->handover.overlap += DM_MSEC(1);
		if (leaving < HALF && coming < HALF)
			channel->handover.gap += DM_MSEC(1);
	}
}

static void mix(struct dm_channel *channel, const struct dm_channel_inputs *inputs, float *samples)
{
	static const float silence[FRAME];
	float noise[FRAME];

	memset(samples, 0, FRAME * sizeof(*samples));
	for (size_t n = 0; n < SOURCES; n++) {
		const float *source = silence;

		if (!dm_crossfade_heard(&channel->fades[n]))
			continue;
		if (n < VOICES) {
			source = channel->voices[n].samples;
		} else if (n == FLOOR && inputs->floor) {
			source = inputs->floor;
		} else if (n == OTHER && inputs->other) {
			source = inputs->other;
		} else if (n == NOISE) {
			dm_comfort_noise_run(&channel->noise, noise, FRAME);
			source = noise;
		}
		dm_crossfade_mix(&channel->fades[n], source, samples, FRAME);
	}
}

void dm_channel_tick(struct dm_channel *channel, const struct dm_channel_inputs *inputs,
		     dm_usec tick, float *samples)
{
	enum source to = NOISE;

	read_voices(channel, inputs, tick);
	if (channel->state.mode == DM_CHANNEL_ON_AIR)
		to = speaker(channel, tick);
	else if (channel->state.mode == DM_CHANNEL_OFF)
		to = fallback(channel);
	turn_to(channel, to);
	if (channel->measuring)
		measure(channel);
	mix(channel, inputs, samples);
	if (channel->measuring && channel->fades[channel->handover.voice].step == 0) {
		channel->measuring = false;
		tell(channel, &channel->handover);
	}
	dm_limiter_run(channel->limiter, samples);
}

void dm_channel_stats(const struct dm_channel *channel, struct dm_channel_stats *stats)
{
	const bool voice = (size_t)channel->heard < VOICES;
	const struct dm_loudness *loudness = voice ? channel->voices[channel->heard].loudness
						   : NULL;

	*stats = (struct dm_channel_stats){
		.on_air = voice ? (uint8_t)channel->heard : VOICES,
		.fallen_back = channel->heard == fallback(channel),
		.reduction_db = dm_limiter_reduction_db(channel->limiter),
		.gain_db = loudness ? dm_loudness_gain_db(loudness) : 0,
		.lufs = loudness ? dm_loudness_lufs(loudness) : -HUGE_VAL,
		.events_dropped = channel->events_dropped,
	};
}
