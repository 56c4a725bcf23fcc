/* relay/session/health.h
 *
 * What is measured of a room's source and of its pictures, as counters and gauges that ingest's
 * threads set and everybody may read.
 *
 * Plain data of relaxed atomics. Thread: any.
 */
#ifndef DM_SESSION_HEALTH_H
#define DM_SESSION_HEALTH_H

#include "base/metric.h"

/* Of a picture as it comes in (`came`), and as it leaves (the rest). */
struct dm_picture_health {
	struct dm_metric came;  /* pictures that the source gave, since the start */
	struct dm_metric width; /* of what comes in, pixels; 0: not known */
	struct dm_metric height;
	struct dm_metric still_ms; /* for so long each picture has been the one before again; 0: it
				      moves */
	struct dm_metric black_ms; /* for so long it has been black */
	struct dm_metric freezes;  /* times that still_ms went over half a second */
	struct dm_metric key_interval; /* microseconds between the last two key frames that left */
	struct dm_metric decoded; /* 1: still_ms and black_ms are known for each picture; 0: only
				     for the key frames that were looked at */
};

/* Of the floor's source. */
struct dm_source_health {
	struct dm_metric restarts; /* attempts but the first */
	struct dm_metric in_use;   /* 0: the source; n: the nth backup */
	struct dm_metric offset; /* microseconds, sound against picture, > 0: the sound is early; by
				    flashes and beeps, or sender reports */
	struct dm_metric offset_known; /* 0 or 1 */
};

#endif
