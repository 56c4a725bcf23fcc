/* relay/monitor/collect_reception.c: listeners by groups, and workers; see collector_private.h */
#include "monitor/collector_private.h"
#include "transport/load.h"

#include <math.h>
#include <string.h>

void dm_reception_window_look(struct dm_reception_window *window,
			      const struct dm_reception_counts *now_counts,
			      struct dm_reception_counts *counts, dm_usec *span, dm_usec now)
{
	*counts = *now_counts;
	if (window->at[0] == 0 || now_counts->reports < window->counts[1].reports) {
		window->at[0] = window->at[1] = now;
		window->counts[0] = window->counts[1] = *now_counts;
	}
	if (now - window->at[1] >= DM_RECEPTION_WINDOW / 2) {
		window->at[0] = window->at[1];
		window->counts[0] = window->counts[1];
		window->at[1] = now;
		window->counts[1] = *now_counts;
	}
	dm_reception_since(counts, &window->counts[0]);
	*span = now - window->at[0];
}

static void fill_group(struct dm_group_figures *figures, enum dm_group_by by, const char *name,
		       uint32_t listeners, struct dm_reception_window *window,
		       const struct dm_reception_counts *now_counts, dm_usec now)
{
	struct dm_reception_counts counts;
	dm_usec span;

	dm_reception_window_look(window, now_counts, &counts, &span, now);
	*figures = (struct dm_group_figures){
		.by = by,
		.name = name,
		.listeners = listeners,
		.round_trip_p50_ms = dm_reception_round_trip(&counts, 0.5) / 1000,
		.round_trip_p95_ms = dm_reception_round_trip(&counts, 0.95) / 1000,
		.loss_p50 = dm_reception_loss(&counts, 0.5),
		.loss_p95 = dm_reception_loss(&counts, 0.95),
		.loss_mean = counts.reports > 0 ? counts.loss_sum / (double)counts.reports : NAN,
		.resent_hz = span > 0 ? (double)counts.resent * 1e6 / (double)span : NAN,
	};
}

/* --- rooms and channels --- */

void dm_collect_reception(struct dm_collector *collector, struct dm_room_slots *slots, dm_usec now)
{
	const struct dm_room *room = slots->room;
	struct dm_group_figures *figures = &collector->group_figures[slots->group];
	struct dm_reception_counts all = { 0 };

	for (size_t c = 0; c < room->channel_count; c++) {
		struct dm_channel *channel = &room->channels[c];
		struct dm_reception_counts counts;

		dm_reception_read(dm_track_reception(channel->track), &counts);
		/* What shares the floor's track is counted with the floor. */
		if (c == 0 || channel->track != room->channels[0].track)
			dm_reception_add(&all, &counts);
		fill_group(&figures[1 + c], DM_GROUP_BY_CHANNEL, channel->lang,
			   (uint32_t)dm_metric_get(&channel->listeners),
			   &collector->channel_slots[slots->channel + c].reception, &counts, now);
	}
	fill_group(&figures[0], DM_GROUP_BY_ROOM, room->options->id, slots->listeners,
		   &slots->reception, &all, now);
}

/* --- networks --- */

/* The slot that this network has, or a free one; NULL: there are too many. */
static struct dm_network_slot *slot_of(struct dm_collector *collector,
				       const struct dm_network *network)
{
	struct dm_network_slot *free = NULL;

	for (size_t n = 0; n < DM_COLLECTED_NETWORKS; n++) {
		struct dm_network_slot *slot = &collector->networks[n];

		if (!slot->taken)
			free = free ? free : slot;
		else if (slot->network.country == network->country &&
			 strcmp(slot->network.name, network->name) == 0)
			return slot;
	}
	if (free)
		free->reception = (struct dm_reception_window){ 0 };
	return free;
}

/* Slots whose listeners are gone are free before new ones are given out. */
static void match_networks(struct dm_collector *collector, size_t count)
{
	for (size_t n = 0; n < DM_COLLECTED_NETWORKS; n++)
		collector->networks[n].seen = false;
	for (int fresh = 0; fresh < 2; fresh++) {
		for (size_t i = 0; i < count; i++) {
			struct dm_network_slot *slot = slot_of(collector, &collector->found[i]);

			if (!slot || slot->seen || (!fresh && !slot->taken))
				continue;
			slot->network = collector->found[i];
			slot->taken = slot->seen = true;
		}
		for (size_t n = 0; !fresh && n < DM_COLLECTED_NETWORKS; n++) {
			collector->networks[n].taken = collector->networks[n].seen;
		}
	}
}

/* The judge looks at networks alone: a country's loss is that of its networks. */
static void sample_group(struct dm_group_sample *sample, const struct dm_network *network,
			 const struct dm_group_figures *figures)
{
	*sample = (struct dm_group_sample){
		.used = !network->country,
		.room = DM_SAMPLE_NONE,
		.listeners = network->listeners,
		.workers = network->workers,
		.loss = figures->loss_mean,
	};
}

void dm_collect_networks(struct dm_collector *collector, dm_usec now)
{
	const size_t count = dm_transport_networks(dm_event_transport(collector->event),
						   collector->found, DM_COLLECTED_NETWORKS);
	size_t filled = 0;

	match_networks(collector, count);
	for (size_t n = 0; n < DM_COLLECTED_NETWORKS; n++) {
		struct dm_network_slot *slot = &collector->networks[n];
		struct dm_group_figures *figures = &collector->network_figures[filled];

		collector->groups[n].used = false;
		if (!slot->seen)
			continue;
		fill_group(figures,
			   slot->network.country ? DM_GROUP_BY_COUNTRY : DM_GROUP_BY_NETWORK,
			   slot->network.name, slot->network.listeners, &slot->reception,
			   &slot->network.reception, now);
		sample_group(&collector->groups[n], &slot->network, figures);
		filled++;
	}
	collector->network_figure_count = filled;
}

/* --- workers --- */

void dm_collect_workers(struct dm_collector *collector, dm_usec now)
{
	const struct dm_transport *transport = dm_event_transport(collector->event);

	collector->relay.worker_drops = collector->relay.worker_loop_ms = NAN;
	for (size_t n = 0; n < collector->samples.worker_count; n++) {
		struct dm_worker_sample *sample = &collector->workers[n];
		struct dm_worker_load load;
		uint64_t growth[2];

		sample->used = dm_transport_load(transport, (unsigned)n, now, &load);
		dm_window_look(&collector->worker_windows[n], DM_WORKER_WINDOW,
			       (uint64_t[]){ load.dropped, load.sent }, 2, growth, now);
		sample->drops = growth[0] + growth[1] > 0
					? (double)growth[0] / (double)(growth[0] + growth[1])
					: 0;
		sample->loop_ms = (double)load.longest_turn / 1000;
		collector->relay.worker_drops = fmax(collector->relay.worker_drops, sample->drops);
		collector->relay.worker_loop_ms = fmax(collector->relay.worker_loop_ms,
						       sample->loop_ms);
	}
}
