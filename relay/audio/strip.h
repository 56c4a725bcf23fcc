/* relay/audio/strip.h
 *
 * One channel of the ticker, like a strip of a mixing desk: its source, its engine and the
 * microphones that feed it, its encoder, its levels.
 *
 * Nothing is allocated after create. Thread: one at a time; reading levels and statistics from any.
 */
#ifndef DM_AUDIO_STRIP_H
#define DM_AUDIO_STRIP_H

#include "audio/tap.h"
#include "audio/ticker.h"

struct dm_strip;

/* `lookahead_samples`: of the encoders. Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_strip_create(struct dm_strip **out, const struct dm_ticker_channel *channel,
		    uint32_t lookahead_samples, struct dm_metrics *metrics);
void dm_strip_destroy(struct dm_strip *strip); /* NULL is allowed */

struct dm_engine *dm_strip_engine(struct dm_strip *strip);     /* NULL of a floor */
struct dm_track *dm_strip_track(const struct dm_strip *strip); /* nullable */
int dm_strip_floor(const struct dm_strip *strip);

/* So much later than an engine was given a sample it is in what is encoded, when that is decoded
 * again. */
dm_usec dm_strip_delay(const struct dm_strip *strip);

/* Of an engine: from tick `from` on, for one sequence, it carries the line-up of that channel
 * (line_up.h) instead of all else; -1: not any more. */
void dm_strip_line_up(struct dm_strip *strip, int64_t from, uint8_t channel);

/* The intake from now on (nullable; a reference is handed over). Returns the one before, with its
 * reference. */
struct dm_intake *dm_strip_connect(struct dm_strip *strip, uint8_t microphone,
				   struct dm_intake *intake);

/* Before the first tick: what leaves, and what each microphone gives, can be listened to from now
 * on. Returns 0 or -ENOMEM. */
int dm_strip_listen(struct dm_strip *strip);

/* NULL when nobody listens, or there is no such microphone. A channel's sound is DM_TAP_FILLED
 * while no voice of its own is heard. */
const struct dm_tap *dm_strip_tap(const struct dm_strip *strip);
const struct dm_tap *dm_strip_microphone_tap(const struct dm_strip *strip, uint8_t microphone);

/* How often an intake was connected to it, or disconnected: another one is another person. */
uint32_t dm_strip_connections(const struct dm_strip *strip, uint8_t microphone);

/* The sound of tick `tick`, made at `at`: the beat's nominal time. `floor` and `other` are what
 * dm_strip_sound gave of those, NULL: none. */
void dm_strip_run(struct dm_strip *strip, int64_t tick, dm_usec at, const struct dm_strip *floor,
		  const struct dm_strip *other);

/* What others take of it: DM_AUDIO_FRAME_SAMPLES, borrowed until the next run. Of a floor it is
 * DM_ENGINE_LATENCY_SAMPLES ahead of what leaves, for who takes it comes so much later. */
const float *dm_strip_sound(const struct dm_strip *strip);

/* Encodes what leaves. Borrowed until the next; false: it failed, and it is silence. */
bool dm_strip_encode(struct dm_strip *strip, struct dm_track_payload *payload);

void dm_strip_level(const struct dm_strip *strip, struct dm_ticker_level *level);
void dm_strip_microphone_stats(const struct dm_strip *strip, uint8_t microphone,
			       struct dm_microphone_stats *stats);

#endif
