#include "trace.h"

#include "base/reader.h"
#include "base/writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAGIC         "dmtrace1"
#define FILE_MAX      (64 << 20)
#define RECORD_HEADER 7 /* time 4, medium 1, size 2 */
#define SOUND_HZ      48000
#define PICTURE_HZ    90000

static int read_file(const char *path, uint8_t **data, size_t *bytes)
{
	FILE *file = fopen(path, "rb");

	if (!file)
		return -errno;
	*data = malloc(FILE_MAX);
	*bytes = *data ? fread(*data, 1, FILE_MAX, file) : 0;
	fclose(file);
	return *data ? 0 : -ENOMEM;
}

static int read_record(struct trace *trace, struct dm_reader *reader, bool pictures)
{
	const dm_usec at = dm_reader_u32(reader);
	const bool picture = dm_reader_u8(reader);
	const uint16_t bytes = dm_reader_u16(reader);
	const uint8_t *data = dm_reader_bytes(reader, bytes);

	if (!data || bytes > TRACE_PACKET_MAX || bytes < TRACE_HEADER)
		return -EINVAL;
	if (picture && !pictures)
		return 0;

	struct trace_packet *packet = &trace->packets[trace->count++];

	trace->media_count[picture]++;
	packet->at = at;
	packet->picture = picture;
	packet->bytes = bytes;
	memcpy(packet->data, data, bytes);
	return 0;
}

int trace_load(struct trace *trace, const char *path, bool pictures)
{
	uint8_t *data = NULL;
	size_t bytes = 0;
	int error = read_file(path, &data, &bytes);
	struct dm_reader reader = dm_reader_init(data, bytes);

	*trace = (struct trace){ 0 };
	if (error)
		return error;

	const uint8_t *magic = dm_reader_bytes(&reader, strlen(MAGIC));

	if (!magic || memcmp(magic, MAGIC, strlen(MAGIC)) != 0) {
		free(data);
		return -EINVAL;
	}
	trace->duration = dm_reader_u32(&reader);
	trace->packets = calloc(bytes / (RECORD_HEADER + TRACE_HEADER) + 1,
				sizeof(*trace->packets));
	error = trace->packets ? 0 : -ENOMEM;
	while (!error && dm_reader_left(&reader) > 0)
		error = read_record(trace, &reader, pictures);
	free(data);
	if (!error && trace->count == 0)
		error = -EINVAL;
	if (error)
		trace_finish(trace);
	return error;
}

void trace_finish(struct trace *trace)
{
	free(trace->packets);
	*trace = (struct trace){ 0 };
}

size_t trace_group(const struct trace *trace, size_t index)
{
	const struct trace_packet *first = &trace->packets[index];
	size_t end = index + 1;

	while (end < trace->count && trace->packets[end].at == first->at &&
	       trace->packets[end].picture == first->picture)
		end++;
	return end - index;
}

static uint64_t wall_clock_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static uint32_t read_u32(const uint8_t *data)
{
	struct dm_reader reader = dm_reader_init(data, 4);

	return dm_reader_u32(&reader);
}

size_t trace_write(const struct trace *trace, size_t index, uint64_t round, uint8_t *out)
{
	const struct trace_packet *packet = &trace->packets[index];
	const uint32_t rate = packet->picture ? PICTURE_HZ : SOUND_HZ;
	const uint32_t sequence = read_u32(packet->data) & 0xffff;
	const uint64_t elapsed = round * (uint64_t)trace->duration * rate / 1000000;
	struct dm_writer header = dm_writer_init(out + 2, 6);

	memcpy(out, packet->data, packet->bytes);
	dm_writer_u16(&header, (uint16_t)(sequence + round * trace->media_count[packet->picture]));
	dm_writer_u32(&header, (uint32_t)(read_u32(packet->data + 4) + elapsed));
	/* The first bytes of a payload may mean something: parameter sets stay as they are. */
	if (packet->bytes >= TRACE_HEADER + 4 * TRACE_STAMP_BYTES) {
		struct dm_writer stamp = dm_writer_init(out + packet->bytes - TRACE_STAMP_BYTES,
							TRACE_STAMP_BYTES);
		const uint64_t now = wall_clock_usec();

		dm_writer_bytes(&stamp, TRACE_STAMP, sizeof(TRACE_STAMP));
		dm_writer_u64(&stamp, now);
	}
	return packet->bytes;
}

void trace_sleep_until(dm_usec then)
{
	const struct timespec until = { .tv_sec = then / 1000000,
					.tv_nsec = then % 1000000 * 1000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
	}
}
