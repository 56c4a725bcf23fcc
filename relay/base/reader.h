/* relay/base/reader.h
 *
 * A bounded cursor over received bytes, big-endian. Every parser of network bytes uses it.
 * Reading past the end returns 0 and marks the reader failed, for good: check once at the end.
 *
 * Pure. Thread: any, one at a time.
 */
#ifndef DM_BASE_READER_H
#define DM_BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dm_reader {
	const uint8_t *data; /* borrowed */
	size_t size;         /* bytes */
	size_t offset;       /* bytes read */
	bool failed;
};

struct dm_reader dm_reader_init(const void *data, size_t size_bytes);

static inline size_t dm_reader_left(const struct dm_reader *reader)
{
	return reader->failed ? 0 : reader->size - reader->offset;
}

uint8_t dm_reader_u8(struct dm_reader *reader);
uint16_t dm_reader_u16(struct dm_reader *reader);
uint32_t dm_reader_u24(struct dm_reader *reader);
uint32_t dm_reader_u32(struct dm_reader *reader);
uint64_t dm_reader_u64(struct dm_reader *reader);

/* Borrows `size_bytes` bytes from the input; NULL (and failed) when fewer are left. */
const uint8_t *dm_reader_bytes(struct dm_reader *reader, size_t size_bytes);

void dm_reader_skip(struct dm_reader *reader, size_t size_bytes);

/* A reader over the next `size_bytes` bytes, which this one passes; a failed one if fewer are left.
 */
struct dm_reader dm_reader_sub(struct dm_reader *reader, size_t size_bytes);

#endif
