/* relay/audio/interpretability.h
 *
 * Whether somebody can interpret from this sound, or be listened to for hours: one verdict of a
 * speaker's or an interpreter's microphone, with the one reason that weighs most. It looks at the
 * spectral ceiling, clipping, the signal-to-noise ratio, the codec's bit rate and the share that
 * was made up to conceal loss, over the last seven seconds of speech and what is between it. It
 * stands through pauses.
 *
 * Pure: no clock, no I/O, no allocation after create. Thread: one at a time; create and destroy on
 * the control thread (spectrum.h).
 */
#ifndef DM_AUDIO_INTERPRETABILITY_H
#define DM_AUDIO_INTERPRETABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dm_verdict {
	DM_VERDICT_UNKNOWN, /* too little speech yet */
	DM_VERDICT_GOOD,
	DM_VERDICT_POOR,  /* tiring: to be mended in the next break */
	DM_VERDICT_UNFIT, /* nobody can interpret from it: to be mended now */
	DM_VERDICT_COUNT,
};

enum dm_verdict_reason {
	DM_VERDICT_REASON_NONE,
	DM_VERDICT_REASON_TELEPHONE, /* ends at 3.4 or 4 kHz: telephone, Bluetooth headset */
	DM_VERDICT_REASON_NARROW,    /* ends at 7 or 8 kHz: wideband call, Bluetooth (mSBC) */
	DM_VERDICT_REASON_CODED,     /* a codec at a very low bit rate */
	DM_VERDICT_REASON_CLIPPED,
	DM_VERDICT_REASON_NOISY,
	DM_VERDICT_REASON_GAPS, /* concealed loss */
	DM_VERDICT_REASON_COUNT,
};

struct dm_interpretability_report {
	enum dm_verdict verdict;
	enum dm_verdict_reason reason; /* NONE of GOOD and UNKNOWN */
	double ceiling_hz;             /* where the spectrum of speech ends; NAN: unknown */
	double snr_db;                 /* speech over what is between it; NAN: unknown */
	double clipping;               /* share of samples within flat tops, 0..1 */
	double concealed;              /* share of the sound that was made up, 0..1 */
	double coded_bps; /* bits of Opus a second of speech; NAN: unknown, or not coded */
};

struct dm_interpretability;

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_interpretability_create(struct dm_interpretability **out);
void dm_interpretability_destroy(struct dm_interpretability *meter); /* NULL is allowed */

/* DM_AUDIO_FRAME_SAMPLES samples, the next 20 ms; NULL: digital silence. `coded_bytes`: of Opus,
 * which they were decoded from; 0: unknown. `concealed`: their end was made up. */
void dm_interpretability_put(struct dm_interpretability *meter, const float *samples,
			     uint16_t coded_bytes, bool concealed);

/* Forgets what was heard: another person, another microphone. */
void dm_interpretability_reset(struct dm_interpretability *meter);

void dm_interpretability_report(const struct dm_interpretability *meter,
				struct dm_interpretability_report *report);

/* "unknown", "good", "poor", "unfit"; "none", "telephone", "narrow", "coded", "clipped", "noisy",
 * "gaps": for programs and translations. */
const char *dm_verdict_name(enum dm_verdict verdict);
const char *dm_verdict_reason_name(enum dm_verdict_reason reason);

#endif
