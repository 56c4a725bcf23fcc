/* client/native/microphone.h
 *
 * The microphones of this machine, as GStreamer finds them (PulseAudio, PipeWire, ALSA).
 *
 * Thread: the main thread, after gst_init.
 */
#ifndef DM_CLIENT_MICROPHONE_H
#define DM_CLIENT_MICROPHONE_H

#include <gst/gst.h>

#include <stdbool.h>

/* `name` as the system shows it, or a part of it; NULL: the system's default. Floating; NULL, with
 * the names that there are on standard error, when there is none of that name. */
GstElement *dm_microphone_open(const char *name);

/* Whether it is one that was opened here, or a part of it. */
bool dm_microphone_is(GstObject *object);

#endif
