/* client/native/outgoing.h
 *
 * What is published: a file, a tone or a microphone, as RTP of Opus and H.264 or VP8, at the pace
 * of the clock, whether or not anybody takes it. It goes on while connections come and go.
 *
 * Thread: the main thread, whose default GLib main context brings `ready` and `ended`; packets come
 * on threads of GStreamer.
 */
#ifndef DM_CLIENT_OUTGOING_H
#define DM_CLIENT_OUTGOING_H

#include "options.h"

#include <gst/gst.h>

enum dm_outgoing_kind { DM_OUTGOING_SOUND, DM_OUTGOING_PICTURE, DM_OUTGOING_COUNT };

struct dm_outgoing_events {
	void (*ready)(void *user);           /* all packets' formats are known */
	void (*ended)(void *user, int code); /* at the end (0), or as it cannot go on */
	/* The packet is given away; its time is that of the pipeline's clock since its start. */
	void (*packet)(void *user, enum dm_outgoing_kind kind, GstBuffer *packet);
	void *user;
};

struct dm_outgoing;

/* `options` is borrowed until destroy. Returns 0, or an exit code with a sentence on standard
 * error; then *out is NULL. */
int dm_outgoing_create(struct dm_outgoing **out, const struct dm_client_options *options,
		       const struct dm_outgoing_events *events);
void dm_outgoing_destroy(struct dm_outgoing *outgoing); /* NULL is allowed */

/* The RTP format, borrowed until destroy; NULL: it has none of that. Once it is ready. */
GstCaps *dm_outgoing_caps(struct dm_outgoing *outgoing, enum dm_outgoing_kind kind);

/* The pipeline runs on the same clock from the same moment, so that packets' times hold there. */
void dm_outgoing_share_time(struct dm_outgoing *outgoing, GstElement *pipeline);

/* Asks the encoder for a key frame. Any thread. */
void dm_outgoing_want_key(struct dm_outgoing *outgoing);

/* How much loss Opus's redundancy is made for: 0..1 (RFC 7587, 3.3). */
void dm_outgoing_set_loss(struct dm_outgoing *outgoing, double share);

#endif
