#include "publication.h"

#include "webrtcbin.h"

#include <gst/app/gstappsrc.h>
#include <gst/video/video-event.h>

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

/* Without a report for so long it asks by HTTP: some reports may have been lost. Choice. */
#define REPORT_WITHIN DM_SEC(5)
/* Without any sign for so long there is no consent any more (RFC 7675, 5.1). */
#define CONSENT_FOR DM_SEC(30)

struct dm_publication {
	struct dm_publication_options options;
	GstElement *pipeline;
	GstElement *webrtc;                     /* borrowed from the pipeline */
	GstElement *sources[DM_OUTGOING_COUNT]; /* likewise, nullable */
	struct dm_session session;
	atomic_bool connected;
	_Atomic dm_usec heard_at; /* the relay's last RTCP */
	bool broken;              /* the pipeline said so */
};

/* The relay wants a key frame (RFC 4585, 6.3.1; RFC 5104, 3.5.1): the encoder is elsewhere. */
static GstPadProbeReturn on_event(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	struct dm_publication *publication = user;

	(void)pad;
	if (gst_video_event_is_force_key_unit(GST_PAD_PROBE_INFO_EVENT(info)))
		dm_outgoing_want_key(publication->options.outgoing);
	return GST_PAD_PROBE_OK;
}

static gboolean on_message(GstBus *bus, GstMessage *message, gpointer user)
{
	struct dm_publication *publication = user;

	(void)bus;
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
		GError *error = NULL;

		gst_message_parse_error(message, &error, NULL);
		fprintf(stderr, "%s: %s\n", GST_OBJECT_NAME(message->src), error->message);
		g_error_free(error);
		publication->broken = true;
		publication->options.changed(publication->options.user);
	}
	return G_SOURCE_CONTINUE;
}

static void on_connection_state(GObject *object, GParamSpec *spec, gpointer user)
{
	struct dm_publication *publication = user;

	(void)spec;
	atomic_store(&publication->heard_at, dm_time_now());
	atomic_store(&publication->connected, dm_webrtcbin_state(GST_ELEMENT(object)) ==
						      GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED);
	publication->options.changed(publication->options.user);
}

static GstPadProbeReturn on_rtcp(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	struct dm_publication *publication = user;

	(void)pad;
	(void)info;
	atomic_store(&publication->heard_at, dm_time_now());
	return GST_PAD_PROBE_OK;
}

static void on_rtpbin_pad(GstElement *rtpbin, GstPad *pad, gpointer user)
{
	char *name = gst_pad_get_name(pad);

	(void)rtpbin;
	if (g_str_has_prefix(name, "recv_rtcp_sink"))
		gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
				  on_rtcp, user, NULL);
	g_free(name);
}

/* webrtcbin's statistics do not say when a report came. */
static void watch_reports(struct dm_publication *publication)
{
	GstElement *rtpbin = gst_bin_get_by_name(GST_BIN(publication->webrtc), "rtpbin");

	if (!rtpbin)
		return;
	g_signal_connect(rtpbin, "pad-added", G_CALLBACK(on_rtpbin_pad), publication);
	gst_object_unref(rtpbin);
}

/* Lost packets are sent again where the relay asks for them (RFC 4588). */
static void set_transceiver(GstPad *pad, GstCaps *caps)
{
	GstWebRTCRTPTransceiver *transceiver = NULL;

	g_object_get(pad, "transceiver", &transceiver, NULL);
	g_object_set(transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY,
		     "do-nack", TRUE, "codec-preferences", caps, NULL);
	gst_object_unref(transceiver);
}

static void add_source(struct dm_publication *publication, enum dm_outgoing_kind kind)
{
	GstCaps *caps = dm_outgoing_caps(publication->options.outgoing, kind);
	GstElement *source = caps ? gst_element_factory_make("appsrc", NULL) : NULL;
	GstPadTemplate *template = gst_element_get_pad_template(publication->webrtc, "sink_%u");
	GstPad *from, *to;

	if (!source)
		return;
	g_object_set(source, "caps", caps, "format", GST_FORMAT_TIME, "is-live", TRUE, NULL);
	gst_bin_add(GST_BIN(publication->pipeline), source);
	publication->sources[kind] = source;
	from = gst_element_get_static_pad(source, "src");
	to = gst_element_request_pad(publication->webrtc, template, NULL, caps);
	set_transceiver(to, caps);
	gst_pad_link(from, to);
	gst_pad_add_probe(from, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_event, publication, NULL);
	gst_object_unref(from);
	gst_object_unref(to);
}

static int set_up(struct dm_publication *publication)
{
	GstBus *bus;

	publication->pipeline = gst_pipeline_new(NULL);
	publication->webrtc = dm_webrtcbin_create();
	if (!publication->webrtc)
		return DM_EXIT_RESOURCE;
	gst_bin_add(GST_BIN(publication->pipeline), publication->webrtc);
	bus = gst_element_get_bus(publication->pipeline);
	gst_bus_add_watch(bus, on_message, publication);
	gst_object_unref(bus);
	gst_element_set_state(publication->pipeline, GST_STATE_READY);
	for (int kind = 0; kind < DM_OUTGOING_COUNT; kind++)
		add_source(publication, (enum dm_outgoing_kind)kind);
	g_signal_connect(publication->webrtc, "notify::connection-state",
			 G_CALLBACK(on_connection_state), publication);
	watch_reports(publication);
	dm_outgoing_share_time(publication->options.outgoing, publication->pipeline);
	if (gst_element_set_state(publication->pipeline, GST_STATE_PLAYING) ==
	    GST_STATE_CHANGE_FAILURE)
		return DM_EXIT_RESOURCE;
	return 0;
}

static int start(struct dm_publication *publication, GstWebRTCSessionDescription *offer)
{
	GstSDPMessage *answer = NULL;

	if (gst_sdp_message_new_from_text(publication->session.answer, &answer) != GST_SDP_OK) {
		fputs("the answer is no SDP\n", stderr);
		return DM_EXIT_FAILED;
	}
	return dm_webrtcbin_start(publication->webrtc, offer, answer, publication->session.server)
		       ? 0
		       : DM_EXIT_FAILED;
}

static int negotiate(struct dm_publication *publication)
{
	const struct dm_client_options *client = publication->options.client;
	GstWebRTCSessionDescription *offer = dm_webrtcbin_offer(publication->webrtc);
	char *text;
	int code;

	if (!offer)
		return DM_EXIT_FAILED;
	text = gst_sdp_message_as_text(offer->sdp);
	if (dm_http_publish(publication->options.http, client->room, client->lang, text,
			    &publication->session)) {
		fprintf(stderr, "%s\n", dm_http_problem(publication->options.http));
		code = DM_EXIT_FAILED;
	} else {
		code = start(publication, offer);
	}
	g_free(text);
	gst_webrtc_session_description_free(offer);
	return code;
}

int dm_publication_create(struct dm_publication **out, const struct dm_publication_options *options)
{
	struct dm_publication *publication = g_new0(struct dm_publication, 1);
	int code;

	*out = NULL;
	publication->options = *options;
	code = set_up(publication);
	if (!code)
		code = negotiate(publication);
	if (code)
		dm_publication_destroy(publication);
	else
		*out = publication;
	return code;
}

void dm_publication_destroy(struct dm_publication *publication)
{
	GstBus *bus;

	if (!publication)
		return;
	if (publication->session.resource)
		(void)dm_http_leave(publication->options.http, publication->session.resource);
	bus = gst_element_get_bus(publication->pipeline);
	gst_bus_remove_watch(bus);
	gst_object_unref(bus);
	gst_element_set_state(publication->pipeline, GST_STATE_NULL);
	gst_object_unref(publication->pipeline);
	dm_session_finish(&publication->session);
	g_free(publication);
}

enum dm_publication_state dm_publication_state(const struct dm_publication *publication)
{
	const GstWebRTCPeerConnectionState state = dm_webrtcbin_state(publication->webrtc);

	if (publication->broken || state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED ||
	    state == GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED)
		return DM_PUBLICATION_FAILED;
	return state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED ? DM_PUBLICATION_CONNECTED
								   : DM_PUBLICATION_CONNECTING;
}

bool dm_publication_is_alive(struct dm_publication *publication, dm_usec now)
{
	const dm_usec silent = now - atomic_load(&publication->heard_at);

	if (silent < REPORT_WITHIN)
		return true;
	return silent < CONSENT_FOR &&
	       dm_http_ask(publication->options.http, publication->session.resource) != -ENOENT;
}

void dm_publication_send(struct dm_publication *publication, enum dm_outgoing_kind kind,
			 GstBuffer *packet)
{
	/* What waited for the connection would come late, all at once. */
	if (publication->sources[kind] && atomic_load(&publication->connected))
		gst_app_src_push_buffer(GST_APP_SRC(publication->sources[kind]), packet);
	else
		gst_buffer_unref(packet);
}

/* Which of the two a stream is; COUNT: neither. What webrtcbin 1.22 calls its kind is not to be
 * relied on where both share a transport. */
static enum dm_outgoing_kind kind_of(const struct dm_publication *publication,
				     const GstStructure *stats)
{
	int kind = 0;
	guint of_stats, of_track;

	if (!gst_structure_get_uint(stats, "ssrc", &of_stats))
		return DM_OUTGOING_COUNT;
	for (; kind < DM_OUTGOING_COUNT; kind++) {
		GstCaps *caps = dm_outgoing_caps(publication->options.outgoing,
						 (enum dm_outgoing_kind)kind);

		if (caps &&
		    gst_structure_get_uint(gst_caps_get_structure(caps, 0), "ssrc", &of_track) &&
		    of_track == of_stats)
			break;
	}
	return (enum dm_outgoing_kind)kind;
}

struct stats_reading {
	const struct dm_publication *publication;
	struct dm_publication_stats *stats; /* of both kinds */
};

static gboolean read_stats(GQuark field, const GValue *value, gpointer user)
{
	const struct stats_reading *reading = user;
	const GstStructure *stats = GST_VALUE_HOLDS_STRUCTURE(value)
					    ? gst_value_get_structure(value)
					    : NULL;
	GstWebRTCStatsType type;
	enum dm_outgoing_kind kind;

	(void)field;
	if (!stats || !gst_structure_get(stats, "type", GST_TYPE_WEBRTC_STATS_TYPE, &type, NULL))
		return TRUE;
	kind = kind_of(reading->publication, stats);
	if (kind == DM_OUTGOING_COUNT)
		return TRUE;

	struct dm_publication_stats *of = &reading->stats[kind];

	if (type == GST_WEBRTC_STATS_OUTBOUND_RTP) {
		of->present = true;
		gst_structure_get_uint64(stats, "packets-sent", &of->packets);
		gst_structure_get_uint64(stats, "bytes-sent", &of->bytes);
	} else if (type == GST_WEBRTC_STATS_REMOTE_INBOUND_RTP) {
		double round_trip = -1e-3;
		gint64 lost = -1;

		gst_structure_get_double(stats, "round-trip-time", &round_trip);
		gst_structure_get_int64(stats, "packets-lost", &lost);
		of->round_trip_ms = round_trip * 1e3;
		of->lost = lost;
	}
	return TRUE;
}

void dm_publication_stats(struct dm_publication *publication,
			  struct dm_publication_stats stats[DM_OUTGOING_COUNT])
{
	struct stats_reading reading = { publication, stats };
	GstPromise *promise = gst_promise_new();

	for (int kind = 0; kind < DM_OUTGOING_COUNT; kind++)
		stats[kind] = (struct dm_publication_stats){ .lost = -1, .round_trip_ms = -1 };
	g_signal_emit_by_name(publication->webrtc, "get-stats", NULL, promise);
	if (gst_promise_wait(promise) == GST_PROMISE_RESULT_REPLIED)
		gst_structure_foreach(gst_promise_get_reply(promise), read_stats, &reading);
	gst_promise_unref(promise);
}
