/* relay/control/resource.c: see resource.h */
#include "control/resource.h"

#include "control/problem.h"

#include <string.h>

struct dm_resources {
	const struct dm_resource_kind *kind; /* borrowed */
	struct dm_event *event;              /* borrowed */
	struct dm_access *access;            /* borrowed, nullable */
	struct dm_metrics *metrics;          /* borrowed, nullable */
	GHashTable *sessions;                /* id (of the session) to session (owned) */
	struct dm_metric count;
};

int dm_resources_create(struct dm_resources **out, const struct dm_resource_kind *kind,
			struct dm_event *event, struct dm_access *access,
			struct dm_metrics *metrics)
{
	struct dm_resources *resources = g_new0(struct dm_resources, 1);
	int error = 0;

	*out = NULL;
	resources->kind = kind;
	resources->event = event;
	resources->access = access;
	resources->metrics = metrics;
	resources->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, kind->destroy);
	if (metrics)
		error = dm_metrics_add(metrics, DM_METRIC_GAUGE, kind->gauge, kind->help, "",
				       &resources->count, 1);
	if (error) {
		dm_resources_destroy(resources);
		return error;
	}
	*out = resources;
	return 0;
}

void dm_resources_destroy(struct dm_resources *resources)
{
	if (!resources)
		return;
	g_hash_table_destroy(resources->sessions);
	if (resources->metrics)
		dm_metrics_remove(resources->metrics, resources, sizeof(*resources));
	g_free(resources);
}

struct dm_event *dm_resources_event(const struct dm_resources *resources)
{
	return resources->event;
}

struct dm_access *dm_resources_access(const struct dm_resources *resources)
{
	return resources->access;
}

void *dm_resources_find(const struct dm_resources *resources, const char *id)
{
	return g_hash_table_lookup(resources->sessions, id);
}

void dm_resources_remove(struct dm_resources *resources, const char *id)
{
	if (g_hash_table_remove(resources->sessions, id))
		dm_metric_add(&resources->count, -1);
}

int64_t dm_resources_token_end(const struct dm_resources *resources)
{
	GHashTableIter iterator;
	void *session;
	int64_t first = 0;

	g_hash_table_iter_init(&iterator, resources->sessions);
	while (g_hash_table_iter_next(&iterator, NULL, &session)) {
		const int64_t end = resources->kind->token_end(session);

		if (end && (!first || end < first))
			first = end;
	}
	return first;
}

void dm_resources_review(struct dm_resources *resources)
{
	GHashTableIter iterator;
	void *session;

	g_hash_table_iter_init(&iterator, resources->sessions);
	while (g_hash_table_iter_next(&iterator, NULL, &session)) {
		if (!dm_access_is_revoked(resources->access, resources->kind->token_id(session)))
			continue;
		g_hash_table_iter_remove(&iterator);
		dm_metric_add(&resources->count, -1);
	}
}

static void etag_of(const struct dm_resources *resources, const void *session, char *etag,
		    size_t size)
{
	g_snprintf(etag, size, "\"%s\"", resources->kind->tag(session));
}

static void add_etag(const struct dm_resources *resources, const void *session,
		     struct dm_response *response)
{
	char etag[16];

	etag_of(resources, session, etag, sizeof(etag));
	dm_response_header(response, "ETag", etag);
}

bool dm_resource_takes_offer(const struct dm_request *request, struct dm_response *response)
{
	if (!dm_request_content_is(request, DM_RESOURCE_OFFER)) {
		dm_response_header(response, "Accept-Post", DM_RESOURCE_OFFER);
		dm_problem(response, 415, "Post an SDP offer with Content-Type: application/sdp.");
		return false;
	}
	if (!dm_request_accepts(request, DM_RESOURCE_OFFER)) {
		dm_problem(response, 406, "The answer is application/sdp; let Accept allow it.");
		return false;
	}
	return true;
}

void dm_resources_add(struct dm_resources *resources, void *session, const char *endpoint,
		      char *answer, struct dm_response *response)
{
	const char *id = resources->kind->id(session);
	char location[DM_REQUEST_PATH_MAX];

	g_hash_table_insert(resources->sessions, (void *)id, session);
	dm_metric_add(&resources->count, 1);
	g_snprintf(location, sizeof(location), "%s/%s", endpoint, id);
	dm_response_header(response, "Location", location);
	add_etag(resources, session, response);
	dm_response_header(response, "Accept-Patch", DM_RESOURCE_FRAGMENT);
	dm_response_set(response, 201, DM_RESOURCE_OFFER, g_bytes_new_take(answer, strlen(answer)));
}

/* RFC 9725, 4.3: the entity tag names the ICE session. A trickle carries it in If-Match, a restart
 * carries a star. */
static bool check_if_match(const struct dm_resources *resources, const void *session,
			   const struct dm_request *request, struct dm_response *response)
{
	char etag[16];

	etag_of(resources, session, etag, sizeof(etag));
	if (!*request->if_match) {
		dm_problem(response, 428,
			   "Send If-Match with the session's ETag, or with * to restart ICE.");
		return false;
	}
	if (!dm_etag_listed(request->if_match, etag, false)) {
		dm_problem(response, 412,
			   "If-Match is not the session's ETag: ICE has been restarted since.");
		return false;
	}
	return true;
}

static void handle_patch(struct dm_resources *resources, void *session,
			 const struct dm_request *request, struct dm_response *response)
{
	struct dm_refusal refusal;
	char *answer;

	if (!dm_request_content_is(request, DM_RESOURCE_FRAGMENT)) {
		dm_response_header(response, "Accept-Patch", DM_RESOURCE_FRAGMENT);
		dm_problem(response, 415, "Patch with Content-Type: " DM_RESOURCE_FRAGMENT ".");
		return;
	}
	if (!check_if_match(resources, session, request, response))
		return;
	switch (resources->kind->fragment(session, request->body, request->body_bytes, &answer,
					  &refusal)) {
	case DM_FRAGMENT_TRICKLE:
		dm_response_set(response, 204, NULL, NULL);
		return;
	case DM_FRAGMENT_RESTART:
		add_etag(resources, session, response);
		dm_response_set(response, 200, DM_RESOURCE_FRAGMENT,
				g_bytes_new_take(answer, strlen(answer)));
		return;
	case DM_FRAGMENT_REFUSED:
		dm_problem_refusal(response, &refusal);
		return;
	}
}

void dm_resources_handle(struct dm_resources *resources, void *session,
			 const struct dm_request *request, struct dm_response *response)
{
	if (request->method == DM_METHOD_PATCH) {
		handle_patch(resources, session, request, response);
	} else if (request->method == DM_METHOD_DELETE) {
		dm_resources_remove(resources, resources->kind->id(session));
		dm_response_set(response, 200, NULL, NULL);
	} else {
		dm_problem_method(response, DM_RESOURCE_SESSION_METHODS);
	}
}

void dm_resource_refuse_gone(struct dm_response *response)
{
	dm_problem(response, 404, "There is no such session, or it has ended; post a new offer.");
}

void dm_resource_add_cors(struct dm_response *response)
{
	dm_response_header(response, "Access-Control-Allow-Origin", "*");
	dm_response_header(response, "Access-Control-Expose-Headers",
			   "Accept-Patch, ETag, Link, Location, WWW-Authenticate");
}

void dm_resource_answer_options(struct dm_response *response, const char *methods,
				const char *takes)
{
	dm_response_header(response, strstr(methods, "POST") ? "Accept-Post" : "Accept-Patch",
			   takes);
	dm_response_header(response, "Allow", methods);
	dm_response_header(response, "Access-Control-Allow-Methods", methods);
	dm_response_header(response, "Access-Control-Allow-Headers",
			   "Authorization, Content-Type, If-Match");
	dm_response_header(response, "Access-Control-Max-Age", "86400");
	dm_response_set(response, 204, NULL, NULL);
}
