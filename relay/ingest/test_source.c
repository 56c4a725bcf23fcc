#include "ingest/test_source.h"
#include "ingest/test_picture.h"
#include "ingest/test_sound.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define BLOCK      960 /* samples: 20 ms */
#define BLOCK_TIME DM_MSEC(20)

/* Further behind, what was missed is left out. */
#define BEHIND_MOST DM_MSEC(500)

struct dm_test_source {
	const struct dm_source_output *output; /* borrowed */
	struct dm_test_sound sound;
	struct dm_test_picture *picture; /* owned; NULL: no picture is wanted */
	GstBufferPool *pool;             /* owned; frames come back to it */
	int64_t block;                   /* next block of sound, counted from the origin */
	int64_t frame;                   /* next frame, likewise */
};

static int64_t frame_at(const struct dm_test_source *source, dm_usec since_origin)
{
	return since_origin * source->output->frame_rate / DM_SEC(1);
}

static dm_usec time_of_frame(const struct dm_test_source *source, int64_t frame)
{
	const int64_t rate = source->output->frame_rate;

	/* Rounded up, so that frame_at gives the frame back and seconds begin on a frame. */
	return (frame * DM_SEC(1) + rate - 1) / rate;
}

static int make_picture(struct dm_test_source *source, enum dm_test_pattern pattern)
{
	const struct dm_source_output *output = source->output;
	const int error = dm_test_picture_create(&source->picture, pattern, output->width,
						 output->height, output->frame_rate);

	if (error)
		return error;
	source->pool = gst_buffer_pool_new();

	GstStructure *config = gst_buffer_pool_get_config(source->pool);

	gst_buffer_pool_config_set_params(
		config, NULL, (guint)dm_i420_bytes(output->width, output->height), 4, 0);
	if (!gst_buffer_pool_set_config(source->pool, config) ||
	    !gst_buffer_pool_set_active(source->pool, TRUE))
		return -ENOMEM;
	return 0;
}

int dm_test_source_create(struct dm_test_source **out, const struct dm_source_uri *uri,
			  const struct dm_source_output *output, dm_usec now)
{
	struct dm_test_source *source = calloc(1, sizeof(*source));
	const dm_usec since = now - output->timeline->origin;

	*out = NULL;
	if (!source)
		return -ENOMEM;
	source->output = output;
	source->sound = dm_test_sound_init(uri);
	source->block = since / BLOCK_TIME + 1;
	source->frame = output->wants_picture ? frame_at(source, since) + 1 : 0;
	if (output->wants_picture && make_picture(source, uri->pattern) != 0) {
		dm_test_source_destroy(source);
		return -ENOMEM;
	}
	*out = source;
	return 0;
}

void dm_test_source_destroy(struct dm_test_source *source)
{
	if (!source)
		return;
	if (source->pool) {
		gst_buffer_pool_set_active(source->pool, FALSE);
		gst_object_unref(source->pool);
	}
	dm_test_picture_destroy(source->picture);
	free(source);
}

static void put_sound(struct dm_test_source *source)
{
	const int64_t position = source->block++ * BLOCK;
	float samples[BLOCK];

	dm_test_sound_fill(&source->sound, position, samples, BLOCK);
	source->output->sound(source->output->user, position, samples, BLOCK);
}

static uint32_t seconds_of_day(void)
{
	const time_t now = time(NULL);
	struct tm day;

	localtime_r(&now, &day);
	return (uint32_t)(day.tm_hour * 3600 + day.tm_min * 60 + day.tm_sec);
}

static void put_picture(struct dm_test_source *source)
{
	const struct dm_source_output *output = source->output;
	const dm_usec at = time_of_frame(source, source->frame++);
	GstBuffer *frame;
	GstMapInfo map;

	if (gst_buffer_pool_acquire_buffer(source->pool, &frame, NULL) != GST_FLOW_OK)
		return;
	if (!gst_buffer_map(frame, &map, GST_MAP_WRITE)) {
		gst_buffer_unref(frame);
		return;
	}

	const struct dm_i420 view = dm_i420_view(map.data, output->width, output->height);

	dm_test_picture_draw(source->picture, &view, at, seconds_of_day());
	gst_buffer_unmap(frame, &map);
	output->picture(output->user, frame, output->timeline->origin + at);
}

dm_usec dm_test_source_turn(struct dm_test_source *source, dm_usec now)
{
	const dm_usec origin = source->output->timeline->origin, since = now - origin;
	dm_usec next = DM_USEC_NEVER;

	if (source->output->wants_sound) {
		if (since - source->block * BLOCK_TIME > BEHIND_MOST)
			source->block = since / BLOCK_TIME;
		while (source->block * BLOCK_TIME <= since)
			put_sound(source);
		next = origin + source->block * BLOCK_TIME;
	}
	if (source->picture) {
		if (since - time_of_frame(source, source->frame) > BEHIND_MOST)
			source->frame = frame_at(source, since);
		while (time_of_frame(source, source->frame) <= since)
			put_picture(source);
		const dm_usec frame_due = origin + time_of_frame(source, source->frame);

		if (frame_due < next)
			next = frame_due;
	}
	return next;
}
