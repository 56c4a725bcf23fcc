/* relay/audio/mix.h
 *
 * What is heard on a channel, of everything that may be: its voices, the floor, another channel,
 * comfort noise, a line-up. It is told who is to be heard from now on, and crossfades there, for as
 * long as the two want; whoever was on the way goes on from the gain that it has. A handover from
 * one voice to another can be measured meanwhile.
 *
 * Pure, plain data; allocates nothing. Thread: one at a time.
 */
#ifndef DM_AUDIO_MIX_H
#define DM_AUDIO_MIX_H

#include "audio/comfort_noise.h"
#include "audio/crossfade.h"
#include "audio/engine.h"

/* Everything that may be heard; voices come first. */
enum dm_mix_source {
	DM_MIX_FLOOR = DM_ENGINE_VOICES,
	DM_MIX_OTHER,
	DM_MIX_NOISE,
	DM_MIX_LINE_UP,
	DM_MIX_SOURCES,
};

/* Several of them, one bit each; 0 is silence. */
typedef unsigned dm_mix_set;

#define DM_MIX_BIT(source) ((dm_mix_set)(1u << (source)))
#define DM_MIX_VOICES      (DM_MIX_BIT(DM_ENGINE_VOICES) - 1)

struct dm_mix {
	size_t ramp; /* samples, to and from what is no voice */
	struct dm_comfort_noise noise;
	struct dm_crossfade fades[DM_MIX_SOURCES];
	dm_mix_set heard; /* what is faded to */
};

/* `mix` is zeroed: silence. */
void dm_mix_init(struct dm_mix *mix, dm_usec ramp);

/* Who is to be heard from now on. `dead`: the voices that give nothing, and are left sooner. */
void dm_mix_turn(struct dm_mix *mix, dm_mix_set to, dm_mix_set dead);

/* Whether anything is heard of it, now or soon. */
static inline bool dm_mix_hears(const struct dm_mix *mix, unsigned source)
{
	return dm_crossfade_heard(&mix->fades[source]);
}

/* Whether it is heard as it is, and nothing else, not even the end of it. */
bool dm_mix_carries_only(const struct dm_mix *mix, enum dm_mix_source source);

/* Whether it has got to where it is to go: all in, or all out. */
static inline bool dm_mix_arrived(const struct dm_mix *mix, unsigned source)
{
	return mix->fades[source].step == 0;
}

/* Adds to the event's overlap and gap what the next run gives of them, while `leaving` gives way to
 * the event's voice. */
void dm_mix_measure(const struct dm_mix *mix, uint8_t leaving, struct dm_engine_event *handover);

/* Fills `samples` (DM_AUDIO_FRAME_SAMPLES) from as many of each source that is heard; NULL:
 * silence. It makes the noise itself. */
void dm_mix_run(struct dm_mix *mix, const float *const sources[DM_MIX_SOURCES], float *samples);

#endif
