/* relay/control/router.h
 *
 * Which address is answered by whom: the whole of HTTP apart from the library that carries it.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_ROUTER_H
#define DM_CONTROL_ROUTER_H

#include "base/metric.h"
#include "control/access.h"
#include "control/request.h"
#include "session/event.h"

struct dm_router;
struct dm_watch;

struct dm_router_options {
	struct dm_event *event;     /* borrowed until destroy */
	struct dm_watch *watch;     /* borrowed until destroy; NULL: no history to read */
	struct dm_metrics *metrics; /* borrowed until destroy, nullable */
	struct dm_access *access;   /* borrowed until destroy; NULL: everybody may do everything */
	const char *web_root;       /* NULL or "": no pages */
	const char *country_header; /* borrowed until destroy; see dm_control_options */
};

/* Returns 0, -ENOMEM, or -errno of opening the web root; on failure *out is NULL. */
int dm_router_create(struct dm_router **out, const struct dm_router_options *options);
void dm_router_destroy(struct dm_router *router); /* NULL is allowed */

/* Answers one request. `response` is initialised by the caller; it may have an errand (errand.h)
 * that fills it later, and is then counted by the caller. */
void dm_router_handle(struct dm_router *router, const struct dm_request *request,
		      struct dm_response *response);

/* What /readyz says; see dm_control_set_ready. */
void dm_router_set_ready(struct dm_router *router, bool ready, const char *reason);

/* Ends the sessions of players and publishers whose token has been revoked. */
void dm_router_review(struct dm_router *router);

const char *dm_router_country_header(const struct dm_router *router); /* nullable */

/* Of the tokens of those who publish, when the first ends: Unix seconds; 0: none. */
int64_t dm_router_token_end(const struct dm_router *router);

/* Counts a response that the router did not make. */
void dm_router_count(struct dm_router *router, unsigned status);

#endif
