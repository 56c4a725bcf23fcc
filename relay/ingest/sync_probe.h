/* relay/ingest/sync_probe.h
 *
 * How far sound and picture of a source are apart, where it shows flashes with beeps, as line-up
 * films do: a flash is a jump of the whole picture's brightness, a beep one of the sound's level
 * out of silence. Claims nothing before three pairs have agreed, so that neither a photographer's
 * flash nor a speaker's first word counts.
 *
 * Pure, plain data; time comes in. Thread: one at a time.
 */
#ifndef DM_INGEST_SYNC_PROBE_H
#define DM_INGEST_SYNC_PROBE_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>

#define DM_SYNC_PAIRS 3

struct dm_sync_probe {
	bool has_luma;
	unsigned luma;       /* of the picture before */
	dm_usec flash_at;    /* the last one; DM_USEC_NEVER: paired, or none yet */
	dm_usec flashed_at;  /* the last one, paired or not */
	dm_usec beep_at;     /* likewise */
	dm_usec quiet_since; /* DM_USEC_NEVER: it is loud */
	dm_usec onset_at;    /* a quiet time ended; DM_USEC_NEVER: no beep can come of it */
	dm_usec pairs[DM_SYNC_PAIRS]; /* picture less sound */
	size_t count;                 /* that ever were */
	dm_usec paired_at;
};

struct dm_sync_probe dm_sync_probe_init(void);

/* A picture's mean luma, 0..255; in the order of time. */
void dm_sync_probe_picture(struct dm_sync_probe *probe, unsigned luma, dm_usec at);

/* Samples of 48 kHz, the first of which is heard at `at`; full scale is 1. */
void dm_sync_probe_sound(struct dm_sync_probe *probe, const float *samples, size_t count,
			 dm_usec at);

/* False: not known at `now`. Else *offset: above 0 the sound is early. */
bool dm_sync_probe_offset(const struct dm_sync_probe *probe, dm_usec now, dm_usec *offset);

#endif
