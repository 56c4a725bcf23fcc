#include "monitor/webhook_body.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Digits of a number: ten of seconds, three of milliseconds, and two more; choice. */
#define FORM (JSON_COMPACT | JSON_REAL_PRECISION(15))

static json_t *make(const char *id, int64_t time_ms, const char *event, const char *type)
{
	return json_pack("{s:s, s:f, s:s, s:s}", "id", id, "time", (double)time_ms / 1000, "event",
			 event, "type", type);
}

int dm_webhook_body(char **out, const char *id, int64_t time_ms, const char *event,
		    const char *type, const char *json)
{
	json_t *detail = json ? json_loads(json, 0, NULL) : json_object();
	json_t *body = NULL;
	char *text = NULL;
	int error = -ENOMEM;

	*out = NULL;
	if (!json_is_object(detail)) {
		error = json ? -EINVAL : -ENOMEM;
		goto drop_detail;
	}
	body = make(id, time_ms, event, type);
	if (!body || json_object_update_missing(body, detail) != 0)
		goto drop_body;
	text = json_dumps(body, FORM);
	if (!text)
		goto drop_body;
	error = strlen(text) <= DM_WEBHOOK_BODY_MAX ? 0 : -EMSGSIZE;
	if (!error)
		*out = text;
	else
		free(text);
drop_body:
	json_decref(body);
drop_detail:
	json_decref(detail);
	return error;
}
