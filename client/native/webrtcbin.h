/* client/native/webrtcbin.h
 *
 * GStreamer's webrtcbin as a peer of an ICE-lite relay, made, and brought through one exchange of
 * offer and answer. What it says of its connection comes on threads of its own.
 *
 * Thread: the main thread, after gst_init. Calls wait for webrtcbin's own thread.
 */
#ifndef DM_CLIENT_WEBRTCBIN_H
#define DM_CLIENT_WEBRTCBIN_H

#define GST_USE_UNSTABLE_API /* the name under which GStreamer 1.22 ships webrtcbin's API */
#include <gst/webrtc/webrtc.h>

#include <stdbool.h>

/* All media over one port (RFC 9143, max-bundle). Floating; NULL, with a sentence on standard
 * error, where GStreamer has no webrtcbin, or no ICE for it. */
GstElement *dm_webrtcbin_create(void);

/* Owned by the caller; NULL, with a sentence on standard error, when it makes none. An ICE-lite
 * relay needs no candidates of ours, so it goes out before any is gathered. */
GstWebRTCSessionDescription *dm_webrtcbin_offer(GstElement *webrtc);

/* Sets the offer, then the answer, which it takes over; from there on webrtcbin connects by itself.
 * `server` is the numeric address that answered. False, with a sentence on standard error, when
 * webrtcbin does not take them. */
bool dm_webrtcbin_start(GstElement *webrtc, GstWebRTCSessionDescription *offer,
			GstSDPMessage *answer, const char *server);

GstWebRTCPeerConnectionState dm_webrtcbin_state(GstElement *webrtc);

#endif
