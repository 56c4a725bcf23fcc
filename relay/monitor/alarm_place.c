#include "monitor/alarm_place.h"

#include "session/booth.h"

#include <glib.h>
#include <stdio.h>

static void name_channel(const struct dm_collector *collector, size_t slot, char *name, size_t size)
{
	const struct dm_slot_place place = dm_collector_place(collector, DM_SLOT_CHANNEL, slot);

	g_strlcpy(name, dm_collector_room_of(collector, place.room)->channels[place.number].lang,
		  size);
}

static void name_booth(const struct dm_collector *collector, enum dm_slot_sort sort, size_t slot,
		       char *name, size_t size)
{
	const struct dm_slot_place place = dm_collector_place(collector, sort, slot);
	const struct dm_booth *booth = dm_interpretation_booth(
		dm_collector_room_of(collector, place.room)->interpretation, place.number);

	if (sort == DM_SLOT_SEAT)
		snprintf(name, size, "%s/%u", booth->options->id, place.seat);
	else
		g_strlcpy(name, booth->options->id, size);
}

void dm_alarm_place_find(struct dm_alarm_place *place, const struct dm_collector *collector,
			 const struct dm_alarm *alarm)
{
	*place = (struct dm_alarm_place){ .room = NULL };
	if (alarm->room != DM_SAMPLE_NONE)
		place->room = dm_collector_room_of(collector, alarm->room)->options->id;
	switch (alarm->at) {
	case DM_AT_WORKER:
		snprintf(place->name, sizeof(place->name), "worker %u", alarm->slot);
		break;
	case DM_AT_CHANNEL:
		name_channel(collector, alarm->slot, place->name, sizeof(place->name));
		if (alarm->other != DM_SAMPLE_NONE)
			name_channel(collector, alarm->other, place->other, sizeof(place->other));
		break;
	case DM_AT_BOOTH:
		name_booth(collector, DM_SLOT_BOOTH, alarm->slot, place->name, sizeof(place->name));
		break;
	case DM_AT_MICROPHONE:
		name_booth(collector, DM_SLOT_SEAT, alarm->slot, place->name, sizeof(place->name));
		break;
	case DM_AT_GROUP:
		g_strlcpy(place->name,
			  dm_collector_place(collector, DM_SLOT_GROUP, alarm->slot).name,
			  sizeof(place->name));
		break;
	default: /* the relay, or the room, says it all */
		break;
	}
}
