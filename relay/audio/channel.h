/* relay/audio/channel.h
 *
 * The sound of one channel, without a break: what it carries is told from outside (an interpreter
 * on air, a muted booth, nobody), and every 20 ms the engine gives 960 samples of it. Sources are
 * crossfaded, voices drawn to one loudness, peaks held down. What it finds out itself, that a link
 * is dead or a pause has come, it acts on at once and tells as an event.
 *
 * Pure: no clock, no I/O, no allocation after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_CHANNEL_H
#define DM_AUDIO_CHANNEL_H

#include "audio/limiter.h"
#include "audio/microphone.h"

#define DM_CHANNEL_MICROPHONES 3 /* a booth's */

/* The voice that comes as PCM from a hardware booth, beside the microphones 0, 1 and 2. */
#define DM_CHANNEL_INLET  DM_CHANNEL_MICROPHONES
#define DM_CHANNEL_VOICES (DM_CHANNEL_MICROPHONES + 1)

/* What is put in comes out so much later, beside what microphones wait. */
#define DM_CHANNEL_LATENCY_SAMPLES DM_LIMITER_LATENCY_SAMPLES

struct dm_channel;

enum dm_channel_mode {
	DM_CHANNEL_OFF,    /* booth off, or nobody there: the fallback */
	DM_CHANNEL_MUTED,  /* booth open, nobody speaks (cough): comfort noise, never the floor */
	DM_CHANNEL_ON_AIR, /* `voice` */
};

enum dm_channel_fallback { DM_CHANNEL_FLOOR, DM_CHANNEL_SILENCE, DM_CHANNEL_OTHER };

struct dm_channel_options {
	enum dm_channel_fallback fallback;
	dm_usec ramp;       /* to and from the fallback, 300 ms..5 s; 0: 300 ms */
	double ceiling_db;  /* dBTP, at most 0; of what goes into the encoder */
	double target_lufs; /* of voices; 0: as they come */
};

struct dm_channel_state {
	enum dm_channel_mode mode;
	uint8_t voice; /* on air */
	bool at_pause; /* a change of voice waits for a pause, at most 3 s */
	bool has_standby;
	uint8_t standby; /* takes over when the voice's link dies: both agreed to it */
};

enum dm_channel_event_type {
	DM_CHANNEL_HANDED_OVER,   /* `voice` is on air now, as it was told */
	DM_CHANNEL_NOT_HANDED,    /* `voice` gave no sound for 3 s; the other stays on air */
	DM_CHANNEL_LINK_DEAD,     /* of `voice`, on air */
	DM_CHANNEL_STANDBY_TAKES, /* `voice` is on air instead of a dead one, and stays so until
				     told */
	DM_CHANNEL_FELL_BACK,     /* the fallback is heard instead of `voice` */
	DM_CHANNEL_LINK_BACK,     /* `voice` is heard again */
};

struct dm_channel_event {
	enum dm_channel_event_type type;
	uint8_t voice;
	dm_usec at;
	dm_usec waited;  /* HANDED_OVER: for a pause */
	dm_usec overlap; /* HANDED_OVER: while both were heard (above -26 dB) */
	dm_usec gap;     /* HANDED_OVER: while neither was heard at half or more */
};

/* A tick's sound from elsewhere, DM_AUDIO_FRAME_SAMPLES each; NULL: there is none. */
struct dm_channel_inputs {
	const float *floor;
	const float *other; /* another channel's */
	const float *inlet; /* of a hardware booth */
};

struct dm_channel_stats {
	uint8_t on_air;          /* the voice that is heard; DM_CHANNEL_VOICES: none */
	bool fallen_back;        /* the fallback is heard */
	double reduction_db;     /* the limiter's, in the last tick */
	double gain_db;          /* of the voice on air */
	double lufs;             /* as it came in; -HUGE_VAL when unknown */
	uint64_t events_dropped; /* nobody took them */
};

/* Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_channel_create(struct dm_channel **out, const struct dm_channel_options *options);
void dm_channel_destroy(struct dm_channel *channel); /* NULL is allowed */

/* Microphone 0, 1 or 2: owned by the channel. Put packets in, take NACKs and statistics; never
 * read it. */
struct dm_microphone *dm_channel_microphone(struct dm_channel *channel, uint8_t number);

/* From the next tick on. Returns 0 or -EINVAL. */
int dm_channel_set(struct dm_channel *channel, const struct dm_channel_state *state);

/* Fills `samples` (DM_AUDIO_FRAME_SAMPLES). `tick` as for dm_microphone_read. */
void dm_channel_tick(struct dm_channel *channel, const struct dm_channel_inputs *inputs,
		     dm_usec tick, float *samples);

/* False when nothing has happened. */
bool dm_channel_take_event(struct dm_channel *channel, struct dm_channel_event *event);

void dm_channel_stats(const struct dm_channel *channel, struct dm_channel_stats *stats);

#endif
