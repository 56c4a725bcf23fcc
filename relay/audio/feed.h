/* relay/audio/feed.h
 *
 * What feeds a microphone: an intake's packets, of which those that waited from before it was
 * connected are skipped.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_AUDIO_FEED_H
#define DM_AUDIO_FEED_H

#include "audio/microphone.h"
#include "rtp/intake.h"

/* Zero-initialised. */
struct dm_feed {
	struct dm_intake *intake; /* owned reference; nullable */
	bool fresh;               /* connected since the last tick */
};

/* The intake from now on (nullable; a reference is handed over). Returns the one before, with its
 * reference. */
struct dm_intake *dm_feed_connect(struct dm_feed *feed, struct dm_intake *intake);

/* Puts what has come by `at` into the microphone. `packet` is scratch. */
void dm_feed_run(struct dm_feed *feed, struct dm_microphone *microphone,
		 struct dm_intake_packet *packet, dm_usec at);

#endif
