/* relay/control/resource.h
 *
 * Sessions of media as resources of HTTP (RFC 9725, 4, which WHEP shares): made by posting an
 * offer, patched for trickle ICE and ICE restarts, ended by DELETE. What such a session is,
 * somebody who publishes or somebody who plays, is for its kind to know.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_RESOURCE_H
#define DM_CONTROL_RESOURCE_H

#include "base/metric.h"
#include "control/access.h"
#include "control/agreement.h"
#include "control/request.h"
#include "session/event.h"

#define DM_RESOURCE_ENDPOINT_METHODS "OPTIONS, POST"
#define DM_RESOURCE_SESSION_METHODS  "DELETE, OPTIONS, PATCH"

#define DM_RESOURCE_OFFER    "application/sdp"                 /* taken by POST (RFC 9725, 4.2) */
#define DM_RESOURCE_FRAGMENT "application/trickle-ice-sdpfrag" /* by PATCH (RFC 8840, 9) */

/* What is asked of a session. Texts are borrowed from it. */
struct dm_resource_kind {
	const char *gauge; /* the metric that counts them */
	const char *help;
	const char *(*id)(const void *session);
	const char *(*token_id)(const void *session); /* nullable */
	int64_t (*token_end)(const void *session);    /* Unix seconds; 0: none. Of publishers */
	const char *(*tag)(const void *session);      /* changes with each ICE restart */
	enum dm_fragment_result (*fragment)(void *session, const char *fragment, size_t bytes,
					    char **answer, struct dm_refusal *refusal);
	void (*destroy)(void *session);
};

/* All sessions of one kind, by id. */
struct dm_resources;

/* All are borrowed until destroy; `access` and `metrics` may be NULL. Returns 0 or -ENOMEM; on
 * failure *out is NULL. */
int dm_resources_create(struct dm_resources **out, const struct dm_resource_kind *kind,
			struct dm_event *event, struct dm_access *access,
			struct dm_metrics *metrics);
void dm_resources_destroy(struct dm_resources *resources); /* ends all; NULL is allowed */

struct dm_event *dm_resources_event(const struct dm_resources *resources);
struct dm_access *dm_resources_access(const struct dm_resources *resources); /* nullable */

void *dm_resources_find(const struct dm_resources *resources, const char *id); /* nullable */
void dm_resources_remove(struct dm_resources *resources, const char *id);      /* ends it */

/* When the first of their tokens ends; 0: none has one. */
int64_t dm_resources_token_end(const struct dm_resources *resources);

/* Ends the sessions whose token has been revoked. */
void dm_resources_review(struct dm_resources *resources);

/* Whether a POST is an offer, to be answered by an answer; else 415 or 406. */
bool dm_resource_takes_offer(const struct dm_request *request, struct dm_response *response);

/* 201: takes the session and the answer (g_free). It is found below `endpoint` by its id. */
void dm_resources_add(struct dm_resources *resources, void *session, const char *endpoint,
		      char *answer, struct dm_response *response);

/* PATCH, DELETE, and 405 for the rest. Afterwards the session may be gone. */
void dm_resources_handle(struct dm_resources *resources, void *session,
			 const struct dm_request *request, struct dm_response *response);

/* 404: there is none of that id, or it has ended. */
void dm_resource_refuse_gone(struct dm_response *response);

/* Any origin may come: there are no cookies to misuse. */
void dm_resource_add_cors(struct dm_response *response);

/* 204 for OPTIONS, a browser's question beforehand too. `takes`: the type of what is posted, else
 * of what is patched. */
void dm_resource_answer_options(struct dm_response *response, const char *methods,
				const char *takes);

#endif
