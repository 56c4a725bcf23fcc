#include "ingest/source_pipeline.h"
#include "base/log.h"
#include "ingest/source_chain.h"
#include "ingest/source_sinks.h"

#include <errno.h>
#include <gst/gst.h>
#include <sys/resource.h>
#include <unistd.h>

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
	char *name;               /* owned */
	struct dm_reaper *reaper; /* borrowed; outlives every pipeline */
	struct dm_source_chain chain;
	struct dm_source_sinks sinks;
	GstElement *pipeline; /* owned by the reaper once closed */
	GstBus *bus;          /* owned */
};

static void on_stream(void *user, GstPad *pad)
{
	struct dm_source_pipeline *source = user;

	dm_source_sinks_attach(&source->sinks, pad);
}

static void on_coded(void *user, const GstCaps *caps)
{
	struct dm_source_pipeline *source = user;

	dm_source_sinks_read_format(&source->sinks, caps);
}

struct dm_source_format dm_source_pipeline_format(struct dm_source_pipeline *source)
{
	return dm_source_sinks_format(&source->sinks);
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

	dm_source_sinks_finish(&source->sinks);
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
	const struct dm_source_output *output = options->output;
	GstClock *clock = gst_system_clock_obtain();

	source->chain = (struct dm_source_chain){
		.wants_sound = output->wants_sound,
		.wants_picture = output->wants_picture,
		.on_stream = on_stream,
		.on_coded = on_coded,
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
	dm_source_sinks_delay(&source->sinks, -source->chain.counted_twice_ns);
	/* Starting may wait for a name server or a handshake: not on the feed's thread. */
	gst_element_call_async(source->pipeline, play, NULL, NULL);
	return 0;
}

static void init_sinks(struct dm_source_pipeline *source, const struct dm_source_output *output)
{
	const struct dm_source_sinks_options options = {
		.uri = &source->uri,
		.output = output,
		.name = source->name,
		.pipeline = GST_BIN(source->pipeline),
	};

	dm_source_sinks_init(&source->sinks, &options);
}

int dm_source_pipeline_create(struct dm_source_pipeline **out,
			      const struct dm_source_pipeline_options *options)
{
	struct dm_source_pipeline *source = g_try_new0(struct dm_source_pipeline, 1);

	*out = NULL;
	if (!source)
		return -ENOMEM;
	source->uri = *options->uri;
	source->name = g_strdup(options->name);
	source->reaper = options->reaper;
	source->pipeline = gst_pipeline_new(NULL);
	gst_object_ref_sink(source->pipeline);
	init_sinks(source, options->output);
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
	dm_source_sinks_close(&source->sinks);
	GST_OBJECT_LOCK(source->pipeline);
	GST_OBJECT_FLAG_SET(source->pipeline, GIVEN_UP);
	GST_OBJECT_UNLOCK(source->pipeline);
	gst_bus_set_flushing(source->bus, TRUE);
	gst_object_unref(source->bus);
	dm_reaper_take(source->reaper, source->pipeline, release, source, REAP_PATIENCE);
}
