#include "monitor/attendance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Twice the room of what is shown: the points of a series lie in a row, and are moved to the front
 * once a day. */
#define ROOM (2 * DM_ATTENDANCE_POINTS)

struct dm_attendance {
	size_t series;
	size_t first, count; /* in each row */
	int64_t last_at;     /* of the latest point */
	uint32_t rows[];     /* ROOM each */
};

int dm_attendance_create(struct dm_attendance **out, size_t series)
{
	struct dm_attendance *attendance = calloc(1, sizeof(*attendance) +
							     series * ROOM * sizeof(uint32_t));

	*out = attendance;
	if (!attendance)
		return -ENOMEM;
	attendance->series = series;
	return 0;
}

void dm_attendance_destroy(struct dm_attendance *attendance)
{
	free(attendance);
}

static uint32_t *row(struct dm_attendance *attendance, size_t series)
{
	return &attendance->rows[series * ROOM];
}

static void to_front(struct dm_attendance *attendance)
{
	for (size_t s = 0; s < attendance->series; s++)
		memmove(row(attendance, s), row(attendance, s) + attendance->first,
			attendance->count * sizeof(uint32_t));
	attendance->first = 0;
}

/* `values` NULL: as the point before. */
static void append(struct dm_attendance *attendance, const uint32_t *values)
{
	if (attendance->first + attendance->count == ROOM)
		to_front(attendance);

	const size_t end = attendance->first + attendance->count;

	for (size_t s = 0; s < attendance->series; s++)
		row(attendance, s)[end] = values ? values[s] : row(attendance, s)[end - 1];
	if (attendance->count < DM_ATTENDANCE_POINTS)
		attendance->count++;
	else
		attendance->first++;
}

void dm_attendance_note(struct dm_attendance *attendance, const uint32_t *values, int64_t wall)
{
	if (attendance->count == 0 || wall < attendance->last_at) {
		attendance->count = 0; /* the first one, or the clock was set back: begin anew */
		attendance->last_at = wall;
		append(attendance, values);
		return;
	}
	/* The clock was set on by days: what is older than all points needs none. */
	if (wall - attendance->last_at > (int64_t)DM_ATTENDANCE_POINTS * DM_ATTENDANCE_STEP_S)
		attendance->last_at = wall - (int64_t)DM_ATTENDANCE_POINTS * DM_ATTENDANCE_STEP_S;
	while (wall - attendance->last_at >= DM_ATTENDANCE_STEP_S) {
		attendance->last_at += DM_ATTENDANCE_STEP_S;
		append(attendance,
		       wall - attendance->last_at < DM_ATTENDANCE_STEP_S ? values : NULL);
	}
}

size_t dm_attendance_read(const struct dm_attendance *attendance, size_t series,
			  const uint32_t **points, int64_t *start)
{
	*points = &attendance->rows[series * ROOM + attendance->first];
	*start = attendance->last_at;
	if (attendance->count > 0)
		*start -= (int64_t)(attendance->count - 1) * DM_ATTENDANCE_STEP_S;
	return attendance->count;
}
