/* relay/control/archive.h
 *
 * What organisers take away from the history (monitor/history.h): the report, and pages of events
 * and figures by the minute. Everything is read on other threads (errand.h).
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_ARCHIVE_H
#define DM_CONTROL_ARCHIVE_H

#include "control/access.h"
#include "control/errand.h"
#include "control/request.h"
#include "monitor/watch.h"

#define DM_ARCHIVE_ROWS_MAX 10000 /* of a page: some 15 MB at most; choice */

struct dm_archive {
	const struct dm_watch *watch; /* borrowed, nullable */
	struct dm_access *access;     /* borrowed, nullable */
	struct dm_event *event;       /* borrowed */
	struct dm_errands *errands;   /* borrowed */
};

/* Whether a path below /api is one of these; then the request (GET or HEAD) is answered. */
bool dm_archive_handle(const struct dm_archive *archive, const struct dm_request *request,
		       const struct dm_path *path, struct dm_response *response);

#endif
