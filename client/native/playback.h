/* client/native/playback.h
 *
 * What happens to received RTP in a GStreamer pipeline: depacketised, decoded and counted, and
 * written to files or played where asked.
 *
 * Thread: create, link and finish on the main thread; the counters are kept by GStreamer's
 * streaming threads and read at any time.
 */
#ifndef DM_CLIENT_PLAYBACK_H
#define DM_CLIENT_PLAYBACK_H

#include "inbound.h"
#include "options.h"

#include <gst/gst.h>

struct dm_playback_media {
	GMutex lock;               /* counters are read while packets come */
	struct dm_inbound inbound; /* behind the jitter buffer: in order, late ones gone */
	uint64_t decoded;          /* buffers of sound, frames of picture */
	dm_usec first_decoded_at;  /* DM_USEC_NEVER until then */
	int width, height;         /* of the picture */
	bool expected;
};

struct dm_playback {
	GstElement *bin; /* owned by the pipeline it is added to */
	struct dm_playback_media audio;
	struct dm_playback_media video;
};

/* Makes a bin with a sink pad "audio" and, where `video`, one "video". Returns 0, or -ENOENT when
 * a GStreamer element is missing (written to standard error). */
int dm_playback_init(struct dm_playback *playback, const struct dm_client_options *options,
		     bool video);

/* Whether a message of the pipeline's says that there is no loudspeaker: sound would go nowhere. */
bool dm_playback_lacks_speaker(const GstMessage *message);

/* Links a pad of webrtcbin that has RTP. False when it has no use for it. */
bool dm_playback_link(struct dm_playback *playback, GstPad *pad);

/* Ends all streams, so that files are completed: EOS then comes on the pipeline's bus. */
void dm_playback_end(struct dm_playback *playback);

void dm_playback_finish(struct dm_playback *playback);

#endif
