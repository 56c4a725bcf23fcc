/* relay/monitor/alarm_place.h
 *
 * Where an alarm is, in words that people know.
 *
 * Thread: the control thread.
 */
#ifndef DM_MONITOR_ALARM_PLACE_H
#define DM_MONITOR_ALARM_PLACE_H

#include "monitor/alarm.h"
#include "monitor/collector.h"

/* Names are cut. */
struct dm_alarm_place {
	const char *room; /* id; NULL: the whole relay. Borrowed from the configuration */
	char name[64];    /* "fr"; "fr/1" (booth and seat); "worker 0"; "203.0.0.0/16"; "" */
	char other[64];   /* the twin; "" */
};

void dm_alarm_place_find(struct dm_alarm_place *place, const struct dm_collector *collector,
			 const struct dm_alarm *alarm);

#endif
