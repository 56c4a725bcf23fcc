/* relay/audio/speech_spectrum.h
 *
 * The spectra of the last seven seconds of speech and of what is between it; and drawn from them,
 * where speech ends and how far it stands out of the noise. Of pauses it remembers the beginnings.
 *
 * Pure; no allocation after create. Thread: one at a time (spectrum.h: create on the control
 * thread).
 */
#ifndef DM_AUDIO_SPEECH_SPECTRUM_H
#define DM_AUDIO_SPEECH_SPECTRUM_H

#include <stdbool.h>
#include <stddef.h>

struct dm_speech_spectrum;

struct dm_speech_figures {
	size_t speech; /* ticks of it that are remembered */
	bool tones;    /* most of them are pure tones: nobody speaks */
	double ceiling_hz;
	double snr_db;
	double concealed; /* share of what is remembered */
};

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_speech_spectrum_create(struct dm_speech_spectrum **out);
void dm_speech_spectrum_destroy(struct dm_speech_spectrum *memory); /* NULL is allowed */
void dm_speech_spectrum_reset(struct dm_speech_spectrum *memory);

/* DM_AUDIO_FRAME_SAMPLES samples; NULL: digital silence. True when it belongs to speech: it is
 * remembered. */
bool dm_speech_spectrum_put(struct dm_speech_spectrum *memory, const float *samples,
			    bool concealed);

/* Costs as much as a tick or two: once or twice a second. */
void dm_speech_spectrum_draw(struct dm_speech_spectrum *memory, struct dm_speech_figures *figures);

#endif
