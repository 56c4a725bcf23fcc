/* relay/config/monitor.h
 *
 * The section "monitor": what is kept of the event, and whom alarms are posted to.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_MONITOR_H
#define DM_CONFIG_MONITOR_H

#include "config/reading.h"

/* Fills config->monitor; config->control and config->data_directory have been read. */
void dm_monitor_read(struct dm_reading *reading, struct dm_config *config);

#endif
