#include "ingest/i420.h"

#include <string.h>

/* GStreamer's default layout (gst_video_info_align): rows of a multiple of four bytes. */
static size_t round_up_4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

size_t dm_i420_bytes(size_t width, size_t height)
{
	return round_up_4(width) * height + 2 * round_up_4(width / 2) * (height / 2);
}

struct dm_i420 dm_i420_view(uint8_t *data, size_t width, size_t height)
{
	const size_t luma = round_up_4(width), chroma = round_up_4(width / 2);

	return (struct dm_i420){
		.planes = { data, data + luma * height,
			    data + luma * height + chroma * (height / 2) },
		.strides = { luma, chroma, chroma },
		.width = width,
		.height = height,
	};
}

/* ITU-R BT.709, 3.2 and 3.4, in 1/65536. */
struct dm_yuv dm_yuv_from_rgb(int red, int green, int blue)
{
	const int y = 11966 * red + 40254 * green + 4064 * blue;
	const int u = -6596 * red - 22189 * green + 28784 * blue;
	const int v = 28784 * red - 26145 * green - 2639 * blue;

	return (struct dm_yuv){
		.y = (uint8_t)(16 + (y + 32768) / 65536),
		.u = (uint8_t)((128 * 65536 + u + 32768) / 65536),
		.v = (uint8_t)((128 * 65536 + v + 32768) / 65536),
	};
}

void dm_i420_fill(const struct dm_i420 *picture, size_t x, size_t y, size_t width, size_t height,
		  struct dm_yuv colour)
{
	const uint8_t values[3] = { colour.y, colour.u, colour.v };

	if (x >= picture->width || y >= picture->height)
		return;
	if (width > picture->width - x)
		width = picture->width - x;
	if (height > picture->height - y)
		height = picture->height - y;
	for (size_t plane = 0; plane < 3; plane++) {
		const size_t half = plane > 0 ? 2 : 1;
		uint8_t *row = picture->planes[plane] + y / half * picture->strides[plane] +
			       x / half;

		for (size_t n = 0; n < height / half; n++, row += picture->strides[plane])
			memset(row, values[plane], width / half);
	}
}

void dm_i420_copy(const struct dm_i420 *to, const struct dm_i420 *from)
{
	for (size_t plane = 0; plane < 3; plane++) {
		const size_t half = plane > 0 ? 2 : 1;

		for (size_t row = 0; row < to->height / half; row++)
			memcpy(to->planes[plane] + row * to->strides[plane],
			       from->planes[plane] + row * from->strides[plane], to->width / half);
	}
}
