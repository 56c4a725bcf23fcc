/* relay/control/router.c: see router.h */
#include "control/router.h"

#include "control/archive.h"
#include "control/event_json.h"
#include "control/pages.h"
#include "control/problem.h"
#include "control/still.h"
#include "control/whep.h"
#include "control/whip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CLASSES 6 /* of status codes: the first digit */

struct dm_router {
	struct dm_router_options options;
	struct dm_pages *pages;          /* owned, nullable */
	struct dm_resources *players;    /* owned */
	struct dm_resources *publishers; /* owned */
	struct dm_errands *errands;      /* owned */
	bool ready;
	char reason[200];
	struct dm_metric responses[CLASSES];
};

static int add_metrics(struct dm_router *router)
{
	static const char *const labels[CLASSES] = {
		NULL, NULL, "class=\"2xx\"", "class=\"3xx\"", "class=\"4xx\"", "class=\"5xx\""
	};

	for (size_t i = 2; i < CLASSES; i++) {
		const int error = dm_metrics_add(router->options.metrics, DM_METRIC_COUNTER,
						 "dragoman_http_responses_total",
						 "HTTP responses by the class of their status.",
						 labels[i], &router->responses[i], 1);

		if (error)
			return error;
	}
	return 0;
}

int dm_router_create(struct dm_router **out, const struct dm_router_options *options)
{
	struct dm_router *router = g_new0(struct dm_router, 1);
	int error;

	*out = NULL;
	router->options = *options;
	router->errands = dm_errands_create();
	g_strlcpy(router->reason, "The relay is starting.", sizeof(router->reason));
	error = dm_resources_create(&router->players, &dm_whep_kind, options->event,
				    options->access, options->metrics);
	if (!error)
		error = dm_resources_create(&router->publishers, &dm_whip_kind, options->event,
					    options->access, options->metrics);
	if (!error && options->web_root && *options->web_root)
		error = dm_pages_create(&router->pages, options->web_root);
	if (!error && options->metrics)
		error = add_metrics(router);
	if (error) {
		dm_router_destroy(router);
		return error;
	}
	*out = router;
	return 0;
}

void dm_router_destroy(struct dm_router *router)
{
	if (!router)
		return;
	if (router->options.metrics)
		dm_metrics_remove(router->options.metrics, router, sizeof(*router));
	dm_errands_destroy(router->errands);
	dm_pages_destroy(router->pages);
	dm_resources_destroy(router->publishers);
	dm_resources_destroy(router->players);
	g_free(router);
}

void dm_router_set_ready(struct dm_router *router, bool ready, const char *reason)
{
	router->ready = ready;
	g_strlcpy(router->reason, reason ? reason : "", sizeof(router->reason));
}

void dm_router_review(struct dm_router *router)
{
	dm_resources_review(router->players);
	dm_resources_review(router->publishers);
}

const char *dm_router_country_header(const struct dm_router *router)
{
	return router->options.country_header;
}

int64_t dm_router_token_end(const struct dm_router *router)
{
	return dm_resources_token_end(router->publishers);
}

void dm_router_count(struct dm_router *router, unsigned status)
{
	if (status / 100 < CLASSES)
		dm_metric_add(&router->responses[status / 100], 1);
}

static void handle_event(struct dm_router *router, const struct dm_request *request,
			 struct dm_response *response)
{
	(void)request;
	dm_response_header(response, "Access-Control-Allow-Origin", "*");
	dm_response_header(response, "Cache-Control", "no-store");
	dm_response_set(response, 200, "application/json",
			dm_json_text(dm_event_json(router->options.event)));
}

static void handle_metrics(struct dm_router *router, const struct dm_request *request,
			   struct dm_response *response)
{
	struct dm_access *access = router->options.access;
	struct dm_visitor visitor;
	struct dm_refusal refusal;

	dm_access_recognise(access, dm_access_bearer(request->authorization), &visitor);
	if (!dm_access_may_measure(access, &visitor, request->local, &refusal)) {
		dm_problem_refusal(response, &refusal);
		return;
	}

	size_t bytes = 0;
	char *text = router->options.metrics ? dm_metrics_render(router->options.metrics, &bytes)
					     : NULL;

	if (!text) {
		dm_problem(response, 503, "There are no metrics just now; try again.");
		return;
	}
	dm_response_header(response, "Cache-Control", "no-store");
	dm_response_set(response, 200, "text/plain; version=0.0.4; charset=utf-8",
			g_bytes_new_with_free_func(text, bytes, free, text));
}

static void handle_health(struct dm_router *router, const struct dm_request *request,
			  struct dm_response *response)
{
	(void)router;
	(void)request;
	/* That the control thread answers is what there is to say. */
	dm_response_header(response, "Cache-Control", "no-store");
	dm_response_set(response, 200, "application/json",
			dm_json_text(json_pack("{s:s}", "status", "ok")));
}

static void handle_ready(struct dm_router *router, const struct dm_request *request,
			 struct dm_response *response)
{
	json_t *json;

	(void)request;
	if (router->ready)
		json = json_pack("{s:s, s:[]}", "status", "ready", "reasons");
	else
		json = json_pack("{s:s, s:[s]}", "status", "not-ready", "reasons", router->reason);
	dm_response_header(response, "Cache-Control", "no-store");
	dm_response_set(response, router->ready ? 200 : 503, "application/json",
			dm_json_text(json));
}

/* A websocket comes here only when it did not ask to upgrade (RFC 6455, 4.2.1). */
static void handle_no_upgrade(struct dm_router *router, const struct dm_request *request,
			      struct dm_response *response)
{
	(void)router;
	(void)request;
	dm_response_header(response, "Upgrade", "websocket");
	dm_response_header(response, "Connection", "Upgrade");
	dm_problem(response, 426,
		   "This address is a websocket; connect with the subprotocol dragoman.v1.");
}

/* What is only read. */
static const struct {
	const char *first;
	const char *second; /* NULL: one segment */
	void (*handle)(struct dm_router *router, const struct dm_request *request,
		       struct dm_response *response);
} readings[] = {
	{ "api", "event", handle_event },   { "metrics", NULL, handle_metrics },
	{ "healthz", NULL, handle_health }, { "readyz", NULL, handle_ready },
	{ "ws", NULL, handle_no_upgrade },
};

static bool matches(const struct dm_path *path, const char *first, const char *second)
{
	return path->count == (second ? 2 : 1) && !path->directory &&
	       !strcmp(path->segments[0], first) && (!second || !strcmp(path->segments[1], second));
}

static void handle_read(struct dm_router *router, const struct dm_request *request,
			const struct dm_path *path, struct dm_response *response)
{
	const struct dm_archive archive = {
		.watch = router->options.watch,
		.access = router->options.access,
		.event = router->options.event,
		.errands = router->errands,
	};

	if (request->method != DM_METHOD_GET && request->method != DM_METHOD_HEAD) {
		dm_problem_method(response, "GET, HEAD");
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(readings); i++) {
		if (matches(path, readings[i].first, readings[i].second)) {
			readings[i].handle(router, request, response);
			return;
		}
	}
	if (dm_still_handle(router->options.event, router->options.access, request, path,
			    response) ||
	    dm_archive_handle(&archive, request, path, response))
		return;
	if (router->pages)
		dm_pages_handle(router->pages, request, path, response);
	else
		dm_problem(response, 404, "There is no page at this address.");
}

void dm_router_handle(struct dm_router *router, const struct dm_request *request,
		      struct dm_response *response)
{
	struct dm_path path;

	dm_response_header(response, "X-Content-Type-Options", "nosniff");
	if (!dm_path_parse(&path, request->path, strlen(request->path)))
		dm_problem(response, 404, "There is nothing at this address.");
	else if (path.count && !strcmp(path.segments[0], "whep"))
		dm_whep_handle(router->players, request, &path, response);
	else if (path.count && !strcmp(path.segments[0], "whip"))
		dm_whip_handle(router->publishers, request, &path, response);
	else
		handle_read(router, request, &path, response);
	if (!response->errand)
		dm_router_count(router, response->status);
}
