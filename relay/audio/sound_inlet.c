#include "audio/sound_inlet.h"
#include "base/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 64 /* of 20 ms: what the sound line can hold */

struct block {
	int64_t position;
	uint32_t count;
	float samples[DM_SOUND_LINE_BLOCK];
};

struct dm_sound_inlet {
	struct dm_queue *queue; /* owned */
	struct block drained;   /* the ticker's */
};

int dm_sound_inlet_create(struct dm_sound_inlet **out)
{
	struct dm_sound_inlet *inlet = calloc(1, sizeof(*inlet));

	*out = NULL;
	if (!inlet)
		return -ENOMEM;
	if (dm_queue_create(&inlet->queue, BLOCKS, sizeof(struct block)) != 0) {
		free(inlet);
		return -ENOMEM;
	}
	*out = inlet;
	return 0;
}

void dm_sound_inlet_destroy(struct dm_sound_inlet *inlet)
{
	if (!inlet)
		return;
	dm_queue_destroy(inlet->queue);
	free(inlet);
}

void dm_sound_inlet_put(struct dm_sound_inlet *inlet, int64_t position, const float *samples,
			size_t count)
{
	struct block block;

	while (count > 0) {
		block.position = position;
		block.count = count < DM_SOUND_LINE_BLOCK ? (uint32_t)count : DM_SOUND_LINE_BLOCK;
		memcpy(block.samples, samples, block.count * sizeof(float));
		memset(block.samples + block.count, 0,
		       (DM_SOUND_LINE_BLOCK - block.count) * sizeof(float));
		/* Full: the ticker has not run for a second, and its own lateness is counted. */
		if (!dm_queue_push(inlet->queue, &block))
			return;
		position += block.count;
		samples += block.count;
		count -= block.count;
	}
}

void dm_sound_inlet_drain(struct dm_sound_inlet *inlet, struct dm_sound_line *line)
{
	while (dm_queue_pop(inlet->queue, &inlet->drained))
		dm_sound_line_write(line, inlet->drained.position, inlet->drained.samples,
				    inlet->drained.count);
}
