/* relay/audio/voice.h
 *
 * Somebody who may be heard on a channel: a microphone, or a hardware booth's sound, with its
 * pauses found, its level known, and drawn to one loudness.
 *
 * Pure; no allocation after init. Thread: one at a time.
 */
#ifndef DM_AUDIO_VOICE_H
#define DM_AUDIO_VOICE_H

#include "audio/encoder.h"
#include "audio/loudness.h"
#include "audio/meter.h"
#include "audio/microphone.h"
#include "audio/pause.h"
#include "audio/tap.h"

/* A link that has given nothing for so long is dead: with a ramp of 300 ms, and a tick of
 * measuring, the floor is there within 400 ms. */
#define DM_VOICE_DEAD DM_MSEC(80)

/* A dozing microphone that is read is heard whole in the third tick: its decoder settles. */
#define DM_VOICE_SETTLED 3

struct dm_voice {
	struct dm_microphone *microphone; /* owned; NULL of a hardware booth */
	struct dm_loudness *loudness;     /* owned; NULL: as it comes */
	struct dm_tap *tap;               /* borrowed; nullable: gets what the microphone gives */
	struct dm_pause pause;
	struct dm_peak peak; /* as it comes in */
	bool pauses;
	bool alive;
	bool silent;                           /* nothing at all to hear, and so for long */
	unsigned awake;                        /* ticks in a row that were read */
	uint16_t coded_bytes;                  /* of Opus, decoded for this tick */
	dm_usec dead_for;                      /* it has given nothing, or been made up */
	float samples[DM_AUDIO_FRAME_SAMPLES]; /* of this tick */
};

/* `voice` is zeroed. `target_lufs` 0: as it comes. Returns 0, -EINVAL or -ENOMEM; finish it in any
 * case. */
int dm_voice_init(struct dm_voice *voice, bool has_microphone, double target_lufs);
void dm_voice_finish(struct dm_voice *voice);

/* A tick of its microphone, to be heard. */
void dm_voice_read(struct dm_voice *voice, dm_usec tick);

/* The same, for its level alone. */
void dm_voice_peek(struct dm_voice *voice, dm_usec tick);

/* The same, not even decoded: what most microphones of a relay do, at any time. */
void dm_voice_doze(struct dm_voice *voice, dm_usec tick);

/* A tick of a hardware booth: DM_AUDIO_FRAME_SAMPLES samples (NULL: none), which has given nothing
 * for so long. */
void dm_voice_take(struct dm_voice *voice, const float *samples, dm_usec dead_for);

#endif
