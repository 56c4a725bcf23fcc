#include "audio/ticker.h"
#include "audio/encoder.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define TICK DM_MSEC(20) /* DM_AUDIO_FRAME_SAMPLES at DM_AUDIO_RATE_HZ */

/* Further behind, ticks are left out rather than made up: the process was stopped. Choice. */
#define BEHIND_MOST DM_SEC(5)

/* Measured (audio/README.md): complexity 5 costs 0.3 ms a frame on the slowest machine at hand,
 * so 32 channels take half a tick; 10 costs twice as much and does not fit. */
#define COMPLEXITY 5

/* Packet loss that in-band FEC prepares for; choice: a poor but usable mobile link. */
#define LOSS_PERCENT 10

/* On a busy machine the beat goes before decoding and encoding. Without the right to it
 * (CAP_SYS_NICE) the beat only has less protection. */
#define TICKER_NICE (-10)

/* A gauge of the worst over so long; choice: no scrape misses it by much. */
#define LATEST_WINDOW DM_SEC(10)

struct channel {
	struct dm_ticker_channel options;
	struct dm_sound_line *line; /* owned; NULL when it carries a fallback */
	struct dm_encoder *encoder; /* owned; NULL likewise */
	uint32_t lookahead;         /* samples */
	size_t bytes;
	uint8_t payload[DM_AUDIO_PAYLOAD_MAX];
};

struct dm_ticker {
	struct dm_timeline timeline;
	const struct dm_audience *audience; /* borrowed */
	struct dm_metric *latest;           /* borrowed */
	dm_usec latest_since;
	struct channel **channels; /* owned */
	size_t count;
	struct dm_log_limit failures;
	pthread_t thread;
	bool has_thread;
	_Atomic bool stopping;
};

int dm_ticker_create(struct dm_ticker **out, const struct dm_timeline *timeline,
		     const struct dm_audience *audience, struct dm_metric *latest)
{
	struct dm_ticker *ticker = calloc(1, sizeof(*ticker));

	*out = ticker;
	if (!ticker)
		return -ENOMEM;
	ticker->timeline = *timeline;
	ticker->audience = audience;
	ticker->latest = latest;
	ticker->failures.burst = 3;
	ticker->failures.interval = DM_SEC(10);
	return 0;
}

static void destroy_channel(struct channel *channel)
{
	dm_sound_line_destroy(channel->line);
	dm_encoder_destroy(channel->encoder);
	dm_track_unref(channel->options.track);
	free(channel);
}

static int prepare(struct channel *channel)
{
	const struct dm_encoder_options options = {
		.bitrate_bps = channel->options.bitrate_bps,
		.loss_percent = LOSS_PERCENT,
		.complexity = COMPLEXITY,
	};

	if (!channel->options.inlet)
		return 0;

	int error = dm_sound_line_create(&channel->line);

	if (!error)
		error = dm_encoder_create(&channel->encoder, &options);
	if (!error)
		channel->lookahead = dm_encoder_lookahead_samples(channel->encoder);
	return error;
}

int dm_ticker_add(struct dm_ticker *ticker, const struct dm_ticker_channel *options)
{
	if (!options->inlet && options->fallback >= ticker->count)
		return -EINVAL;

	struct channel **grown = realloc(ticker->channels,
					 (ticker->count + 1) * sizeof(struct channel *));

	if (!grown)
		return -ENOMEM;
	ticker->channels = grown;

	struct channel *channel = calloc(1, sizeof(*channel));

	if (!channel)
		return -ENOMEM;
	channel->options = *options;
	dm_track_ref(options->track);

	const int error = prepare(channel);

	if (error) {
		destroy_channel(channel);
		return error;
	}
	ticker->channels[ticker->count] = channel;
	return (int)ticker->count++;
}

static void count_sound(const struct channel *channel)
{
	const struct dm_sound_line_totals *totals = dm_sound_line_totals(channel->line);
	struct dm_ticker_counts *counts = channel->options.counts;

	if (!counts)
		return;
	dm_metric_set(&counts->gaps, (int64_t)totals->dry_reads);
	dm_metric_set(&counts->jumps, (int64_t)totals->jumps);
	dm_metric_set(&counts->late_samples, (int64_t)totals->late_samples);
}

static void encode(struct dm_ticker *ticker, struct channel *channel, int64_t tick)
{
	/* Opus's frame of silence (fullband CELT, 20 ms): a tick is never left without a packet. */
	static const uint8_t silence[3] = { 0xf8, 0xff, 0xfe };
	float samples[DM_AUDIO_FRAME_SAMPLES];
	uint64_t suppressed;

	dm_sound_inlet_drain(channel->options.inlet, channel->line);
	dm_sound_line_read(channel->line, tick * DM_AUDIO_FRAME_SAMPLES + channel->lookahead,
			   samples, DM_AUDIO_FRAME_SAMPLES);
	count_sound(channel);

	const int bytes = dm_encoder_encode(channel->encoder, samples, channel->payload,
					    sizeof(channel->payload));

	if (bytes > 0 && bytes <= DM_TRACK_PAYLOAD_MAX) {
		channel->bytes = (size_t)bytes;
		return;
	}
	memcpy(channel->payload, silence, sizeof(silence));
	channel->bytes = sizeof(silence);
	if (dm_log_allow(&ticker->failures, dm_time_now(), &suppressed))
		dm_log(DM_LOG_ERROR, "audio.sound_not_encoded", "track=%s suppressed=%llu",
		       dm_track_name(channel->options.track), (unsigned long long)suppressed);
}

static void publish(const struct dm_ticker *ticker, const struct channel *channel, dm_usec at,
		    dm_usec now)
{
	const struct channel *from = channel->encoder ? channel
						      : ticker->channels[channel->options.fallback];
	const struct dm_track_payload payload = { .data = from->payload, .bytes = from->bytes };
	const struct dm_track_frame frame = {
		.payloads = &payload,
		.payload_count = 1,
		.captured_at = at,
		.timestamp = dm_timeline_rtp(&ticker->timeline, at, DM_AUDIO_RATE_HZ),
		.key = true,
	};

	dm_track_publish(channel->options.track, &frame, now);
}

static void beat(struct dm_ticker *ticker, int64_t tick)
{
	for (size_t n = 0; n < ticker->count; n++)
		if (ticker->channels[n]->encoder)
			encode(ticker, ticker->channels[n], tick);

	const dm_usec now = dm_time_now();

	for (size_t n = 0; n < ticker->count; n++)
		publish(ticker, ticker->channels[n], ticker->timeline.origin + tick * TICK, now);
	dm_audience_ring(ticker->audience);
}

static void note_lateness(struct dm_ticker *ticker, dm_usec now, dm_usec late)
{
	if (now - ticker->latest_since >= LATEST_WINDOW || late > dm_metric_get(ticker->latest)) {
		dm_metric_set(ticker->latest, late);
		ticker->latest_since = now;
	}
}

static void sleep_until(dm_usec at)
{
	const struct timespec until = {
		.tv_sec = at / DM_SEC(1),
		.tv_nsec = at % DM_SEC(1) * 1000,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* The last tick that is due at `now`; at least 0. */
static int64_t tick_due(const struct dm_ticker *ticker, dm_usec now)
{
	const dm_usec since = now - DM_TICKER_DELAY - ticker->timeline.origin;

	return since > 0 ? since / TICK : 0;
}

static void *run(void *user)
{
	struct dm_ticker *ticker = user;
	int64_t tick = tick_due(ticker, dm_time_now());

	pthread_setname_np(pthread_self(), "dm-ticker");
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), TICKER_NICE);
	while (!atomic_load(&ticker->stopping)) {
		const dm_usec due = ticker->timeline.origin + tick * TICK + DM_TICKER_DELAY;

		sleep_until(due);

		const dm_usec now = dm_time_now();

		if (now - due > BEHIND_MOST) {
			dm_log(DM_LOG_WARN, "audio.ticks_left_out", "ticks=%lld",
			       (long long)(tick_due(ticker, now) - tick));
			tick = tick_due(ticker, now);
		}
		note_lateness(ticker, now, now - due);
		beat(ticker, tick++);
	}
	return NULL;
}

int dm_ticker_start(struct dm_ticker *ticker)
{
	if (pthread_create(&ticker->thread, NULL, run, ticker) != 0)
		return -EAGAIN;
	ticker->has_thread = true;
	return 0;
}

void dm_ticker_destroy(struct dm_ticker *ticker)
{
	if (!ticker)
		return;
	if (ticker->has_thread) {
		atomic_store(&ticker->stopping, true);
		pthread_join(ticker->thread, NULL);
	}
	for (size_t n = 0; n < ticker->count; n++)
		destroy_channel(ticker->channels[n]);
	free(ticker->channels);
	free(ticker);
}
