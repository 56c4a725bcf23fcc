#include "ingest/source_sinks.h"
#include "audio/encoder.h"
#include "base/log.h"

#include <gst/app/gstappsink.h>
#include <string.h>

void dm_source_sinks_init(struct dm_source_sinks *sinks,
			  const struct dm_source_sinks_options *options)
{
	sinks->uri = options->uri;
	sinks->name = options->name;
	sinks->pipeline = options->pipeline;
	sinks->output = *options->output;
	g_mutex_init(&sinks->lock);
	sinks->lateness = dm_lateness_init();
	if (sinks->output.wants_picture)
		sinks->gate = dm_frame_gate_init(sinks->output.frame_rate);
}

void dm_source_sinks_delay(struct dm_source_sinks *sinks, gint64 delay_ns)
{
	sinks->moved_back = delay_ns;
}

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
static void watch_lateness(struct dm_source_sinks *sinks, gint64 at_ns)
{
	const dm_usec move = dm_lateness_put(&sinks->lateness, dm_time_now(), at_ns / 1000);

	if (move == 0)
		return;
	sinks->moved_back += move * 1000;
	if (sinks->sound)
		gst_base_sink_set_ts_offset(GST_BASE_SINK(sinks->sound), sinks->moved_back);
	if (sinks->picture)
		gst_base_sink_set_ts_offset(GST_BASE_SINK(sinks->picture), sinks->moved_back);
	dm_log(DM_LOG_INFO, "ingest.source_is_late", "feed=%s moved_back_ms=%d", sinks->name,
	       (int)(sinks->moved_back / 1000000));
}

/* One channel of interleaved sound; the result is the caller's, for g_free. */
static float *pick_channel(const float *samples, size_t frames, size_t channels, size_t channel)
{
	float *picked = g_new(float, frames);

	for (size_t n = 0; n < frames; n++)
		picked[n] = samples[n * channels + channel];
	return picked;
}

static void put_sound(struct dm_source_sinks *sinks, GstSample *sample, gint64 at_ns)
{
	const struct dm_source_output *output = &sinks->output;
	const gint64 since = at_ns - output->timeline->origin * 1000;
	const int64_t position = (int64_t)gst_util_uint64_scale_round((guint64)since,
								      DM_AUDIO_RATE_HZ, GST_SECOND);
	const struct dm_source_uri *uri = sinks->uri;
	const size_t channels = uri->kind == DM_SOURCE_RTP_PCM ? uri->pcm_channels : 1;
	GstBuffer *buffer = gst_sample_get_buffer(sample);
	GstMapInfo map;

	watch_lateness(sinks, at_ns);
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

static void put_picture(struct dm_source_sinks *sinks, GstSample *sample, gint64 at_ns)
{
	const struct dm_source_output *output = &sinks->output;

	if (!sinks->sound) /* else picture follows the sound */
		watch_lateness(sinks, at_ns);
	output->picture(output->user, gst_buffer_ref(gst_sample_get_buffer(sample)), at_ns / 1000);
}

/* Puts out what a sink has, if it has a time and is still wanted. */
static GstFlowReturn take(struct dm_source_sinks *sinks, GstAppSink *sink,
			  void (*put)(struct dm_source_sinks *, GstSample *, gint64))
{
	GstSample *sample = gst_app_sink_pull_sample(sink);
	gint64 at_ns;

	if (!sample)
		return GST_FLOW_EOS;
	g_mutex_lock(&sinks->lock);
	if (!sinks->closed && presented_at(GST_ELEMENT(sink), sample, &at_ns))
		put(sinks, sample, at_ns);
	g_mutex_unlock(&sinks->lock);
	gst_sample_unref(sample);
	return GST_FLOW_OK;
}

static GstFlowReturn on_sound(GstAppSink *sink, gpointer user)
{
	return take(user, sink, put_sound);
}

static GstFlowReturn on_picture(GstAppSink *sink, gpointer user)
{
	return take(user, sink, put_picture);
}

void dm_source_sinks_read_format(struct dm_source_sinks *sinks, const GstCaps *caps)
{
	g_mutex_lock(&sinks->lock);
	dm_source_format_read(&sinks->format, caps);
	g_mutex_unlock(&sinks->lock);
}

struct dm_source_format dm_source_sinks_format(struct dm_source_sinks *sinks)
{
	g_mutex_lock(&sinks->lock);
	const struct dm_source_format format = sinks->format;

	g_mutex_unlock(&sinks->lock);
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
		dm_source_sinks_read_format(user, caps);
	}
	return GST_PAD_PROBE_OK;
}

/* Frames beyond the rate go before they cost scaling. */
static GstPadProbeReturn on_frame(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	struct dm_source_sinks *sinks = user;
	const GstClockTime at = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));

	(void)pad;
	if (!GST_CLOCK_TIME_IS_VALID(at) || dm_frame_gate_pass(&sinks->gate, (gint64)at))
		return GST_PAD_PROBE_OK;
	return GST_PAD_PROBE_DROP;
}

static GstElement *add_bin(struct dm_source_sinks *sinks, const char *description)
{
	GError *error = NULL;
	GstElement *bin = gst_parse_bin_from_description(description, TRUE, &error);

	if (error) {
		dm_log(DM_LOG_ERROR, "ingest.source_failed", "feed=%s why=%s", sinks->name,
		       error->message);
		g_error_free(error);
		return NULL;
	}
	gst_bin_add(sinks->pipeline, bin);
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

static GstElement *take_sink(struct dm_source_sinks *sinks, GstElement *bin,
			     GstFlowReturn (*on_sample)(GstAppSink *, gpointer))
{
	GstAppSinkCallbacks callbacks = { .new_sample = on_sample };
	GstElement *sink = gst_bin_get_by_name(GST_BIN(bin), "out");

	gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, sinks, NULL);
	gst_base_sink_set_ts_offset(GST_BASE_SINK(sink), sinks->moved_back);
	gst_object_unref(sink); /* the bin keeps it */
	return sink;
}

/* Adds the bin that `text` describes, which is freed, and takes its sink into *sink. NULL when it
 * cannot be made. */
static GstElement *add_output(struct dm_source_sinks *sinks, char *text,
			      GstFlowReturn (*on_sample)(GstAppSink *, gpointer), GstElement **sink)
{
	GstElement *bin = add_bin(sinks, text);

	g_free(text);
	if (!bin)
		return NULL;
	g_mutex_lock(&sinks->lock);
	*sink = take_sink(sinks, bin, on_sample);
	g_mutex_unlock(&sinks->lock);
	return bin;
}

static void attach_sound(struct dm_source_sinks *sinks, GstPad *pad)
{
	/* A numbered channel is picked out of all; anything else is mixed down. */
	const bool pick = sinks->uri->kind == DM_SOURCE_RTP_PCM;
	char *text = g_strdup_printf("audioconvert ! audioresample ! appsink name=out sync=true "
				     "processing-deadline=0 caps=\"audio/x-raw,format=F32LE,"
				     "rate=%d,layout=interleaved%s\"",
				     DM_AUDIO_RATE_HZ, pick ? "" : ",channels=1");
	GstElement *bin = add_output(sinks, text, on_sound, &sinks->sound);

	if (bin)
		attach(pad, bin);
}

static void attach_picture(struct dm_source_sinks *sinks, GstPad *pad)
{
	const struct dm_source_output *output = &sinks->output;
	/* Interlaced cameras give one frame of each pair of fields; what is progressive passes. */
	char *text = g_strdup_printf(
		"deinterlace mode=auto method=linear fields=top ! videoscale add-borders=true ! "
		"videoconvert ! "
		"appsink name=out sync=true processing-deadline=0 qos=true "
		"caps=\"video/x-raw,format=I420,width=%zu,height=%zu,pixel-aspect-ratio=1/1\"",
		output->width, output->height);
	GstElement *bin = add_output(sinks, text, on_picture, &sinks->picture);

	if (!bin)
		return;

	GstPad *sink = gst_element_get_static_pad(bin, "sink");

	gst_pad_add_probe(sink, GST_PAD_PROBE_TYPE_BUFFER, on_frame, sinks, NULL);
	gst_pad_add_probe(sink, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_frame_event, sinks, NULL);
	gst_object_unref(sink);
	attach(pad, bin);
}

void dm_source_sinks_attach(struct dm_source_sinks *sinks, GstPad *pad)
{
	const struct dm_source_output *output = &sinks->output;
	GstCaps *caps = gst_pad_get_current_caps(pad);
	const char *name;

	if (!caps)
		caps = gst_pad_query_caps(pad, NULL);
	name = gst_caps_get_size(caps) ? gst_structure_get_name(gst_caps_get_structure(caps, 0))
				       : "";
	if (strcmp(name, "audio/x-raw") == 0 && output->wants_sound && !sinks->sound) {
		dm_source_sinks_read_format(sinks, caps);
		attach_sound(sinks, pad);
	} else if (strcmp(name, "video/x-raw") == 0 && output->wants_picture && !sinks->picture) {
		dm_source_sinks_read_format(sinks, caps);
		attach_picture(sinks, pad);
	} else {
		GstElement *bin = add_bin(sinks, "fakesink sync=false async=false");

		if (bin)
			attach(pad, bin);
	}
	gst_caps_unref(caps);
}

void dm_source_sinks_close(struct dm_source_sinks *sinks)
{
	g_mutex_lock(&sinks->lock);
	sinks->closed = true;
	g_mutex_unlock(&sinks->lock);
}

void dm_source_sinks_finish(struct dm_source_sinks *sinks)
{
	g_mutex_clear(&sinks->lock);
}
