/* relay/audio/crossfade.h
 *
 * One source's way into or out of a mix. A crossfade is two of them at once; as each goes on from
 * where it is, a change of mind half-way, or a third source, makes no step.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_AUDIO_CROSSFADE_H
#define DM_AUDIO_CROSSFADE_H

#include <stdbool.h>
#include <stddef.h>

/* How gain follows the way: two that know nothing of each other keep their power, two that carry
 * the same sound their sum. */
enum dm_crossfade_law { DM_CROSSFADE_POWER, DM_CROSSFADE_LINEAR };

struct dm_crossfade {
	enum dm_crossfade_law law;
	float way;  /* 0: out, 1: in */
	float step; /* a sample; 0 when it has arrived */
};

/* In (or out) over so many samples for the whole way. Does nothing when it is on it already. */
void dm_crossfade_go(struct dm_crossfade *fade, bool in, size_t samples, enum dm_crossfade_law law);

/* The gain after `ahead` more samples. */
float dm_crossfade_gain(const struct dm_crossfade *fade, size_t ahead);

/* Whether anything is heard of it, now or soon. */
static inline bool dm_crossfade_heard(const struct dm_crossfade *fade)
{
	return fade->way > 0 || fade->step > 0;
}

/* Adds `count` samples to the mix and goes so far. */
void dm_crossfade_mix(struct dm_crossfade *fade, const float *samples, float *mix, size_t count);

#endif
