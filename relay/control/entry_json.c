/* relay/control/entry_json.c: see entry_json.h */
#include "control/entry_json.h"

#include <jansson.h>
#include <string.h>

#define MSEC 3 /* decimals of a time in seconds: as exact as anybody asks */

static double seconds(dm_wall_usec at)
{
	return (double)at / 1e6;
}

/* A detail that is no JSON would spoil the whole message. */
static void put_detail(struct dm_json_writer *writer, const char *detail)
{
	json_t *json = json_loads(detail, JSON_DECODE_ANY, NULL);

	if (json)
		dm_json_raw(writer, "detail", detail, strlen(detail));
	else
		dm_json_null(writer, "detail");
	json_decref(json);
}

void dm_entry_write(struct dm_json_writer *writer, const char *key,
		    const struct dm_history_event *entry)
{
	dm_json_open(writer, key, '{');
	dm_json_number(writer, "at", seconds(entry->at), MSEC);
	dm_json_text_value(writer, "kind", entry->kind);
	dm_json_text_value(writer, "room", entry->room);
	dm_json_text_value(writer, "place", entry->channel);
	dm_json_text_value(writer, "who", entry->who);
	put_detail(writer, entry->detail);
	dm_json_close(writer, '}');
}
