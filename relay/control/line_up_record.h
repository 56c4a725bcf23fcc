/* relay/control/line_up_record.h
 *
 * What came of a line-up, kept in the log for whoever asks an hour later: how many channels passed,
 * and which did not.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_LINE_UP_RECORD_H
#define DM_CONTROL_LINE_UP_RECORD_H

#include "monitor/watch.h"

/* The room's line-up is done. */
void dm_line_up_record(struct dm_watch *watch, const struct dm_room *room);

#endif
