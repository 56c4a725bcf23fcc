#include "ingest/still_maker.h"
#include "base/log.h"

#include <errno.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define RTP_HEADER   12
#define PAYLOAD_TYPE 96
#define CLOCK_HZ     90000 /* RFC 6184, 8.1 */

/* Behind everything that carries media. */
#define NICE 10

/* libjpeg's scale: 320x180 of a plenary is 8 to 14 kB. */
#define QUALITY 75

struct dm_still_maker {
	GstElement *pipeline; /* owned */
	GstElement *source;   /* owned references */
	GstElement *decoder;
	GstElement *sink;
	uint16_t sequence;
	uint32_t frame; /* counts frames: one a second to the decoder */
	bool first;     /* the next packet is a frame's first */

	GMutex lock;       /* between the streaming thread and the owner; never held for long */
	GstBuffer *pixels; /* owned, nullable: of the newest frame */
	GstCaps *caps;     /* owned, nullable: of these */
};

/* What the encoder is given is kept, for whoever looks at pixels. */
static GstPadProbeReturn on_pixels(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	struct dm_still_maker *maker = user;
	GstCaps *caps = gst_pad_get_current_caps(pad);

	g_mutex_lock(&maker->lock);
	gst_buffer_replace(&maker->pixels, GST_PAD_PROBE_INFO_BUFFER(info));
	gst_caps_replace(&maker->caps, caps);
	g_mutex_unlock(&maker->lock);
	if (caps)
		gst_caps_unref(caps);
	return GST_PAD_PROBE_OK;
}

static GstBusSyncReply on_message(GstBus *bus, GstMessage *message, gpointer user)
{
	GstStreamStatusType type;
	GstElement *owner;

	(void)bus, (void)user;
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_STREAM_STATUS) {
		gst_message_parse_stream_status(message, &type, &owner);
		if (type == GST_STREAM_STATUS_TYPE_ENTER)
			(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	}
	gst_message_unref(message);
	return GST_BUS_DROP;
}

static int start(struct dm_still_maker *maker)
{
	GError *error = NULL;
	char *text = g_strdup_printf(
		"appsrc name=source format=time max-bytes=0 caps=\"application/x-rtp,media=video,"
		"clock-rate=%d,encoding-name=H264,payload=%d\" ! rtph264depay ! "
		"avdec_h264 name=decoder max-threads=1 ! videoscale ! videoconvert ! "
		"video/x-raw,format=I420,width=[2,%d],height=[2,%d],pixel-aspect-ratio=1/1 ! "
		"jpegenc name=encoder quality=%d ! "
		"appsink name=sink sync=false async=false max-buffers=1 drop=true",
		CLOCK_HZ, PAYLOAD_TYPE, DM_STILL_WIDTH_MAX, DM_STILL_HEIGHT_MAX, QUALITY);

	maker->pipeline = gst_parse_launch(text, &error);
	g_free(text);
	if (error) {
		dm_log(DM_LOG_ERROR, "ingest.stills_failed", "why=%s", error->message);
		g_error_free(error);
		return -EIO;
	}
	maker->source = gst_bin_get_by_name(GST_BIN(maker->pipeline), "source");
	maker->decoder = gst_bin_get_by_name(GST_BIN(maker->pipeline), "decoder");
	maker->sink = gst_bin_get_by_name(GST_BIN(maker->pipeline), "sink");

	GstElement *encoder = gst_bin_get_by_name(GST_BIN(maker->pipeline), "encoder");
	GstPad *pad = gst_element_get_static_pad(encoder, "sink");
	GstBus *bus = gst_element_get_bus(maker->pipeline);

	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_pixels, maker, NULL);
	gst_object_unref(pad);
	gst_object_unref(encoder);
	gst_bus_set_sync_handler(bus, on_message, NULL, NULL);
	gst_object_unref(bus);
	if (gst_element_set_state(maker->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
		return 0;
	dm_log(DM_LOG_ERROR, "ingest.stills_failed", "why=%s", "the decoder does not start");
	return -EIO;
}

int dm_still_maker_create(struct dm_still_maker **out)
{
	struct dm_still_maker *maker = g_new0(struct dm_still_maker, 1);

	*out = NULL;
	maker->first = true;
	g_mutex_init(&maker->lock);

	const int error = start(maker);

	if (error) {
		dm_still_maker_destroy(maker);
		return error;
	}
	*out = maker;
	return 0;
}

void dm_still_maker_destroy(struct dm_still_maker *maker)
{
	if (!maker)
		return;
	if (maker->pipeline)
		gst_element_set_state(maker->pipeline, GST_STATE_NULL);
	g_clear_pointer(&maker->source, gst_object_unref);
	g_clear_pointer(&maker->decoder, gst_object_unref);
	g_clear_pointer(&maker->sink, gst_object_unref);
	g_clear_pointer(&maker->pipeline, gst_object_unref);
	gst_clear_buffer(&maker->pixels);
	gst_clear_caps(&maker->caps);
	g_mutex_clear(&maker->lock);
	g_free(maker);
}

/* RFC 3550, 5.1. */
static void write_header(const struct dm_still_maker *maker, bool last,
			 uint8_t header[static RTP_HEADER])
{
	const uint32_t timestamp = maker->frame * CLOCK_HZ;

	memset(header, 0, RTP_HEADER);
	header[0] = 0x80;
	header[1] = (uint8_t)((last ? 0x80 : 0) | PAYLOAD_TYPE);
	GST_WRITE_UINT16_BE(header + 2, maker->sequence);
	GST_WRITE_UINT32_BE(header + 4, timestamp);
	GST_WRITE_UINT32_BE(header + 8, 1); /* SSRC */
}

void dm_still_maker_put(struct dm_still_maker *maker, const void *payload, size_t bytes, bool last)
{
	GstBuffer *packet = gst_buffer_new_allocate(NULL, RTP_HEADER + bytes, NULL);
	uint8_t header[RTP_HEADER];

	if (maker->first)
		maker->frame++;
	maker->first = last;
	write_header(maker, last, header);
	maker->sequence++;
	gst_buffer_fill(packet, 0, header, RTP_HEADER);
	gst_buffer_fill(packet, RTP_HEADER, payload, bytes);
	GST_BUFFER_PTS(packet) = maker->frame * GST_SECOND;
	(void)gst_app_src_push_buffer(GST_APP_SRC(maker->source), packet);
}

/* What a broken frame leaves behind goes. */
static void begin_anew(struct dm_still_maker *maker)
{
	gst_element_set_state(maker->pipeline, GST_STATE_READY);
	gst_element_set_state(maker->pipeline, GST_STATE_PLAYING);
	maker->first = true;
	g_mutex_lock(&maker->lock);
	gst_clear_buffer(&maker->pixels);
	g_mutex_unlock(&maker->lock);
}

static GBytes *copy_of(GstSample *sample)
{
	GstBuffer *buffer = gst_sample_get_buffer(sample);
	GstMapInfo map;
	GBytes *bytes = NULL;

	if (gst_buffer_map(buffer, &map, GST_MAP_READ)) {
		bytes = g_bytes_new(map.data, map.size);
		gst_buffer_unmap(buffer, &map);
	}
	return bytes;
}

static void read_size(const struct dm_still_maker *maker, struct dm_still *still)
{
	GstPad *pad = gst_element_get_static_pad(maker->decoder, "src");
	GstCaps *caps = gst_pad_get_current_caps(pad);

	if (caps) {
		const GstStructure *structure = gst_caps_get_structure(caps, 0);

		gst_structure_get_int(structure, "width", &still->width);
		gst_structure_get_int(structure, "height", &still->height);
		gst_caps_unref(caps);
	}
	gst_object_unref(pad);
}

bool dm_still_maker_take(struct dm_still_maker *maker, dm_usec patience, struct dm_still *still)
{
	GstSample *sample = gst_app_sink_try_pull_sample(GST_APP_SINK(maker->sink),
							 (GstClockTime)patience * GST_USECOND);

	*still = (struct dm_still){ 0 };
	if (!sample) {
		begin_anew(maker);
		return false;
	}
	still->jpeg = copy_of(sample);
	gst_sample_unref(sample);
	read_size(maker, still);
	g_mutex_lock(&maker->lock);
	still->pixels = g_steal_pointer(&maker->pixels);

	const bool known = maker->caps && gst_video_info_from_caps(&still->info, maker->caps);

	g_mutex_unlock(&maker->lock);
	if (still->jpeg && still->pixels && known)
		return true;
	dm_still_finish(still);
	return false;
}

void dm_still_finish(struct dm_still *still)
{
	g_clear_pointer(&still->jpeg, g_bytes_unref);
	gst_clear_buffer(&still->pixels);
}
