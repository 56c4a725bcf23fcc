/* relay/audio/engine.h
 *
 * The sound of one channel, without a break: what it carries is told from outside (an interpreter
 * on air, a muted booth, nobody), and every 20 ms the engine gives 960 samples of it. Sources are
 * crossfaded, voices drawn to one loudness, peaks held down. What it finds out itself, that a link
 * is dead or a pause has come, it acts on at once and tells as an event.
 *
 * Pure: no clock, no I/O, no allocation after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_ENGINE_H
#define DM_AUDIO_ENGINE_H

#include "audio/limiter.h"
#include "audio/microphone.h"
#include "audio/tap.h"

#define DM_ENGINE_MICROPHONES 3 /* a booth's */

/* The voice that comes as PCM from a hardware booth, beside the microphones 0, 1 and 2. */
#define DM_ENGINE_INLET  DM_ENGINE_MICROPHONES
#define DM_ENGINE_VOICES (DM_ENGINE_MICROPHONES + 1)

/* What is put in comes out so much later, beside what microphones wait. */
#define DM_ENGINE_LATENCY_SAMPLES DM_LIMITER_LATENCY_SAMPLES

struct dm_engine;

enum dm_engine_mode {
	DM_ENGINE_OFF,    /* booth off, or nobody there: the fallback */
	DM_ENGINE_MUTED,  /* booth open, nobody speaks (cough): comfort noise, never the floor */
	DM_ENGINE_ON_AIR, /* `voice` */
};

enum dm_engine_fallback { DM_ENGINE_FLOOR, DM_ENGINE_SILENCE, DM_ENGINE_OTHER };

struct dm_engine_options {
	enum dm_engine_fallback fallback;
	dm_usec ramp;       /* to and from the fallback, 300 ms..5 s; 0: 300 ms */
	double ceiling_db;  /* dBTP, at most 0; of what goes into the encoder */
	double target_lufs; /* of voices; 0: as they come */
	unsigned phase;     /* another for each channel: spreads what is not done at every tick */
};

struct dm_engine_state {
	enum dm_engine_mode mode;
	uint8_t voice;  /* on air */
	uint8_t voices; /* further voices on air with it, one bit each (its own may be among them);
			   0: it alone. A dead one fades out while another lives */
	bool at_pause;  /* a change of `voice` waits for a pause, at most 3 s; without, only until
			   who comes is heard whole (60 ms) */
	bool has_standby;
	uint8_t standby; /* takes over when no voice's link lives: all agreed to it */
};

enum dm_engine_event_type {
	DM_ENGINE_HANDED_OVER,   /* `voice` is on air now, as it was told */
	DM_ENGINE_NOT_HANDED,    /* `voice` gave no sound for 3 s; the other stays on air */
	DM_ENGINE_LINK_DEAD,     /* of `voice`, on air, perhaps with others */
	DM_ENGINE_STANDBY_TAKES, /* `voice` is on air instead of a dead one, and stays so until
				     told */
	DM_ENGINE_FELL_BACK,     /* the fallback is heard instead of `voice` */
	DM_ENGINE_LINK_BACK,     /* `voice` is heard again, or with the others again */
};

struct dm_engine_event {
	enum dm_engine_event_type type;
	uint8_t voice;
	dm_usec at;
	dm_usec waited;  /* HANDED_OVER: for a pause */
	dm_usec overlap; /* HANDED_OVER: while both were heard (above -26 dB) */
	dm_usec gap;     /* HANDED_OVER: while neither was heard at half or more */
};

/* A tick's sound from elsewhere, DM_AUDIO_FRAME_SAMPLES each; NULL: there is none. */
struct dm_engine_inputs {
	const float *floor;
	const float *other;     /* another channel's */
	const float *line_up;   /* heard instead of all else, whatever the state (line_up.h) */
	const float *inlet;     /* of a hardware booth, */
	dm_usec inlet_dead_for; /* whose source has given nothing for so long; 0: it lives */
};

struct dm_engine_stats {
	uint8_t on_air; /* the voice that is heard; of several, the first; DM_ENGINE_VOICES: none */
	bool fallen_back;        /* the fallback is heard */
	double reduction_db;     /* the limiter's, in the last tick */
	double gain_db;          /* of the voice on air */
	double lufs;             /* as it came in; -HUGE_VAL when unknown */
	bool passes_floor;       /* what left in the last tick is the floor as it is */
	uint64_t events_dropped; /* nobody took them */
	struct {
		float peak_dbfs; /* as it comes in, of the last 100 ms; -HUGE_VALF: silence */
		bool alive;
	} voices[DM_ENGINE_VOICES];
};

/* Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_engine_create(struct dm_engine **out, const struct dm_engine_options *options);
void dm_engine_destroy(struct dm_engine *engine); /* NULL is allowed */

/* Microphone 0, 1 or 2: owned by the channel. Put packets in, take NACKs and statistics; never
 * read it. */
struct dm_microphone *dm_engine_microphone(struct dm_engine *engine, uint8_t number);

/* What that microphone gives goes there too (borrowed until destroy). */
void dm_engine_set_tap(struct dm_engine *engine, uint8_t microphone, struct dm_tap *tap);

/* It does not doze in the next tick: somebody else listens to it. */
void dm_engine_wake(struct dm_engine *engine, uint8_t microphone);

/* Its sound in the last tick, drawn to one loudness, DM_AUDIO_FRAME_SAMPLES; borrowed until the
 * next. NULL: nothing comes, or it dozed. */
const float *dm_engine_microphone_sound(const struct dm_engine *engine, uint8_t microphone);

bool dm_engine_state_valid(const struct dm_engine_state *state);

/* From the next tick on. Returns 0 or -EINVAL. */
int dm_engine_set(struct dm_engine *engine, const struct dm_engine_state *state);

/* Fills `samples` (DM_AUDIO_FRAME_SAMPLES). `tick` as for dm_microphone_read. */
void dm_engine_tick(struct dm_engine *engine, const struct dm_engine_inputs *inputs, dm_usec tick,
		    float *samples);

/* False when nothing has happened. */
bool dm_engine_take_event(struct dm_engine *engine, struct dm_engine_event *event);

void dm_engine_stats(const struct dm_engine *engine, struct dm_engine_stats *stats);

#endif
