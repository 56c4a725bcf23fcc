#include "ingest/source_pipeline.h"
#include "base/log.h"
#include "ingest/frame_gate.h"
#include "ingest/lateness.h"
#include "ingest/source_chain.h"

#include <errno.h>
#include <gst/app/gstappsink.h>
#include <gst/video/video.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define SOUND_RATE_HZ 48000

/* Taking down is mostly instant; a feed waits this long so that its port is free again. */
#define REAP_PATIENCE DM_MSEC(500)

/* Decoding goes before encoding: sound has a deadline, pictures can skip a frame. Without the
 * right to it (CAP_SYS_NICE) it only has less protection. */
#define STREAMING_NICE (-5)

/* On a pipeline that is being destroyed: the first flag that GstPipeline leaves to others. */
#define GIVEN_UP GST_PIPELINE_FLAG_LAST

struct dm_source_pipeline {
	/* Copies: the reaper may keep this longer than its feed lives. */
	struct dm_source_uri uri;
	struct dm_source_output output; /* not called once closed */
	char *name;                     /* owned */
	struct dm_reaper *reaper;       /* borrowed; outlives every pipeline */
	struct dm_source_chain chain;
	GstElement *pipeline; /* owned by the reaper once closed */
	GstBus *bus;          /* owned */

	/* Callbacks and close exclude one another, so that nothing is put out after close; the
	 * lock is never held across a wait. */
	GMutex lock;
	bool closed;
	GstElement *sound; /* sinks; borrowed from the pipeline; NULL: no such stream yet */
	GstElement *picture;
	struct dm_lateness lateness;
	gint64 moved_back; /* ns; of both sinks, when the source is late for good; may be below 0 */
	struct dm_source_format format;

	struct dm_frame_gate gate; /* the picture's streaming thread */
};

/* The moment at which the sink presents this time, on the monotonic axis, in nanoseconds. */
static bool presented_at(GstElement *sink, GstSample *sample, gint64 *at_ns)
{
	const GstBuffer *buffer = gst_sample_get_buffer(sample);
	const guint64 running = gst_segment_to_running_time(
		gst_sample_get_segment(sample), GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));

	if (!GST_CLOCK_TIME_IS_VALID(running))
		return false;
	*at_ns = (gint64)(gst_element_get_base_time(sink) + running +
			  gst_base_sink_get_latency(GST_BASE_SINK(sink))) +
		 gst_base_sink_get_ts_offset(GST_BASE_SINK(sink));
	return true;
}

/* Under the lock. */
static void watch_lateness(struct dm_source_pipeline *source, gint64 at_ns)
{
	const dm_usec move = dm_lateness_put(&source->lateness, dm_time_now(), at_ns / 1000);

	if (move == 0)
		return;
	source->moved_back += move * 1000;
	if (source->sound)
		gst_base_sink_set_ts_offset(GST_BASE_SINK(source->sound), source->moved_back);
	if (source->picture)
		gst_base_sink_set_ts_offset(GST_BASE_SINK(source->picture), source->moved_back);
	dm_log(DM_LOG_INFO, "ingest.source_is_late", "feed=%s moved_back_ms=%d", source->name,
	       (int)(source->moved_back / 1000000));
}

/* One channel of interleaved sound; the result is the caller's, for g_free. */
static float *pick_channel(const float *samples, size_t frames, size_t channels, size_t channel)
{
	float *picked = g_new(float, frames);

	for (size_t n = 0; n < frames; n++)
		picked[n] = samples[n * channels + channel];
	return picked;
}

static void put_sound(struct dm_source_pipeline *source, GstSample *sample, gint64 at_ns)
{
	const struct dm_source_output *output = &source->output;
	const gint64 since = at_ns - output->timeline->origin * 1000;
	const int64_t position = (int64_t)gst_util_uint64_scale_round((guint64)since, SOUND_RATE_HZ,
								      GST_SECOND);
	const struct dm_source_uri *uri = &source->uri;
	const size_t channels = uri->kind == DM_SOURCE_RTP_PCM ? uri->pcm_channels : 1;
	GstBuffer *buffer = gst_sample_get_buffer(sample);
	GstMapInfo map;

	if (since < 0 || !gst_buffer_map(buffer, &map, GST_MAP_READ))
		return;

	const size_t frames = map.size / sizeof(float) / channels;

	if (channels > 1) {
		float *picked = pick_channel((const float *)(const void *)map.data, frames,
					     channels, uri->pcm_channel - 1u);

		output->sound(output->user, position, picked, frames);
		g_free(picked);
	} else {
		output->sound(output->user, position, (const float *)(const void *)map.data,
			      frames);
	}
	gst_buffer_unmap(buffer, &map);
}

static GstFlowReturn on_sound(GstAppSink *sink, gpointer user)
{
	struct dm_source_pipeline *source = user;
	GstSample *sample = gst_app_sink_pull_sample(sink);
	gint64 at_ns;

	if (!sample)
		return GST_FLOW_EOS;
	g_mutex_lock(&source->lock);
	if (!source->closed && presented_at(GST_ELEMENT(sink), sample, &at_ns)) {
		watch_lateness(source, at_ns);
		put_sound(source, sample, at_ns);
	}
	g_mutex_unlock(&source->lock);
	gst_sample_unref(sample);
	return GST_FLOW_OK;
}

static GstFlowReturn on_picture(GstAppSink *sink, gpointer user)
{
	struct dm_source_pipeline *source = user;
	const struct dm_source_output *output = &source->output;
	GstSample *sample = gst_app_sink_pull_sample(sink);
	gint64 at_ns;

	if (!sample)
		return GST_FLOW_EOS;
	g_mutex_lock(&source->lock);
	if (!source->closed && presented_at(GST_ELEMENT(sink), sample, &at_ns)) {
		if (!source->sound) /* else picture follows the sound */
			watch_lateness(source, at_ns);
		output->picture(output->user, gst_buffer_ref(gst_sample_get_buffer(sample)),
				at_ns / 1000);
	}
	g_mutex_unlock(&source->lock);
	gst_sample_unref(sample);
	return GST_FLOW_OK;
}

static void read_format(void *user, const GstCaps *caps)
{
	struct dm_source_pipeline *source = user;

	g_mutex_lock(&source->lock);
	dm_source_format_read(&source->format, caps);
	g_mutex_unlock(&source->lock);
}

struct dm_source_format dm_source_pipeline_format(struct dm_source_pipeline *source)
{
	g_mutex_lock(&source->lock);
	const struct dm_source_format format = source->format;

	g_mutex_unlock(&source->lock);
	return format;
}

/* A camera may change its size as it goes. */
static GstPadProbeReturn on_frame_event(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	GstEvent *event = GST_PAD_PROBE_INFO_EVENT(info);
	GstCaps *caps;

	(void)pad;
	if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
		gst_event_parse_caps(event, &caps);
		read_format(user, caps);
	}
	return GST_PAD_PROBE_OK;
}

/* Frames beyond the rate go before they cost scaling. */
static GstPadProbeReturn on_frame(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	struct dm_source_pipeline *source = user;
	const GstClockTime at = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));

	(void)pad;
	if (!GST_CLOCK_TIME_IS_VALID(at) || dm_frame_gate_pass(&source->gate, (gint64)at))
		return GST_PAD_PROBE_OK;
	return GST_PAD_PROBE_DROP;
}

static GstElement *add_bin(struct dm_source_pipeline *source, const char *description)
{
	GError *error = NULL;
	GstElement *bin = gst_parse_bin_from_description(description, TRUE, &error);

	if (error) {
		dm_log(DM_LOG_ERROR, "ingest.source_failed", "feed=%s why=%s", source->name,
		       error->message);
		g_error_free(error);
		return NULL;
	}
	gst_bin_add(GST_BIN(source->pipeline), bin);
	return bin;
}

/* Links the pad to a new bin and starts it. */
static void attach(GstPad *pad, GstElement *bin)
{
	GstPad *sink = gst_element_get_static_pad(bin, "sink");

	gst_pad_link(pad, sink);
	gst_object_unref(sink);
	gst_element_sync_state_with_parent(bin);
}

static GstElement *take_sink(struct dm_source_pipeline *source, GstElement *bin,
			     GstFlowReturn (*on_sample)(GstAppSink *, gpointer))
{
	GstAppSinkCallbacks callbacks = { .new_sample = on_sample };
	GstElement *sink = gst_bin_get_by_name(GST_BIN(bin), "out");

	gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, source, NULL);
	gst_base_sink_set_ts_offset(GST_BASE_SINK(sink), source->moved_back);
	gst_object_unref(sink); /* the bin keeps it */
	return sink;
}

/* Adds the bin that `text` describes, which is freed, and takes its sink into *sink. NULL when it
 * cannot be made. */
static GstElement *add_output(struct dm_source_pipeline *source, char *text,
			      GstFlowReturn (*on_sample)(GstAppSink *, gpointer), GstElement **sink)
{
	GstElement *bin = add_bin(source, text);

	g_free(text);
	if (!bin)
		return NULL;
	g_mutex_lock(&source->lock);
	*sink = take_sink(source, bin, on_sample);
	g_mutex_unlock(&source->lock);
	return bin;
}

static void attach_sound(struct dm_source_pipeline *source, GstPad *pad)
{
	/* A numbered channel is picked out of all; anything else is mixed down. */
	const bool pick = source->uri.kind == DM_SOURCE_RTP_PCM;
	char *text = g_strdup_printf("audioconvert ! audioresample ! appsink name=out sync=true "
				     "processing-deadline=0 caps=\"audio/x-raw,format=F32LE,"
				     "rate=%d,layout=interleaved%s\"",
				     SOUND_RATE_HZ, pick ? "" : ",channels=1");
	GstElement *bin = add_output(source, text, on_sound, &source->sound);

	if (bin)
		attach(pad, bin);
}

static void attach_picture(struct dm_source_pipeline *source, GstPad *pad)
{
	const struct dm_source_output *output = &source->output;
	/* Interlaced cameras give one frame of each pair of fields; what is progressive passes. */
	char *text = g_strdup_printf(
		"deinterlace mode=auto method=linear fields=top ! videoscale add-borders=true ! "
		"videoconvert ! "
		"appsink name=out sync=true processing-deadline=0 qos=true "
		"caps=\"video/x-raw,format=I420,width=%zu,height=%zu,pixel-aspect-ratio=1/1\"",
		output->width, output->height);
	GstElement *bin = add_output(source, text, on_picture, &source->picture);

	if (!bin)
		return;

	GstPad *sink = gst_element_get_static_pad(bin, "sink");

	gst_pad_add_probe(sink, GST_PAD_PROBE_TYPE_BUFFER, on_frame, source, NULL);
	gst_pad_add_probe(sink, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_frame_event, source, NULL);
	gst_object_unref(sink);
	attach(pad, bin);
}

static void on_stream(void *user, GstPad *pad)
{
	struct dm_source_pipeline *source = user;
	const struct dm_source_output *output = &source->output;
	GstCaps *caps = gst_pad_get_current_caps(pad);
	const char *name;

	if (!caps)
		caps = gst_pad_query_caps(pad, NULL);
	name = gst_caps_get_size(caps) ? gst_structure_get_name(gst_caps_get_structure(caps, 0))
				       : "";
	if (strcmp(name, "audio/x-raw") == 0 && output->wants_sound && !source->sound) {
		read_format(source, caps);
		attach_sound(source, pad);
	} else if (strcmp(name, "video/x-raw") == 0 && output->wants_picture && !source->picture) {
		read_format(source, caps);
		attach_picture(source, pad);
	} else {
		GstElement *bin = add_bin(source, "fakesink sync=false async=false");

		if (bin)
			attach(pad, bin);
	}
	gst_caps_unref(caps);
}

/* On each streaming thread as it begins. */
static GstBusSyncReply on_message(GstBus *bus, GstMessage *message, gpointer user)
{
	GstStreamStatusType type;
	GstElement *owner;

	(void)bus, (void)user;
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_STREAM_STATUS) {
		gst_message_parse_stream_status(message, &type, &owner);
		if (type == GST_STREAM_STATUS_TYPE_ENTER)
			(void)setpriority(PRIO_PROCESS, (id_t)gettid(), STREAMING_NICE);
	}
	return GST_BUS_PASS;
}

/* The reaper's last step, once no thread of GStreamer's is left. */
static void release(void *user)
{
	struct dm_source_pipeline *source = user;

	g_mutex_clear(&source->lock);
	g_free(source->name);
	g_free(source);
}

/* On a thread of GStreamer's, perhaps only once the source is being destroyed or gone: a pipeline
 * that has been given up must stay as it is. The state lock makes the reaper's stop come before the
 * question or after the start, never between. */
static void play(GstElement *pipeline, gpointer user)
{
	bool failed = false;

	(void)user;
	GST_STATE_LOCK(pipeline);
	if (!GST_OBJECT_FLAG_IS_SET(pipeline, GIVEN_UP))
		failed = gst_element_set_state(pipeline, GST_STATE_PLAYING) ==
			 GST_STATE_CHANGE_FAILURE;
	GST_STATE_UNLOCK(pipeline);
	if (failed)
		GST_ELEMENT_ERROR(pipeline, CORE, STATE_CHANGE, ("The source does not start."),
				  (NULL));
}

static int start(struct dm_source_pipeline *source,
		 const struct dm_source_pipeline_options *options)
{
	const struct dm_source_output *output = &source->output;
	GstClock *clock = gst_system_clock_obtain();

	source->chain = (struct dm_source_chain){
		.wants_sound = output->wants_sound,
		.wants_picture = output->wants_picture,
		.on_stream = on_stream,
		.on_coded = read_format,
		.user = source,
		.whip = options->whip,
	};
	/* One axis with dm_time_now: CLOCK_MONOTONIC. */
	g_object_set(clock, "clock-type", GST_CLOCK_TYPE_MONOTONIC, NULL);
	gst_pipeline_use_clock(GST_PIPELINE(source->pipeline), clock);
	gst_object_unref(clock);

	const int error = dm_source_chain_build(GST_BIN(source->pipeline), &source->uri,
						options->path, &source->chain);

	if (error)
		return error;
	source->moved_back = -source->chain.counted_twice_ns;
	/* Starting may wait for a name server or a handshake: not on the feed's thread. */
	gst_element_call_async(source->pipeline, play, NULL, NULL);
	return 0;
}

int dm_source_pipeline_create(struct dm_source_pipeline **out,
			      const struct dm_source_pipeline_options *options)
{
	struct dm_source_pipeline *source = g_try_new0(struct dm_source_pipeline, 1);

	*out = NULL;
	if (!source)
		return -ENOMEM;
	source->uri = *options->uri;
	source->output = *options->output;
	source->name = g_strdup(options->name);
	source->reaper = options->reaper;
	g_mutex_init(&source->lock);
	source->lateness = dm_lateness_init();
	if (options->output->wants_picture)
		source->gate = dm_frame_gate_init(options->output->frame_rate);
	source->pipeline = gst_pipeline_new(NULL);
	gst_object_ref_sink(source->pipeline);
	source->bus = gst_element_get_bus(source->pipeline);
	gst_bus_set_sync_handler(source->bus, on_message, NULL, NULL);

	const int error = start(source, options);

	if (error) {
		dm_source_pipeline_destroy(source);
		return error;
	}
	*out = source;
	return 0;
}

static enum dm_source_event fail(const struct dm_source_pipeline *source, GstMessage *message)
{
	GError *error = NULL;

	gst_message_parse_error(message, &error, NULL);
	dm_log(DM_LOG_WARN, "ingest.source_failed", "feed=%s source=%s element=%s why=%s",
	       source->name, source->uri.label, GST_MESSAGE_SRC_NAME(message), error->message);
	g_error_free(error);
	return DM_SOURCE_FAILED;
}

enum dm_source_event dm_source_pipeline_wait(struct dm_source_pipeline *source, dm_usec patience)
{
	const GstMessageType types = GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_LATENCY;
	GstMessage *message = gst_bus_timed_pop_filtered(
		source->bus, (GstClockTime)patience * GST_USECOND, types);
	enum dm_source_event event = DM_SOURCE_RUNS;

	if (!message)
		return DM_SOURCE_RUNS;
	switch (GST_MESSAGE_TYPE(message)) {
	case GST_MESSAGE_ERROR:
		event = fail(source, message);
		break;
	case GST_MESSAGE_EOS:
		event = DM_SOURCE_ENDED;
		break;
	default:
		gst_bin_recalculate_latency(GST_BIN(source->pipeline));
		break;
	}
	gst_message_unref(message);
	return event;
}

int dm_source_pipeline_rewind(struct dm_source_pipeline *source)
{
	return gst_element_seek_simple(source->pipeline, GST_FORMAT_TIME,
				       GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT, 0)
		       ? 0
		       : -EIO;
}

void dm_source_pipeline_destroy(struct dm_source_pipeline *source)
{
	if (!source)
		return;
	if (source->chain.whip)
		dm_whip_inlet_detach(source->chain.whip);
	g_mutex_lock(&source->lock);
	source->closed = true;
	g_mutex_unlock(&source->lock);
	GST_OBJECT_LOCK(source->pipeline);
	GST_OBJECT_FLAG_SET(source->pipeline, GIVEN_UP);
	GST_OBJECT_UNLOCK(source->pipeline);
	gst_bus_set_flushing(source->bus, TRUE);
	gst_object_unref(source->bus);
	dm_reaper_take(source->reaper, source->pipeline, release, source, REAP_PATIENCE);
}
