/* relay/audio/microphone.h
 *
 * One interpreter's microphone: packets of RTP go in as they come, 20 ms of sound come out at
 * every tick. Between lie the jitter buffer, the decoder, recovery and concealment of loss, the
 * sender's clock drawn to ours, and the delay brought to what the link needs: a few parts in a
 * million by the resampler, more by leaving out or repeating periods of the voice.
 *
 * Pure: no clock, no allocation after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_MICROPHONE_H
#define DM_AUDIO_MICROPHONE_H

#include "audio/jitter_buffer.h"

/* Concealed for longer, a sound is made up rather than mended: the last 20 ms fade to silence. */
#define DM_MICROPHONE_CONCEAL_MOST DM_MSEC(120)

struct dm_microphone;

enum dm_microphone_sound {
	DM_MICROPHONE_SILENT,    /* nothing has come, for longer than is concealed or ever */
	DM_MICROPHONE_LIVE,      /* what was said, or a pause of the sender's (DTX) */
	DM_MICROPHONE_CONCEALED, /* the end of this tick's sound is made up */
};

struct dm_microphone_stats {
	dm_usec jitter;             /* RFC 3550, A.8 */
	dm_usec target;             /* depth that is aimed at; see jitter_buffer.h */
	dm_usec depth;              /* from the arrival of the fastest packets to their sound */
	double drift_ppm;           /* > 0: the sender's clock is fast */
	uint64_t played_samples;    /* concealed and recovered ones included */
	uint64_t concealed_samples; /* made up */
	uint64_t recovered_samples; /* taken from the next packet's copy */
	uint64_t shortened_samples; /* left out to lower the delay */
	uint64_t lengthened_samples;
	uint64_t broken; /* packets that did not decode */
	uint64_t starts; /* out of silence */
	struct dm_jitter_buffer_totals packets;
};

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_microphone_create(struct dm_microphone **out);
void dm_microphone_destroy(struct dm_microphone *microphone); /* NULL is allowed */

enum dm_jitter_put dm_microphone_put(struct dm_microphone *microphone,
				     const struct dm_jitter_packet *packet, dm_usec now);

/* Fills DM_AUDIO_FRAME_SAMPLES samples, the sound from `tick` on: ticks are 20 ms apart on the
 * sound's grid, however late one is called. */
enum dm_microphone_sound dm_microphone_read(struct dm_microphone *microphone, dm_usec tick,
					    float *samples);

/* The same tick unheard, at next to no cost: packets go as if played, but none is decoded. Who
 * reads the next tick hears it within 60 ms: a decoder that is thrown into a stream must settle. */
void dm_microphone_doze(struct dm_microphone *microphone, dm_usec tick);

/* Bytes of Opus that have been decoded since create. */
uint64_t dm_microphone_coded_bytes(const struct dm_microphone *microphone);

/* For how long there has been nothing but concealment; DM_USEC_NEVER when nothing is there. */
dm_usec dm_microphone_dead_for(const struct dm_microphone *microphone);

void dm_microphone_stats(const struct dm_microphone *microphone, struct dm_microphone_stats *stats);

#endif
