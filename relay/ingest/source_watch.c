#include "ingest/source_watch.h"

struct dm_source_watch dm_source_watch_init(struct dm_picture_health *health,
					    struct dm_source_health *source, size_t width,
					    size_t height)
{
	struct dm_source_watch watch = { .health = health, .source = source };

	gst_video_info_init(&watch.info);
	if (health) {
		gst_video_info_set_format(&watch.info, GST_VIDEO_FORMAT_I420, (guint)width,
					  (guint)height);
		dm_metric_set(&health->decoded, 1);
	}
	dm_source_watch_reset(&watch);
	return watch;
}

void dm_source_watch_reset(struct dm_source_watch *watch)
{
	watch->picture = dm_picture_watch_init(false);
	watch->probe = dm_sync_probe_init();
	dm_source_watch_rest(watch);
}

void dm_source_watch_rest(struct dm_source_watch *watch)
{
	if (watch->health) {
		dm_metric_set(&watch->health->still_ms, 0);
		dm_metric_set(&watch->health->black_ms, 0);
	}
	if (watch->source)
		dm_metric_set(&watch->source->offset_known, 0);
}

/* The first picture after five seconds without a pair says so, flash or no flash. */
static void tell_offset(struct dm_source_watch *watch, dm_usec now)
{
	dm_usec offset;
	const bool known = dm_sync_probe_offset(&watch->probe, now, &offset);

	if (known)
		dm_metric_set(&watch->source->offset, offset);
	dm_metric_set(&watch->source->offset_known, known);
}

void dm_source_watch_picture(struct dm_source_watch *watch, GstBuffer *frame, dm_usec presented_at)
{
	struct dm_picture_health *health = watch->health;
	GstVideoFrame view;

	if (!health || !gst_video_frame_map(&view, &watch->info, frame, GST_MAP_READ))
		return;

	const struct dm_picture_sight sight = dm_picture_watch_put(
		&watch->picture, GST_VIDEO_FRAME_PLANE_DATA(&view, 0),
		(size_t)GST_VIDEO_FRAME_PLANE_STRIDE(&view, 0),
		(size_t)GST_VIDEO_FRAME_WIDTH(&view), (size_t)GST_VIDEO_FRAME_HEIGHT(&view),
		presented_at);

	gst_video_frame_unmap(&view);
	dm_metric_add(&health->came, 1);
	dm_metric_add(&health->freezes, sight.froze);
	dm_metric_set(&health->still_ms, sight.still_for / DM_MSEC(1));
	dm_metric_set(&health->black_ms, sight.black_for / DM_MSEC(1));
	if (watch->source) {
		dm_sync_probe_picture(&watch->probe, sight.luma, presented_at);
		tell_offset(watch, presented_at);
	}
}

void dm_source_watch_sound(struct dm_source_watch *watch, const float *samples, size_t count,
			   dm_usec presented_at)
{
	if (watch->source && watch->health)
		dm_sync_probe_sound(&watch->probe, samples, count, presented_at);
}
