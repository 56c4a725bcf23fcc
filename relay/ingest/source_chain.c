#include "ingest/source_chain.h"
#include "base/log.h"

#include <errno.h>
#include <gst/video/video.h>
#include <string.h>

/* How long jitter is waited out. AES67 consoles sit on the same switched network (1 ms packets);
 * MPEG-TS over RTP and RTSP cameras may cross a wide one. All within the 500 ms of ISO 20108. */
#define PCM_JITTER_MS  20
#define WHIP_JITTER_MS 150 /* time for a packet that was lost to be asked for and to come */
#define TS_JITTER_MS   100
#define RTSP_JITTER_MS 150

/* tsdemux smooths PCR over this; its default of 700 ms would break the 500 ms limit. Little is
 * enough: a sender that turns out to bundle more is moved back (lateness.h). */
#define TS_LATENCY_MS 40

#define UDP_BUFFER_BYTES (2 * 1024 * 1024) /* a key frame of 20 Mbit/s in one burst, ten times */

/* What decodebin holds between demultiplexer and decoders. Its own limit of five buffers lets the
 * stream that is early (ffmpeg sends pictures 0.7 s ahead) keep the other from coming in time. */
#define QUEUE_BUFFERS 1000
#define QUEUE_BYTES   (16 * 1024 * 1024)
#define QUEUE_TIME_NS G_GUINT64_CONSTANT(3000000000)

/* GstAutoplugSelectResult of decodebin, which no header has. */
enum { AUTOPLUG_TRY, AUTOPLUG_EXPOSE, AUTOPLUG_SKIP };

static GstElement *make(GstBin *bin, const char *factory)
{
	GstElement *element = gst_element_factory_make(factory, NULL);

	if (!element) {
		dm_log(DM_LOG_ERROR, "ingest.element_missing", "element=%s", factory);
		return NULL;
	}
	gst_bin_add(bin, element);
	return element;
}

static void on_pad(GstElement *element, GstPad *pad, gpointer user)
{
	struct dm_source_chain *chain = user;

	(void)element;
	chain->on_stream(chain->user, pad);
}

/* Streams that nobody wants come out undecoded. */
static int on_select(GstElement *decodebin, GstPad *pad, GstCaps *caps, GstElementFactory *factory,
		     gpointer user)
{
	const struct dm_source_chain *chain = user;

	(void)decodebin, (void)pad;
	if (gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_DECODER))
		chain->on_coded(chain->user, caps);
	if (!chain->wants_picture &&
	    gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_DECODER |
							      GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO))
		return AUTOPLUG_EXPOSE;
	if (!chain->wants_sound &&
	    gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_DECODER |
							      GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO))
		return AUTOPLUG_EXPOSE;
	return AUTOPLUG_TRY;
}

static void on_part(GstBin *bin, GstBin *parent, GstElement *element, gpointer user)
{
	GstElementFactory *factory = gst_element_get_factory(element);

	(void)bin, (void)parent, (void)user;
	if (factory && strcmp(GST_OBJECT_NAME(factory), "tsdemux") == 0)
		g_object_set(element, "latency", (gint)TS_LATENCY_MS, NULL);
}

static GstElement *make_decodebin(GstBin *bin, struct dm_source_chain *chain)
{
	GstElement *decodebin = make(bin, "decodebin");

	if (!decodebin)
		return NULL;
	g_object_set(decodebin, "max-size-buffers", (guint)QUEUE_BUFFERS, "max-size-bytes",
		     (guint)QUEUE_BYTES, "max-size-time", QUEUE_TIME_NS, NULL);
	g_signal_connect(decodebin, "deep-element-added", G_CALLBACK(on_part), NULL);
	g_signal_connect(decodebin, "autoplug-select", G_CALLBACK(on_select), chain);
	g_signal_connect(decodebin, "pad-added", G_CALLBACK(on_pad), chain);
	return decodebin;
}

static int decode_from(GstBin *bin, GstElement *last, struct dm_source_chain *chain)
{
	GstElement *decodebin = make_decodebin(bin, chain);

	return decodebin && last && gst_element_link(last, decodebin) ? 0 : -EIO;
}

static GstElement *make_udp(GstBin *bin, const struct dm_source_uri *uri, const char *caps_text)
{
	GstElement *udp = make(bin, "udpsrc");
	GstCaps *caps = gst_caps_from_string(caps_text);

	if (udp) {
		g_object_set(udp, "address", uri->host[0] ? uri->host : "0.0.0.0", "port",
			     (gint)uri->port, "buffer-size", (gint)UDP_BUFFER_BYTES, "caps", caps,
			     "retrieve-sender-address", FALSE, NULL);
		if (uri->iface[0])
			g_object_set(udp, "multicast-iface", uri->iface, NULL);
	}
	gst_caps_unref(caps);
	return udp;
}

static int build_file(GstBin *bin, const char *path, struct dm_source_chain *chain)
{
	GstElement *file = make(bin, "filesrc");

	if (file)
		g_object_set(file, "location", path, NULL);
	return decode_from(bin, file, chain);
}

static int build_srt(GstBin *bin, const struct dm_source_uri *uri, struct dm_source_chain *chain)
{
	GstElement *srt = make(bin, "srtsrc");

	gint latency_ms;

	if (!srt)
		return -EIO;
	/* A lost caller is started anew by us, with fresh timestamps, not behind our back. */
	g_object_set(srt, "uri", uri->location, "auto-reconnect", FALSE, NULL);
	/* libsrt has held each packet for this long when srtsrc stamps it (seen with 1.22). */
	g_object_get(srt, "latency", &latency_ms, NULL);
	chain->counted_twice_ns = (gint64)latency_ms * GST_MSECOND;
	return decode_from(bin, srt, chain);
}

static int build_rtmp(GstBin *bin, const struct dm_source_uri *uri, struct dm_source_chain *chain)
{
	GstElement *rtmp = make(bin, "rtmp2src");

	if (rtmp)
		g_object_set(rtmp, "location", uri->location, "idle-timeout", 3u, NULL);
	return decode_from(bin, rtmp, chain);
}

static int build_udp_ts(GstBin *bin, const struct dm_source_uri *uri, struct dm_source_chain *chain)
{
	return decode_from(
		bin, make_udp(bin, uri, "video/mpegts, systemstream=true, packetsize=188"), chain);
}

/* What sends RTP to us is configured, not signalled: any payload type is the one we expect. */
static GstCaps *on_payload_type(GstElement *buffer, guint type, gpointer user)
{
	GstCaps *caps = gst_caps_copy(user);

	(void)buffer;
	gst_caps_set_simple(caps, "payload", G_TYPE_INT, (gint)type, NULL);
	return caps;
}

static void unref_caps(gpointer caps, GClosure *closure)
{
	(void)closure;
	gst_caps_unref(caps);
}

static GstElement *make_rtp(GstBin *bin, const struct dm_source_uri *uri, const char *caps,
			    const char *depay, unsigned jitter_ms)
{
	GstElement *udp = make_udp(bin, uri, caps);
	GstElement *buffer = make(bin, "rtpjitterbuffer");
	GstElement *last = make(bin, depay);

	if (!udp || !buffer || !last || !gst_element_link_many(udp, buffer, last, NULL))
		return NULL;
	g_object_set(buffer, "latency", jitter_ms, NULL);
	g_signal_connect_data(buffer, "request-pt-map", G_CALLBACK(on_payload_type),
			      gst_caps_from_string(caps), unref_caps, 0);
	return last;
}

static int build_rtp_ts(GstBin *bin, const struct dm_source_uri *uri, struct dm_source_chain *chain)
{
	return decode_from(bin,
			   make_rtp(bin, uri,
				    "application/x-rtp, media=video, clock-rate=90000, "
				    "encoding-name=MP2T",
				    "rtpmp2tdepay", TS_JITTER_MS),
			   chain);
}

/* AES67: L16 or L24 (RFC 3190), no signalling. */
static int build_rtp_pcm(GstBin *bin, const struct dm_source_uri *uri,
			 struct dm_source_chain *chain)
{
	char *caps = g_strdup_printf("application/x-rtp, media=audio, clock-rate=%u, "
				     "encoding-name=L%u, channels=%u",
				     uri->pcm_rate_hz, uri->pcm_bits, uri->pcm_channels);
	GstElement *last = make_rtp(
		bin, uri, caps, uri->pcm_bits == 16 ? "rtpL16depay" : "rtpL24depay", PCM_JITTER_MS);

	g_free(caps);
	if (!last)
		return -EIO;

	GstPad *pad = gst_element_get_static_pad(last, "src");

	chain->on_stream(chain->user, pad);
	gst_object_unref(pad);
	return 0;
}

/* Decodes a stream that has come on a pad of its own. NULL when that cannot be made. */
static GstElement *decode_pad(GstElement *element, GstPad *pad, struct dm_source_chain *chain)
{
	GstObject *bin = gst_object_get_parent(GST_OBJECT(element));
	GstElement *decodebin = bin ? make_decodebin(GST_BIN(bin), chain) : NULL;

	if (decodebin) {
		GstPad *sink = gst_element_get_static_pad(decodebin, "sink");

		gst_pad_link(pad, sink);
		gst_object_unref(sink);
		gst_element_sync_state_with_parent(decodebin);
	}
	if (bin)
		gst_object_unref(bin);
	return decodebin;
}

static void on_rtsp_pad(GstElement *rtsp, GstPad *pad, gpointer user)
{
	(void)decode_pad(rtsp, pad, user);
}

static gboolean on_rtsp_select(GstElement *rtsp, guint number, GstCaps *caps, gpointer user)
{
	const struct dm_source_chain *chain = user;
	const char *media = gst_structure_get_string(gst_caps_get_structure(caps, 0), "media");

	(void)rtsp, (void)number;
	return (chain->wants_sound && g_strcmp0(media, "audio") == 0) ||
	       (chain->wants_picture && g_strcmp0(media, "video") == 0);
}

static int build_rtsp(GstBin *bin, const struct dm_source_uri *uri, struct dm_source_chain *chain)
{
	GstElement *rtsp = make(bin, "rtspsrc");

	if (!rtsp)
		return -EIO;
	/* UDP first; TCP when nothing has come after 2 s. */
	g_object_set(rtsp, "location", uri->location, "latency", (guint)RTSP_JITTER_MS, "timeout",
		     G_GUINT64_CONSTANT(2000000), "tcp-timeout", G_GUINT64_CONSTANT(5000000), NULL);
	g_signal_connect(rtsp, "select-stream", G_CALLBACK(on_rtsp_select), chain);
	g_signal_connect(rtsp, "pad-added", G_CALLBACK(on_rtsp_pad), chain);
	return 0;
}

/* A decoder asks for a key frame by an event that goes up the stream. */
static GstPadProbeReturn on_upstream(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	const struct dm_source_chain *chain = user;

	(void)pad;
	if (gst_video_event_is_force_key_unit(GST_PAD_PROBE_INFO_EVENT(info)))
		dm_whip_inlet_want_key(chain->whip);
	return GST_PAD_PROBE_OK;
}

/* What was lost for good is seen as little as can be: a still picture up to the next key frame. */
static void on_depayloader(GstBin *bin, GstBin *parent, GstElement *element, gpointer user)
{
	GObjectClass *class = G_OBJECT_GET_CLASS(element);

	(void)bin, (void)parent, (void)user;
	if (g_object_class_find_property(class, "request-keyframe") &&
	    g_object_class_find_property(class, "wait-for-keyframe"))
		g_object_set(element, "request-keyframe", TRUE, "wait-for-keyframe", TRUE, NULL);
}

static void on_whip_pad(GstElement *rtpbin, GstPad *pad, gpointer user)
{
	struct dm_source_chain *chain = user;
	GstElement *decodebin;

	if (!g_str_has_prefix(GST_PAD_NAME(pad), "recv_rtp_src_"))
		return;
	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream, chain, NULL);
	decodebin = decode_pad(rtpbin, pad, chain);
	if (decodebin)
		g_signal_connect(decodebin, "deep-element-added", G_CALLBACK(on_depayloader), NULL);
}

static GstElement *make_whip_source(GstBin *bin, GstElement *rtpbin, const char *pad,
				    const char *caps_text)
{
	GstElement *source = make(bin, "appsrc");
	GstCaps *caps = gst_caps_from_string(caps_text);

	if (source)
		g_object_set(source, "is-live", TRUE, "do-timestamp", TRUE, "format",
			     GST_FORMAT_TIME, "max-bytes", G_GUINT64_CONSTANT(0), "caps", caps,
			     NULL);
	gst_caps_unref(caps);
	return source && gst_element_link_pads(source, "src", rtpbin, pad) ? source : NULL;
}

static int add_whip_medium(GstBin *bin, GstElement *rtpbin, enum dm_forward_medium medium,
			   struct dm_source_chain *chain)
{
	char *pad = g_strdup_printf("recv_rtp_sink_%d", (int)medium);
	GstElement *rtp = make_whip_source(bin, rtpbin, pad, "application/x-rtp");

	g_free(pad);
	pad = g_strdup_printf("recv_rtcp_sink_%d", (int)medium);

	GstElement *rtcp = make_whip_source(bin, rtpbin, pad, "application/x-rtcp");

	g_free(pad);
	if (!rtp || !rtcp)
		return -EIO;
	dm_whip_inlet_attach(chain->whip, medium, GST_APP_SRC(rtp), GST_APP_SRC(rtcp));
	return 0;
}

/* The transport has decrypted it and asks for what is missing; here it is put in order, in step,
 * and decoded. */
static int build_whip(GstBin *bin, struct dm_source_chain *chain)
{
	GstElement *rtpbin = make(bin, "rtpbin");
	int error = 0;

	if (!rtpbin)
		return -EIO;
	g_object_set(rtpbin, "latency", (guint)WHIP_JITTER_MS, "do-lost", TRUE, NULL);
	g_signal_connect(rtpbin, "pad-added", G_CALLBACK(on_whip_pad), chain);
	if (chain->wants_sound)
		error = add_whip_medium(bin, rtpbin, DM_FORWARD_SOUND, chain);
	if (!error && chain->wants_picture)
		error = add_whip_medium(bin, rtpbin, DM_FORWARD_PICTURE, chain);
	return error;
}

int dm_source_chain_build(GstBin *bin, const struct dm_source_uri *uri, const char *path,
			  struct dm_source_chain *chain)
{
	switch (uri->kind) {
	case DM_SOURCE_FILE:
		return build_file(bin, path, chain);
	case DM_SOURCE_SRT:
		return build_srt(bin, uri, chain);
	case DM_SOURCE_RTSP:
		return build_rtsp(bin, uri, chain);
	case DM_SOURCE_RTMP:
		return build_rtmp(bin, uri, chain);
	case DM_SOURCE_UDP_TS:
		return build_udp_ts(bin, uri, chain);
	case DM_SOURCE_RTP_TS:
		return build_rtp_ts(bin, uri, chain);
	case DM_SOURCE_RTP_PCM:
		return build_rtp_pcm(bin, uri, chain);
	case DM_SOURCE_WHIP:
		return build_whip(bin, chain);
	case DM_SOURCE_RTP_FORWARD:
	case DM_SOURCE_TEST:
		break;
	}
	return -EIO;
}
