#include "monitor/announcer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void post(struct dm_webhooks *webhooks, enum dm_webhook_sort sort, const char *type,
		 json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	(void)dm_webhooks_post(webhooks, sort, type, text); /* what is not taken is counted */
	free(text);
	json_decref(json);
}

void dm_announce_alarm(struct dm_webhooks *webhooks, const struct dm_watch *watch,
		       enum dm_judge_news news, const struct dm_alarm *alarm)
{
	char type[32];

	snprintf(type, sizeof(type), "alarm.%s", dm_alarm_news_name(news));
	post(webhooks, DM_WEBHOOK_ALARM, type,
	     json_pack("{s:o}", "alarm", dm_alarm_json(watch, alarm)));
}

/* The `state` of an entry's detail; "" when it has none. */
static void read_state(const struct dm_history_event *entry, char *state, size_t size)
{
	json_t *detail = json_loads(entry->detail, 0, NULL);
	const char *text = json_string_value(json_object_get(detail, "state"));

	snprintf(state, size, "%s", text ? text : "");
	json_decref(detail);
}

void dm_announce_entry(struct dm_webhooks *webhooks, const struct dm_history_event *entry)
{
	static const struct {
		const char *kind;
		const char *topic;
		bool has_state;
	} told[] = {
		{ "session", "session", true },
		{ "feed", "source", true },
		{ "seated", "booth", false },
		{ "left", "booth", false },
	};
	char state[32], type[128];

	for (size_t n = 0; n < sizeof(told) / sizeof(told[0]); n++) {
		if (strcmp(entry->kind, told[n].kind) != 0)
			continue;
		read_state(entry, state, sizeof(state));
		snprintf(type, sizeof(type), "%s.%s", told[n].topic,
			 told[n].has_state ? state : entry->kind);
		post(webhooks, DM_WEBHOOK_SESSION, type,
		     json_pack("{s:s, s:s}", "room", entry->room, "place", entry->channel));
	}
}
