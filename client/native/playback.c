#include "playback.h"

#include <errno.h>
#include <string.h>

/* Every branch of a tee has a queue, or one slow branch would stop the others. */
#define SOUND                                                                                 \
	"queue name=audio ! rtpopusdepay ! tee name=opus "                                    \
	"opus. ! queue ! opusdec ! audioconvert ! audioresample ! "                           \
	"audio/x-raw,format=S16LE,rate=48000,channels=1 ! identity name=heard silent=true ! " \
	"tee name=pcm pcm. ! queue ! "
#define SPEAKER "pcm. ! queue ! audioconvert ! audioresample ! autoaudiosink name=speaker "
#define PICTURE                                                                           \
	"queue name=video ! rtph264depay ! h264parse config-interval=-1 ! tee name=h264 " \
	"h264. ! queue ! avdec_h264 ! identity name=seen silent=true ! "                  \
	"fakesink sync=false async=false "
#define MUX_HEAD \
	"matroskamux name=mux ! filesink name=mkv async=false opus. ! queue ! opusparse ! mux. "
#define MUX_PICTURE "h264. ! queue ! mux. "

static char *describe(const struct dm_client_options *options, bool video)
{
	return g_strconcat(SOUND,
			   options->wav ? "wavenc ! filesink name=wav async=false "
					: "fakesink sync=false async=false ",
			   options->speaker ? SPEAKER : "", video ? PICTURE : "",
			   options->mkv ? MUX_HEAD : "", options->mkv && video ? MUX_PICTURE : "",
			   NULL);
}

static GstPadProbeReturn on_rtp(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	struct dm_playback_media *media = user;
	GstMapInfo map;
	struct dm_rtp_packet packet;

	(void)pad;
	if (!gst_buffer_map(GST_PAD_PROBE_INFO_BUFFER(info), &map, GST_MAP_READ))
		return GST_PAD_PROBE_OK;
	g_mutex_lock(&media->lock);
	if (dm_rtp_parse(map.data, map.size, &packet))
		dm_inbound_receive(&media->inbound, &packet, dm_time_now());
	g_mutex_unlock(&media->lock);
	gst_buffer_unmap(GST_PAD_PROBE_INFO_BUFFER(info), &map);
	return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn on_decoded(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	struct dm_playback_media *media = user;
	GstCaps *caps = gst_pad_get_current_caps(pad);

	(void)info;
	g_mutex_lock(&media->lock);
	if (!media->decoded)
		media->first_decoded_at = dm_time_now();
	media->decoded++;
	if (caps) {
		GstStructure *structure = gst_caps_get_structure(caps, 0);

		gst_structure_get_int(structure, "width", &media->width);
		gst_structure_get_int(structure, "height", &media->height);
		gst_caps_unref(caps);
	}
	g_mutex_unlock(&media->lock);
	return GST_PAD_PROBE_OK;
}

static void probe(GstElement *bin, const char *name, GstPadProbeCallback callback,
		  struct dm_playback_media *media)
{
	GstElement *element = gst_bin_get_by_name(GST_BIN(bin), name);
	GstPad *pad = gst_element_get_static_pad(element, "sink");

	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, callback, media, NULL);
	gst_object_unref(pad);
	gst_object_unref(element);
}

/* The way into the bin, under the queue's name. */
static void open_pad(GstElement *bin, const char *name)
{
	GstElement *queue = gst_bin_get_by_name(GST_BIN(bin), name);
	GstPad *pad = gst_element_get_static_pad(queue, "sink");

	gst_element_add_pad(bin, gst_ghost_pad_new(name, pad));
	gst_object_unref(pad);
	gst_object_unref(queue);
}

static void set_location(GstElement *bin, const char *name, const char *path)
{
	GstElement *sink = path ? gst_bin_get_by_name(GST_BIN(bin), name) : NULL;

	if (!sink)
		return;
	g_object_set(sink, "location", path, NULL);
	gst_object_unref(sink);
}

static void init_media(struct dm_playback_media *media, struct dm_inbound inbound, bool expected)
{
	g_mutex_init(&media->lock);
	media->inbound = inbound;
	media->first_decoded_at = DM_USEC_NEVER;
	media->expected = expected;
}

int dm_playback_init(struct dm_playback *playback, const struct dm_client_options *options,
		     bool video)
{
	char *description = describe(options, video);
	GError *error = NULL;

	*playback = (struct dm_playback){ 0 };
	init_media(&playback->audio, dm_inbound_init(48000, 960), true);
	init_media(&playback->video, dm_inbound_init(90000, 0), video);
	playback->bin = gst_parse_bin_from_description_full(description, FALSE, NULL,
							    GST_PARSE_FLAG_FATAL_ERRORS, &error);
	g_free(description);
	if (!playback->bin) {
		fprintf(stderr, "GStreamer: %s\n", error->message);
		g_error_free(error);
		return -ENOENT;
	}
	set_location(playback->bin, "wav", options->wav);
	set_location(playback->bin, "mkv", options->mkv);
	open_pad(playback->bin, "audio");
	probe(playback->bin, "audio", on_rtp, &playback->audio);
	probe(playback->bin, "heard", on_decoded, &playback->audio);
	if (video) {
		open_pad(playback->bin, "video");
		probe(playback->bin, "video", on_rtp, &playback->video);
		probe(playback->bin, "seen", on_decoded, &playback->video);
	}
	return 0;
}

bool dm_playback_lacks_speaker(const GstMessage *message)
{
	return GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING &&
	       strcmp(GST_OBJECT_NAME(GST_MESSAGE_SRC(message)), "speaker") == 0;
}

bool dm_playback_link(struct dm_playback *playback, GstPad *pad)
{
	GstCaps *caps = gst_pad_get_current_caps(pad);
	const char *name = NULL;
	bool linked = false;

	if (!caps)
		caps = gst_pad_query_caps(pad, NULL);
	if (!gst_caps_is_empty(caps) && !gst_caps_is_any(caps))
		name = gst_structure_get_string(gst_caps_get_structure(caps, 0), "media");

	GstPad *sink = name ? gst_element_get_static_pad(playback->bin, name) : NULL;

	if (sink && !gst_pad_is_linked(sink))
		linked = gst_pad_link(pad, sink) == GST_PAD_LINK_OK;
	if (sink)
		gst_object_unref(sink);
	gst_caps_unref(caps);
	return linked;
}

void dm_playback_end(struct dm_playback *playback)
{
	static const char *const names[] = { "audio", "video" };

	for (size_t i = 0; i < 2; i++) {
		GstPad *sink = gst_element_get_static_pad(playback->bin, names[i]);

		if (!sink)
			continue;
		gst_pad_send_event(sink, gst_event_new_eos());
		gst_object_unref(sink);
	}
}

void dm_playback_finish(struct dm_playback *playback)
{
	g_mutex_clear(&playback->audio.lock);
	g_mutex_clear(&playback->video.lock);
}
