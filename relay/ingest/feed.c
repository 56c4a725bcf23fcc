#include "ingest/feed.h"
#include "audio/encoder.h"
#include "base/backoff.h"
#include "base/log.h"
#include "ingest/feed_arrivals.h"
#include "ingest/feed_sources.h"
#include "ingest/feed_states.h"
#include "ingest/file_print.h"
#include "ingest/source_format.h"
#include "ingest/source_pipeline.h"
#include "ingest/test_source.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Without any media for so long, a source that was live is played anew: time for a hiccup of the
 * network to pass, but not for clocks on either side to run apart. Choice. */
#define DEAD_AFTER DM_SEC(2)

/* A source that was called and has not answered by then is called again. Choice: RTSP tries UDP
 * for 2 s, and key frames of a plenary's encoder come every 1-4 s. */
#define ANSWER_WITHIN DM_SEC(10)

#define SHORTEST_ROUND DM_MSEC(100) /* of a file that loops; choice */

struct dm_feed {
	struct dm_feed_options options;
	struct dm_feed_arrivals arrivals;
	pthread_t thread;
	bool has_thread;

	pthread_mutex_t lock; /* for these alone: the feed's thread sleeps on it */
	pthread_cond_t change;
	bool stopping;
	unsigned wanted; /* which source */

	/* The feed's own thread from here. */
	struct dm_feed_sources sources;
	char format[DM_SOURCE_FORMAT_SIZE];
	struct dm_feed_states states;
	struct dm_backoff backoff;
	dm_usec live_since; /* of this attempt; DM_USEC_NEVER: not yet */
};

/* Under the lock: whether it goes on with the source in use. */
static bool goes_on(const struct dm_feed *feed)
{
	return !feed->stopping && feed->wanted == feed->sources.number;
}

/* Sleeps until `until`, stop, or another source is wanted. False: one of these. */
static bool sleep_until(struct dm_feed *feed, dm_usec until)
{
	const struct timespec at = {
		.tv_sec = until / DM_SEC(1),
		.tv_nsec = until % DM_SEC(1) * 1000,
	};

	pthread_mutex_lock(&feed->lock);
	while (goes_on(feed) &&
	       pthread_cond_timedwait(&feed->change, &feed->lock, &at) != ETIMEDOUT)
		;

	const bool go_on = goes_on(feed);

	pthread_mutex_unlock(&feed->lock);
	return go_on;
}

static bool may_go_on(struct dm_feed *feed)
{
	pthread_mutex_lock(&feed->lock);
	const bool go_on = goes_on(feed);

	pthread_mutex_unlock(&feed->lock);
	return go_on;
}

/* A slow picture (picture_pacer.c) may pause for 2.5 s and be live. */
#define PICTURE_PAUSE DM_MSEC(2500)

static void look(struct dm_feed *feed, dm_usec now)
{
	const bool slow = feed->options.picture &&
			  !dm_picture_line_is_holding(feed->options.picture);
	const struct dm_feed_sign sound = {
		.last_at = dm_feed_arrivals_sound_at(&feed->arrivals),
		.stall_after = feed->options.stall_after,
	};
	const struct dm_feed_sign picture = {
		.last_at = dm_feed_arrivals_picture_at(&feed->arrivals),
		.stall_after = slow ? PICTURE_PAUSE : feed->options.stall_after,
	};

	if (feed->live_since == DM_USEC_NEVER &&
	    (sound.last_at != DM_USEC_NEVER || picture.last_at != DM_USEC_NEVER))
		feed->live_since = now;
	if (!dm_feed_states_look(&feed->states, &sound, &picture, now))
		return;
	if (feed->states.picture != DM_FEED_LIVE)
		dm_source_watch_rest(&feed->arrivals.watch);
	dm_feed_states_tell(&feed->states);
}

/* On the feed's thread, as often as it looks at itself; mostly no news. */
static void tell_format(struct dm_feed *feed, const struct dm_source_format *format)
{
	struct dm_picture_health *health = feed->options.picture_health;
	char text[DM_SOURCE_FORMAT_SIZE];

	dm_source_format_print(format, text, sizeof(text));
	if (strcmp(text, feed->format) == 0)
		return;
	memcpy(feed->format, text, sizeof(text));
	if (health) {
		dm_metric_set(&health->width, format->picture.width);
		dm_metric_set(&health->height, format->picture.height);
	}
	feed->options.on_format(feed->options.user, feed->format);
}

static void begin_attempt(struct dm_feed *feed)
{
	dm_feed_arrivals_begin(&feed->arrivals);
	feed->live_since = DM_USEC_NEVER;
	tell_format(feed, &(struct dm_source_format){ 0 });
}

static bool is_dead(const struct dm_feed *feed, dm_usec started_at, dm_usec now)
{
	const dm_usec at = dm_feed_arrivals_last_at(&feed->arrivals);

	if (at != DM_USEC_NEVER)
		return now - at > DEAD_AFTER;
	return !feed->sources.uri->listens && now - started_at > ANSWER_WITHIN;
}

static void tell_test_format(struct dm_feed *feed)
{
	const struct dm_source_output *output = &feed->arrivals.output;
	struct dm_source_format format = { 0 };

	if (output->wants_picture)
		format.picture = (struct dm_stream_format){
			.codec = "drawn",
			.width = (int)output->width,
			.height = (int)output->height,
			.rate_numerator = (int)output->frame_rate,
			.rate_denominator = 1,
		};
	if (output->wants_sound)
		format.sound = (struct dm_stream_format){
			.codec = "PCM",
			.rate_hz = DM_AUDIO_RATE_HZ,
			.channels = 1,
		};
	tell_format(feed, &format);
}

static void run_test(struct dm_feed *feed)
{
	struct dm_test_source *source;
	dm_usec now = dm_time_now(), next;

	begin_attempt(feed);
	if (dm_test_source_create(&source, feed->sources.uri, &feed->arrivals.output, now) != 0) {
		dm_log(DM_LOG_ERROR, "ingest.source_failed", "feed=%s why=memory",
		       feed->options.name);
		return;
	}
	tell_test_format(feed);
	do {
		now = dm_time_now();
		next = dm_test_source_turn(source, now);
		look(feed, now);
	} while (sleep_until(feed, next < now + DM_FEED_LOOK ? next : now + DM_FEED_LOOK));
	dm_test_source_destroy(source);
}

/* A file that has nothing in it is not played round and round but tried again as one that failed.
 */
static enum dm_source_event rewind_source(struct dm_source_pipeline *source, dm_usec *round_at,
					  dm_usec now)
{
	if (now - *round_at < SHORTEST_ROUND || dm_source_pipeline_rewind(source) != 0)
		return DM_SOURCE_FAILED;
	*round_at = now;
	return DM_SOURCE_RUNS;
}

/* Plays the source once. Returns how it went: RUNS means that it was given up or told to stop. */
static enum dm_source_event attempt(struct dm_feed *feed)
{
	const struct dm_source_pipeline_options options = {
		.uri = feed->sources.uri,
		.path = feed->sources.path,
		.whip = feed->options.whip,
		.name = feed->options.name,
		.output = &feed->arrivals.output,
		.reaper = feed->options.reaper,
	};
	struct dm_source_pipeline *source;
	enum dm_source_event event = DM_SOURCE_RUNS;
	const dm_usec started_at = dm_time_now();
	dm_usec round_at = started_at;

	begin_attempt(feed);
	if (dm_source_pipeline_create(&source, &options) != 0)
		return DM_SOURCE_FAILED;
	while (event == DM_SOURCE_RUNS && may_go_on(feed)) {
		event = dm_source_pipeline_wait(source, DM_FEED_LOOK);

		const dm_usec now = dm_time_now();
		const struct dm_source_format format = dm_source_pipeline_format(source);

		tell_format(feed, &format);
		look(feed, now);
		if (event == DM_SOURCE_ENDED && feed->sources.source->loop)
			event = rewind_source(source, &round_at, now);
		if (event == DM_SOURCE_RUNS && is_dead(feed, started_at, now)) {
			dm_log(DM_LOG_WARN, "ingest.source_silent", "feed=%s source=%s",
			       feed->options.name, feed->sources.uri->label);
			break;
		}
	}
	dm_source_pipeline_destroy(source);
	return event;
}

/* A file that does not loop has been played; it is played again when another takes its place.
 * Looks as often as a lost source would be tried. False: stop. */
static bool wait_for_other_file(struct dm_feed *feed)
{
	const struct dm_file_print played = dm_file_print_of(feed->sources.path);

	dm_log(DM_LOG_INFO, "ingest.file_ended", "feed=%s source=%s", feed->options.name,
	       feed->sources.uri->label);
	for (;;) {
		const dm_usec now = dm_time_now();
		const struct dm_file_print found = dm_file_print_of(feed->sources.path);

		look(feed, now);
		if (!dm_file_print_equal(&played, &found))
			return true;
		if (!sleep_until(feed, now + DM_FEED_LOOK))
			return false;
	}
}

static bool wait_to_retry(struct dm_feed *feed)
{
	const dm_usec start = dm_time_now();
	const dm_usec lived = feed->live_since == DM_USEC_NEVER ? 0 : start - feed->live_since;
	const dm_usec until = start + dm_backoff_next(&feed->backoff, lived);

	for (;;) {
		const dm_usec now = dm_time_now();

		look(feed, now);
		if (now >= until)
			return true;
		if (!sleep_until(feed, until < now + DM_FEED_LOOK ? until : now + DM_FEED_LOOK))
			return false;
	}
}

/* Plays the source in use until stop, or until another one is wanted. */
static void play(struct dm_feed *feed)
{
	if (feed->sources.uri->kind == DM_SOURCE_TEST) {
		run_test(feed);
		return;
	}
	for (;;) {
		const enum dm_source_event event = attempt(feed);

		if (!may_go_on(feed))
			return;
		if (event == DM_SOURCE_ENDED && feed->sources.uri->kind == DM_SOURCE_FILE &&
		    !feed->sources.source->loop) {
			if (!wait_for_other_file(feed))
				return;
		} else if (!wait_to_retry(feed)) {
			return;
		}
		dm_metric_add(feed->options.restarts, 1);
	}
}

/* What comes now is another source. */
static void connect_anew(struct dm_feed *feed)
{
	feed->backoff = dm_backoff_init(feed->options.retry_least, feed->options.retry_most);
	dm_log(DM_LOG_INFO, "ingest.source_switched", "feed=%s number=%u source=%s",
	       feed->options.name, feed->sources.number, feed->sources.uri->label);
	dm_feed_states_connect_anew(&feed->states);
}

/* False: stop. */
static bool take_wanted(struct dm_feed *feed)
{
	pthread_mutex_lock(&feed->lock);

	const bool stopping = feed->stopping;
	const unsigned wanted = feed->wanted;

	pthread_mutex_unlock(&feed->lock);
	if (stopping)
		return false;
	if (wanted != feed->sources.number) {
		dm_feed_sources_take(&feed->sources, wanted);
		connect_anew(feed);
		dm_metric_set(feed->options.in_use, wanted);
	}
	return true;
}

static void *run(void *user)
{
	struct dm_feed *feed = user;

	pthread_setname_np(pthread_self(), "dm-feed");
	while (take_wanted(feed))
		play(feed);
	return NULL;
}

int dm_feed_create(struct dm_feed **out, const struct dm_feed_options *options)
{
	struct dm_feed *feed = calloc(1, sizeof(*feed));
	pthread_condattr_t monotonic;
	int error;

	*out = NULL;
	if (!feed)
		return -ENOMEM;
	feed->options = *options;
	feed->backoff = dm_backoff_init(options->retry_least, options->retry_most);
	pthread_mutex_init(&feed->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&feed->change, &monotonic);
	pthread_condattr_destroy(&monotonic);
	error = dm_feed_sources_init(&feed->sources, &feed->options);
	if (error)
		goto destroy;
	dm_feed_arrivals_init(&feed->arrivals, &feed->options);
	feed->states = (struct dm_feed_states){
		.name = options->name,
		.stalls = options->stalls,
		.sound = options->sound ? DM_FEED_CONNECTING : DM_FEED_OFF,
		.picture = options->picture ? DM_FEED_CONNECTING : DM_FEED_OFF,
		.on_state = options->on_state,
		.user = options->user,
	};
	if (pthread_create(&feed->thread, NULL, run, feed) != 0) {
		error = -EAGAIN;
		goto destroy;
	}
	feed->has_thread = true;
	*out = feed;
	return 0;
destroy:
	dm_feed_destroy(feed);
	return error;
}

void dm_feed_use(struct dm_feed *feed, unsigned n)
{
	pthread_mutex_lock(&feed->lock);
	feed->wanted = n;
	pthread_cond_signal(&feed->change);
	pthread_mutex_unlock(&feed->lock);
}

void dm_feed_stop(struct dm_feed *feed)
{
	pthread_mutex_lock(&feed->lock);
	feed->stopping = true;
	pthread_cond_signal(&feed->change);
	pthread_mutex_unlock(&feed->lock);
}

void dm_feed_destroy(struct dm_feed *feed)
{
	if (!feed)
		return;
	if (feed->has_thread) {
		dm_feed_stop(feed);
		pthread_join(feed->thread, NULL);
	}
	pthread_cond_destroy(&feed->change);
	pthread_mutex_destroy(&feed->lock);
	free(feed);
}
