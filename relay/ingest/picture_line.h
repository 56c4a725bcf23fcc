/* relay/ingest/picture_line.h
 *
 * One picture of a room: takes frames from whatever source there is, shows the holding picture
 * while there is none, and keeps its encode ladder fed for as long as it lives.
 *
 * Thread: create and destroy on the control thread; put from any one thread at a time; a thread
 * of its own paces and feeds the ladder.
 */
#ifndef DM_INGEST_PICTURE_LINE_H
#define DM_INGEST_PICTURE_LINE_H

#include "ingest/encode_ladder.h"

struct dm_picture_line;

struct dm_picture_line_options {
	struct dm_encode_ladder_options ladder;
	const struct dm_title *titles; /* on the holding picture */
	size_t title_count;
	dm_usec stall_after;
	struct dm_metric *skipped; /* frames the encoders had no time for */
};

/* Returns 0, -ENOMEM, -EAGAIN (no thread), or -EIO; on failure *out is NULL. */
int dm_picture_line_create(struct dm_picture_line **out,
			   const struct dm_picture_line_options *options);
void dm_picture_line_destroy(struct dm_picture_line *line); /* NULL is allowed */

/* Hands a frame over (the reference goes with it) that is presented at `presented_at`. A frame
 * that was not shown yet is replaced. */
void dm_picture_line_put(struct dm_picture_line *line, GstBuffer *frame, dm_usec presented_at);

/* Whether the holding picture is shown. Any thread. */
bool dm_picture_line_is_holding(const struct dm_picture_line *line);

#endif
