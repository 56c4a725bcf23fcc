#include "ingest/feed_arrivals.h"
#include "audio/encoder.h"

static void on_sound(void *user, int64_t position, const float *samples, size_t count)
{
	struct dm_feed_arrivals *arrivals = user;
	const struct dm_feed_options *options = arrivals->options;

	atomic_store_explicit(&arrivals->sound_at, dm_time_now(), memory_order_relaxed);
	dm_source_watch_sound(&arrivals->watch, samples, count,
			      options->timeline->origin + position * DM_SEC(1) / DM_AUDIO_RATE_HZ);
	dm_sound_inlet_put(options->sound, position, samples, count);
}

static void on_picture(void *user, GstBuffer *frame, dm_usec presented_at)
{
	struct dm_feed_arrivals *arrivals = user;

	atomic_store_explicit(&arrivals->picture_at, dm_time_now(), memory_order_relaxed);
	dm_source_watch_picture(&arrivals->watch, frame, presented_at);
	dm_picture_line_put(arrivals->options->picture, frame, presented_at);
}

void dm_feed_arrivals_init(struct dm_feed_arrivals *arrivals, const struct dm_feed_options *options)
{
	struct dm_source_output *output = &arrivals->output;

	arrivals->options = options;
	*output = (struct dm_source_output){
		.wants_sound = options->sound != NULL,
		.wants_picture = options->picture != NULL,
		.timeline = options->timeline,
		.sound = on_sound,
		.picture = on_picture,
		.user = arrivals,
	};
	if (options->picture) {
		output->width = options->picture_options->ladder[0].width;
		output->height = options->picture_options->ladder[0].height;
		output->frame_rate = options->picture_options->frame_rate;
	}
	arrivals->watch = dm_source_watch_init(options->picture ? options->picture_health : NULL,
					       options->source_health, output->width,
					       output->height);
	atomic_init(&arrivals->sound_at, DM_USEC_NEVER);
	atomic_init(&arrivals->picture_at, DM_USEC_NEVER);
}

void dm_feed_arrivals_begin(struct dm_feed_arrivals *arrivals)
{
	atomic_store(&arrivals->sound_at, DM_USEC_NEVER);
	atomic_store(&arrivals->picture_at, DM_USEC_NEVER);
	dm_source_watch_reset(&arrivals->watch);
}

dm_usec dm_feed_arrivals_sound_at(const struct dm_feed_arrivals *arrivals)
{
	return atomic_load_explicit(&arrivals->sound_at, memory_order_relaxed);
}

dm_usec dm_feed_arrivals_picture_at(const struct dm_feed_arrivals *arrivals)
{
	return atomic_load_explicit(&arrivals->picture_at, memory_order_relaxed);
}

dm_usec dm_feed_arrivals_last_at(const struct dm_feed_arrivals *arrivals)
{
	const dm_usec sound_at = dm_feed_arrivals_sound_at(arrivals);
	const dm_usec picture_at = dm_feed_arrivals_picture_at(arrivals);

	if (sound_at == DM_USEC_NEVER)
		return picture_at;
	return picture_at == DM_USEC_NEVER || sound_at > picture_at ? sound_at : picture_at;
}
