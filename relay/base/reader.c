#include "base/reader.h"

struct dm_reader dm_reader_init(const void *data, size_t size_bytes)
{
	return (struct dm_reader){ .data = data, .size = size_bytes };
}

const uint8_t *dm_reader_bytes(struct dm_reader *reader, size_t size_bytes)
{
	/* Never `offset + size_bytes > size`: that sum may wrap. */
	if (reader->failed || size_bytes > reader->size - reader->offset) {
		reader->failed = true;
		return NULL;
	}

	/* Adding even 0 to NULL is undefined. */
	const uint8_t *bytes = reader->data ? reader->data + reader->offset : NULL;

	reader->offset += size_bytes;
	return bytes;
}

static uint64_t read_big_endian(struct dm_reader *reader, size_t size_bytes)
{
	const uint8_t *bytes = dm_reader_bytes(reader, size_bytes);
	uint64_t value = 0;

	if (!bytes)
		return 0;
	for (size_t i = 0; i < size_bytes; i++)
		value = value << 8 | bytes[i];
	return value;
}

uint8_t dm_reader_u8(struct dm_reader *reader)
{
	return (uint8_t)read_big_endian(reader, 1);
}

uint16_t dm_reader_u16(struct dm_reader *reader)
{
	return (uint16_t)read_big_endian(reader, 2);
}

uint32_t dm_reader_u24(struct dm_reader *reader)
{
	return (uint32_t)read_big_endian(reader, 3);
}

uint32_t dm_reader_u32(struct dm_reader *reader)
{
	return (uint32_t)read_big_endian(reader, 4);
}

uint64_t dm_reader_u64(struct dm_reader *reader)
{
	return read_big_endian(reader, 8);
}

void dm_reader_skip(struct dm_reader *reader, size_t size_bytes)
{
	(void)dm_reader_bytes(reader, size_bytes);
}

struct dm_reader dm_reader_sub(struct dm_reader *reader, size_t size_bytes)
{
	const uint8_t *bytes = dm_reader_bytes(reader, size_bytes);

	return (struct dm_reader){
		.data = bytes,
		.size = reader->failed ? 0 : size_bytes,
		.failed = reader->failed,
	};
}
