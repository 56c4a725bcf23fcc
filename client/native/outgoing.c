#include "outgoing_private.h"

#include "microphone.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video-event.h>

#include <math.h>

#define LOSS_LEAST 5
#define LOSS_MOST  30 /* beyond it redundancy costs more than it mends; choice */
/* Main thread: each track's first packet brings it here. */
static gboolean look_whether_ready(gpointer user)
{
	struct dm_outgoing *outgoing = user;
	bool ready, silent = true;

	g_mutex_lock(&outgoing->lock);
	ready = outgoing->complete;
	for (int kind = 0; kind < DM_OUTGOING_COUNT; kind++) {
		const struct dm_outgoing_track *track = &outgoing->tracks[kind];

		ready = ready && (!track->expected || track->caps);
		silent = silent && !track->expected;
	}
	silent = silent && outgoing->complete;
	g_mutex_unlock(&outgoing->lock);
	if (silent) {
		fprintf(stderr, "%s has nothing that could be published\n",
			outgoing->options->file);
		outgoing->events.ended(outgoing->events.user, DM_EXIT_FAILED);
	} else if (ready && !outgoing->ready) {
		outgoing->ready = true;
		outgoing->events.ready(outgoing->events.user);
	}
	return G_SOURCE_REMOVE;
}

static void note_first(struct dm_outgoing_track *track, GstSample *sample)
{
	struct dm_outgoing *outgoing = track->outgoing;
	bool first;

	g_mutex_lock(&outgoing->lock);
	first = !track->caps;
	if (first)
		track->caps = gst_caps_ref(gst_sample_get_caps(sample));
	g_mutex_unlock(&outgoing->lock);
	if (first)
		g_idle_add(look_whether_ready, outgoing);
}

static GstFlowReturn on_sample(GstAppSink *sink, gpointer user)
{
	struct dm_outgoing_track *track = user;
	const struct dm_outgoing_events *events = &track->outgoing->events;
	GstSample *sample = gst_app_sink_pull_sample(sink);

	if (!sample)
		return GST_FLOW_EOS;
	note_first(track, sample);

	GstBuffer *packet = gst_buffer_copy(gst_sample_get_buffer(sample)); /* not its bytes */

	/* A file that is looped has times that begin anew, and a running time that goes on. */
	GST_BUFFER_PTS(packet) = gst_segment_to_running_time(
		gst_sample_get_segment(sample), GST_FORMAT_TIME, GST_BUFFER_PTS(packet));
	GST_BUFFER_DTS(packet) = GST_CLOCK_TIME_NONE;
	gst_sample_unref(sample);
	events->packet(events->user, track->kind, packet);
	return GST_FLOW_OK;
}

void dm_outgoing_expect(struct dm_outgoing *outgoing, enum dm_outgoing_kind kind, GstElement *bin)
{
	static const char *const names[] = { "sound", "picture" };
	GstAppSinkCallbacks callbacks = { .new_sample = on_sample };
	struct dm_outgoing_track *track = &outgoing->tracks[kind];
	GstElement *sink = gst_bin_get_by_name(GST_BIN(bin), names[kind]);

	g_mutex_lock(&outgoing->lock);
	track->expected = true;
	track->sink = sink;
	g_mutex_unlock(&outgoing->lock);
	gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, track, NULL);
	gst_object_unref(sink);
}

void dm_outgoing_complete(struct dm_outgoing *outgoing)
{
	g_mutex_lock(&outgoing->lock);
	outgoing->complete = true;
	g_mutex_unlock(&outgoing->lock);
	g_idle_add(look_whether_ready, outgoing);
}

/* The first seek makes the file end with a message instead of EOS; each such message is answered
 * with one that does not flush, so that nothing is cut and time goes on. */
static void seek_to_start(struct dm_outgoing *outgoing, GstSeekFlags flags)
{
	if (!gst_element_seek(outgoing->pipeline, 1, GST_FORMAT_TIME, GST_SEEK_FLAG_SEGMENT | flags,
			      GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0)) {
		fprintf(stderr, "%s cannot be looped: its format has no way back\n",
			outgoing->options->file);
		outgoing->events.ended(outgoing->events.user, DM_EXIT_FAILED);
	}
}

static void on_prerolled(struct dm_outgoing *outgoing)
{
	if (outgoing->options->loop && !outgoing->looping) {
		outgoing->looping = true;
		seek_to_start(outgoing, GST_SEEK_FLAG_FLUSH);
	}
	gst_element_set_state(outgoing->pipeline, GST_STATE_PLAYING);
}

static void on_error(struct dm_outgoing *outgoing, GstMessage *message)
{
	const bool warning = GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING;
	GError *error = NULL;
	char *details = NULL;

	if (warning)
		gst_message_parse_warning(message, &error, &details);
	else
		gst_message_parse_error(message, &error, &details);
	/* A microphone that is not there is replaced by silence, with a warning alone. */
	if (!warning || dm_microphone_is(message->src)) {
		fprintf(stderr, "%s: %s\n", GST_OBJECT_NAME(message->src), error->message);
		outgoing->events.ended(outgoing->events.user,
				       error->domain == GST_RESOURCE_ERROR || warning
					       ? DM_EXIT_RESOURCE
					       : DM_EXIT_FAILED);
	}
	g_error_free(error);
	g_free(details);
}

static gboolean on_message(GstBus *bus, GstMessage *message, gpointer user)
{
	struct dm_outgoing *outgoing = user;

	(void)bus;
	switch (GST_MESSAGE_TYPE(message)) {
	case GST_MESSAGE_ERROR:
	case GST_MESSAGE_WARNING:
		on_error(outgoing, message);
		break;
	case GST_MESSAGE_ASYNC_DONE:
		on_prerolled(outgoing);
		break;
	case GST_MESSAGE_SEGMENT_DONE:
		seek_to_start(outgoing, GST_SEEK_FLAG_NONE);
		break;
	case GST_MESSAGE_EOS:
		outgoing->events.ended(outgoing->events.user, DM_EXIT_FINE);
		break;
	default:
		break;
	}
	return G_SOURCE_CONTINUE;
}

static void set_up(struct dm_outgoing *outgoing)
{
	GstBus *bus;

	g_mutex_init(&outgoing->lock);
	for (int kind = 0; kind < DM_OUTGOING_COUNT; kind++) {
		outgoing->tracks[kind].outgoing = outgoing;
		outgoing->tracks[kind].kind = (enum dm_outgoing_kind)kind;
	}
	outgoing->pipeline = gst_pipeline_new(NULL);
	/* Not a sound card's clock: another pipeline is to run on the same. */
	outgoing->clock = gst_system_clock_obtain();
	gst_pipeline_use_clock(GST_PIPELINE(outgoing->pipeline), outgoing->clock);
	bus = gst_element_get_bus(outgoing->pipeline);
	gst_bus_add_watch(bus, on_message, outgoing);
	gst_object_unref(bus);
}

int dm_outgoing_create(struct dm_outgoing **out, const struct dm_client_options *options,
		       const struct dm_outgoing_events *events)
{
	const bool file = options->source == DM_PUBLISH_FILE;
	struct dm_outgoing *outgoing = g_new0(struct dm_outgoing, 1);
	int code;

	*out = NULL;
	outgoing->options = options;
	outgoing->events = *events;
	set_up(outgoing);
	code = dm_outgoing_add_source(outgoing);
	/* A file waits until it is known whether it can be looped. */
	if (!code && gst_element_set_state(outgoing->pipeline,
					   file ? GST_STATE_PAUSED : GST_STATE_PLAYING) ==
			     GST_STATE_CHANGE_FAILURE) {
		fprintf(stderr, "%s cannot be opened\n", file ? options->file : "the source");
		code = DM_EXIT_RESOURCE;
	}
	if (code) {
		dm_outgoing_destroy(outgoing);
		return code;
	}
	*out = outgoing;
	return 0;
}

void dm_outgoing_destroy(struct dm_outgoing *outgoing)
{
	GstBus *bus;

	if (!outgoing)
		return;
	gst_element_set_state(outgoing->pipeline, GST_STATE_NULL);
	while (g_source_remove_by_user_data(outgoing))
		;
	bus = gst_element_get_bus(outgoing->pipeline);
	gst_bus_remove_watch(bus);
	gst_object_unref(bus);
	gst_object_unref(outgoing->pipeline);
	gst_object_unref(outgoing->clock);
	for (int kind = 0; kind < DM_OUTGOING_COUNT; kind++)
		gst_clear_caps(&outgoing->tracks[kind].caps);
	g_mutex_clear(&outgoing->lock);
	g_free(outgoing);
}

GstCaps *dm_outgoing_caps(struct dm_outgoing *outgoing, enum dm_outgoing_kind kind)
{
	return outgoing->tracks[kind].caps;
}

void dm_outgoing_share_time(struct dm_outgoing *outgoing, GstElement *pipeline)
{
	gst_pipeline_use_clock(GST_PIPELINE(pipeline), outgoing->clock);
	gst_element_set_start_time(pipeline, GST_CLOCK_TIME_NONE);
	gst_element_set_base_time(pipeline, gst_element_get_base_time(outgoing->pipeline));
}

void dm_outgoing_want_key(struct dm_outgoing *outgoing)
{
	GstElement *sink = outgoing->tracks[DM_OUTGOING_PICTURE].sink;
	GstPad *pad = sink ? gst_element_get_static_pad(sink, "sink") : NULL;

	if (!pad)
		return;
	gst_pad_push_event(
		pad, gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
	gst_object_unref(pad);
}

void dm_outgoing_set_loss(struct dm_outgoing *outgoing, double share)
{
	GstElement *opus = gst_bin_get_by_name(GST_BIN(outgoing->pipeline), "opus");

	if (!opus)
		return;
	g_object_set(opus, "packet-loss-percentage",
		     CLAMP((int)lrint(share * 100), LOSS_LEAST, LOSS_MOST), NULL);
	gst_object_unref(opus);
}
