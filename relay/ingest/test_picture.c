#include "ingest/test_picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLASH_FRAMES 2

struct dm_test_picture {
	enum dm_test_pattern pattern;
	uint32_t frame_rate;
	struct dm_i420 background; /* drawn once, copied into each frame */
	uint8_t pixels[];
};

/* Digits 0-9 and ":" of five by seven dots; a row's leftmost dot is bit 4. */
static const uint8_t glyphs[11][7] = {
	{ 0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e }, { 0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e },
	{ 0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f }, { 0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e },
	{ 0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02 }, { 0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e },
	{ 0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e }, { 0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08 },
	{ 0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e }, { 0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c },
	{ 0x00, 0x04, 0x04, 0x00, 0x04, 0x04, 0x00 },
};

static void draw_text(const struct dm_i420 *to, size_t x, size_t y, size_t dot, const char *text)
{
	const struct dm_yuv ink = dm_yuv_from_rgb(255, 255, 255);

	for (; *text; text++, x += 6 * dot) {
		const uint8_t *glyph = glyphs[*text == ':' ? 10 : *text - '0'];

		for (size_t row = 0; row < 7; row++)
			for (size_t column = 0; column < 5; column++)
				if (glyph[row] & (0x10 >> column))
					dm_i420_fill(to, x + column * dot, y + row * dot, dot, dot,
						     ink);
	}
}

/* Eight bars at 75 % (ITU-R BT.471 for their order), the lower third dark for the text. */
static void draw_background(const struct dm_i420 *to)
{
	static const uint8_t bars[8] = { 7, 6, 3, 2, 5, 4, 1, 0 }; /* bits: red, green, blue */
	const size_t bar = (to->width / 8 + 1) & ~(size_t)1;

	dm_i420_fill(to, 0, 0, to->width, to->height, dm_yuv_from_rgb(16, 24, 40));
	for (size_t n = 0; n < 8; n++)
		dm_i420_fill(to, n * bar, 0, bar, to->height * 2 / 3 & ~(size_t)1,
			     dm_yuv_from_rgb(bars[n] & 4 ? 191 : 0, bars[n] & 2 ? 191 : 0,
					     bars[n] & 1 ? 191 : 0));
}

int dm_test_picture_create(struct dm_test_picture **out, enum dm_test_pattern pattern, size_t width,
			   size_t height, uint32_t frame_rate)
{
	*out = NULL;
	if (width < 64 || height < 64 || width % 2 || height % 2 || frame_rate == 0)
		return -EINVAL;

	struct dm_test_picture *picture = calloc(1,
						 sizeof(*picture) + dm_i420_bytes(width, height));

	if (!picture)
		return -ENOMEM;
	picture->pattern = pattern;
	picture->frame_rate = frame_rate;
	picture->background = dm_i420_view(picture->pixels, width, height);
	draw_background(&picture->background);
	*out = picture;
	return 0;
}

void dm_test_picture_destroy(struct dm_test_picture *picture)
{
	free(picture);
}

/* Goes from 0 to `range` and back, once each `period`. */
static size_t bounce(dm_usec at, dm_usec period, size_t range)
{
	const dm_usec phase = at % period;
	const dm_usec way = phase < period / 2 ? phase : period - phase;

	return (size_t)(way * (dm_usec)range * 2 / period) & ~(size_t)1;
}

static void draw_ball(const struct dm_i420 *to, dm_usec at)
{
	const size_t size = to->height / 10 & ~(size_t)1, floor = to->height * 2 / 3;
	const size_t x = bounce(at, DM_SEC(5), to->width - size);
	const size_t y = bounce(at, DM_SEC(3), floor - size);
	const long radius = (long)size / 2;

	for (size_t row = 0; row < size; row += 2) { /* two rows and two columns share a chroma */
		const long dy = (long)row + 1 - radius;
		long half = 0;

		while ((half + 2) * (half + 2) + dy * dy <= radius * radius)
			half += 2;
		dm_i420_fill(to, x + (size_t)(radius - half), y + row, (size_t)half * 2, 2,
			     dm_yuv_from_rgb(255, 255, 255));
	}
}

static void draw_clocks(const struct dm_i420 *to, dm_usec at, uint32_t frame_rate,
			uint32_t day_seconds)
{
	const size_t dot = to->width / 160 & ~(size_t)1 ? to->width / 160 & ~(size_t)1 : 2;
	const size_t seconds = (size_t)(at / DM_SEC(1));
	const size_t frame = (size_t)(at % DM_SEC(1) * frame_rate / DM_SEC(1));
	const size_t y = to->height * 2 / 3 + to->height / 24;
	char text[64];

	snprintf(text, sizeof(text), "%02u:%02u:%02u", day_seconds / 3600 % 24,
		 day_seconds / 60 % 60, day_seconds % 60);
	draw_text(to, (to->width - 8 * 6 * dot) / 2 & ~(size_t)1, y & ~(size_t)1, dot, text);
	snprintf(text, sizeof(text), "%02zu:%02zu:%02zu:%02zu", seconds / 3600 % 100,
		 seconds / 60 % 60, seconds % 60, frame);
	draw_text(to, (to->width - 11 * 6 * dot) / 2 & ~(size_t)1, (y + 10 * dot) & ~(size_t)1, dot,
		  text);
}

void dm_test_picture_draw(struct dm_test_picture *picture, const struct dm_i420 *to, dm_usec at,
			  uint32_t day_seconds)
{
	if (picture->pattern == DM_TEST_FLASH) {
		const bool lit = at % DM_SEC(1) * picture->frame_rate / DM_SEC(1) < FLASH_FRAMES;
		const int grey = lit ? 255 : 0;

		dm_i420_fill(to, 0, 0, to->width, to->height, dm_yuv_from_rgb(grey, grey, grey));
		return;
	}
	dm_i420_copy(to, &picture->background);
	draw_ball(to, at);
	draw_clocks(to, at, picture->frame_rate, day_seconds);
}
