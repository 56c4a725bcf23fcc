/* relay/rtp/audience.h
 *
 * The doorbells of the loops that read tracks. A writer publishes any number of frames, then
 * rings once.
 *
 * Thread: add and remove before writers start or after they ended; ring from any.
 */
#ifndef DM_RTP_AUDIENCE_H
#define DM_RTP_AUDIENCE_H

#include "base/doorbell.h"

#include <stddef.h>

#define DM_AUDIENCE_MAX 64 /* loops; choice: more than the cores of one machine */

struct dm_audience {
	struct dm_doorbell *doorbells[DM_AUDIENCE_MAX]; /* borrowed until cleared */
	size_t count;
};

/* Returns 0, or -ENOSPC at DM_AUDIENCE_MAX. */
int dm_audience_add(struct dm_audience *audience, struct dm_doorbell *doorbell);
void dm_audience_ring(const struct dm_audience *audience);

#endif
