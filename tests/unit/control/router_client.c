/* tests/unit/control/router_client.c: see router_client.h */
#include "router_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Asks, with everything that `request` does not say empty. */
unsigned client_ask(struct router_client *client, struct dm_request request)
{
	const char **const texts[] = { &request.content_type, &request.accept, &request.if_match,
				       &request.if_none_match, &request.body };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = *texts[i] ? *texts[i] : "";
	if (!request.body_bytes)
		request.body_bytes = strlen(request.body);
	dm_response_finish(&client->response);
	dm_response_init(&client->response);
	dm_router_handle(client->router, &request, &client->response);
	return client->response.status;
}

const char *client_header(const struct router_client *client, const char *name)
{
	for (size_t i = 0; i < client->response.header_count; i++) {
		if (!strcmp(client->response.headers[i].name, name))
			return client->response.headers[i].value;
	}
	return NULL;
}

/* The body as JSON; the caller's. */
json_t *client_json(const struct router_client *client)
{
	gsize bytes;
	const char *data = g_bytes_get_data(client->response.body, &bytes);
	json_t *json = json_loadb(data, bytes, 0, NULL);

	assert_non_null(json);
	return json;
}

void client_assert_has(const struct router_client *client, const char *part)
{
	gsize bytes;
	const char *data = g_bytes_get_data(client->response.body, &bytes);

	assert_non_null(memmem(data, bytes, part, strlen(part)));
}

void client_assert_problem(const struct router_client *client, unsigned status, const char *code)
{
	assert_int_equal(client->response.status, status);
	assert_string_equal(client->response.content_type, "application/problem+json");

	json_t *json = client_json(client);

	assert_int_equal(json_integer_value(json_object_get(json, "status")), status);
	assert_string_equal(json_string_value(json_object_get(json, "type")), "about:blank");
	assert_true(strlen(json_string_value(json_object_get(json, "detail"))) > 15);
	if (code)
		assert_string_equal(json_string_value(json_object_get(json, "code")), code);
	json_decref(json);
}
