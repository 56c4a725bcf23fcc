#include "ingest/feed.h"
#include "base/backoff.h"
#include "base/log.h"
#include "ingest/file_print.h"
#include "ingest/source_format.h"
#include "ingest/source_pipeline.h"
#include "ingest/source_watch.h"
#include "ingest/test_source.h"
#include "session/name.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK DM_MSEC(50) /* how often a feed looks at itself: well within 500 ms */

/* Without any media for so long, a source that was live is played anew: time for a hiccup of the
 * network to pass, but not for clocks on either side to run apart. Choice. */
#define DEAD_AFTER DM_SEC(2)

/* A source that was called and has not answered by then is called again. Choice: RTSP tries UDP
 * for 2 s, and key frames of a plenary's encoder come every 1-4 s. */
#define ANSWER_WITHIN DM_SEC(10)

#define SOUND_RATE_HZ 48000

#define SHORTEST_ROUND DM_MSEC(100) /* of a file that loops; choice */

struct dm_feed {
	struct dm_feed_options options;
	struct dm_source_uri uris[1 + DM_BACKUPS_MAX]; /* of all sources, as they were understood */
	struct dm_source_output output;
	struct dm_source_watch watch;
	pthread_t thread;
	bool has_thread;

	pthread_mutex_t lock; /* for these alone: the feed's thread sleeps on it */
	pthread_cond_t change;
	bool stopping;
	unsigned wanted; /* which source */

	/* When sound or picture last came; written by the source's threads. */
	_Atomic dm_usec sound_at;
	_Atomic dm_usec picture_at;

	/* The feed's own thread from here. */
	unsigned in_use;
	struct dm_source_uri uri; /* of the source in use */
	const struct dm_source_options *source;
	char path[PATH_MAX]; /* FILE */
	char format[DM_SOURCE_FORMAT_SIZE];
	enum dm_feed_state sound_state;
	enum dm_feed_state picture_state;
	struct dm_backoff backoff;
	dm_usec live_since; /* of this attempt; DM_USEC_NEVER: not yet */
};

static void on_sound(void *user, int64_t position, const float *samples, size_t count)
{
	struct dm_feed *feed = user;

	atomic_store_explicit(&feed->sound_at, dm_time_now(), memory_order_relaxed);
	dm_source_watch_sound(&feed->watch, samples, count,
			      feed->options.timeline->origin +
				      position * DM_SEC(1) / SOUND_RATE_HZ);
	dm_sound_inlet_put(feed->options.sound, position, samples, count);
}

static void on_picture(void *user, GstBuffer *frame, dm_usec presented_at)
{
	struct dm_feed *feed = user;

	atomic_store_explicit(&feed->picture_at, dm_time_now(), memory_order_relaxed);
	dm_source_watch_picture(&feed->watch, frame, presented_at);
	dm_picture_line_put(feed->options.picture, frame, presented_at);
}

/* Under the lock: whether it goes on with the source in use. */
static bool goes_on(const struct dm_feed *feed)
{
	return !feed->stopping && feed->wanted == feed->in_use;
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

static enum dm_feed_state next_state(const struct dm_feed *feed, enum dm_feed_state state,
				     dm_usec came_at, dm_usec now, dm_usec stall_after)
{
	if (state == DM_FEED_OFF)
		return state;
	if (came_at != DM_USEC_NEVER && now - came_at < stall_after)
		return DM_FEED_LIVE;
	if (state != DM_FEED_LIVE)
		return state;
	dm_metric_add(feed->options.stalls, 1);
	return DM_FEED_LOST;
}

/* A slow picture (picture_pacer.c) may pause for 2.5 s and be live. */
#define PICTURE_PAUSE DM_MSEC(2500)

static void look(struct dm_feed *feed, dm_usec now)
{
	const dm_usec sound_at = atomic_load_explicit(&feed->sound_at, memory_order_relaxed);
	const dm_usec picture_at = atomic_load_explicit(&feed->picture_at, memory_order_relaxed);
	const enum dm_feed_state sound = next_state(feed, feed->sound_state, sound_at, now,
						    feed->options.stall_after);
	const bool slow = feed->options.picture &&
			  !dm_picture_line_is_holding(feed->options.picture);
	const enum dm_feed_state picture = next_state(feed, feed->picture_state, picture_at, now,
						      slow ? PICTURE_PAUSE
							   : feed->options.stall_after);

	if (feed->live_since == DM_USEC_NEVER &&
	    (sound_at != DM_USEC_NEVER || picture_at != DM_USEC_NEVER))
		feed->live_since = now;
	if (sound == feed->sound_state && picture == feed->picture_state)
		return;
	feed->sound_state = sound;
	feed->picture_state = picture;
	if (picture != DM_FEED_LIVE)
		dm_source_watch_rest(&feed->watch);
	dm_log(DM_LOG_INFO, "ingest.feed", "feed=%s sound=%s picture=%s", feed->options.name,
	       dm_feed_state_name(sound), dm_feed_state_name(picture));
	feed->options.on_state(feed->options.user, sound, picture);
}

/* When anything last came in this attempt; DM_USEC_NEVER: nothing yet. */
static dm_usec last_at(const struct dm_feed *feed)
{
	const dm_usec sound_at = atomic_load_explicit(&feed->sound_at, memory_order_relaxed);
	const dm_usec picture_at = atomic_load_explicit(&feed->picture_at, memory_order_relaxed);

	if (sound_at == DM_USEC_NEVER)
		return picture_at;
	return picture_at == DM_USEC_NEVER || sound_at > picture_at ? sound_at : picture_at;
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
	atomic_store(&feed->sound_at, DM_USEC_NEVER);
	atomic_store(&feed->picture_at, DM_USEC_NEVER);
	feed->live_since = DM_USEC_NEVER;
	dm_source_watch_reset(&feed->watch);
	tell_format(feed, &(struct dm_source_format){ 0 });
}

static bool is_dead(const struct dm_feed *feed, dm_usec started_at, dm_usec now)
{
	const dm_usec at = last_at(feed);

	if (at != DM_USEC_NEVER)
		return now - at > DEAD_AFTER;
	return !feed->uri.listens && now - started_at > ANSWER_WITHIN;
}

static void tell_test_format(struct dm_feed *feed)
{
	const struct dm_source_output *output = &feed->output;
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
			.rate_hz = SOUND_RATE_HZ,
			.channels = 1,
		};
	tell_format(feed, &format);
}

static void run_test(struct dm_feed *feed)
{
	struct dm_test_source *source;
	dm_usec now = dm_time_now(), next;

	begin_attempt(feed);
	if (dm_test_source_create(&source, &feed->uri, &feed->output, now) != 0) {
		dm_log(DM_LOG_ERROR, "ingest.source_failed", "feed=%s why=memory",
		       feed->options.name);
		return;
	}
	tell_test_format(feed);
	do {
		now = dm_time_now();
		next = dm_test_source_turn(source, now);
		look(feed, now);
	} while (sleep_until(feed, next < now + LOOK ? next : now + LOOK));
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
		.uri = &feed->uri,
		.path = feed->path,
		.whip = feed->options.whip,
		.name = feed->options.name,
		.output = &feed->output,
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
		event = dm_source_pipeline_wait(source, LOOK);

		const dm_usec now = dm_time_now();
		const struct dm_source_format format = dm_source_pipeline_format(source);

		tell_format(feed, &format);
		look(feed, now);
		if (event == DM_SOURCE_ENDED && feed->source->loop)
			event = rewind_source(source, &round_at, now);
		if (event == DM_SOURCE_RUNS && is_dead(feed, started_at, now)) {
			dm_log(DM_LOG_WARN, "ingest.source_silent", "feed=%s source=%s",
			       feed->options.name, feed->uri.label);
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
	const struct dm_file_print played = dm_file_print_of(feed->path);

	dm_log(DM_LOG_INFO, "ingest.file_ended", "feed=%s source=%s", feed->options.name,
	       feed->uri.label);
	for (;;) {
		const dm_usec now = dm_time_now();
		const struct dm_file_print found = dm_file_print_of(feed->path);

		look(feed, now);
		if (!dm_file_print_equal(&played, &found))
			return true;
		if (!sleep_until(feed, now + LOOK))
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
		if (!sleep_until(feed, until < now + LOOK ? until : now + LOOK))
			return false;
	}
}

/* Plays the source in use until stop, or until another one is wanted. */
static void play(struct dm_feed *feed)
{
	if (feed->uri.kind == DM_SOURCE_TEST) {
		run_test(feed);
		return;
	}
	for (;;) {
		const enum dm_source_event event = attempt(feed);

		if (!may_go_on(feed))
			return;
		if (event == DM_SOURCE_ENDED && feed->uri.kind == DM_SOURCE_FILE &&
		    !feed->source->loop) {
			if (!wait_for_other_file(feed))
				return;
		} else if (!wait_to_retry(feed)) {
			return;
		}
		dm_metric_add(feed->options.restarts, 1);
	}
}

/* Whatever was live: what comes now is another source, which has not delivered yet. */
static void connect_anew(struct dm_feed *feed)
{
	if (feed->sound_state != DM_FEED_OFF)
		feed->sound_state = DM_FEED_CONNECTING;
	if (feed->picture_state != DM_FEED_OFF)
		feed->picture_state = DM_FEED_CONNECTING;
	feed->backoff = dm_backoff_init(feed->options.retry_least, feed->options.retry_most);
	dm_log(DM_LOG_INFO, "ingest.source_switched", "feed=%s number=%u source=%s",
	       feed->options.name, feed->in_use, feed->uri.label);
	feed->options.on_state(feed->options.user, feed->sound_state, feed->picture_state);
}

/* Where a file is. False: its path is too long, which was found out at the start. */
static bool find_path(const struct dm_feed *feed, const struct dm_source_uri *uri,
		      char path[static PATH_MAX])
{
	const char *directory = feed->options.directory;
	int length;

	if (uri->kind != DM_SOURCE_FILE)
		return true;
	if (uri->location[0] == '/' || !directory)
		length = snprintf(path, PATH_MAX, "%s", uri->location);
	else
		length = snprintf(path, PATH_MAX, "%s/%s", directory, uri->location);
	return length < PATH_MAX;
}

static const struct dm_source_options *source_of(const struct dm_feed *feed, unsigned n)
{
	return n == 0 ? feed->options.source : &feed->options.backups[n - 1];
}

static void take_source(struct dm_feed *feed, unsigned n)
{
	feed->in_use = n;
	feed->uri = feed->uris[n];
	feed->source = source_of(feed, n);
	find_path(feed, &feed->uri, feed->path);
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
	if (wanted != feed->in_use) {
		take_source(feed, wanted);
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

static int read_sources(struct dm_feed *feed)
{
	char message[200];

	if (feed->options.backup_count > DM_BACKUPS_MAX)
		return -EINVAL;
	for (unsigned n = 0; n <= feed->options.backup_count; n++) {
		struct dm_source_uri *uri = &feed->uris[n];

		if (dm_source_uri_parse(uri, source_of(feed, n)->uri, message, sizeof(message)) !=
		    0) {
			dm_log(DM_LOG_ERROR, "ingest.bad_source", "feed=%s number=%u why=%s",
			       feed->options.name, n, message);
			return -EINVAL;
		}
		if (!find_path(feed, uri, feed->path))
			return -EINVAL;
	}
	take_source(feed, 0);
	return 0;
}

static void set_output(struct dm_feed *feed)
{
	const struct dm_feed_options *options = &feed->options;

	feed->output = (struct dm_source_output){
		.wants_sound = options->sound != NULL,
		.wants_picture = options->picture != NULL,
		.timeline = options->timeline,
		.sound = on_sound,
		.picture = on_picture,
		.user = feed,
	};
	if (options->picture) {
		feed->output.width = options->picture_options->ladder[0].width;
		feed->output.height = options->picture_options->ladder[0].height;
		feed->output.frame_rate = options->picture_options->frame_rate;
	}
	feed->watch = dm_source_watch_init(options->picture ? options->picture_health : NULL,
					   options->source_health, feed->output.width,
					   feed->output.height);
	feed->sound_state = options->sound ? DM_FEED_CONNECTING : DM_FEED_OFF;
	feed->picture_state = options->picture ? DM_FEED_CONNECTING : DM_FEED_OFF;
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
	error = read_sources(feed);
	if (error)
		goto destroy;
	set_output(feed);
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
