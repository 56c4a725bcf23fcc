/* relay/control/measures_json.h
 *
 * Everything that is measured of one room as JSON, for organisers: meters at a rate that looks
 * smooth, and the rest once a second; and how fit a sound is to interpret from.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_MEASURES_JSON_H
#define DM_CONTROL_MEASURES_JSON_H

#include "control/json_writer.h"
#include "monitor/watch.h"

/* The caller owns the references. `now`: Unix seconds. `whole`: networks and countries too, which
 * are the whole event's. */
GBytes *dm_meters_json(struct dm_room *room);
GBytes *dm_measures_json(const struct dm_watch *watch, const struct dm_room *room, bool whole,
			 double now);

void dm_fitness_json(struct dm_json_writer *writer, const char *key,
		     const struct dm_interpretability_report *fitness);

#endif
