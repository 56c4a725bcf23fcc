#include "monitor/collector_private.h"

#include <errno.h>
#include <glib.h>
#include <math.h>
#include <sys/resource.h>

#define SEATS DM_SEATS_MAX

/* --- life --- */

static size_t groups_of(const struct dm_room *room)
{
	return 1 + room->channel_count;
}

/* Counts what there is, and gives each room its slots. */
static void lay_out(struct dm_collector *collector)
{
	size_t channels = 0, booths = 0, groups = 0;

	for (size_t r = 0; r < collector->room_count; r++) {
		struct dm_room_slots *slots = &collector->rooms[r];

		slots->room = dm_event_room(collector->event, r);
		slots->number = (uint16_t)r;
		slots->channel = (uint16_t)channels;
		slots->booth = (uint16_t)booths;
		slots->group = (uint16_t)groups;
		channels += slots->room->channel_count;
		booths += dm_interpretation_booth_count(slots->room->interpretation);
		groups += groups_of(slots->room);
	}
	collector->samples = (struct dm_samples){
		.source_count = collector->room_count,
		.channel_count = channels,
		.booth_count = booths,
		.microphone_count = booths * SEATS,
		.group_count = DM_COLLECTED_NETWORKS,
		.worker_count = dm_transport_worker_count(dm_event_transport(collector->event)),
	};
	collector->group_figures = g_new0(struct dm_group_figures, groups);
}

static void allocate(struct dm_collector *collector)
{
	struct dm_samples *samples = &collector->samples;

	samples->sources = collector->sources = g_new0(struct dm_source_sample,
						       samples->source_count);
	samples->channels = collector->channels = g_new0(struct dm_channel_sample,
							 samples->channel_count);
	samples->booths = collector->booths = g_new0(struct dm_booth_sample, samples->booth_count);
	samples->microphones = collector->microphones = g_new0(struct dm_microphone_sample,
							       samples->microphone_count);
	samples->groups = collector->groups = g_new0(struct dm_group_sample, samples->group_count);
	samples->workers = collector->workers = g_new0(struct dm_worker_sample,
						       samples->worker_count);
	collector->channel_slots = g_new0(struct dm_channel_slot, samples->channel_count);
	collector->booth_rooms = g_new0(uint16_t, samples->booth_count);
	collector->seat_slots = g_new0(struct dm_seat_slot, samples->microphone_count);
	collector->worker_windows = g_new0(struct dm_window, samples->worker_count);
	collector->channel_figures = g_new0(struct dm_channel_figures, samples->channel_count);
	collector->microphone_figures = g_new0(struct dm_microphone_figures,
					       samples->microphone_count);
	collector->found = g_new0(struct dm_network, DM_COLLECTED_NETWORKS);
}

static void name_slots(struct dm_collector *collector, const struct dm_room_slots *slots)
{
	const size_t booths = dm_interpretation_booth_count(slots->room->interpretation);

	for (size_t c = 0; c < slots->room->channel_count; c++)
		collector->channel_slots[slots->channel + c] = (struct dm_channel_slot){
			.room = slots->number,
			.number = (uint8_t)c,
		};
	for (size_t b = 0; b < booths; b++)
		collector->booth_rooms[slots->booth + b] = slots->number;
	for (size_t n = 0; n < booths * SEATS; n++)
		collector->seat_slots[slots->booth * SEATS + n] = (struct dm_seat_slot){
			.room = slots->number,
			.booth = (uint8_t)(n / SEATS),
			.seat = (uint8_t)(n % SEATS),
		};
}

static bool fits(const struct dm_samples *samples)
{
	return samples->source_count <= DM_SAMPLES_MAX &&
	       samples->channel_count <= DM_SAMPLES_MAX &&
	       samples->microphone_count <= DM_SAMPLES_MAX &&
	       samples->worker_count <= DM_SAMPLED_WORKERS;
}

int dm_collector_create(struct dm_collector **out, struct dm_event *event,
			const struct dm_survey *survey)
{
	struct dm_collector *collector = g_new0(struct dm_collector, 1);

	*out = NULL;
	collector->event = event;
	collector->survey = survey;
	collector->room_count = dm_event_room_count(event);
	collector->rooms = g_new0(struct dm_room_slots, collector->room_count);
	lay_out(collector);
	allocate(collector);
	if (!fits(&collector->samples)) {
		dm_collector_destroy(collector);
		return -EINVAL;
	}
	for (size_t r = 0; r < collector->room_count; r++)
		name_slots(collector, &collector->rooms[r]);
	collector->relay = (struct dm_relay_figures){
		.cpu = NAN,
		.disk_free = NAN,
		.certificate_days = NAN,
		.token_days = NAN,
		.worker_drops = NAN,
		.worker_loop_ms = NAN,
		.networks = collector->network_figures,
	};
	*out = collector;
	return 0;
}

void dm_collector_destroy(struct dm_collector *collector)
{
	if (!collector)
		return;
	g_free(collector->sources);
	g_free(collector->channels);
	g_free(collector->booths);
	g_free(collector->microphones);
	g_free(collector->groups);
	g_free(collector->workers);
	g_free(collector->channel_slots);
	g_free(collector->booth_rooms);
	g_free(collector->seat_slots);
	g_free(collector->worker_windows);
	g_free(collector->channel_figures);
	g_free(collector->microphone_figures);
	g_free(collector->group_figures);
	g_free(collector->found);
	g_free(collector->rooms);
	g_free(collector);
}

/* --- looking --- */

static uint64_t microseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

static void look_at_cpu(struct dm_collector *collector, dm_usec now)
{
	struct rusage usage;
	uint64_t used, growth;
	dm_usec span;

	if (getrusage(RUSAGE_SELF, &usage) < 0)
		return;
	used = microseconds(&usage.ru_utime) + microseconds(&usage.ru_stime);
	span = dm_window_look(&collector->cpu, DM_WORKER_WINDOW, &used, 1, &growth, now);
	collector->relay.cpu = span > 0 ? (double)growth / (double)span : NAN;
}

static void look_at_room(struct dm_collector *collector, struct dm_room_slots *slots, int64_t wall,
			 dm_usec now)
{
	const enum dm_sitting sitting = dm_room_sitting(slots->room, wall);
	const bool running = sitting == DM_SITTING_RUNNING;

	dm_collect_source(collector, slots, running || sitting == DM_SITTING_LINE_UP, now);
	dm_collect_booths(collector, slots, running, now);
	dm_collect_channels(collector, slots, now);
	dm_collect_reception(collector, slots, now);
}

void dm_collector_look(struct dm_collector *collector, const struct dm_process_sample *process,
		       int64_t wall, dm_usec now)
{
	collector->samples.process = *process;
	collector->relay.disk_free = process->disk_free;
	collector->relay.certificate_days = process->certificate_days;
	collector->relay.token_days = process->token_days;
	look_at_cpu(collector, now);
	for (size_t r = 0; r < collector->room_count; r++)
		look_at_room(collector, &collector->rooms[r], wall, now);
	dm_collect_networks(collector, now);
	dm_collect_workers(collector, now);
}

/* --- reading --- */

const struct dm_samples *dm_collector_samples(const struct dm_collector *collector)
{
	return &collector->samples;
}

void dm_collector_room(const struct dm_collector *collector, size_t room,
		       struct dm_room_figures *figures)
{
	const struct dm_room_slots *slots = &collector->rooms[room];

	*figures = (struct dm_room_figures){
		.source = slots->source,
		.channels = &collector->channel_figures[slots->channel],
		.channel_count = slots->room->channel_count,
		.microphones = &collector->microphone_figures[slots->microphone],
		.microphone_count = slots->microphone_count,
		.groups = &collector->group_figures[slots->group],
		.group_count = groups_of(slots->room),
		.listeners = slots->listeners,
	};
}

void dm_collector_relay(const struct dm_collector *collector, struct dm_relay_figures *figures)
{
	*figures = collector->relay;
	figures->network_count = collector->network_figure_count;
}

const struct dm_room *dm_collector_room_of(const struct dm_collector *collector, size_t room)
{
	return collector->rooms[room].room;
}

struct dm_slot_place dm_collector_place(const struct dm_collector *collector,
					enum dm_slot_sort sort, size_t slot)
{
	struct dm_slot_place place = { .room = DM_SAMPLE_NONE };

	switch (sort) {
	case DM_SLOT_SOURCE:
		place.room = (uint16_t)slot;
		break;
	case DM_SLOT_CHANNEL:
		place.room = collector->channel_slots[slot].room;
		place.number = collector->channel_slots[slot].number;
		break;
	case DM_SLOT_BOOTH:
		place.room = collector->booth_rooms[slot];
		place.number = (uint8_t)(slot - collector->rooms[place.room].booth);
		break;
	case DM_SLOT_SEAT:
		place.room = collector->seat_slots[slot].room;
		place.number = collector->seat_slots[slot].booth;
		place.seat = collector->seat_slots[slot].seat;
		break;
	case DM_SLOT_GROUP:
		place.name = collector->networks[slot].network.name;
		break;
	}
	return place;
}
