/* relay/ingest/i420.h
 *
 * A view of one I420 picture: three planes, chroma at half size, BT.709 limited range.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_INGEST_I420_H
#define DM_INGEST_I420_H

#include <stddef.h>
#include <stdint.h>

struct dm_i420 {
	uint8_t *planes[3]; /* Y, U, V; borrowed */
	size_t strides[3];  /* bytes */
	size_t width;       /* pixels, even */
	size_t height;
};

struct dm_yuv {
	uint8_t y, u, v;
};

/* Red, green, blue 0..255 as BT.709, limited range. */
struct dm_yuv dm_yuv_from_rgb(int red, int green, int blue);

/* Fills a rectangle, cut to the picture and to even edges. */
void dm_i420_fill(const struct dm_i420 *picture, size_t x, size_t y, size_t width, size_t height,
		  struct dm_yuv colour);

/* Copies a picture of the same size. */
void dm_i420_copy(const struct dm_i420 *to, const struct dm_i420 *from);

/* A view into `data` of dm_i420_bytes(width, height) bytes, rows packed as GStreamer does. */
size_t dm_i420_bytes(size_t width, size_t height);
struct dm_i420 dm_i420_view(uint8_t *data, size_t width, size_t height);

#endif
