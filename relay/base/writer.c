#include "base/writer.h"

#include <assert.h>
#include <string.h>

struct dm_writer dm_writer_init(void *data, size_t capacity_bytes)
{
	return (struct dm_writer){ .data = data, .capacity = capacity_bytes };
}

/* Room for `size_bytes` more bytes; NULL when there is none (and failed), or none is wanted. */
static uint8_t *claim(struct dm_writer *writer, size_t size_bytes)
{
	/* Never `size + size_bytes > capacity`: that sum may wrap. */
	if (writer->failed || size_bytes > writer->capacity - writer->size) {
		writer->failed = true;
		return NULL;
	}
	if (size_bytes == 0) /* adding even 0 to NULL is undefined, and so is memcpy from it */
		return NULL;

	uint8_t *room = writer->data + writer->size;

	writer->size += size_bytes;
	return room;
}

static void write_big_endian(struct dm_writer *writer, uint64_t value, size_t size_bytes)
{
	uint8_t *room = claim(writer, size_bytes);

	if (!room)
		return;
	for (size_t i = size_bytes; i > 0; i--) {
		room[i - 1] = (uint8_t)(value & 0xFF);
		value >>= 8;
	}
}

void dm_writer_u8(struct dm_writer *writer, uint8_t value)
{
	write_big_endian(writer, value, 1);
}

void dm_writer_u16(struct dm_writer *writer, uint16_t value)
{
	write_big_endian(writer, value, 2);
}

void dm_writer_u24(struct dm_writer *writer, uint32_t value)
{
	assert(value <= 0xFFFFFF);
	write_big_endian(writer, value, 3);
}

void dm_writer_u32(struct dm_writer *writer, uint32_t value)
{
	write_big_endian(writer, value, 4);
}

void dm_writer_u64(struct dm_writer *writer, uint64_t value)
{
	write_big_endian(writer, value, 8);
}

void dm_writer_bytes(struct dm_writer *writer, const void *data, size_t size_bytes)
{
	uint8_t *room = claim(writer, size_bytes);

	if (room)
		memcpy(room, data, size_bytes);
}

void dm_writer_zeros(struct dm_writer *writer, size_t size_bytes)
{
	uint8_t *room = claim(writer, size_bytes);

	if (room)
		memset(room, 0, size_bytes);
}

void dm_writer_patch_u16(struct dm_writer *writer, size_t offset, uint16_t value)
{
	if (writer->failed)
		return; /* what was to be patched may never have been written */
	if (writer->size < 2 || offset > writer->size - 2) {
		writer->failed = true;
		return;
	}
	writer->data[offset] = (uint8_t)(value >> 8);
	writer->data[offset + 1] = (uint8_t)(value & 0xFF);
}
