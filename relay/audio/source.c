#include "audio/source.h"
#include "audio/encoder.h"
#include "audio/feed.h"

#include <errno.h>
#include <stdlib.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES
#define TICK  DM_MSEC(20)

#define FADING DM_MSEC(120) /* all that a microphone's end takes */

struct dm_source {
	struct dm_sound_inlet *inlet;     /* borrowed */
	struct dm_ticker_counts *counts;  /* borrowed; nullable */
	struct dm_sound_line *line;       /* owned; NULL without an inlet */
	struct dm_microphone *microphone; /* owned; NULL without an intake */
	struct dm_feed feed;
	dm_usec dead_for;
	bool made_up; /* the end of what it gave is concealment */
	float samples[FRAME];
	struct dm_intake_packet packet; /* scratch */
};

int dm_source_create(struct dm_source **out, const struct dm_ticker_channel *channel)
{
	*out = NULL;
	if (!channel->inlet && !channel->intake)
		return 0;
	if (channel->inlet && channel->intake)
		return -EINVAL;
	if (channel->intake && dm_intake_clock_rate_hz(channel->intake) != DM_AUDIO_RATE_HZ)
		return -EINVAL;

	struct dm_source *source = calloc(1, sizeof(*source));

	if (!source)
		return -ENOMEM;
	source->inlet = channel->inlet;
	source->counts = channel->counts;
	source->dead_for = DM_USEC_NEVER;
	if (channel->intake)
		dm_feed_connect(&source->feed, dm_intake_ref(channel->intake));

	const int error = channel->inlet ? dm_sound_line_create(&source->line)
					 : dm_microphone_create(&source->microphone);

	if (error) {
		dm_source_destroy(source);
		return error;
	}
	*out = source;
	return 0;
}

void dm_source_destroy(struct dm_source *source)
{
	if (!source)
		return;
	dm_intake_unref(source->feed.intake);
	dm_microphone_destroy(source->microphone);
	dm_sound_line_destroy(source->line);
	free(source);
}

static void count_sound(const struct dm_source *source)
{
	const struct dm_sound_line_totals *totals = dm_sound_line_totals(source->line);
	struct dm_ticker_counts *counts = source->counts;

	if (!counts)
		return;
	dm_metric_set(&counts->gaps, (int64_t)totals->dry_reads);
	dm_metric_set(&counts->jumps, (int64_t)totals->jumps);
	dm_metric_set(&counts->late_samples, (int64_t)totals->late_samples);
}

static void read_line(struct dm_source *source, int64_t position)
{
	dm_sound_inlet_drain(source->inlet, source->line);
	if (dm_sound_line_read(source->line, position, source->samples, FRAME) > 0)
		source->dead_for = 0;
	else if (source->dead_for != DM_USEC_NEVER)
		source->dead_for += TICK;
	count_sound(source);
}

static void read_microphone(struct dm_source *source, dm_usec at)
{
	dm_feed_run(&source->feed, source->microphone, &source->packet, at);

	const enum dm_microphone_sound sound = dm_microphone_read(source->microphone, at,
								  source->samples);
	const dm_usec dead_for = dm_microphone_dead_for(source->microphone);

	/* While its end is fading, it has not been silent for long. */
	source->dead_for = sound != DM_MICROPHONE_SILENT && dead_for > FADING ? FADING : dead_for;
	source->made_up = sound == DM_MICROPHONE_CONCEALED;
}

void dm_source_run(struct dm_source *source, int64_t position, dm_usec at)
{
	if (source->line)
		read_line(source, position);
	else
		read_microphone(source, at);
}

const float *dm_source_sound(const struct dm_source *source)
{
	return source->samples;
}

dm_usec dm_source_dead_for(const struct dm_source *source)
{
	return source->dead_for;
}

bool dm_source_is_made_up(const struct dm_source *source)
{
	return source->made_up;
}

const struct dm_microphone *dm_source_microphone(const struct dm_source *source)
{
	return source->microphone;
}
