#include "ingest/encode_ladder.h"
#include "base/log.h"
#include "ingest/access_unit.h"
#include "ingest/key_watch.h"
#include "session/room.h"

#include <errno.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <stdatomic.h>

#define VIDEO_RATE_HZ 90000 /* RFC 6184, 8.1 */
#define RTP_HEADER    12

/* Frames waiting for the encoders before one is skipped: more would only be delay. */
#define BEHIND_MOST 3

/* x264's own key frames come on top of the forced ones, which are aligned: never let it. */
#define KEY_FRAMES_BY_SCHEDULE 100000

struct rung {
	struct dm_encode_ladder *ladder; /* borrowed */
	struct dm_access_unit *unit;     /* owned; the streaming thread's */
	struct dm_key_watch keys;        /* of the best rung: they are the same on all */
};

struct dm_encode_ladder {
	const struct dm_encode_ladder_options *options; /* borrowed */
	GstElement *pipeline;                           /* owned */
	GstElement *source;                             /* owned reference */
	_Atomic bool failed;
	struct dm_log_limit drops_log;
	struct rung rungs[DM_LADDER_MAX];
};

/* One x264 thread a rung: rungs run beside one another, and a frame is not cut into slices.
 * The VBV of 600 ms bounds a key frame to 0.6 s of the rung's bitrate. What is encoded waits at the
 * sink until its time: pictures then leave in step with the sound, and evenly, whatever a frame
 * cost to encode, so that receivers need no buffer for either. */
static char *describe_rung(const struct dm_encode_ladder_options *options, size_t n)
{
	const struct dm_rung_options *rung = &options->rungs[n];

	return g_strdup_printf(
		"queue name=rung%zu max-size-buffers=2 max-size-bytes=0 max-size-time=0 ! "
		"videoscale add-borders=true ! "
		"video/x-raw,format=I420,width=%u,height=%u,pixel-aspect-ratio=1/1 ! "
		"x264enc tune=zerolatency speed-preset=%s threads=1 sliced-threads=false "
		"bframes=0 b-adapt=false cabac=false aud=false byte-stream=true pass=cbr "
		"bitrate=%u vbv-buf-capacity=600 key-int-max=%d option-string=scenecut=0 ! "
		"video/x-h264,profile=constrained-baseline,stream-format=byte-stream,"
		"alignment=au ! "
		"rtph264pay pt=96 mtu=%d aggregate-mode=zero-latency config-interval=-1 ! "
		"queue max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! "
		"appsink name=sink%zu sync=true ts-offset=%" G_GINT64_FORMAT
		" async=false buffer-list=true max-buffers=0",
		n, rung->width, rung->height, "superfast", rung->bitrate_bps / 1000,
		KEY_FRAMES_BY_SCHEDULE, DM_TRACK_PAYLOAD_MAX + RTP_HEADER, n,
		(gint64)options->delay * 1000);
}

static char *describe(const struct dm_encode_ladder_options *options)
{
	GString *text = g_string_new(
		"appsrc name=source format=time is-live=true block=false max-buffers=0 "
		"max-bytes=0 max-time=0 ! tee name=tee");

	for (size_t n = 0; n < options->count; n++) {
		char *rung = describe_rung(options, n);

		g_string_append_printf(text, " tee. ! %s", rung);
		g_free(rung);
	}
	return g_string_free(text, FALSE);
}

static bool put_packet(struct rung *rung, GstBuffer *packet, const GstSegment *segment)
{
	struct dm_encode_ladder *ladder = rung->ladder;
	const dm_usec origin = ladder->options->timeline->origin, now = dm_time_now();
	const guint64 running = gst_segment_to_running_time(segment, GST_FORMAT_TIME,
							    GST_BUFFER_PTS(packet));
	const dm_usec captured_at = origin + (dm_usec)(running / 1000);
	enum dm_access_unit_result result = DM_ACCESS_UNIT_DROPPED;
	uint64_t suppressed;
	GstMapInfo map;

	if (gst_buffer_map(packet, &map, GST_MAP_READ)) {
		result = dm_access_unit_put(
			rung->unit, map.data, map.size,
			dm_timeline_rtp(ladder->options->timeline, captured_at, VIDEO_RATE_HZ),
			captured_at, now);
		gst_buffer_unmap(packet, &map);
	}
	if (result == DM_ACCESS_UNIT_DROPPED) {
		dm_metric_add(ladder->options->dropped, 1);
		if (dm_log_allow(&ladder->drops_log, now, &suppressed))
			dm_log(DM_LOG_WARN, "ingest.frame_dropped",
			       "picture=%s rung=%d suppressed=%llu", ladder->options->name,
			       (int)(rung - ladder->rungs), (unsigned long long)suppressed);
	}
	if (result == DM_ACCESS_UNIT_PUBLISHED && rung == ladder->rungs)
		dm_key_watch_look(&rung->keys, ladder->options->tracks[0], now,
				  ladder->options->key_interval);
	return result == DM_ACCESS_UNIT_PUBLISHED;
}

static GstFlowReturn on_packets(GstAppSink *sink, gpointer user)
{
	struct rung *rung = user;
	GstSample *sample = gst_app_sink_pull_sample(sink);
	bool published = false;

	if (!sample)
		return GST_FLOW_EOS;

	GstBufferList *list = gst_sample_get_buffer_list(sample);
	const GstSegment *segment = gst_sample_get_segment(sample);

	if (list)
		for (guint n = 0; n < gst_buffer_list_length(list); n++)
			published |= put_packet(rung, gst_buffer_list_get(list, n), segment);
	else if (gst_sample_get_buffer(sample))
		published = put_packet(rung, gst_sample_get_buffer(sample), segment);
	gst_sample_unref(sample);
	if (published)
		dm_audience_ring(rung->ladder->options->audience);
	return GST_FLOW_OK;
}

/* Called on whichever thread posts; nobody reads this pipeline's bus. */
static GstBusSyncReply on_message(GstBus *bus, GstMessage *message, gpointer user)
{
	struct dm_encode_ladder *ladder = user;
	GError *error = NULL;

	(void)bus;
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
		gst_message_parse_error(message, &error, NULL);
		dm_log(DM_LOG_ERROR, "ingest.encoder_failed", "picture=%s element=%s why=%s",
		       ladder->options->name, GST_MESSAGE_SRC_NAME(message), error->message);
		g_error_free(error);
		atomic_store(&ladder->failed, true);
	}
	gst_message_unref(message);
	return GST_BUS_DROP;
}

static void set_source_caps(struct dm_encode_ladder *ladder)
{
	const struct dm_rung_options *best = &ladder->options->rungs[0];
	GstCaps *caps = gst_caps_new_simple(
		"video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT,
		(gint)best->width, "height", G_TYPE_INT, (gint)best->height, "framerate",
		GST_TYPE_FRACTION, (gint)ladder->options->frame_rate, 1, "pixel-aspect-ratio",
		GST_TYPE_FRACTION, 1, 1, "interlace-mode", G_TYPE_STRING, "progressive",
		"colorimetry", G_TYPE_STRING, GST_VIDEO_COLORIMETRY_BT709, NULL);

	gst_app_src_set_caps(GST_APP_SRC(ladder->source), caps);
	gst_caps_unref(caps);
}

/* The running time of the pipeline is the time since the timeline's origin, as the PTS are. */
static void set_clock(struct dm_encode_ladder *ladder)
{
	GstClock *clock = g_object_new(GST_TYPE_SYSTEM_CLOCK, "clock-type",
				       GST_CLOCK_TYPE_MONOTONIC, NULL);

	gst_pipeline_use_clock(GST_PIPELINE(ladder->pipeline), clock);
	gst_object_unref(clock);
	gst_element_set_start_time(ladder->pipeline, GST_CLOCK_TIME_NONE);
	gst_element_set_base_time(ladder->pipeline,
				  (GstClockTime)ladder->options->timeline->origin * 1000);
}

static int connect_rung(struct dm_encode_ladder *ladder, size_t n)
{
	GstAppSinkCallbacks callbacks = { .new_sample = on_packets };
	struct rung *rung = &ladder->rungs[n];
	char name[16];

	rung->ladder = ladder;

	const int error = dm_access_unit_create(&rung->unit, ladder->options->tracks[n]);

	if (error)
		return error;
	g_snprintf(name, sizeof(name), "sink%zu", n);

	GstElement *sink = gst_bin_get_by_name(GST_BIN(ladder->pipeline), name);

	gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, rung, NULL);
	gst_object_unref(sink);
	return 0;
}

static int start(struct dm_encode_ladder *ladder)
{
	GError *error = NULL;
	char *text = describe(ladder->options);

	ladder->pipeline = gst_parse_launch(text, &error);
	g_free(text);
	if (error) {
		dm_log(DM_LOG_ERROR, "ingest.encoder_failed", "picture=%s why=%s",
		       ladder->options->name, error->message);
		g_error_free(error);
		return -EIO;
	}
	ladder->source = gst_bin_get_by_name(GST_BIN(ladder->pipeline), "source");
	set_source_caps(ladder);

	GstBus *bus = gst_element_get_bus(ladder->pipeline);

	gst_bus_set_sync_handler(bus, on_message, ladder, NULL);
	gst_object_unref(bus);
	for (size_t n = 0; n < ladder->options->count; n++) {
		const int result = connect_rung(ladder, n);

		if (result)
			return result;
	}
	set_clock(ladder);
	if (gst_element_set_state(ladder->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
		return -EIO;
	return 0;
}

int dm_encode_ladder_create(struct dm_encode_ladder **out,
			    const struct dm_encode_ladder_options *options)
{
	struct dm_encode_ladder *ladder = g_new0(struct dm_encode_ladder, 1);

	*out = NULL;
	ladder->options = options;
	ladder->drops_log.burst = 3;
	ladder->drops_log.interval = DM_SEC(10);

	const int error = start(ladder);

	if (error) {
		dm_encode_ladder_destroy(ladder);
		return error;
	}
	*out = ladder;
	return 0;
}

void dm_encode_ladder_destroy(struct dm_encode_ladder *ladder)
{
	if (!ladder)
		return;
	if (ladder->pipeline) {
		gst_element_set_state(ladder->pipeline, GST_STATE_NULL);

		GstBus *bus = gst_element_get_bus(ladder->pipeline);

		gst_bus_set_sync_handler(bus, NULL, NULL, NULL);
		gst_object_unref(bus);
	}
	if (ladder->source)
		gst_object_unref(ladder->source);
	if (ladder->pipeline)
		gst_object_unref(ladder->pipeline);
	for (size_t n = 0; n < DM_LADDER_MAX; n++)
		dm_access_unit_destroy(ladder->rungs[n].unit);
	g_free(ladder);
}

int dm_encode_ladder_push(struct dm_encode_ladder *ladder, GstBuffer *frame, dm_usec captured_at,
			  bool key)
{
	GstAppSrc *source = GST_APP_SRC(ladder->source);

	if (atomic_load(&ladder->failed))
		return -EIO;
	if (gst_app_src_get_current_level_buffers(source) >= BEHIND_MOST)
		return -EAGAIN;
	/* An event in the raw stream, before the tee: all rungs see it before this frame. */
	if (key)
		gst_element_send_event(ladder->source,
				       gst_video_event_new_downstream_force_key_unit(
					       GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE,
					       GST_CLOCK_TIME_NONE, TRUE, 0));

	GstBuffer *stamped = gst_buffer_copy(frame); /* shares the pixels */

	GST_BUFFER_PTS(stamped) = (GstClockTime)(captured_at - ladder->options->timeline->origin) *
				  1000;
	GST_BUFFER_DTS(stamped) = GST_CLOCK_TIME_NONE;
	GST_BUFFER_DURATION(stamped) = GST_CLOCK_TIME_NONE;
	gst_buffer_unset_flags(stamped, GST_BUFFER_FLAG_DISCONT);
	return gst_app_src_push_buffer(source, stamped) == GST_FLOW_OK ? 0 : -EIO;
}
