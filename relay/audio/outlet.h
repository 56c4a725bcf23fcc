/* relay/audio/outlet.h
 *
 * Where sound leaves for a track: an encoder that prepares for what the track's listeners lose.
 *
 * Nothing is allocated after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_OUTLET_H
#define DM_AUDIO_OUTLET_H

#include "rtp/track.h"

struct dm_outlet;

/* A reference of the track is taken. Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_outlet_create(struct dm_outlet **out, struct dm_track *track, uint32_t bitrate_bps);
void dm_outlet_destroy(struct dm_outlet *outlet); /* NULL is allowed */

struct dm_track *dm_outlet_track(const struct dm_outlet *outlet); /* borrowed */

/* DM_AUDIO_FRAME_SAMPLES samples. The payload is borrowed until the next; false: it failed, and it
 * is silence. */
bool dm_outlet_encode(struct dm_outlet *outlet, const float *samples,
		      struct dm_track_payload *payload);

uint8_t dm_outlet_loss_percent(const struct dm_outlet *outlet); /* that is prepared for */

#endif
