/* relay/audio/fingerprint.h
 *
 * The last eight seconds of a sound as a row of small vectors, one each 20 ms, to tell whether two
 * sounds are the same one, at whatever level and a little later, and whether one repeats itself.
 *
 * Pure: no clock, no I/O, no allocation after create. Thread: one at a time; create and destroy on
 * the control thread (spectrum.h).
 */
#ifndef DM_AUDIO_FINGERPRINT_H
#define DM_AUDIO_FINGERPRINT_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>

struct dm_fingerprint;

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_fingerprint_create(struct dm_fingerprint **out);
void dm_fingerprint_destroy(struct dm_fingerprint *fingerprint); /* NULL is allowed */

/* DM_AUDIO_FRAME_SAMPLES samples, the next 20 ms; NULL: digital silence. */
void dm_fingerprint_put(struct dm_fingerprint *fingerprint, const float *samples);

/* How alike the sounds' last seconds are, when `later` is so much behind `first`, 0..`most` (at
 * most two seconds); the best delay counts. 0: nothing in common; 1: the same. NAN: either has had
 * too little sound lately to tell, or a steady tone only. A sound at another level, through Opus,
 * is above 0.75, less when another voice is on top; different voices are below 0.25. Both were put
 * to at the same ticks. *delay (nullable): the best one. */
double dm_fingerprint_likeness(const struct dm_fingerprint *first,
			       const struct dm_fingerprint *later, dm_usec most, dm_usec *delay);

/* The last seconds are the same piece again and again, no longer than two seconds: a stuck buffer
 * or a loop. It is found when it has gone on for two seconds after the first time. *period
 * (nullable): the piece's length. A steady tone, or silence, is none. */
bool dm_fingerprint_repeats(const struct dm_fingerprint *fingerprint, dm_usec *period);

#endif
