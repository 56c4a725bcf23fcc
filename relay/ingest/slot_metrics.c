/* relay/ingest/slot_metrics.c: see slot.h */
#include "ingest/slot.h"

#include <stdio.h>
#include <string.h>

/* Whether what the source should bring comes. */
static int add_live_metric(struct dm_metrics *metrics, const struct dm_slot *slot,
			   const char *medium, const struct dm_metric *live)
{
	char labels[128];

	if (!metrics)
		return 0;
	snprintf(labels, sizeof(labels), "room=\"%s\",feed=\"%s\",medium=\"%s\"",
		 slot->room->options->id, strchr(slot->name, '/') + 1, medium);
	return dm_metrics_add(metrics, DM_METRIC_GAUGE, "dragoman_feed_live",
			      "1 while the feed's sound or picture comes from its source.", labels,
			      live, 1);
}

int dm_slot_add_live_metrics(const struct dm_slot *slot, struct dm_metrics *metrics)
{
	const bool sound = slot->feed ? slot->inlet != NULL : slot->passed != NULL;
	const bool picture = slot->picture && (slot->feed || slot->forwarded);
	int error = sound ? add_live_metric(metrics, slot, "sound", &slot->sound_live) : 0;

	if (!error && picture)
		error = add_live_metric(metrics, slot, "picture", &slot->picture_live);
	return error;
}

int dm_slot_add_metrics(const struct dm_slot *slot, struct dm_metrics *metrics)
{
	static const struct dm_ticker_counts none;
	const char *feed = strchr(slot->name, '/') + 1;
	const struct dm_ticker_counts *sound = slot->channel ? &slot->channel->sound : &none;
	const struct {
		bool present;
		const char *name;
		const char *help;
		const struct dm_metric *metric;
	} samples[] = {
		{ slot->feed != NULL, "dragoman_feed_restarts_total",
		  "Attempts to play the feed's source, but the first.", slot->restarts },
		{ slot->feed || slot->forwarded, "dragoman_feed_stalls_total",
		  "Times that a live feed's sound or picture was lost.", &slot->stalls },
		{ slot->inlet != NULL, "dragoman_feed_sound_gaps_total",
		  "Times that running sound ended or came too late.", &sound->gaps },
		{ slot->inlet != NULL, "dragoman_feed_sound_jumps_total",
		  "Times that sound moved by more than 20 ms.", &sound->jumps },
		{ slot->inlet != NULL, "dragoman_feed_sound_late_samples_total",
		  "Samples that came after their tick.", &sound->late_samples },
		{ slot->line != NULL, "dragoman_picture_frames_skipped_total",
		  "Frames that the encoders had no time for.", &slot->frames_skipped },
		{ slot->line != NULL, "dragoman_picture_frames_dropped_total",
		  "Encoded frames that did not fit their track.", &slot->frames_dropped },
	};
	char labels[128];
	int error = 0;

	if (!metrics)
		return 0;
	snprintf(labels, sizeof(labels), "room=\"%s\",feed=\"%s\"", slot->room->options->id, feed);
	for (size_t n = 0; n < G_N_ELEMENTS(samples) && !error; n++)
		if (samples[n].present)
			error = dm_metrics_add(metrics, DM_METRIC_COUNTER, samples[n].name,
					       samples[n].help, labels, samples[n].metric, 1);
	return error;
}
