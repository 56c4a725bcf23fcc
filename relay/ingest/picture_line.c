#include "ingest/picture_line.h"
#include "base/log.h"
#include "ingest/holding_card.h"
#include "ingest/key_schedule.h"
#include "ingest/picture_pacer.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define LADDER_RETRY DM_SEC(1) /* after the encoders failed; choice */

struct dm_picture_line {
	struct dm_picture_line_options options;
	pthread_t thread;
	bool has_thread;

	/* A mailbox of one frame. The lock is held for a few instructions on either side, and
	 * neither is a thread that serves peers. */
	pthread_mutex_t lock;
	pthread_cond_t change;
	GstBuffer *frame; /* owned; NULL: none new */
	dm_usec presented_at;
	bool stopping;

	_Atomic bool holding; /* told to whoever asks */

	/* The line's own thread from here. */
	struct dm_encode_ladder *ladder; /* owned; NULL between failures */
	dm_usec ladder_retry_at;
	struct dm_picture_pacer pacer;
	struct dm_key_schedule keys;
	GstBuffer *card;  /* owned */
	GstBuffer *shown; /* owned; the source's last frame, NULL before the first */
	bool card_is_up;
};

static GstBuffer *make_card(const struct dm_picture_line_options *options)
{
	const struct dm_rung_options *best = &options->ladder.rungs[0];
	GstBuffer *card = gst_buffer_new_allocate(NULL, dm_i420_bytes(best->width, best->height),
						  NULL);
	GstMapInfo map;

	if (!card || !gst_buffer_map(card, &map, GST_MAP_WRITE)) {
		gst_clear_buffer(&card);
		return NULL;
	}

	const struct dm_i420 view = dm_i420_view(map.data, best->width, best->height);
	const int error = dm_holding_card_draw(&view, options->titles, options->title_count);

	gst_buffer_unmap(card, &map);
	if (error)
		gst_clear_buffer(&card);
	return card;
}

void dm_picture_line_put(struct dm_picture_line *line, GstBuffer *frame, dm_usec presented_at)
{
	pthread_mutex_lock(&line->lock);

	GstBuffer *old = line->frame;

	line->frame = frame;
	line->presented_at = presented_at;
	pthread_cond_signal(&line->change);
	pthread_mutex_unlock(&line->lock);
	if (old)
		gst_buffer_unref(old);
}

bool dm_picture_line_is_holding(const struct dm_picture_line *line)
{
	return atomic_load_explicit(&line->holding, memory_order_relaxed);
}

/* Waits for a frame until the pacer's deadline. False: stop. *frame is NULL when none came. */
static bool wait_for_frame(struct dm_picture_line *line, GstBuffer **frame, dm_usec *presented_at)
{
	const dm_usec deadline = dm_picture_pacer_deadline(&line->pacer);
	const struct timespec until = {
		.tv_sec = deadline / DM_SEC(1),
		.tv_nsec = deadline % DM_SEC(1) * 1000,
	};

	pthread_mutex_lock(&line->lock);
	while (!line->stopping && !line->frame &&
	       pthread_cond_timedwait(&line->change, &line->lock, &until) != ETIMEDOUT)
		;
	*frame = line->frame;
	*presented_at = line->presented_at;
	line->frame = NULL;

	const bool go_on = !line->stopping;

	pthread_mutex_unlock(&line->lock);
	return go_on;
}

static bool key_is_wished(const struct dm_picture_line *line)
{
	bool wished = false;

	/* Every rung's wish is taken: one key frame answers all of them. */
	for (size_t n = 0; n < line->options.ladder.count; n++)
		wished |= dm_track_take_key_request(line->options.ladder.tracks[n]);
	return wished;
}

static bool has_ladder(struct dm_picture_line *line, dm_usec now)
{
	if (line->ladder)
		return true;
	if (now < line->ladder_retry_at)
		return false;
	if (dm_encode_ladder_create(&line->ladder, &line->options.ladder) != 0) {
		line->ladder_retry_at = now + LADDER_RETRY;
		return false;
	}
	line->keys.wished = true;
	return true;
}

static void encode(struct dm_picture_line *line, GstBuffer *frame, bool is_card,
		   dm_usec captured_at, dm_usec now)
{
	/* In the process's first moments a repeat's time may lie before the timeline begins. */
	if (captured_at < line->options.ladder.timeline->origin || !has_ladder(line, now))
		return;

	const bool wish = key_is_wished(line) || is_card != line->card_is_up;
	const struct dm_key_schedule before = line->keys;
	const bool key = dm_key_schedule_frame(&line->keys, captured_at, wish);
	const int error = dm_encode_ladder_push(line->ladder, frame, captured_at, key);

	if (error == 0) {
		line->card_is_up = is_card;
		return;
	}
	dm_metric_add(line->options.skipped, 1);
	line->keys = before;
	line->keys.wished |= wish; /* the skipped frame's wish goes to the next */
	if (error != -EAGAIN) {
		dm_encode_ladder_destroy(line->ladder);
		line->ladder = NULL;
		line->ladder_retry_at = now + LADDER_RETRY;
	}
}

static void turn(struct dm_picture_line *line, GstBuffer *frame, dm_usec presented_at)
{
	const dm_usec now = dm_time_now();
	enum dm_picture_step step;
	dm_usec captured_at;

	if (frame)
		step = dm_picture_pacer_frame(&line->pacer, now, presented_at, &captured_at);
	else
		step = dm_picture_pacer_idle(&line->pacer, now, &captured_at);
	atomic_store_explicit(&line->holding, line->pacer.holding, memory_order_relaxed);
	if (step == DM_PICTURE_NEW)
		gst_buffer_replace(&line->shown, frame);
	if (step == DM_PICTURE_HOLD)
		encode(line, line->card, true, captured_at, now);
	else if (step != DM_PICTURE_WAIT)
		encode(line, line->shown, false, captured_at, now);
	if (frame)
		gst_buffer_unref(frame);
}

static void *run(void *user)
{
	struct dm_picture_line *line = user;
	GstBuffer *frame;
	dm_usec presented_at;

	pthread_setname_np(pthread_self(), "dm-picture");
	while (wait_for_frame(line, &frame, &presented_at))
		turn(line, frame, presented_at);
	if (frame)
		gst_buffer_unref(frame);
	dm_encode_ladder_destroy(line->ladder);
	line->ladder = NULL;
	return NULL;
}

static void init_waiting(struct dm_picture_line *line)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&line->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&line->change, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

int dm_picture_line_create(struct dm_picture_line **out,
			   const struct dm_picture_line_options *options)
{
	const dm_usec interval = DM_SEC(1) / options->ladder.frame_rate;
	struct dm_picture_line *line = calloc(1, sizeof(*line));
	int error;

	*out = NULL;
	if (!line)
		return -ENOMEM;
	line->options = *options;
	line->pacer = dm_picture_pacer_init(interval, options->stall_after, dm_time_now());
	line->holding = true;
	line->keys = dm_key_schedule_init(interval);
	init_waiting(line);
	line->card = make_card(options);
	if (!line->card) {
		error = -ENOMEM;
		goto destroy;
	}
	error = dm_encode_ladder_create(&line->ladder, &line->options.ladder);
	if (error)
		goto destroy;
	if (pthread_create(&line->thread, NULL, run, line) != 0) {
		error = -EAGAIN;
		goto destroy;
	}
	line->has_thread = true;
	*out = line;
	return 0;
destroy:
	dm_picture_line_destroy(line);
	return error;
}

void dm_picture_line_destroy(struct dm_picture_line *line)
{
	if (!line)
		return;
	if (line->has_thread) {
		pthread_mutex_lock(&line->lock);
		line->stopping = true;
		pthread_cond_signal(&line->change);
		pthread_mutex_unlock(&line->lock);
		pthread_join(line->thread, NULL);
	}
	dm_encode_ladder_destroy(line->ladder);
	gst_clear_buffer(&line->frame);
	gst_clear_buffer(&line->shown);
	gst_clear_buffer(&line->card);
	pthread_cond_destroy(&line->change);
	pthread_mutex_destroy(&line->lock);
	free(line);
}
