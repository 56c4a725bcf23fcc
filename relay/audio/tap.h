/* relay/audio/tap.h
 *
 * Where the sound of a channel or of a microphone can be listened to without disturbing it: a ring
 * of the last ticks' samples, overwritten whether anybody reads or not.
 *
 * Thread: put from one (the beat), which never waits; take from one other.
 */
#ifndef DM_AUDIO_TAP_H
#define DM_AUDIO_TAP_H

#include <stdbool.h>
#include <stdint.h>

#define DM_TAP_TICKS 64 /* 1.28 s; choice: whoever listens looks ten times a second */

enum dm_tap_sound {
	DM_TAP_SILENT, /* nothing comes: samples are zeros */
	DM_TAP_LIVE,
	DM_TAP_CONCEALED, /* the end is made up */
	DM_TAP_UNHEARD,   /* it comes, but nobody decodes it: samples are zeros */
	DM_TAP_FILLED,    /* of a channel: nobody's voice, but a fallback, or comfort noise */
};

struct dm_tap;

struct dm_tap_facts {
	enum dm_tap_sound sound;
	uint16_t coded_bytes; /* of Opus that was decoded for it; 0: none, or unknown */
};

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_tap_create(struct dm_tap **out);
void dm_tap_destroy(struct dm_tap *tap); /* NULL is allowed */

/* The next tick: DM_AUDIO_FRAME_SAMPLES samples; NULL: zeros. */
void dm_tap_put(struct dm_tap *tap, const float *samples, struct dm_tap_facts facts);

/* Copies tick `*next` out (DM_AUDIO_FRAME_SAMPLES) and moves *next on; when it has been overwritten
 * already, goes to the oldest that is there. Start with *next 0. False: nothing new. */
bool dm_tap_take(const struct dm_tap *tap, uint64_t *next, float *samples,
		 struct dm_tap_facts *facts);

#endif
