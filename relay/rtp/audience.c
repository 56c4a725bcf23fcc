#include "rtp/audience.h"

#include <errno.h>

int dm_audience_add(struct dm_audience *audience, struct dm_doorbell *doorbell)
{
	if (audience->count == DM_AUDIENCE_MAX)
		return -ENOSPC;
	audience->doorbells[audience->count++] = doorbell;
	return 0;
}

void dm_audience_ring(const struct dm_audience *audience)
{
	for (size_t i = 0; i < audience->count; i++)
		dm_doorbell_ring(audience->doorbells[i]);
}
