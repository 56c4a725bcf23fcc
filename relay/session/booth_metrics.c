#include "session/booth_metrics.h"

#include <glib.h>

int dm_booth_metrics_add(struct dm_booth_metrics *booth, struct dm_metrics *metrics,
			 const char *room, const char *id, const char *channel)
{
	const struct {
		enum dm_metric_type type;
		const char *name;
		const char *help;
		const struct dm_metric *metric;
	} samples[] = {
		{ DM_METRIC_GAUGE, "dragoman_booth_people", "Seats of the booth that are taken.",
		  &booth->people },
		{ DM_METRIC_GAUGE, "dragoman_booth_on_air", "Microphones of the booth on air.",
		  &booth->on_air },
		{ DM_METRIC_GAUGE, "dragoman_booth_relay_depth",
		  "Interpreters in a row before what the booth listens to.", &booth->relay_depth },
		{ DM_METRIC_COUNTER, "dragoman_booth_handovers_total",
		  "Times that a microphone was handed over in the booth.", &booth->handovers },
		{ DM_METRIC_COUNTER, "dragoman_booth_links_lost_total",
		  "Times that the link of a microphone of the booth was lost.",
		  &booth->links_lost },
	};
	char *labels = g_strdup_printf("room=\"%s\",booth=\"%s\",channel=\"%s\"", room, id,
				       channel);
	int error = 0;

	for (size_t n = 0; n < G_N_ELEMENTS(samples) && !error; n++)
		error = dm_metrics_add(metrics, samples[n].type, samples[n].name, samples[n].help,
				       labels, samples[n].metric, 1);
	g_free(labels);
	return error;
}

static bool has_handed_over(uint8_t how)
{
	return how == DM_HANDOVER_AT_PAUSE || how == DM_HANDOVER_AT_LIMIT ||
	       how == DM_HANDOVER_TAKEN || how == DM_HANDOVER_RELEASED;
}

void dm_booth_metrics_count(struct dm_booth_metrics *booth, const struct dm_change *change)
{
	if (change->kind == DM_CHANGE_HANDOVER_ENDED && has_handed_over(change->detail))
		dm_metric_add(&booth->handovers, 1);
	else if (change->kind == DM_CHANGE_LINK && change->detail == DM_LINK_LOST)
		dm_metric_add(&booth->links_lost, 1);
}

void dm_booth_metrics_show(struct dm_booth_metrics *metrics, const struct dm_booth *booth)
{
	int people = 0;
	int on_air = 0;

	for (size_t s = 0; s < DM_SEATS_MAX; s++) {
		people += dm_seat_is_taken(&booth->seats[s]);
		on_air += booth->seats[s].mic == DM_MIC_ON_AIR;
	}
	dm_metric_set(&metrics->people, people);
	dm_metric_set(&metrics->on_air, on_air);
	dm_metric_set(&metrics->relay_depth, booth->incoming.depth);
}
