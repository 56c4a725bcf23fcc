/* relay/audio/ticker.h
 *
 * The beat of all sound: every 20 ms each channel's next 960 samples are made, encoded, and
 * published as one packet on its track, silence included, all with the same timestamp, a multiple
 * of 960 on the shared timeline. A channel is either a floor, which is what its source gives, as it
 * is, or an engine (audio/engine.h) that is told what to carry.
 *
 * Two clocks meet in a beat. What comes with its place on the timeline (PCM) is fetched
 * DM_TICKER_DELAY after its time. Microphones have no place on it: they are read at the beat's own
 * time, as soon as their jitter buffers let them.
 *
 * Thread: a thread of its own makes the sound, the one writer of the tracks; everything here is for
 * the control thread, unless it says otherwise. Commands go by a bounded queue and count from the
 * next beat on.
 */
#ifndef DM_AUDIO_TICKER_H
#define DM_AUDIO_TICKER_H

#include "audio/engine.h"
#include "audio/sound_inlet.h"
#include "base/metric.h"
#include "rtp/audience.h"
#include "rtp/intake.h"
#include "rtp/timeline.h"
#include "rtp/track.h"

/* A tick's sound is fetched so long after its first sample's time: 20 ms until its last sample,
 * 6.5 ms of the encoder's lookahead, and 33 ms for sources that are not on the minute on a busy
 * machine. It is the whole delay that the relay adds to its floor. */
#define DM_TICKER_DELAY DM_MSEC(60)

struct dm_ticker;

/* What the ticker counts of a channel's PCM. */
struct dm_ticker_counts {
	struct dm_metric gaps;         /* sound ended or was late */
	struct dm_metric jumps;        /* its times jumped */
	struct dm_metric late_samples; /* came after their tick */
};

struct dm_ticker_channel {
	struct dm_track *track; /* a reference is taken; NULL: somebody else writes it (a floor that
				   is passed through), and its sound is for other channels only */
	uint32_t bitrate_bps;   /* of Opus; unused without a track */
	struct dm_sound_inlet
		*inlet;           /* PCM of a decoded source; borrowed until destroy; nullable */
	struct dm_intake *intake; /* Opus of a source that is passed through, or of a publisher; a
				     reference is taken; nullable, and so with an inlet */
	const struct dm_engine_options *engine; /* copied; NULL: a floor */
	int floor; /* of an engine: the channel that is its floor, or -1: silence. Of a floor: -1 */
	struct dm_ticker_counts *counts; /* borrowed until destroy; nullable */
};

/* `timeline` is copied, `audience` and `metrics` (nullable) are borrowed until destroy. Returns 0,
 * -ENOMEM or what eventfd(2) says; on failure *out is NULL. */
int dm_ticker_create(struct dm_ticker **out, const struct dm_timeline *timeline,
		     const struct dm_audience *audience, struct dm_metrics *metrics);

/* Before start. An engine's floor was added before it. Its source is the voice DM_ENGINE_INLET.
 * Returns the channel's number, counting from 0, -EINVAL or -ENOMEM. */
int dm_ticker_add(struct dm_ticker *ticker, const struct dm_ticker_channel *channel);

/* Returns 0 or -EAGAIN (no thread). */
int dm_ticker_start(struct dm_ticker *ticker);

/* Joins the thread; tracks pause from here on. Does nothing when none runs. */
void dm_ticker_stop(struct dm_ticker *ticker);

/* Stops, and drops all references. NULL is allowed. */
void dm_ticker_destroy(struct dm_ticker *ticker);

/* --- commands, to engines only; before start too --- */

/* Returns 0, -EINVAL (no such channel, or state) or -EAGAIN (the queue is full). */
int dm_ticker_set(struct dm_ticker *ticker, int channel, const struct dm_engine_state *state);

/* Whose sound DM_ENGINE_OTHER is; -1: none. Of a channel that is later in order, it is that of the
 * beat before. Returns as dm_ticker_set. */
int dm_ticker_set_other(struct dm_ticker *ticker, int channel, int other);

/* From now on the microphone is fed by this intake (48 kHz), of which the ticker takes a reference;
 * NULL: by none. Of what waits in it, packets older than 200 ms are skipped. An intake feeds one
 * microphone at a time. Returns as dm_ticker_set. */
int dm_ticker_connect(struct dm_ticker *ticker, int channel, uint8_t microphone,
		      struct dm_intake *intake);

/* From tick `from` on, for one sequence, the channel carries its line-up (audio/line_up.h, of the
 * lowest eight bits of its number) instead of all else, whatever its state; -1: not any more, from
 * now on. All that are told the same tick are in step. Returns as dm_ticker_set. */
int dm_ticker_line_up(struct dm_ticker *ticker, int channel, int64_t from);

/* The tick that is due next, after `now`. */
int64_t dm_ticker_next(const struct dm_ticker *ticker, dm_usec now);

/* --- ears: microphones heard by themselves, by nobody else --- */

struct dm_ticker_ear {
	struct dm_track *track; /* a reference is taken; pauses while the ear hears nothing */
	uint32_t bitrate_bps;
	double target_lufs; /* of an intake of its own; as of an engine */
};

/* Before start. Returns the ear's number, counting from 0, -EINVAL or -ENOMEM. */
int dm_ticker_add_ear(struct dm_ticker *ticker, const struct dm_ticker_ear *ear);

/* It hears this microphone of an engine, on air or not; channel -1: none. That does not doze
 * meanwhile. Returns as dm_ticker_set. */
int dm_ticker_point_ear(struct dm_ticker *ticker, int ear, int channel, uint8_t microphone);

/* It hears this intake, whatever it is pointed at; as dm_ticker_connect, for an intake that feeds
 * no engine. */
int dm_ticker_connect_ear(struct dm_ticker *ticker, int ear, struct dm_intake *intake);

/* --- what engines found out --- */

struct dm_ticker_event {
	int channel;
	struct dm_engine_event engine;
};

/* Readable when events wait: answer, then take all. */
int dm_ticker_fd(const struct dm_ticker *ticker);
void dm_ticker_answer(struct dm_ticker *ticker);

/* False when nothing waits. */
bool dm_ticker_take_event(struct dm_ticker *ticker, struct dm_ticker_event *event);

/* --- what a channel is like now; each figure is whole, together they may be of two beats --- */

struct dm_ticker_level {
	uint8_t on_air;       /* the voice that is heard; of several, the state's own;
				 DM_ENGINE_VOICES: none */
	bool fallen_back;     /* the fallback is heard */
	float peak_dbfs;      /* of what leaves, in the last 100 ms; -HUGE_VALF: silence */
	float momentary_lufs; /* of what leaves, of 400 ms (EBU Tech 3341); -HUGE_VALF: silence */
	float reduction_db;   /* the limiter's, at most 0 */
	float gain_db;        /* of the voice on air */
	struct {
		float peak_dbfs; /* as it comes in, of the last 100 ms */
		bool live;
	} microphones[DM_ENGINE_MICROPHONES];
};

/* Of a channel that does not exist: silence. */
void dm_ticker_level(const struct dm_ticker *ticker, int channel, struct dm_ticker_level *level);
void dm_ticker_microphone_stats(const struct dm_ticker *ticker, int channel, uint8_t microphone,
				struct dm_microphone_stats *stats);

/* --- listening to everything (audio/survey.h) --- */

struct dm_strip;

/* Before start: every channel that there is gets its taps. Returns 0 or -ENOMEM. */
int dm_ticker_listen(struct dm_ticker *ticker);

/* Channels are 0..count-1. Borrowed until destroy; NULL: there is none of that number. */
size_t dm_ticker_count(const struct dm_ticker *ticker);
const struct dm_strip *dm_ticker_strip(const struct dm_ticker *ticker, int channel);

bool dm_ticker_is_engine(const struct dm_ticker *ticker, int channel);

/* When the sound of a tick is captured. */
dm_usec dm_ticker_time(const struct dm_ticker *ticker, int64_t tick);

/* --- the beat itself: for the ticker's thread, and for who has a clock of its own (tests,
 * benchmarks) and never starts it --- */

/* Takes the commands and makes the sound of tick `tick`, counted from the timeline's origin. */
void dm_ticker_make(struct dm_ticker *ticker, int64_t tick);

/* Publishes it, at `now`. */
void dm_ticker_publish(struct dm_ticker *ticker, int64_t tick, dm_usec now);

#endif
