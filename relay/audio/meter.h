/* relay/audio/meter.h
 *
 * How loud the last sound was: its peak over 100 ms, and its momentary loudness (ITU-R BS.1770;
 * EBU Tech 3341, 2.2: 400 ms, not gated).
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_AUDIO_METER_H
#define DM_AUDIO_METER_H

#include <stddef.h>

#define DM_METER_LOUDNESS_TICKS 20 /* 400 ms */
#define DM_METER_PEAK_TICKS     5  /* 100 ms */

/* The largest of DM_AUDIO_FRAME_SAMPLES samples, without its sign. */
float dm_frame_peak(const float *samples);

/* The largest sample of the last ticks. Zero-initialised. */
struct dm_peak {
	float of[DM_METER_PEAK_TICKS];
	size_t tick;
};

void dm_peak_run(struct dm_peak *peak, const float *samples); /* NULL: silence */
float dm_peak_dbfs(const struct dm_peak *peak);               /* -HUGE_VALF: silence */

/* Zero-initialised. */
struct dm_meter {
	double shelf[2], high_pass[2]; /* the filters' states */
	double powers[DM_METER_LOUDNESS_TICKS];
	size_t tick;
	struct dm_peak peak;
};

/* Takes DM_AUDIO_FRAME_SAMPLES samples; NULL: silence. */
void dm_meter_run(struct dm_meter *meter, const float *samples);

/* Takes over what another meter made of its last tick, of the same sound. */
void dm_meter_follow(struct dm_meter *meter, const struct dm_meter *other);

float dm_meter_momentary_lufs(const struct dm_meter *meter); /* -HUGE_VALF: silence */

#endif
