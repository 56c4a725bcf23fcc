/* client/native/listen.h
 *
 * One delegate on the command line: joins by WHEP with GStreamer's webrtcbin, decodes sound and
 * picture, and can write both to files, and play the sound.
 *
 * Thread: the main thread, whose default GLib main context it runs.
 */
#ifndef DM_CLIENT_LISTEN_H
#define DM_CLIENT_LISTEN_H

#include "options.h"

/* Runs until the time is over, the relay ends it, or SIGINT/SIGTERM; prints JSON lines. Returns
 * the exit code. */
int dm_listen(const struct dm_client_options *options);

#endif
