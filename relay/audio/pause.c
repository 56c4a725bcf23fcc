#include "audio/pause.h"
#include "audio/encoder.h"

#include <math.h>

#define QUIET_DB  15.0
#define TICKS     6     /* 120 ms: longer than the stop before a plosive. Choice */
#define UNKNOWN   -35.0 /* LUFS of a voice nobody has measured; choice */
#define SPEECH_DB 0.7   /* LUFS less dBFS of a tone of 1 kHz (BS.1770, annex 1) */

bool dm_pause_run(struct dm_pause *pause, const float *samples, double lufs)
{
	const double voice = (lufs > -HUGE_VAL ? lufs : UNKNOWN) + SPEECH_DB;
	double sum = 1e-12;

	for (int n = 0; n < DM_AUDIO_FRAME_SAMPLES; n++)
		sum += (double)samples[n] * (double)samples[n];

	const double level = 10 * log10(sum / DM_AUDIO_FRAME_SAMPLES);

	pause->quiet = level < voice - QUIET_DB ? pause->quiet + 1 : 0;
	return pause->quiet >= TICKS;
}
