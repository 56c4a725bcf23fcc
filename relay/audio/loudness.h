/* relay/audio/loudness.h
 *
 * Draws one voice slowly to a common loudness (EBU R 128), measured by libebur128. What is far
 * below the voice counts for nothing, so a pause raises no noise; what is far above counts for
 * little, so a cough lowers no voice.
 *
 * The gain is 0 dB until the voice has been heard for 400 ms; it rises by at most 3 dB and falls by
 * at most 12 dB a second, and stays within -20..20 dB.
 *
 * Pure but for libebur128; no allocation after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_LOUDNESS_H
#define DM_AUDIO_LOUDNESS_H

#include <stdbool.h>

#define DM_LOUDNESS_TARGET_LUFS (-23.0) /* EBU R 128 */

struct dm_loudness;

/* `target_lufs`: -40..-10. Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_loudness_create(struct dm_loudness **out, double target_lufs);
void dm_loudness_destroy(struct dm_loudness *loudness); /* NULL is allowed */

/* Measures DM_AUDIO_FRAME_SAMPLES samples, unless they are not `real` (concealed or nothing), and
 * gives them their gain in place. */
void dm_loudness_run(struct dm_loudness *loudness, float *samples, bool real);

/* The voice's loudness as it came in; -HUGE_VAL while unknown. */
double dm_loudness_lufs(const struct dm_loudness *loudness);
double dm_loudness_gain_db(const struct dm_loudness *loudness);

#endif
