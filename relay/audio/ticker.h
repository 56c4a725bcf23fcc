/* relay/audio/ticker.h
 *
 * The beat of all sound: every 20 ms it takes each channel's next 960 samples, encodes them and
 * publishes one packet on every audio track of the event, silence included, all with the same
 * timestamp, a multiple of 960 on the shared timeline.
 *
 * Thread: add, start and destroy on the control thread; a thread of its own, the one writer of
 * the tracks.
 */
#ifndef DM_AUDIO_TICKER_H
#define DM_AUDIO_TICKER_H

#include "base/metric.h"
#include "audio/sound_inlet.h"
#include "rtp/audience.h"
#include "rtp/timeline.h"
#include "rtp/track.h"

/* A tick's sound is fetched so long after its first sample's time: 20 ms until its last sample,
 * 6.5 ms of the encoder's lookahead, and 33 ms for sources that are not on the minute on a busy
 * machine. It is the whole delay that the relay adds to its floor. */
#define DM_TICKER_DELAY DM_MSEC(60)

struct dm_ticker;

/* What the ticker counts of a channel. */
struct dm_ticker_counts {
	struct dm_metric gaps;         /* sound ended or was late */
	struct dm_metric jumps;        /* its times jumped */
	struct dm_metric late_samples; /* came after their tick */
};

struct dm_ticker_channel {
	struct dm_track *track;          /* a reference is taken */
	uint32_t bitrate_bps;            /* of Opus */
	struct dm_sound_inlet *inlet;    /* borrowed until destroy; NULL: carries `fallback` */
	size_t fallback;                 /* an earlier channel, whose packets are copied */
	struct dm_ticker_counts *counts; /* borrowed until destroy; nullable */
};

/* `timeline` is copied, the others borrowed until destroy; `latest` (a gauge) is the latest tick
 * of the last ten seconds, in microseconds. Returns 0 or -ENOMEM. */
int dm_ticker_create(struct dm_ticker **out, const struct dm_timeline *timeline,
		     const struct dm_audience *audience, struct dm_metric *latest);

/* Before start. Returns the channel's number, -EINVAL or -ENOMEM. */
int dm_ticker_add(struct dm_ticker *ticker, const struct dm_ticker_channel *channel);

/* Returns 0 or -EAGAIN (no thread). */
int dm_ticker_start(struct dm_ticker *ticker);

/* Stops and joins the thread. NULL is allowed. */
void dm_ticker_destroy(struct dm_ticker *ticker);

#endif
