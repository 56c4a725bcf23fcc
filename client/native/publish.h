/* client/native/publish.h
 *
 * One booth, or the floor, on the command line: takes a file, a tone or a microphone, and publishes
 * it by WHIP (RFC 9725) with GStreamer's webrtcbin, again and again where the relay goes away.
 *
 * Thread: the main thread, whose default GLib main context it runs.
 */
#ifndef DM_CLIENT_PUBLISH_H
#define DM_CLIENT_PUBLISH_H

#include "options.h"

/* Runs until the time is over, the source ends, or SIGINT/SIGTERM; prints JSON lines. Returns the
 * exit code. */
int dm_publish(const struct dm_client_options *options);

#endif
