#include "listen.h"

#include "http.h"
#include "playback.h"
#include "webrtcbin.h"

#include <glib-unix.h>
#include <jansson.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define JITTER_MS     200u /* how long webrtcbin waits for late packets: its own default */
#define FINISH_WITHIN 5    /* seconds for files to be completed; choice */
#define AUDIO_CAPS                                                                       \
	"application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000," \
	"encoding-params=(string)2"
#define VIDEO_CAPS                                                                            \
	"application/x-rtp,media=video,encoding-name=H264,payload=102,clock-rate=90000,"      \
	"packetization-mode=(string)1,profile-level-id=(string)42e01f,rtcp-fb-nack-pli=true," \
	"rtcp-fb-ccm-fir=true"

struct listen {
	const struct dm_client_options *options;
	GMainLoop *loop;
	GstElement *pipeline;
	GstElement *webrtc; /* borrowed from the pipeline */
	struct dm_http *http;
	struct dm_session session;
	struct dm_playback playback;
	bool playing; /* playback is made */
	bool ending;
	bool connected;
	int code;
};

static void stop(struct listen *listen, int code)
{
	if (code)
		listen->code = code;
	g_main_loop_quit(listen->loop);
}

static gboolean on_finish_timeout(gpointer user)
{
	fputs("the files could not be completed in time\n", stderr);
	stop(user, DM_EXIT_RESOURCE);
	return G_SOURCE_REMOVE;
}

/* Ends the streams; the loop ends when EOS has come through. */
static void end(struct listen *listen)
{
	if (listen->ending)
		return;
	listen->ending = true;
	if (!listen->playing) {
		stop(listen, 0);
		return;
	}
	g_timeout_add_seconds(FINISH_WITHIN, on_finish_timeout, listen);
	dm_playback_end(&listen->playback);
}

static gboolean on_time(gpointer user)
{
	end(user);
	return G_SOURCE_REMOVE;
}

static gboolean on_signal(gpointer user)
{
	end(user);
	return G_SOURCE_CONTINUE;
}

static void on_error(struct listen *listen, GstMessage *message)
{
	GError *error = NULL;

	gst_message_parse_error(message, &error, NULL);
	fprintf(stderr, "%s: %s\n", GST_OBJECT_NAME(message->src), error->message);
	stop(listen, error->domain == GST_RESOURCE_ERROR ? DM_EXIT_RESOURCE : DM_EXIT_FAILED);
	g_error_free(error);
}

/* webrtcbin's own sinks never end, so the pipeline as a whole does not: it forwards what the bin
 * of the playback says (GstBin:message-forward). */
static bool playback_has_ended(struct listen *listen, GstMessage *message)
{
	const GstStructure *structure = gst_message_get_structure(message);
	GstMessage *inner = NULL;
	bool ended;

	if (!structure || !gst_structure_has_name(structure, "GstBinForwarded"))
		return false;
	gst_structure_get(structure, "message", GST_TYPE_MESSAGE, &inner, NULL);
	ended = inner && GST_MESSAGE_TYPE(inner) == GST_MESSAGE_EOS &&
		GST_MESSAGE_SRC(inner) == GST_OBJECT(listen->playback.bin);
	if (inner)
		gst_message_unref(inner);
	return ended;
}

static gboolean on_message(GstBus *bus, GstMessage *message, gpointer user)
{
	struct listen *listen = user;

	(void)bus;
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
		on_error(listen, message);
	} else if (dm_playback_lacks_speaker(message)) {
		fputs("this machine has no loudspeaker that GStreamer could use\n", stderr);
		stop(listen, DM_EXIT_RESOURCE);
	} else if (playback_has_ended(listen, message)) {
		stop(listen, 0);
	}
	return G_SOURCE_CONTINUE;
}

static void on_pad_added(GstElement *webrtc, GstPad *pad, gpointer user)
{
	struct listen *listen = user;

	(void)webrtc;
	if (gst_pad_get_direction(pad) == GST_PAD_SRC)
		dm_playback_link(&listen->playback, pad);
}

/* Comes on a thread of webrtcbin; looked at on the main loop. */
static gboolean look_at_connection(gpointer user)
{
	struct listen *listen = user;
	const GstWebRTCPeerConnectionState state = dm_webrtcbin_state(listen->webrtc);

	if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED) {
		listen->connected = true;
	} else if (!listen->ending && (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED ||
				       state == GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED)) {
		fputs("the relay has ended the session, or cannot be reached by UDP\n", stderr);
		listen->code = DM_EXIT_FAILED;
		end(listen);
	}
	return G_SOURCE_REMOVE;
}

static void on_connection_state(GObject *object, GParamSpec *spec, gpointer user)
{
	(void)object;
	(void)spec;
	g_idle_add(look_at_connection, user);
}

static void add_transceiver(struct listen *listen, const char *text, bool nack)
{
	GstCaps *caps = gst_caps_from_string(text);
	GstWebRTCRTPTransceiver *transceiver = NULL;

	g_signal_emit_by_name(listen->webrtc, "add-transceiver",
			      GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps, &transceiver);
	if (transceiver && nack)
		g_object_set(transceiver, "do-nack", TRUE, NULL);
	if (transceiver)
		gst_object_unref(transceiver);
	gst_caps_unref(caps);
}

static bool set_up(struct listen *listen)
{
	const char *video = listen->options->video;
	GstBus *bus;

	listen->pipeline = gst_pipeline_new(NULL);
	g_object_set(listen->pipeline, "message-forward", TRUE, NULL);
	listen->webrtc = dm_webrtcbin_create();
	if (!listen->webrtc)
		return false;
	g_object_set(listen->webrtc, "latency", JITTER_MS, NULL);
	gst_bin_add(GST_BIN(listen->pipeline), listen->webrtc);
	g_signal_connect(listen->webrtc, "pad-added", G_CALLBACK(on_pad_added), listen);
	g_signal_connect(listen->webrtc, "notify::connection-state",
			 G_CALLBACK(on_connection_state), listen);
	bus = gst_element_get_bus(listen->pipeline);
	gst_bus_add_watch(bus, on_message, listen);
	gst_object_unref(bus);
	gst_element_set_state(listen->pipeline, GST_STATE_READY);
	add_transceiver(listen, AUDIO_CAPS, false);
	if (!video || strcmp(video, "none") != 0)
		add_transceiver(listen, VIDEO_CAPS, true);
	return gst_element_set_state(listen->pipeline, GST_STATE_PLAYING) !=
	       GST_STATE_CHANGE_FAILURE;
}

static bool has_video(const GstSDPMessage *sdp)
{
	for (guint i = 0; i < gst_sdp_message_medias_len(sdp); i++) {
		const GstSDPMedia *media = gst_sdp_message_get_media(sdp, i);

		if (strcmp(gst_sdp_media_get_media(media), "video") == 0)
			return gst_sdp_media_get_port(media) != 0;
	}
	return false;
}

static int take_answer(struct listen *listen, GstWebRTCSessionDescription *offer)
{
	GstSDPMessage *sdp = NULL;

	if (gst_sdp_message_new_from_text(listen->session.answer, &sdp) != GST_SDP_OK) {
		fputs("the answer is no SDP\n", stderr);
		return DM_EXIT_FAILED;
	}
	if (dm_playback_init(&listen->playback, listen->options, has_video(sdp))) {
		gst_sdp_message_free(sdp);
		return DM_EXIT_RESOURCE;
	}
	listen->playing = true;
	gst_bin_add(GST_BIN(listen->pipeline), listen->playback.bin);
	gst_element_sync_state_with_parent(listen->playback.bin);
	return dm_webrtcbin_start(listen->webrtc, offer, sdp, listen->session.server)
		       ? DM_EXIT_FINE
		       : DM_EXIT_FAILED;
}

static int join(struct listen *listen)
{
	const struct dm_client_options *options = listen->options;
	GstWebRTCSessionDescription *offer = dm_webrtcbin_offer(listen->webrtc);
	char *text;
	int code;

	if (!offer)
		return DM_EXIT_FAILED;
	text = gst_sdp_message_as_text(offer->sdp);
	if (dm_http_join(listen->http, options->room, options->lang, options->video, text,
			 &listen->session)) {
		fprintf(stderr, "%s\n", dm_http_problem(listen->http));
		code = DM_EXIT_FAILED;
	} else {
		code = take_answer(listen, offer);
	}
	g_free(text);
	gst_webrtc_session_description_free(offer);
	return code;
}

static json_t *since_post(const struct listen *listen, dm_usec at)
{
	return at == DM_USEC_NEVER ? json_null()
				   : json_real((double)(at - listen->session.posted_at) / 1e3);
}

static json_t *media_json(const struct listen *listen, struct dm_playback_media *media)
{
	json_t *json = NULL;

	g_mutex_lock(&media->lock);
	json = json_pack("{s:I,s:I,s:I,s:o,s:I,s:o}", "packets", (json_int_t)media->inbound.packets,
			 "lost", (json_int_t)dm_inbound_lost(&media->inbound), "timestamp_jumps",
			 (json_int_t)media->inbound.timestamp_jumps, "first_packet_ms",
			 since_post(listen, media->inbound.first_at), "decoded",
			 (json_int_t)media->decoded, "first_decoded_ms",
			 since_post(listen, media->first_decoded_at));
	if (media->width) {
		json_object_set_new(json, "width", json_integer(media->width));
		json_object_set_new(json, "height", json_integer(media->height));
	}
	g_mutex_unlock(&media->lock);
	return json;
}

static void print_line(struct listen *listen, const char *type)
{
	const double at_s = (double)(dm_time_now() - listen->session.posted_at) / 1e6;
	json_t *line = json_pack("{s:s,s:f,s:b,s:o}", "type", type, "at_s", at_s, "connected",
				 listen->connected, "audio",
				 media_json(listen, &listen->playback.audio));

	if (listen->playback.video.expected)
		json_object_set_new(line, "video", media_json(listen, &listen->playback.video));
	json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
	putchar('\n');
	fflush(stdout);
	json_decref(line);
}

static gboolean on_second(gpointer user)
{
	print_line(user, "second");
	return G_SOURCE_CONTINUE;
}

/* Nothing decoded is no success, whatever else went well. */
static void judge(struct listen *listen)
{
	print_line(listen, "summary");
	if (listen->code)
		return;
	if (!listen->playback.audio.decoded ||
	    (listen->playback.video.expected && !listen->playback.video.decoded)) {
		fputs("no sound or no picture came\n", stderr);
		listen->code = DM_EXIT_FAILED;
	}
}

static void run(struct listen *listen)
{
	const double seconds = listen->options->seconds;

	if (seconds > 0)
		g_timeout_add((guint)(seconds * 1e3), on_time, listen);
	if (listen->options->stats)
		g_timeout_add_seconds(1, on_second, listen);
	g_unix_signal_add(SIGINT, on_signal, listen);
	g_unix_signal_add(SIGTERM, on_signal, listen);
	g_main_loop_run(listen->loop);
	judge(listen);
}

/* Told before anything is joined. */
static bool can_write(const char *path)
{
	FILE *file = path ? fopen(path, "wb") : NULL;

	if (path && !file) {
		fprintf(stderr, "%s cannot be written: %s\n", path, strerror(errno));
		return false;
	}
	if (file)
		fclose(file);
	return true;
}

int dm_listen(const struct dm_client_options *options)
{
	struct listen listen = { .options = options };

	if (!can_write(options->wav) || !can_write(options->mkv))
		return DM_EXIT_RESOURCE;
	gst_init(NULL, NULL);
	listen.loop = g_main_loop_new(NULL, FALSE);
	if (dm_http_create(&listen.http, options->url, options->token) || !set_up(&listen))
		listen.code = DM_EXIT_RESOURCE;
	else
		listen.code = join(&listen);
	if (!listen.code)
		run(&listen);
	if (listen.session.resource)
		(void)dm_http_leave(listen.http, listen.session.resource);
	if (listen.pipeline) {
		gst_element_set_state(listen.pipeline, GST_STATE_NULL);
		gst_object_unref(listen.pipeline);
	}
	if (listen.playing)
		dm_playback_finish(&listen.playback);
	dm_session_finish(&listen.session);
	dm_http_destroy(listen.http);
	g_main_loop_unref(listen.loop);
	return listen.code;
}
