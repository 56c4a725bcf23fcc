/* relay/monitor/collector.h
 *
 * Looks at everything that is measured of an event, in the rooms, the booths, the microphones, the
 * transport, and puts it together: as samples for the judge (sample.h), each thing always in the
 * same slot, and as figures for people (figures.h).
 *
 * Thread: the control thread. It waits for nothing; what it reads are atomics and session's state.
 */
#ifndef DM_MONITOR_COLLECTOR_H
#define DM_MONITOR_COLLECTOR_H

#include "monitor/figures.h"
#include "monitor/sample.h"
#include "session/event.h"

#define DM_COLLECTED_NETWORKS 64 /* the largest ones are watched; choice */

struct dm_collector;

/* `event` and `survey` (nullable: then nothing is known of sounds but their levels) are borrowed
 * until destroy. Returns 0, -EINVAL (more than DM_SAMPLES_MAX of something) or -ENOMEM; on failure
 * *out is NULL. */
int dm_collector_create(struct dm_collector **out, struct dm_event *event,
			const struct dm_survey *survey);
void dm_collector_destroy(struct dm_collector *collector); /* NULL is allowed */

/* One look. `wall` in seconds since 1970 says which sessions run; `process` is what is known of the
 * relay's own surroundings. */
void dm_collector_look(struct dm_collector *collector, const struct dm_process_sample *process,
		       int64_t wall, dm_usec now);

/* Of the last look; before the first one nothing is used. Borrowed until the next. */
const struct dm_samples *dm_collector_samples(const struct dm_collector *collector);
void dm_collector_room(const struct dm_collector *collector, size_t room,
		       struct dm_room_figures *figures);
void dm_collector_relay(const struct dm_collector *collector, struct dm_relay_figures *figures);

/* The room of that number; borrowed from the event. */
const struct dm_room *dm_collector_room_of(const struct dm_collector *collector, size_t room);

/* What a slot is. Room and channel, booth or seat; DM_SAMPLE_NONE where they do not apply. */
struct dm_slot_place {
	uint16_t room;
	uint8_t number; /* channel or booth */
	uint8_t seat;
	const char *name; /* of a group; else NULL. Borrowed until the next look */
};
enum dm_slot_sort { DM_SLOT_SOURCE, DM_SLOT_CHANNEL, DM_SLOT_BOOTH, DM_SLOT_SEAT, DM_SLOT_GROUP };
struct dm_slot_place dm_collector_place(const struct dm_collector *collector,
					enum dm_slot_sort sort, size_t slot);

#endif
