#include "outgoing_private.h"

#include "microphone.h"

#include <math.h>
#include <string.h>

/* A packet with all that surrounds it fits 1,280 bytes, the least every path carries (RFC 8200, 5).
 */
#define MTU "1180"

/* 20 ms of fullband speech (RFC 6716, 2.1.1 and 2.1.4: 28 kbit/s and more), with redundancy. The
 * sender of speech is the one whose loss all listeners hear: there is some from the start. */
#define SOUND                                                                           \
	"audioconvert ! audioresample ! "                                               \
	"audio/x-raw,format=S16LE,rate=48000,channels=1 ! "                             \
	"opusenc name=opus bitrate=64000 audio-type=voice bandwidth=fullband "          \
	"frame-size=20 inband-fec=true packet-loss-percentage=5 ! rtpopuspay pt=111 ! " \
	"appsink name=sound sync=false async=false max-buffers=50 drop=true"

/* As a camera's encoder would send it: no B-frames, a key frame every two seconds or as asked for.
 */
#define PICTURE                                                                             \
	"queue ! videoconvert ! videoscale ! videorate ! "                                  \
	"video/x-raw,format=I420,width=[2,1280,2],height=[2,720,2],pixel-aspect-ratio=1/1," \
	"framerate=[1/1,30/1] ! clocksync ! "
#define H264                                                                            \
	"x264enc tune=zerolatency speed-preset=veryfast bitrate=2000 key-int-max=50 ! " \
	"video/x-h264,profile=constrained-baseline ! "                                  \
	"rtph264pay pt=102 mtu=" MTU " config-interval=-1 aggregate-mode=zero-latency ! "
#define VP8                                                                         \
	"vp8enc deadline=1 cpu-used=8 target-bitrate=2000000 keyframe-max-dist=50 " \
	"error-resilient=partitions ! rtpvp8pay pt=100 mtu=" MTU " picture-id-mode=15-bit ! "
#define PICTURE_SINK "appsink name=picture sync=false async=false max-buffers=500 drop=true"

#define TONE                                                          \
	"audiotestsrc name=tone is-live=true samplesperbuffer=960 ! " \
	"audio/x-raw,format=S16LE,rate=48000,channels=1 ! " SOUND

/* What a decoder's pad brings goes through a bin of its own. */
static void add_branch(struct dm_outgoing *outgoing, GstPad *pad, enum dm_outgoing_kind kind,
		       const char *description)
{
	GError *error = NULL;
	GstElement *bin = gst_parse_bin_from_description_full(description, TRUE, NULL,
							      GST_PARSE_FLAG_FATAL_ERRORS, &error);
	GstPad *sink;

	if (!bin) {
		GST_ELEMENT_ERROR(outgoing->pipeline, CORE, MISSING_PLUGIN, ("%s", error->message),
				  (NULL));
		g_error_free(error);
		return;
	}
	gst_bin_add(GST_BIN(outgoing->pipeline), bin);
	dm_outgoing_expect(outgoing, kind, bin);
	gst_element_sync_state_with_parent(bin);
	sink = gst_element_get_static_pad(bin, "sink");
	gst_pad_link(pad, sink);
	gst_object_unref(sink);
}

static bool wants_picture(const struct dm_outgoing *outgoing)
{
	return strcmp(outgoing->options->lang, "floor") == 0;
}

static void on_pad_added(GstElement *decoder, GstPad *pad, gpointer user)
{
	struct dm_outgoing *outgoing = user;
	GstCaps *caps = gst_pad_query_caps(pad, NULL);
	const GstStructure *structure = gst_caps_is_empty(caps) || gst_caps_is_any(caps)
						? NULL
						: gst_caps_get_structure(caps, 0);

	(void)decoder;
	if (!structure)
		goto unref;
	if (gst_structure_has_name(structure, "audio/x-raw") &&
	    !outgoing->tracks[DM_OUTGOING_SOUND].expected)
		add_branch(outgoing, pad, DM_OUTGOING_SOUND, "queue ! clocksync ! " SOUND);
	else if (gst_structure_has_name(structure, "video/x-raw") && wants_picture(outgoing) &&
		 !outgoing->tracks[DM_OUTGOING_PICTURE].expected)
		add_branch(outgoing, pad, DM_OUTGOING_PICTURE,
			   outgoing->options->vp8 ? PICTURE VP8 PICTURE_SINK
						  : PICTURE H264 PICTURE_SINK);
unref:
	gst_caps_unref(caps);
}

static void on_no_more_pads(GstElement *decoder, gpointer user)
{
	(void)decoder;
	dm_outgoing_complete(user);
}

/* Containers are "video/…" too. */
static bool is_container(GstCaps *caps)
{
	GList *all = gst_element_factory_list_get_elements(GST_ELEMENT_FACTORY_TYPE_DEMUXER,
							   GST_RANK_MARGINAL);
	GList *fit = gst_element_factory_list_filter(all, caps, GST_PAD_SINK, FALSE);
	const bool any = fit != NULL;

	gst_plugin_feature_list_free(fit);
	gst_plugin_feature_list_free(all);
	return any;
}

/* A picture that nobody wants is not decoded. */
static gboolean on_autoplug_continue(GstElement *decoder, GstPad *pad, GstCaps *caps, gpointer user)
{
	const char *name = gst_structure_get_name(gst_caps_get_structure(caps, 0));

	(void)decoder;
	(void)pad;
	return wants_picture(user) || !g_str_has_prefix(name, "video/") || is_container(caps);
}

static int add_file(struct dm_outgoing *outgoing)
{
	GError *error = NULL;
	char *uri = gst_filename_to_uri(outgoing->options->file, &error);
	GstElement *decoder = uri ? gst_element_factory_make("uridecodebin", NULL) : NULL;

	if (!decoder) {
		fprintf(stderr, "%s: %s\n", outgoing->options->file,
			error ? error->message : "GStreamer has no uridecodebin");
		g_clear_error(&error);
		g_free(uri);
		return DM_EXIT_RESOURCE;
	}
	g_object_set(decoder, "uri", uri, NULL);
	g_free(uri);
	g_signal_connect(decoder, "pad-added", G_CALLBACK(on_pad_added), outgoing);
	g_signal_connect(decoder, "no-more-pads", G_CALLBACK(on_no_more_pads), outgoing);
	g_signal_connect(decoder, "autoplug-continue", G_CALLBACK(on_autoplug_continue), outgoing);
	gst_bin_add(GST_BIN(outgoing->pipeline), decoder);
	return 0;
}

/* The source gives a buffer away when the time of its first sample has come, and a microphone when
 * that of its last has: so the samples are those of just before. */
static GstPadProbeReturn on_silence(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	struct dm_outgoing *outgoing = user;
	GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
	const GstClockTime now = gst_clock_get_time(outgoing->clock);
	const GstClockTimeDiff until = (GstClockTimeDiff)(gst_element_get_base_time(
								  outgoing->pipeline) +
							  GST_BUFFER_PTS(buffer) - now);
	GstMapInfo map;

	(void)pad;
	GST_PAD_PROBE_INFO_DATA(info) = buffer;
	gst_buffer_unset_flags(buffer, GST_BUFFER_FLAG_GAP);
	if (!gst_buffer_map(buffer, &map, GST_MAP_WRITE))
		return GST_PAD_PROBE_OK;
	dm_burst_fill(&outgoing->burst,
		      g_get_real_time() + until / 1000 -
			      (int64_t)GST_BUFFER_DURATION(buffer) / 1000,
		      (int16_t *)(void *)map.data, map.size / sizeof(int16_t));
	gst_buffer_unmap(buffer, &map);
	return GST_PAD_PROBE_OK;
}

static void set_tone(struct dm_outgoing *outgoing, GstElement *bin)
{
	const struct dm_client_options *options = outgoing->options;
	const double amplitude = pow(10, options->level_dbfs / 20);
	GstElement *tone = gst_bin_get_by_name(GST_BIN(bin), "tone");

	if (options->source == DM_PUBLISH_TONE) {
		g_object_set(tone, "freq", options->tone_hz, "volume", amplitude, NULL);
	} else {
		GstPad *pad = gst_element_get_static_pad(tone, "src");

		outgoing->burst = (struct dm_burst){ options->tone_hz, amplitude };
		gst_util_set_object_arg(G_OBJECT(tone), "wave", "silence");
		gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_silence, outgoing, NULL);
		gst_object_unref(pad);
	}
	gst_object_unref(tone);
}

static int add_live(struct dm_outgoing *outgoing)
{
	const struct dm_client_options *options = outgoing->options;
	const bool microphone = options->source == DM_PUBLISH_MICROPHONE;
	GstElement *source = microphone ? dm_microphone_open(options->microphone) : NULL;
	GstElement *bin;
	GError *error = NULL;

	if (microphone && !source)
		return DM_EXIT_RESOURCE;
	bin = gst_parse_bin_from_description_full(microphone ? SOUND : TONE, microphone, NULL,
						  GST_PARSE_FLAG_FATAL_ERRORS, &error);
	if (!bin) {
		fprintf(stderr, "GStreamer: %s\n", error->message);
		g_error_free(error);
		if (source)
			gst_object_unref(gst_object_ref_sink(source));
		return DM_EXIT_RESOURCE;
	}
	gst_bin_add(GST_BIN(outgoing->pipeline), bin);
	dm_outgoing_expect(outgoing, DM_OUTGOING_SOUND, bin);
	dm_outgoing_complete(outgoing);
	if (microphone) {
		gst_bin_add(GST_BIN(outgoing->pipeline), source);
		gst_element_link(source, bin);
	} else {
		set_tone(outgoing, bin);
	}
	return 0;
}

int dm_outgoing_add_source(struct dm_outgoing *outgoing)
{
	return outgoing->options->source == DM_PUBLISH_FILE ? add_file(outgoing)
							    : add_live(outgoing);
}
