/* tests/fuzz/http_request.c: requests of all kinds go to the router, which must answer each with
 * a status, and an error with a problem (RFC 9457). The bytes are lines: method digit and path,
 * content type, accept, if-match, if-none-match, parameters as name=value ones until an empty one;
 * what follows is the body. "@" in the path stands for the session made last. */
#include "control/router.h"

#include "fake_publisher.h"
#include "fake_session.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* The next line, NUL-terminated in place. */
static char *next_line(char **rest)
{
	char *line = *rest;
	char *end = strchr(line, '\n');

	if (end) {
		*end = '\0';
		*rest = end + 1;
	} else {
		*rest = line + strlen(line);
	}
	return line;
}

static void read_parameters(struct dm_request *request, char **rest)
{
	while (**rest && request->parameter_count < DM_REQUEST_PARAMETERS_MAX) {
		char *name = next_line(rest);
		char *equals = strchr(name, '=');

		if (!*name)
			return;
		if (equals)
			*equals++ = '\0';
		request->parameters[request->parameter_count++] = (struct dm_parameter){
			name, equals ? equals : ""
		};
	}
}

static void check_response(const struct dm_response *response)
{
	gsize bytes;
	const char *body;
	json_t *json;

	if (response->status < 200 || response->status > 599)
		abort();
	if (response->status < 400 || !response->body)
		return;
	body = g_bytes_get_data(response->body, &bytes);
	json = json_loadb(body, bytes, 0, NULL);
	if (response->status != 503 && !json_is_string(json_object_get(json, "detail")))
		abort();
	json_decref(json);
}

static void remember(char location[128], const struct dm_response *response)
{
	for (size_t i = 0; i < response->header_count; i++) {
		if (!strcmp(response->headers[i].name, "Location"))
			g_strlcpy(location, response->headers[i].value, 128);
	}
}

/* Requests are separated by a line of a form feed. */
static void handle_one(struct dm_router *router, char *text, char location[128])
{
	struct dm_request request = { 0 };
	struct dm_response response;
	char *rest = text;
	char path[1024];
	const char *line = next_line(&rest);

	request.method = (enum dm_method)(*line ? (unsigned char)*line % 7 : 0);
	line += *line != '\0';
	if (*line == '@')
		g_snprintf(path, sizeof(path), "%s%s", location, line + 1);
	else
		g_strlcpy(path, line, sizeof(path));
	request.path = path;
	request.content_type = next_line(&rest);
	request.accept = next_line(&rest);
	request.if_match = next_line(&rest);
	request.if_none_match = next_line(&rest);
	read_parameters(&request, &rest);
	request.body = rest;
	request.body_bytes = strlen(rest);
	dm_response_init(&response);
	dm_router_handle(router, &request, &response);
	check_response(&response);
	remember(location, &response);
	dm_response_finish(&response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	static struct dm_event *event;
	char location[128] = "/whep/plenary/0";
	char *text = g_malloc(size_bytes + 1);
	struct dm_router *router;
	char **requests;

	if (size_bytes)
		memcpy(text, data, size_bytes);
	text[size_bytes] = '\0';
	if (!event)
		event = fake_event_create();

	const struct dm_router_options options = { .event = event, .web_root = "." };

	if (dm_router_create(&router, &options))
		abort();
	requests = g_strsplit(text, "\f\n", 8);
	for (size_t i = 0; requests[i]; i++)
		handle_one(router, requests[i], location);
	g_strfreev(requests);
	dm_router_destroy(router);
	if (fake_event_subscriber_count(event) || fake_publisher_count())
		abort();
	g_free(text);
	return 0;
}
