/* client/native/tally.h
 *
 * What a crowd got, second by second: the sums over its receivers, less what they were a second
 * ago.
 *
 * Pure. Thread: the one that owns the members' receivers.
 */
#ifndef DM_CLIENT_TALLY_H
#define DM_CLIENT_TALLY_H

#include "rota.h"

/* What came in one second, over all members. */
struct dm_tally_second {
	double at_s; /* since dm_tally_start */
	unsigned connected;
	unsigned dropped; /* so far */
	uint64_t audio_packets;
	uint64_t video_packets;
	uint64_t bytes;
	uint64_t lost; /* so far; shrinks when a late packet comes */
};

struct dm_tally {
	dm_usec started_at;
	struct dm_tally_second before; /* sums, not differences */
};

void dm_tally_start(struct dm_tally *tally, dm_usec now);

/* The receivers count from nothing again. */
void dm_tally_restart(struct dm_tally *tally);

/* What has come since the last call; to be called once a second. */
struct dm_tally_second dm_tally_take(struct dm_tally *tally, const struct dm_rota *rota,
				     dm_usec now);

#endif
