/* relay/ingest/access_unit.h
 *
 * Gathers the RTP packets of one H.264 access unit as rtph264pay makes them, up to the marker
 * (RFC 6184, 5.1), and publishes their payloads to a track as one frame.
 *
 * Thread: one at a time: the rung's.
 */
#ifndef DM_INGEST_ACCESS_UNIT_H
#define DM_INGEST_ACCESS_UNIT_H

#include "rtp/track.h"

struct dm_access_unit;

enum dm_access_unit_result {
	DM_ACCESS_UNIT_MORE,      /* the access unit goes on */
	DM_ACCESS_UNIT_PUBLISHED, /* ring the audience */
	DM_ACCESS_UNIT_DROPPED,   /* it did not fit the track, or was no RTP */
};

/* `track`: a reference is taken. Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_access_unit_create(struct dm_access_unit **out, struct dm_track *track);
void dm_access_unit_destroy(struct dm_access_unit *unit); /* NULL is allowed */

/* Takes a whole RTP packet. `timestamp` and `captured_at` are those of its access unit. */
enum dm_access_unit_result dm_access_unit_put(struct dm_access_unit *unit, const void *packet,
					      size_t packet_bytes, uint32_t timestamp,
					      dm_usec captured_at, dm_usec now);

#endif
