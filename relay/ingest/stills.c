#include "ingest/stills.h"
#include "base/log.h"
#include "ingest/picture_watch.h"
#include "ingest/still_maker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define INTERVAL DM_SEC(2) /* as often as a ladder makes key frames */
#define PATIENCE DM_SEC(1) /* of decoding one: 3 ms when nothing else runs (measured) */
#define STALE    DM_SEC(5) /* a key frame that is older is asked for anew; choice */
#define NICE     10

struct picture {
	struct dm_stills_picture options; /* with a reference to the track */
	uint64_t key;                     /* index of the key frame that was looked at last */
	dm_usec key_at;                   /* when that was published; 0: none yet */
	struct dm_picture_watch watch;
};

struct dm_stills {
	GArray *pictures;             /* struct picture */
	struct dm_still_maker *maker; /* owned; NULL without pictures */
	struct dm_log_limit log;
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock; /* for `stopping` alone: the thread sleeps on it */
	pthread_cond_t change;
	bool stopping;
};

int dm_stills_create(struct dm_stills **out)
{
	struct dm_stills *stills = g_new0(struct dm_stills, 1);
	pthread_condattr_t monotonic;

	stills->pictures = g_array_new(FALSE, TRUE, sizeof(struct picture));
	stills->log = (struct dm_log_limit){ .burst = 1, .interval = DM_SEC(60) };
	pthread_mutex_init(&stills->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&stills->change, &monotonic);
	pthread_condattr_destroy(&monotonic);
	*out = stills;
	return 0;
}

void dm_stills_add(struct dm_stills *stills, const struct dm_stills_picture *picture)
{
	struct picture added = {
		.options = *picture,
		.key = UINT64_MAX,
		.watch = dm_picture_watch_init(true),
	};

	dm_track_ref(picture->track);
	g_array_append_val(stills->pictures, added);
}

/* Gives the key frame's packets to the maker. False: they are not all there any more. */
static bool put_key(const struct dm_stills *stills, const struct picture *picture, uint64_t key,
		    dm_usec *published_at)
{
	struct dm_track_packet packet = { 0 };

	for (uint64_t index = key; !packet.marker; index++) {
		if (dm_track_read(picture->options.track, index, &packet) != DM_TRACK_READ_OK)
			return false;
		*published_at = packet.published_at;
		dm_still_maker_put(stills->maker, packet.payload, packet.payload_bytes,
				   packet.marker);
	}
	return true;
}

/* Of a picture that is passed through. */
static void tell_health(struct picture *picture, const struct dm_still *still)
{
	struct dm_picture_health *health = picture->options.health;
	GstVideoFrame view;

	if (!health || !gst_video_frame_map(&view, &still->info, still->pixels, GST_MAP_READ))
		return;

	const struct dm_picture_sight sight = dm_picture_watch_put(
		&picture->watch, GST_VIDEO_FRAME_PLANE_DATA(&view, 0),
		(size_t)GST_VIDEO_FRAME_PLANE_STRIDE(&view, 0),
		(size_t)GST_VIDEO_FRAME_WIDTH(&view), (size_t)GST_VIDEO_FRAME_HEIGHT(&view),
		picture->key_at);

	gst_video_frame_unmap(&view);
	dm_metric_set(&health->width, still->width);
	dm_metric_set(&health->height, still->height);
	dm_metric_set(&health->still_ms, sight.still_for / DM_MSEC(1));
	dm_metric_set(&health->black_ms, sight.black_for / DM_MSEC(1));
	dm_metric_add(&health->freezes, sight.froze);
}

static void look_at_key(struct dm_stills *stills, struct picture *picture, uint64_t key)
{
	struct dm_still still;
	uint64_t suppressed;
	dm_usec published_at = 0;

	picture->key = key;
	const bool whole = put_key(stills, picture, key, &published_at);

	if (whole)
		picture->key_at = published_at;
	if (dm_still_maker_take(stills->maker, whole ? PATIENCE : 0, &still)) {
		tell_health(picture, &still);
		picture->options.on_still(picture->options.user, g_steal_pointer(&still.jpeg));
		dm_still_finish(&still);
	} else if (dm_log_allow(&stills->log, dm_time_now(), &suppressed)) {
		dm_log(DM_LOG_WARN, "ingest.no_still", "picture=%s suppressed=%llu",
		       picture->options.name, (unsigned long long)suppressed);
	}
}

static void turn(struct dm_stills *stills, struct picture *picture, dm_usec now)
{
	const uint64_t key = dm_track_key_index(picture->options.track);

	if (key != UINT64_MAX && key != picture->key)
		look_at_key(stills, picture, key);
	else if (now - picture->key_at > STALE)
		dm_track_request_key(picture->options.track);
}

/* False: stop. */
static bool sleep_until(struct dm_stills *stills, dm_usec until)
{
	const struct timespec at = {
		.tv_sec = until / DM_SEC(1),
		.tv_nsec = until % DM_SEC(1) * 1000,
	};

	pthread_mutex_lock(&stills->lock);
	while (!stills->stopping &&
	       pthread_cond_timedwait(&stills->change, &stills->lock, &at) != ETIMEDOUT)
		;

	const bool go_on = !stills->stopping;

	pthread_mutex_unlock(&stills->lock);
	return go_on;
}

/* Pictures take turns, spread over the interval: never several at once on one core. */
static void *run(void *user)
{
	struct dm_stills *stills = user;
	const guint count = stills->pictures->len;
	dm_usec next = dm_time_now();

	pthread_setname_np(pthread_self(), "dm-stills");
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	for (guint n = 0; sleep_until(stills, next); n = (n + 1) % count) {
		const dm_usec now = dm_time_now();

		turn(stills, &g_array_index(stills->pictures, struct picture, n), now);
		next += INTERVAL / count;
		if (next < now)
			next = now;
	}
	return NULL;
}

int dm_stills_start(struct dm_stills *stills)
{
	if (stills->pictures->len == 0)
		return 0;

	const int error = dm_still_maker_create(&stills->maker);

	if (error)
		return error;
	if (pthread_create(&stills->thread, NULL, run, stills) != 0)
		return -EAGAIN;
	stills->has_thread = true;
	return 0;
}

void dm_stills_destroy(struct dm_stills *stills)
{
	if (!stills)
		return;
	if (stills->has_thread) {
		pthread_mutex_lock(&stills->lock);
		stills->stopping = true;
		pthread_cond_signal(&stills->change);
		pthread_mutex_unlock(&stills->lock);
		pthread_join(stills->thread, NULL);
	}
	dm_still_maker_destroy(stills->maker);
	for (guint n = 0; n < stills->pictures->len; n++)
		dm_track_unref(g_array_index(stills->pictures, struct picture, n).options.track);
	g_array_unref(stills->pictures);
	pthread_cond_destroy(&stills->change);
	pthread_mutex_destroy(&stills->lock);
	g_free(stills);
}
