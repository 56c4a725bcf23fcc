/* relay/monitor/collector_private.h
 *
 * What the parts of the collector share: collector.c (slots), collect_sound.c (sources and
 * channels), collect_booth.c (booths and microphones), collect_reception.c (listeners and workers).
 *
 * Thread: the control thread.
 */
#ifndef DM_MONITOR_COLLECTOR_PRIVATE_H
#define DM_MONITOR_COLLECTOR_PRIVATE_H

#include "monitor/collector.h"
#include "monitor/window.h"
#include "session/booth.h"
#include "transport/networks.h"

/* Windows of the rates. Choices: two receiver reports of 5 s (RFC 3550, 6.2); long enough for a
 * share of packets, short enough for the alarms' times. */
#define DM_RECEPTION_WINDOW  DM_SEC(10)
#define DM_MICROPHONE_WINDOW DM_SEC(5)
#define DM_TOGETHER_WINDOW   DM_SEC(8)
#define DM_PICTURE_WINDOW    DM_SEC(4)
#define DM_WORKER_WINDOW     DM_SEC(5)

/* As dm_window, of all counts of a reception. Zero-initialised. */
struct dm_reception_window {
	dm_usec at[2];
	struct dm_reception_counts counts[2];
};

/* Where a room's things begin in the samples' arrays. */
struct dm_room_slots {
	struct dm_room *room; /* borrowed */
	uint16_t number;
	uint16_t channel, booth, group; /* the first of them; seats are three a booth */
	struct dm_source_figures source;
	struct dm_window pictures[2]; /* the plenary's, the signer's */
	struct dm_reception_window reception;
	size_t microphone, microphone_count; /* in the figures */
	uint32_t listeners;
};

struct dm_channel_slot {
	uint16_t room;
	uint8_t number;
	struct dm_reception_window reception;
	uint64_t looks, together; /* of those so many in which two voices or more were heard */
	struct dm_window voices;  /* of these two */
};

struct dm_seat_slot {
	uint16_t room;
	uint8_t booth, seat;
	struct dm_window window;
};

struct dm_network_slot {
	struct dm_network network; /* of a free slot the last one */
	bool taken;
	struct dm_reception_window reception;
	bool seen; /* at this look */
};

struct dm_collector {
	struct dm_event *event;         /* borrowed */
	const struct dm_survey *survey; /* borrowed, nullable */
	struct dm_samples samples;      /* of the arrays below */
	struct dm_room_slots *rooms;    /* owned, like all arrays here */
	size_t room_count;
	struct dm_channel_slot *channel_slots;
	uint16_t *booth_rooms; /* by booth's slot */
	struct dm_seat_slot *seat_slots;
	struct dm_network_slot networks[DM_COLLECTED_NETWORKS]; /* slots of the judge's groups */
	struct dm_network *found;                               /* scratch */

	struct dm_source_sample *sources;
	struct dm_channel_sample *channels;
	struct dm_booth_sample *booths;
	struct dm_microphone_sample *microphones;
	struct dm_group_sample *groups;
	struct dm_worker_sample *workers;
	struct dm_window *worker_windows;

	struct dm_channel_figures *channel_figures;       /* as channels */
	struct dm_microphone_figures *microphone_figures; /* those taken, room by room */
	struct dm_group_figures *group_figures;           /* each room, then its channels */
	struct dm_group_figures network_figures[DM_COLLECTED_NETWORKS];
	size_t network_figure_count;
	struct dm_relay_figures relay;
	struct dm_window cpu;
};

/* Adds a look, and gives the counts of the window. */
void dm_reception_window_look(struct dm_reception_window *window,
			      const struct dm_reception_counts *now_counts,
			      struct dm_reception_counts *counts, dm_usec *span, dm_usec now);

/* Each one's part of a look. */
void dm_collect_source(struct dm_collector *collector, struct dm_room_slots *slots, bool expected,
		       dm_usec now);
void dm_collect_channels(struct dm_collector *collector, struct dm_room_slots *slots, dm_usec now);
void dm_collect_booths(struct dm_collector *collector, struct dm_room_slots *slots, bool session,
		       dm_usec now);
void dm_collect_reception(struct dm_collector *collector, struct dm_room_slots *slots, dm_usec now);
void dm_collect_networks(struct dm_collector *collector, dm_usec now);
void dm_collect_workers(struct dm_collector *collector, dm_usec now);

#endif
