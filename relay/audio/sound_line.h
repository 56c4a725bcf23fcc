/* relay/audio/sound_line.h
 *
 * One channel's sound laid out on the shared timeline, sample by sample: the source writes it
 * where it belongs, the ticker reads it on its grid, and what nobody wrote is silence.
 *
 * Times that jitter by less than 20 ms are bridged: the sound goes on without a seam and is
 * slewed towards its time by one sample in 500. A longer jump moves the sound at once. Every
 * beginning fades in and every end fades out within 5 ms, so nothing clicks.
 *
 * Pure. Thread: one at a time (the ticker; sources hand blocks over by queue).
 */
#ifndef DM_AUDIO_SOUND_LINE_H
#define DM_AUDIO_SOUND_LINE_H

#include <stddef.h>
#include <stdint.h>

#define DM_SOUND_LINE_BLOCK 960 /* samples one write takes at most: 20 ms */

struct dm_sound_line;

struct dm_sound_line_totals {
	uint64_t late_samples;  /* came after their time was read */
	uint64_t early_samples; /* beyond the line's reach of 1.3 s */
	uint64_t jumps;         /* times that jumped by more than 20 ms */
	uint64_t dry_reads;     /* reads that met the end of running sound */
};

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_sound_line_create(struct dm_sound_line **out);
void dm_sound_line_destroy(struct dm_sound_line *line); /* NULL is allowed */

/* Puts `count` samples (at most DM_SOUND_LINE_BLOCK) where the first belongs at `position`,
 * samples since the timeline's origin. */
void dm_sound_line_write(struct dm_sound_line *line, int64_t position, const float *samples,
			 size_t count);

/* Takes `count` samples from `position` out; positions must not go back. Returns how many of
 * them a source wrote; the rest are silence or the end of a fade. */
size_t dm_sound_line_read(struct dm_sound_line *line, int64_t position, float *samples,
			  size_t count);

const struct dm_sound_line_totals *dm_sound_line_totals(const struct dm_sound_line *line);

#endif
