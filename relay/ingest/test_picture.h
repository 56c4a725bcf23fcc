/* relay/ingest/test_picture.h
 *
 * The test source's moving picture: colour bars, a ball that bounces, the wall clock and a time
 * code; or, for lip sync, black with a white flash of two frames at each second's start.
 *
 * Pure: time comes in. Thread: one at a time.
 */
#ifndef DM_INGEST_TEST_PICTURE_H
#define DM_INGEST_TEST_PICTURE_H

#include "base/time.h"
#include "ingest/i420.h"
#include "ingest/source_uri.h"

struct dm_test_picture;

/* `width` and `height` even, at least 64. Returns 0, -EINVAL or -ENOMEM. */
int dm_test_picture_create(struct dm_test_picture **out, enum dm_test_pattern pattern, size_t width,
			   size_t height, uint32_t frame_rate);
void dm_test_picture_destroy(struct dm_test_picture *picture); /* NULL is allowed */

/* Draws the frame that is `at` after the timeline's origin, when the wall clock shows
 * `day_seconds` since midnight. `to` has the picture's size. */
void dm_test_picture_draw(struct dm_test_picture *picture, const struct dm_i420 *to, dm_usec at,
			  uint32_t day_seconds);

#endif
