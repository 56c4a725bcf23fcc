#include "ingest/picture_watch.h"

#include <stdlib.h>

/* Measured at 1280x720, x264 superfast, 2,304 points: of a slide nine of ten pictures change in at
 * most 3 points at 2 Mbit/s and 23 at 300 kbit/s; of the same picture with a clean camera's noise
 * (+-2 levels) nine of ten change in more than 25 at 1 Mbit/s, and in more than 250 with more noise
 * or bits. */
#define SAME_MOST 16
/* Key frames alone, scaled to 320x180: 0 to 247 for slides, 419 and more for cameras (measured;
 * the same material). */
#define SAME_MOST_SPARSE 300

/* Key frames of a slide make new pictures of it, now and then: 11 of 16 that are the same are a
 * still picture, which stays one down to 8. Two of three are fewer: 10 pictures a second shown at
 * 30, 24 at 60. */
#define STILL_FROM 11
#define STILL_TO   8

/* What no coder makes of a still picture: over 8 levels in 1 % of the points (19 of 2,304 measured
 * at 300 kbit/s). That is motion at once. */
#define STRONG_LEVELS 8
#define STRONG_FROM   24

/* Nor does it make marked changes of a still one, while a small thing that moves (a ball of a
 * hundredth of a test picture, a mouse's pointer) makes little else: nine of ten pictures of a
 * slide at 300 kbit/s had none of over 10 levels (measured). */
#define MARKED_LEVELS 32
#define MARKED_FROM   2

#define FREEZE DM_MSEC(500) /* choice: what a viewer takes for a fault, not for a hiccup */

/* Luma of at most 10 % above black (16 + 0.1 * 219) in 98 % of the picture: ffmpeg's blackdetect.
 */
#define BLACK_LUMA   38
#define BLACK_POINTS (DM_PICTURE_GRID_POINTS * 98 / 100)

struct look {
	unsigned changed; /* points that are not as before */
	unsigned strong;
	unsigned marked;
	unsigned dark;
	unsigned sum;
};

struct dm_picture_watch dm_picture_watch_init(bool sparse)
{
	return (struct dm_picture_watch){ .sparse = sparse, .black_since = DM_USEC_NEVER };
}

static struct look look(struct dm_picture_watch *watch, const uint8_t *luma, size_t stride,
			size_t width, size_t height)
{
	struct look look = { 0 };
	uint8_t *before = watch->grid;
	size_t columns[DM_PICTURE_GRID_WIDTH];

	for (size_t x = 0; x < DM_PICTURE_GRID_WIDTH; x++)
		columns[x] = (2 * x + 1) * width / (2 * DM_PICTURE_GRID_WIDTH);
	for (size_t y = 0; y < DM_PICTURE_GRID_HEIGHT; y++) {
		const uint8_t *row = luma +
				     (2 * y + 1) * height / (2 * DM_PICTURE_GRID_HEIGHT) * stride;

		for (size_t x = 0; x < DM_PICTURE_GRID_WIDTH; x++, before++) {
			const uint8_t point = row[columns[x]];
			const int difference = abs(point - *before);

			look.changed += difference > 0;
			look.strong += difference >= STRONG_LEVELS;
			look.marked += difference >= MARKED_LEVELS;
			look.dark += point <= BLACK_LUMA;
			look.sum += point;
			*before = point;
		}
	}
	return look;
}

static bool is_same(const struct dm_picture_watch *watch, const struct look *look)
{
	if (look->strong >= STRONG_FROM || look->marked >= MARKED_FROM)
		return false;
	return look->changed <= (watch->sparse ? SAME_MOST_SPARSE : SAME_MOST);
}

static unsigned ones(unsigned bits)
{
	unsigned count = 0;

	for (; bits; bits &= bits - 1)
		count++;
	return count;
}

static void note(struct dm_picture_watch *watch, const struct look *look, dm_usec at)
{
	const bool same = watch->seen && is_same(watch, look);

	watch->history = (uint16_t)(watch->history << 1 | same);
	watch->seen = true;
	if (look->strong >= STRONG_FROM) {
		watch->history = 0;
		watch->still = false;
	} else if (watch->sparse) {
		watch->still = same;
	} else {
		watch->still = ones(watch->history) >= (watch->still ? STILL_TO : STILL_FROM);
	}
	if (!watch->still && !same) {
		watch->still_since = at;
		watch->froze = false;
	}
}

struct dm_picture_sight dm_picture_watch_put(struct dm_picture_watch *watch, const uint8_t *luma,
					     size_t stride, size_t width, size_t height, dm_usec at)
{
	const struct look seen = look(watch, luma, stride, width, height);
	struct dm_picture_sight sight = { .luma = seen.sum / DM_PICTURE_GRID_POINTS };

	note(watch, &seen, at);
	if (watch->still && at > watch->still_since)
		sight.still_for = at - watch->still_since;
	sight.froze = sight.still_for > FREEZE && !watch->froze;
	watch->froze |= sight.froze;

	if (seen.dark < BLACK_POINTS)
		watch->black_since = DM_USEC_NEVER;
	else if (watch->black_since == DM_USEC_NEVER)
		watch->black_since = at;
	if (watch->black_since != DM_USEC_NEVER && at > watch->black_since)
		sight.black_for = at - watch->black_since;
	return sight;
}
