/* relay/control/problem.c: see problem.h */
#include "control/problem.h"

#include "control/event_json.h"

#include <string.h>

const char *dm_status_text(unsigned status)
{
	static const struct {
		unsigned status;
		const char *text;
	} texts[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 204, "No Content" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 409, "Conflict" },
		{ 411, "Length Required" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 426, "Upgrade Required" },
		{ 428, "Precondition Required" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		if (texts[i].status == status)
			return texts[i].text;
	}
	return "Unknown";
}

/* The type stays about:blank: the title says what the status does (RFC 9457, 4.2.1). */
static json_t *problem_json(unsigned status, const char *detail)
{
	return json_pack("{s:s, s:s, s:i, s:s}", "type", "about:blank", "title",
			 dm_status_text(status), "status", (int)status, "detail", detail);
}

void dm_problem(struct dm_response *response, unsigned status, const char *detail)
{
	dm_response_set(response, status, "application/problem+json",
			dm_json_text(problem_json(status, detail)));
}

/* RFC 6750, 3: what kind of token would do, and what is wrong with the one shown. */
static void add_challenge(struct dm_response *response, const struct dm_refusal *refusal)
{
	const bool shown = refusal->key[0] != '\0';
	const char *error = refusal->code == DM_REFUSAL_FORBIDDEN ? "insufficient_scope"
								  : "invalid_token";
	char *value;

	if (!shown) {
		dm_response_header(response, "WWW-Authenticate", "Bearer realm=\"dragoman\"");
		return;
	}
	value = g_strdup_printf("Bearer realm=\"dragoman\", error=\"%s\", error_description=\"%s\"",
				error, refusal->message);
	/* Quotes and what is not ASCII have no place in there (RFC 6750, 3). */
	for (char *at = strstr(value, "error_description=") + strlen("error_description=\""); at[1];
	     at++)
		*at = g_ascii_isprint(*at) && *at != '"' && *at != '\\' ? *at : '\'';
	dm_response_header(response, "WWW-Authenticate", value);
	g_free(value);
}

void dm_problem_refusal(struct dm_response *response, const struct dm_refusal *refusal)
{
	const unsigned status = dm_refusal_status(refusal->code);
	json_t *json = problem_json(status, refusal->message);

	json_object_set_new(json, "code", json_string(dm_refusal_word(refusal)));
	if (refusal->key[0])
		json_object_set_new(json, "key", json_string(refusal->key));
	if (status == 401 || status == 403)
		add_challenge(response, refusal);
	if (status == 503)
		dm_response_header(response, "Retry-After", "3");
	dm_response_set(response, status, "application/problem+json", dm_json_text(json));
}

void dm_problem_method(struct dm_response *response, const char *allow)
{
	dm_response_header(response, "Allow", allow);
	dm_problem(response, 405,
		   "This address does not take that method; Allow lists those it takes.");
}
