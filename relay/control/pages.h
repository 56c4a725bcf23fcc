/* relay/control/pages.h
 *
 * The pages: files below one directory, kept in memory and read again when they change.
 *
 * Thread: the control thread. Reads local files while it answers.
 */
#ifndef DM_CONTROL_PAGES_H
#define DM_CONTROL_PAGES_H

#include "control/request.h"

struct dm_pages;

/* Returns 0, or -errno of opening the directory; on failure *out is NULL. */
int dm_pages_create(struct dm_pages **out, const char *web_root);
void dm_pages_destroy(struct dm_pages *pages); /* NULL is allowed */

/* Answers GET and HEAD for a page or one of its files. */
void dm_pages_handle(struct dm_pages *pages, const struct dm_request *request,
		     const struct dm_path *path, struct dm_response *response);

#endif
