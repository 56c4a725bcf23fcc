#include "track_race.h"

#include "rtp/track.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <cmocka.h>

#define READERS           3
#define FRAMES            30000
#define PACKETS_PER_FRAME 3
#define KEY_EVERY         10 /* frames */
#define CAPACITY          32 /* small, so that readers are overtaken all the time */

struct race {
	struct dm_track *track;
	_Atomic bool done;
};

struct reader {
	struct race *race;
	uint32_t seed;
	uint64_t ok;
	uint64_t lost;
	uint64_t wrong;
};

/* All of a packet follows from its index. */
static uint16_t size_of(uint64_t index)
{
	return (uint16_t)(1 + index * 2654435761U % DM_TRACK_PAYLOAD_MAX);
}

static uint8_t byte_of(uint64_t index, size_t i)
{
	return (uint8_t)(index * 31 + i * 7 + (index >> 8));
}

static void fill(uint8_t *data, uint64_t index)
{
	const uint16_t bytes = size_of(index);

	for (size_t i = 0; i < bytes; i++)
		data[i] = byte_of(index, i);
}

static bool is_whole(const struct dm_track_packet *packet, uint64_t index)
{
	const uint64_t frame = index / PACKETS_PER_FRAME;

	if (packet->index != index || packet->payload_bytes != size_of(index) ||
	    packet->timestamp != (uint32_t)frame * 3000 || packet->captured_at != (dm_usec)frame ||
	    packet->published_at != (dm_usec)frame + 5 ||
	    packet->frame_start != (index % PACKETS_PER_FRAME == 0) ||
	    packet->marker != (index % PACKETS_PER_FRAME == PACKETS_PER_FRAME - 1) ||
	    packet->key != (frame % KEY_EVERY == 0))
		return false;
	for (size_t i = 0; i < packet->payload_bytes; i++) {
		if (packet->payload[i] != byte_of(index, i))
			return false;
	}
	return true;
}

static void *write_frames(void *user)
{
	static uint8_t data[PACKETS_PER_FRAME][DM_TRACK_PAYLOAD_MAX];
	struct race *race = user;

	for (uint64_t n = 0; n < FRAMES; n++) {
		struct dm_track_payload payloads[PACKETS_PER_FRAME];

		for (size_t i = 0; i < PACKETS_PER_FRAME; i++) {
			const uint64_t index = n * PACKETS_PER_FRAME + i;

			fill(data[i], index);
			payloads[i] = (struct dm_track_payload){ .data = data[i],
								 .bytes = size_of(index) };
		}
		dm_track_publish(race->track,
				 &(struct dm_track_frame){
					 .payloads = payloads,
					 .payload_count = PACKETS_PER_FRAME,
					 .captured_at = (dm_usec)n,
					 .timestamp = (uint32_t)n * 3000,
					 .key = n % KEY_EVERY == 0,
				 },
				 (dm_usec)n + 5);
		if (n % 64 == 0)
			sched_yield();
	}
	atomic_store(&race->done, true);
	return NULL;
}

static void read_one(struct reader *reader, uint64_t index)
{
	struct dm_track_packet packet;

	switch (dm_track_read(reader->race->track, index, &packet)) {
	case DM_TRACK_READ_OK:
		reader->ok++;
		reader->wrong += !is_whole(&packet, index);
		break;
	case DM_TRACK_READ_LOST:
		reader->lost++;
		break;
	case DM_TRACK_READ_AHEAD: /* never asked for what was not seen published */
		reader->wrong++;
		break;
	}
}

/* A new key frame, what the worker reads next, and the edge where the writer overtakes. */
static void *read_everywhere(void *user)
{
	struct reader *reader = user;
	const struct dm_track *track = reader->race->track;

	while (!atomic_load(&reader->race->done)) {
		const uint64_t key = dm_track_key_index(track);
		const uint64_t head = dm_track_head(track);

		reader->wrong += head % PACKETS_PER_FRAME != 0; /* frames, not packets */
		if (key == UINT64_MAX)
			continue;
		reader->wrong += key >= head || key % (KEY_EVERY * PACKETS_PER_FRAME) != 0;
		read_one(reader, key);
		read_one(reader, head - 1);
		reader->seed = reader->seed * 1664525U + 1013904223U;

		const uint64_t back = 1 + (reader->seed >> 16) % (CAPACITY + 2);

		if (back <= head)
			read_one(reader, head - back);
	}
	return NULL;
}

void one_writer_races_many_readers(void **state)
{
	(void)state;
	struct race race = { .done = false };
	struct reader readers[READERS];
	pthread_t threads[READERS + 1];

	assert_int_equal(dm_track_create(&race.track,
					 &(struct dm_track_options){ .kind = DM_TRACK_VIDEO,
								     .clock_rate_hz = 90000,
								     .capacity_packets = CAPACITY,
								     .name = "race" }),
			 0);
	for (uint32_t i = 0; i < READERS; i++) {
		readers[i] = (struct reader){ .race = &race, .seed = 1000 + i };
		assert_int_equal(pthread_create(&threads[i], NULL, read_everywhere, &readers[i]),
				 0);
	}
	assert_int_equal(pthread_create(&threads[READERS], NULL, write_frames, &race), 0);
	for (uint32_t i = 0; i <= READERS; i++)
		pthread_join(threads[i], NULL);

	uint64_t ok = 0;
	uint64_t lost = 0;

	for (uint32_t i = 0; i < READERS; i++) {
		assert_int_equal(readers[i].wrong, 0);
		ok += readers[i].ok;
		lost += readers[i].lost;
	}
	print_message("seeds 1000..%d: %llu read, %llu overtaken\n", 1000 + READERS - 1,
		      (unsigned long long)ok, (unsigned long long)lost);
	assert_int_equal(dm_track_head(race.track), FRAMES * PACKETS_PER_FRAME);
	dm_track_unref(race.track);
}
