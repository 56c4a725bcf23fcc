/* relay/audio/playout.h
 *
 * One microphone's sound that is decoded and not played yet: packets are decoded to its end, what
 * is missing is recovered or concealed, what begins fades in and what is cut off fades out, and the
 * resampler takes from its beginning what a tick needs. Which packet is next, and how much there
 * should be, is decided elsewhere (audio/microphone.h).
 *
 * Pure; nothing is allocated after init. Thread: one at a time.
 */
#ifndef DM_AUDIO_PLAYOUT_H
#define DM_AUDIO_PLAYOUT_H

#include "audio/decoder.h"
#include "audio/encoder.h"
#include "audio/resampler.h"
#include "audio/stretch.h"
#include "base/time.h"

#include <stdbool.h>

/* Samples of the fade-in of what begins and of the fade-out of what is cut off: 10 ms; choice. */
#define DM_PLAYOUT_RISE 480
#define DM_PLAYOUT_FALL 480

/* Packets are decoded one at a time, while less than so many samples are there: enough to leave out
 * or repeat a period of the voice. */
#define DM_PLAYOUT_STOCK (DM_AUDIO_FRAME_SAMPLES + 2 * DM_STRETCH_PERIOD_MOST + 16)
#define DM_PLAYOUT_ROOM                                                                         \
	(DM_PLAYOUT_STOCK + DM_DECODER_SAMPLES_MAX + DM_STRETCH_PERIOD_MOST + DM_PLAYOUT_FALL + \
	 DM_AUDIO_FRAME_SAMPLES)

/* In samples, but for the last two. */
struct dm_playout_totals {
	uint64_t played; /* concealed and recovered ones included */
	uint64_t concealed;
	uint64_t recovered;
	uint64_t shortened; /* left out */
	uint64_t lengthened;
	uint64_t coded_bytes; /* of the packets that were decoded */
	uint64_t broken;      /* packets that did not decode */
};

struct dm_playout {
	struct dm_decoder *decoder;     /* owned */
	struct dm_resampler *resampler; /* owned */
	struct dm_playout_totals totals;
	size_t run;      /* samples made up since the last real one */
	int risen;       /* of the fade-in, up to DM_PLAYOUT_RISE; negative while muted */
	bool pause;      /* the sender pauses (DTX) */
	float level;     /* smoothed RMS */
	size_t sounding; /* how much of it is not the silence at its end */
	bool drained;    /* and the resampler has passed the last of it on */
	size_t count;
	float samples[DM_PLAYOUT_ROOM];
};

/* `playout` is zeroed. Returns 0 or -ENOMEM; finish it in any case. */
int dm_playout_init(struct dm_playout *playout);
void dm_playout_finish(struct dm_playout *playout);

/* When the next sample put to its end will be heard, if `tick` is read now. */
dm_usec dm_playout_heard_at(const struct dm_playout *playout, dm_usec tick);

/* What is put from now on begins anew; `other`: of a stream that the decoder does not know. */
void dm_playout_begin(struct dm_playout *playout, bool other);

void dm_playout_put_silence(struct dm_playout *playout, size_t count);

/* Decodes a packet to the end; concealment of 20 ms when it is broken: false. */
bool dm_playout_put(struct dm_playout *playout, const uint8_t *payload, size_t size_bytes);

/* Instead of a lost packet of `count` samples, the copy in the one that followed it. */
void dm_playout_recover(struct dm_playout *playout, const uint8_t *next, size_t size_bytes,
			size_t count);

/* Makes up `count` samples, a multiple of 120 and at most 20 ms. */
void dm_playout_conceal(struct dm_playout *playout, size_t count);

/* Has been made up for longer than concealment lasts; in a pause, than a sender is silent. */
bool dm_playout_is_over(const struct dm_playout *playout);

/* What plays is cut off, softly. */
void dm_playout_cut(struct dm_playout *playout);

/* Leaves out, or repeats, at most so many samples, whole periods of the voice. `hurry`: less like
 * ones too. Nothing, when none fit. */
void dm_playout_shorten(struct dm_playout *playout, size_t most, bool hurry);
void dm_playout_lengthen(struct dm_playout *playout, size_t most, bool hurry);

/* Takes out the next tick, DM_AUDIO_FRAME_SAMPLES. At least dm_playout_wanted of its own are
 * there. */
void dm_playout_take(struct dm_playout *playout, float *samples);
size_t dm_playout_wanted(const struct dm_playout *playout);

/* Nobody hears what is still to come, nor its end. */
void dm_playout_clear(struct dm_playout *playout);

#endif
