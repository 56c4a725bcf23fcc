#include "stamp.h"

#include "base/reader.h"
#include "base/writer.h"

#include <string.h>

static const char magic[8] = "dmstamp"; /* with its NUL */

void dm_stamp_write(uint8_t *data, dm_usec wall)
{
	struct dm_writer writer = dm_writer_init(data, DM_STAMP_BYTES);

	dm_writer_bytes(&writer, magic, sizeof(magic));
	dm_writer_u64(&writer, (uint64_t)wall);
}

bool dm_stamp_read(const uint8_t *payload, size_t bytes, dm_usec *wall)
{
	if (bytes < DM_STAMP_BYTES)
		return false;

	struct dm_reader reader = dm_reader_init(payload + bytes - DM_STAMP_BYTES, DM_STAMP_BYTES);

	if (memcmp(dm_reader_bytes(&reader, sizeof(magic)), magic, sizeof(magic)) != 0)
		return false;
	*wall = (dm_usec)dm_reader_u64(&reader);
	return true;
}
