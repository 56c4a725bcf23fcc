/* relay/ingest/picture_watch.h
 *
 * Tells a picture that moves from one that stands still, or is black, by looking at a coarse grid
 * of single pixels: an average would hide a camera's noise, which is what tells a live picture of
 * an empty hall from a frozen one.
 *
 * Pure, plain data; time comes in. Thread: one at a time.
 */
#ifndef DM_INGEST_PICTURE_WATCH_H
#define DM_INGEST_PICTURE_WATCH_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_PICTURE_GRID_WIDTH  64
#define DM_PICTURE_GRID_HEIGHT 36
#define DM_PICTURE_GRID_POINTS (DM_PICTURE_GRID_WIDTH * DM_PICTURE_GRID_HEIGHT)

struct dm_picture_watch {
	uint8_t grid[DM_PICTURE_GRID_POINTS]; /* of the picture before */
	bool seen;                            /* there was one */
	bool sparse;                          /* key frames, seconds apart, of a coded picture */
	uint16_t history;                     /* a bit a picture, newest lowest: was it the same */
	bool still;
	bool froze;          /* counted already */
	dm_usec still_since; /* the last picture that was new */
	dm_usec black_since; /* DM_USEC_NEVER: it is not black */
};

struct dm_picture_sight {
	dm_usec still_for; /* 0: it moves */
	dm_usec black_for; /* 0: it is not black */
	bool froze;        /* it has now been still for half a second; told once a freeze */
	unsigned luma;     /* mean, 0..255 */
};

/* `sparse`: only key frames are shown, as a coder made each anew. */
struct dm_picture_watch dm_picture_watch_init(bool sparse);

/* A picture (luma plane, limited range) that happened at `at`; at least 1x1. */
struct dm_picture_sight dm_picture_watch_put(struct dm_picture_watch *watch, const uint8_t *luma,
					     size_t stride, size_t width, size_t height,
					     dm_usec at);

#endif
