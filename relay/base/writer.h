/* relay/base/writer.h
 *
 * A bounded cursor that writes big-endian bytes into a caller's buffer. Writing past the end
 * writes nothing and marks the writer failed, for good: check once at the end.
 *
 * Pure. Thread: any, one at a time.
 */
#ifndef DM_BASE_WRITER_H
#define DM_BASE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dm_writer {
	uint8_t *data;   /* borrowed */
	size_t capacity; /* bytes */
	size_t size;     /* bytes written */
	bool failed;
};

struct dm_writer dm_writer_init(void *data, size_t capacity_bytes);

void dm_writer_u8(struct dm_writer *writer, uint8_t value);
void dm_writer_u16(struct dm_writer *writer, uint16_t value);
void dm_writer_u24(struct dm_writer *writer, uint32_t value);
void dm_writer_u32(struct dm_writer *writer, uint32_t value);
void dm_writer_u64(struct dm_writer *writer, uint64_t value);
void dm_writer_bytes(struct dm_writer *writer, const void *data, size_t size_bytes);
void dm_writer_zeros(struct dm_writer *writer, size_t size_bytes);

/* Overwrites two bytes already written, at `offset`: lengths known only at the end. */
void dm_writer_patch_u16(struct dm_writer *writer, size_t offset, uint16_t value);

#endif
