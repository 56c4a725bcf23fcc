#include "monitor/report_incidents.h"

#include "monitor/report.h"

#include <glib.h>
#include <string.h>

struct incident {
	json_int_t id;
	char kind[DM_HISTORY_NAME_SIZE];
	char severity[DM_HISTORY_NAME_SIZE]; /* the latest */
	char room[DM_HISTORY_NAME_SIZE];
	char place[DM_HISTORY_NAME_SIZE];
	char acknowledged_by[DM_HISTORY_WHO_SIZE];
	dm_wall_usec raised;  /* 0: before the span */
	dm_wall_usec cleared; /* 0: not in the span */
};

struct dm_report_incidents {
	GPtrArray *all;   /* owned */
	GHashTable *open; /* id -> struct incident, borrowed; ids begin anew with the relay */
	int64_t left_out;
};

struct dm_report_incidents *dm_report_incidents_create(void)
{
	struct dm_report_incidents *incidents = g_new0(struct dm_report_incidents, 1);

	incidents->all = g_ptr_array_new_with_free_func(g_free);
	incidents->open = g_hash_table_new(g_int64_hash, g_int64_equal);
	return incidents;
}

void dm_report_incidents_destroy(struct dm_report_incidents *incidents)
{
	if (!incidents)
		return;
	g_hash_table_destroy(incidents->open);
	g_ptr_array_free(incidents->all, TRUE);
	g_free(incidents);
}

static struct incident *find(const struct dm_report_incidents *incidents, json_int_t id)
{
	const gint64 key = id;

	return g_hash_table_lookup(incidents->open, &key);
}

static struct incident *begin(struct dm_report_incidents *incidents, json_int_t id,
			      const struct dm_history_event *event)
{
	if (incidents->all->len == DM_REPORT_INCIDENTS_MAX) {
		incidents->left_out++;
		return NULL;
	}

	struct incident *incident = g_new0(struct incident, 1);

	incident->id = id;
	g_strlcpy(incident->room, event->room, sizeof(incident->room));
	g_strlcpy(incident->place, event->channel, sizeof(incident->place));
	g_ptr_array_add(incidents->all, incident);
	g_hash_table_replace(incidents->open, &incident->id, incident);
	return incident;
}

static void add_alarm(struct dm_report_incidents *incidents, const struct dm_history_event *event,
		      const json_t *detail)
{
	const char *news = json_string_value(json_object_get(detail, "news"));
	const char *kind = json_string_value(json_object_get(detail, "kind"));
	const char *severity = json_string_value(json_object_get(detail, "severity"));
	const json_int_t id = json_integer_value(json_object_get(detail, "id"));
	const bool raised = g_strcmp0(news, "raised") == 0;
	const bool cleared = g_strcmp0(news, "cleared") == 0;
	struct incident *incident = raised ? NULL : find(incidents, id);

	if (!news || !kind)
		return;
	if (!incident)
		incident = begin(incidents, id, event); /* it stood when the span began, perhaps */
	if (!incident)
		return;
	g_strlcpy(incident->kind, kind, sizeof(incident->kind));
	if (severity)
		g_strlcpy(incident->severity, severity, sizeof(incident->severity));
	if (raised)
		incident->raised = event->at;
	if (event->who[0])
		g_strlcpy(incident->acknowledged_by, event->who, sizeof(incident->acknowledged_by));
	if (cleared) {
		incident->cleared = event->at;
		g_hash_table_remove(incidents->open, &incident->id);
	}
}

/* An organiser's action, of which the alarm's own news may follow. */
static void add_acknowledgement(struct dm_report_incidents *incidents,
				const struct dm_history_event *event, const json_t *detail)
{
	struct incident *incident = find(incidents,
					 json_integer_value(json_object_get(detail, "alarm")));

	if (incident && event->who[0])
		g_strlcpy(incident->acknowledged_by, event->who, sizeof(incident->acknowledged_by));
}

void dm_report_incidents_add(struct dm_report_incidents *incidents,
			     const struct dm_history_event *event)
{
	const bool alarm = strcmp(event->kind, "alarm") == 0;

	if (strcmp(event->kind, "start") == 0)
		g_hash_table_remove_all(incidents->open);
	if (!alarm && strcmp(event->kind, "acknowledge") != 0)
		return;

	json_t *detail = json_loads(event->detail, 0, NULL);

	if (alarm)
		add_alarm(incidents, event, detail);
	else
		add_acknowledgement(incidents, event, detail);
	json_decref(detail);
}

/* To a millisecond. */
static json_t *seconds(dm_wall_usec span)
{
	const int64_t ms = span / 1000;

	return json_real((double)ms / 1000);
}

static json_t *moment(dm_wall_usec at)
{
	return at ? seconds(at) : json_null();
}

json_t *dm_report_incidents_json(const struct dm_report_incidents *incidents, int64_t *left_out)
{
	json_t *all = json_array();

	for (guint n = 0; n < incidents->all->len; n++) {
		const struct incident *incident = incidents->all->pdata[n];
		const dm_wall_usec length = incident->cleared - incident->raised;
		const bool known = incident->raised && incident->cleared && length >= 0;

		json_array_append_new(
			all,
			json_pack("{s:s, s:s, s:s?, s:s, s:o, s:o, s:o, s:s?}", "kind",
				  incident->kind, "severity", incident->severity, "room",
				  incident->room[0] ? incident->room : NULL, "place",
				  incident->place, "raised", moment(incident->raised), "cleared",
				  moment(incident->cleared), "seconds",
				  known ? seconds(length) : json_null(), "acknowledged_by",
				  incident->acknowledged_by[0] ? incident->acknowledged_by : NULL));
	}
	*left_out = incidents->left_out;
	return all;
}
