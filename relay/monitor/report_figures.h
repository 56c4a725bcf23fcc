/* relay/monitor/report_figures.h
 *
 * The figures of a report: attendance over time, hours, percentiles of quality, for each room and
 * channel, folded from the history's minutes.
 *
 * Pure. Thread: one at a time.
 */
#ifndef DM_MONITOR_REPORT_FIGURES_H
#define DM_MONITOR_REPORT_FIGURES_H

#include "monitor/history_row.h"

#include <jansson.h>

struct dm_report_figures;

/* Points of the series lie `step` seconds apart; there are at most DM_REPORT_POINTS_MAX between
 * `from` and `until`. */
struct dm_report_figures *dm_report_figures_create(dm_wall_usec from, dm_wall_usec until);
void dm_report_figures_destroy(struct dm_report_figures *figures); /* NULL is allowed */

/* As the reader calls it; the context is the figures. True. */
bool dm_report_figures_add(void *figures, const struct dm_history_minute *minute);

/* The report's "rooms": a new reference, NULL when memory is out. */
json_t *dm_report_figures_json(const struct dm_report_figures *figures);

#endif
