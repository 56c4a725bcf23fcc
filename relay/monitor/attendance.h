/* relay/monitor/attendance.h
 *
 * How many listened to each channel over the last day, a point every half a minute, for plots.
 *
 * Pure, plain data. Thread: the control thread.
 */
#ifndef DM_MONITOR_ATTENDANCE_H
#define DM_MONITOR_ATTENDANCE_H

#include <stddef.h>
#include <stdint.h>

#define DM_ATTENDANCE_STEP_S 30   /* between two points; choice */
#define DM_ATTENDANCE_POINTS 2880 /* a day */

struct dm_attendance;

/* `series`: how many there are. Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_attendance_create(struct dm_attendance **out, size_t series);
void dm_attendance_destroy(struct dm_attendance *attendance); /* NULL is allowed */

/* What each series is now, at `wall` seconds since 1970: a point when one is due. After a gap (the
 * process was stopped) the points between repeat the last one. */
void dm_attendance_note(struct dm_attendance *attendance, const uint32_t *values, int64_t wall);

/* The points of one series, oldest first; *start is the first one's time. Borrowed until the next
 * note. Returns how many. */
size_t dm_attendance_read(const struct dm_attendance *attendance, size_t series,
			  const uint32_t **points, int64_t *start);

#endif
