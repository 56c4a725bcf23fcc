#include "ingest/reaper.h"
#include "base/log.h"

#include <errno.h>

#define PATIENCE_AT_END DM_SEC(5) /* choice: SRT and RTSP close within 3 s */

/* GLib's primitives, since GStreamer's threads are GLib's. Only feeds and reapers ever wait. */
struct dm_reaper {
	GMutex lock;
	GCond change;
	unsigned running;
};

struct job {
	struct dm_reaper *reaper; /* borrowed */
	GstElement *pipeline;     /* owned */
	void (*done)(void *user);
	void *user;
	bool *finished; /* the waiting caller's; NULL once it has left */
};

int dm_reaper_create(struct dm_reaper **out)
{
	*out = g_try_new0(struct dm_reaper, 1);
	if (!*out)
		return -ENOMEM;
	g_mutex_init(&(*out)->lock);
	g_cond_init(&(*out)->change);
	return 0;
}

void dm_reaper_destroy(struct dm_reaper *reaper)
{
	if (!reaper)
		return;

	const gint64 deadline = g_get_monotonic_time() + PATIENCE_AT_END;

	g_mutex_lock(&reaper->lock);
	while (reaper->running > 0 && g_cond_wait_until(&reaper->change, &reaper->lock, deadline))
		;

	const unsigned left = reaper->running;

	g_mutex_unlock(&reaper->lock);
	if (left > 0) { /* their threads still use the reaper: it stays */
		dm_log(DM_LOG_ERROR, "ingest.sources_hang", "count=%u", left);
		return;
	}
	g_cond_clear(&reaper->change);
	g_mutex_clear(&reaper->lock);
	g_free(reaper);
}

static gpointer run(gpointer user)
{
	struct job *job = user;
	struct dm_reaper *reaper = job->reaper;

	gst_element_set_state(job->pipeline, GST_STATE_NULL);
	gst_object_unref(job->pipeline);
	job->done(job->user);

	g_mutex_lock(&reaper->lock);
	reaper->running--;
	if (job->finished)
		*job->finished = true;
	g_cond_broadcast(&reaper->change);
	g_mutex_unlock(&reaper->lock);
	g_free(job);
	return NULL;
}

void dm_reaper_take(struct dm_reaper *reaper, GstElement *pipeline, void (*done)(void *user),
		    void *user, dm_usec patience)
{
	const gint64 deadline = g_get_monotonic_time() + patience;
	struct job *job = g_new0(struct job, 1);
	bool finished = false;

	*job = (struct job){
		.reaper = reaper,
		.pipeline = pipeline,
		.done = done,
		.user = user,
		.finished = &finished,
	};
	g_mutex_lock(&reaper->lock);
	reaper->running++;
	g_thread_unref(g_thread_new("dm-reaper", run, job));
	while (!finished && g_cond_wait_until(&reaper->change, &reaper->lock, deadline))
		;
	if (!finished)
		job->finished = NULL;
	g_mutex_unlock(&reaper->lock);
}
