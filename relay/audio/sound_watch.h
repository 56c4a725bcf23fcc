/* relay/audio/sound_watch.h
 *
 * What a channel's sound is like, tick by tick: loudness (libebur128), true peak, flat tops,
 * silence.
 *
 * Pure; no allocation after create, but in renew. Thread: one at a time, but renew: another.
 */
#ifndef DM_AUDIO_SOUND_WATCH_H
#define DM_AUDIO_SOUND_WATCH_H

#include <stddef.h>

/* Below, a tick is silent: its RMS. Choice: a voice has 30 dB more, comfort noise less. */
#define DM_SOUND_WATCH_SILENCE_DBFS (-60.0)

struct dm_sound_watch;

/* Unknown numbers are NAN; silence is -HUGE_VAL. */
struct dm_sound_watch_report {
	double momentary_lufs;  /* EBU Tech 3341: 400 ms */
	double short_term_lufs; /* 3 s */
	double integrated_lufs; /* gated; since create or renew */
	double true_peak_dbtp;  /* of the last 3 s */
	double clipping;   /* share of samples within tops that were cut off, of the last 3 s */
	double silent_for; /* seconds; 0: it sounds */
};

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_sound_watch_create(struct dm_sound_watch **out);
void dm_sound_watch_destroy(struct dm_sound_watch *watch); /* NULL is allowed */

/* DM_AUDIO_FRAME_SAMPLES samples, the next 20 ms; NULL: zeros. */
void dm_sound_watch_put(struct dm_sound_watch *watch, const float *samples);

/* The integrated loudness begins anew with one of the next ticks. On the thread that created it:
 * libebur128 writes tables of its own whenever one is made. When memory is out it goes on. */
void dm_sound_watch_renew(struct dm_sound_watch *watch);

void dm_sound_watch_report(const struct dm_sound_watch *watch,
			   struct dm_sound_watch_report *report);

#endif
