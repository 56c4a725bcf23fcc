#include "ingest/forward_metrics.h"

#include <stdio.h>

#define DROPPED_NAME "dragoman_forward_dropped_total"
#define DROPPED_HELP "Packets of a passed-through source that did not go on."

static const char *const reasons[DM_FORWARD_DROPS] = {
	[DM_FORWARD_DROP_DUPLICATE] = "duplicate",
	[DM_FORWARD_DROP_LATE] = "late",
	[DM_FORWARD_DROP_FAR] = "far",
	[DM_FORWARD_DROP_TOO_LARGE] = "too_large",
	[DM_FORWARD_DROP_DAMAGED] = "damaged_frame",
	[DM_FORWARD_DROP_AWAITING_KEY] = "awaiting_key",
	[DM_FORWARD_DROP_FOREIGN] = "foreign_sender",
};

static int add_dropped(struct dm_metrics *metrics, const char *of, const char *reason,
		       const struct dm_metric *metric)
{
	char labels[160];

	snprintf(labels, sizeof(labels), "%s,reason=\"%s\"", of, reason);
	return dm_metrics_add(metrics, DM_METRIC_COUNTER, DROPPED_NAME, DROPPED_HELP, labels,
			      metric, 1);
}

static int add_stream(struct dm_metrics *metrics, const char *of,
		      const struct dm_forward_counts *counts)
{
	const struct {
		const char *name;
		const char *help;
		const struct dm_metric *metric;
	} samples[] = {
		{ "dragoman_forward_packets_total", "Packets that came of a passed-through stream.",
		  &counts->packets },
		{ "dragoman_forward_bytes_total", "Bytes of their payloads.", &counts->bytes },
		{ "dragoman_forward_lost_total", "Packets that were lost on the way here.",
		  &counts->lost },
		{ "dragoman_forward_reordered_total", "Packets that were put back in order.",
		  &counts->reordered },
		{ "dragoman_forward_timestamps_held_total",
		  "Timestamps of a passed-through stream that would have gone back.",
		  &counts->backwards },
	};
	int error = 0;

	for (size_t n = 0; n < sizeof(samples) / sizeof(samples[0]) && !error; n++)
		error = dm_metrics_add(metrics, DM_METRIC_COUNTER, samples[n].name, samples[n].help,
				       of, samples[n].metric, 1);
	for (size_t n = 0; n < DM_FORWARD_DROPS && !error; n++)
		error = add_dropped(metrics, of, reasons[n], &counts->drops[n]);
	return error;
}

static int add_source(struct dm_metrics *metrics, const char *of,
		      const struct dm_forward_source_counts *counts)
{
	const struct {
		const char *name;
		const char *help;
		const struct dm_metric *metric;
	} samples[] = {
		{ "dragoman_forward_key_requests_total",
		  "Key frames that a passed-through source was asked for.", &counts->key_requests },
		{ "dragoman_forward_clock_moves_total",
		  "Times that a passed-through stream was mapped to the timeline anew.",
		  &counts->moves },
	};
	int error = add_dropped(metrics, of, "malformed", &counts->malformed);

	if (!error)
		error = add_dropped(metrics, of, "other_payload_type", &counts->other_type);
	for (size_t n = 0; n < sizeof(samples) / sizeof(samples[0]) && !error; n++)
		error = dm_metrics_add(metrics, DM_METRIC_COUNTER, samples[n].name, samples[n].help,
				       of, samples[n].metric, 1);
	return error;
}

int dm_forward_metrics_add(struct dm_metrics *metrics, const char *room, const char *feed,
			   bool has_sound, bool has_picture,
			   const struct dm_forward_source_counts *counts)
{
	const bool has[DM_FORWARD_MEDIA] = { has_sound, has_picture };
	static const char *const media[DM_FORWARD_MEDIA] = { "sound", "picture" };
	char labels[128];
	int error;

	snprintf(labels, sizeof(labels), "room=\"%s\",feed=\"%s\"", room, feed);
	error = add_source(metrics, labels, counts);
	for (size_t n = 0; n < DM_FORWARD_MEDIA && !error; n++) {
		snprintf(labels, sizeof(labels), "room=\"%s\",feed=\"%s\",medium=\"%s\"", room,
			 feed, media[n]);
		if (has[n])
			error = add_stream(metrics, labels, &counts->media[n]);
	}
	return error;
}
