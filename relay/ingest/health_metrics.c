#include "ingest/health_metrics.h"

#include <stdio.h>

#define MILLISECONDS 1000 /* in a second */
#define MICROSECONDS 1000000

struct sample {
	enum dm_metric_type type;
	const char *name;
	const char *help;
	const struct dm_metric *metric;
	uint32_t scale;
};

static int add(struct dm_metrics *metrics, const struct sample *samples, size_t count,
	       const char *labels)
{
	int error = 0;

	for (size_t n = 0; n < count && !error; n++)
		error = dm_metrics_add(metrics, samples[n].type, samples[n].name, samples[n].help,
				       labels, samples[n].metric, samples[n].scale);
	return error;
}

int dm_health_metrics_add_picture(struct dm_metrics *metrics, const struct dm_room *room,
				  const struct dm_picture *picture)
{
	const struct dm_picture_health *health = &picture->health;
	const struct sample samples[] = {
		{ DM_METRIC_COUNTER, "dragoman_picture_frames_total",
		  "Frames that came from the picture's source.", &health->came, 1 },
		{ DM_METRIC_COUNTER, "dragoman_picture_freezes_total",
		  "Times that the picture stood still for over half a second.", &health->freezes,
		  1 },
		{ DM_METRIC_GAUGE, "dragoman_picture_still_seconds",
		  "For so long the picture has been standing still; 0 while it moves.",
		  &health->still_ms, MILLISECONDS },
		{ DM_METRIC_GAUGE, "dragoman_picture_black_seconds",
		  "For so long the picture has been black; 0 while it is not.", &health->black_ms,
		  MILLISECONDS },
		{ DM_METRIC_GAUGE, "dragoman_picture_key_interval_seconds",
		  "Between the last two key frames that left.", &health->key_interval,
		  MICROSECONDS },
	};
	char labels[96];

	snprintf(labels, sizeof(labels), "room=\"%s\",picture=\"%s\"", room->options->id,
		 picture == &room->sign ? "sign" : "picture");
	return add(metrics, samples, sizeof(samples) / sizeof(samples[0]), labels);
}

int dm_health_metrics_add_source(struct dm_metrics *metrics, const struct dm_room *room)
{
	const struct dm_source_health *health = &room->source_health;
	const struct sample samples[] = {
		{ DM_METRIC_GAUGE, "dragoman_room_source_in_use",
		  "Which source the floor comes from: 0 its own, or the number of a backup.",
		  &health->in_use, 1 },
	};
	char labels[64];

	snprintf(labels, sizeof(labels), "room=\"%s\"", room->options->id);
	return add(metrics, samples, sizeof(samples) / sizeof(samples[0]), labels);
}

void dm_health_metrics_remove(struct dm_metrics *metrics, const struct dm_room *room)
{
	dm_metrics_remove(metrics, &room->picture.health, sizeof(room->picture.health));
	dm_metrics_remove(metrics, &room->sign.health, sizeof(room->sign.health));
	dm_metrics_remove(metrics, &room->source_health, sizeof(room->source_health));
}
