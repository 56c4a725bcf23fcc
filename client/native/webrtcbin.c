#include "webrtcbin.h"

#include <stdio.h>
#include <string.h>

GstElement *dm_webrtcbin_create(void)
{
	/* Without libnice's elements webrtcbin is there and fails later, saying little. */
	GstElementFactory *ice = gst_element_factory_find("nicesink");
	GstElement *webrtc = ice ? gst_element_factory_make("webrtcbin", NULL) : NULL;

	if (ice)
		gst_object_unref(ice);
	if (!webrtc) {
		fputs("GStreamer has no webrtcbin: install gstreamer1.0-plugins-bad and gstreamer1.0-nice\n",
		      stderr);
		return NULL;
	}
	gst_util_set_object_arg(G_OBJECT(webrtc), "bundle-policy", "max-bundle");
	return webrtc;
}

GstWebRTCSessionDescription *dm_webrtcbin_offer(GstElement *webrtc)
{
	GstWebRTCSessionDescription *offer = NULL;
	GstPromise *promise = gst_promise_new();

	g_signal_emit_by_name(webrtc, "create-offer", NULL, promise);
	if (gst_promise_wait(promise) == GST_PROMISE_RESULT_REPLIED &&
	    gst_promise_get_reply(promise))
		gst_structure_get(gst_promise_get_reply(promise), "offer",
				  GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, NULL);
	gst_promise_unref(promise);
	if (!offer)
		fputs("webrtcbin makes no offer\n", stderr);
	return offer;
}

static bool describe(GstElement *webrtc, const char *signal,
		     GstWebRTCSessionDescription *description)
{
	GstPromise *promise = gst_promise_new();
	const GstStructure *reply;
	bool ok;

	g_signal_emit_by_name(webrtc, signal, description, promise);
	ok = gst_promise_wait(promise) == GST_PROMISE_RESULT_REPLIED;
	reply = gst_promise_get_reply(promise);
	if (reply && gst_structure_has_field(reply, "error"))
		ok = false;
	gst_promise_unref(promise);
	return ok;
}

/* libnice leaves loopback out by itself. */
static void use_loopback(GstElement *webrtc, const char *server)
{
	GObject *agent = NULL;
	gboolean added = FALSE;

	if (strncmp(server, "127.", 4) != 0 && strcmp(server, "::1") != 0)
		return;
	g_object_get(webrtc, "ice-agent", &agent, NULL);
	g_signal_emit_by_name(agent, "add-local-ip-address", server, &added);
	g_object_unref(agent);
}

/* Left alone libnice keeps a path open with indications, which say nothing of consent (RFC
 * 7675, 4.1), and a relay has to stop after 30 s. So they are to be checks, of which it sends one
 * in 25 s. */
static void keep_consent(GstElement *webrtc)
{
	GObject *ice = NULL;
	GObject *agent = NULL;

	g_object_get(webrtc, "ice-agent", &ice, NULL);
	g_object_get(ice, "agent", &agent, NULL);
	if (agent) {
		g_object_set(agent, "keepalive-conncheck", TRUE, NULL);
		g_object_unref(agent);
	}
	g_object_unref(ice);
}

bool dm_webrtcbin_start(GstElement *webrtc, GstWebRTCSessionDescription *offer,
			GstSDPMessage *answer, const char *server)
{
	GstWebRTCSessionDescription *description = gst_webrtc_session_description_new(
		GST_WEBRTC_SDP_TYPE_ANSWER, answer);
	bool ok;

	use_loopback(webrtc, server);
	keep_consent(webrtc);
	ok = describe(webrtc, "set-local-description", offer) &&
	     describe(webrtc, "set-remote-description", description);
	gst_webrtc_session_description_free(description);
	if (!ok)
		fputs("webrtcbin does not take the answer\n", stderr);
	return ok;
}

GstWebRTCPeerConnectionState dm_webrtcbin_state(GstElement *webrtc)
{
	GstWebRTCPeerConnectionState state;

	g_object_get(webrtc, "connection-state", &state, NULL);
	return state;
}
