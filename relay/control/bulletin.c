#include "control/bulletin.h"

#include "control/entry_json.h"
#include "control/event_json.h"
#include "monitor/alarm_json.h"

#define LOG_ENTRIES 200 /* told to who begins; choice */

/* Of alarms, and of entries: a quarter each of what may be unsent. */
#define BEGIN_BYTES_MAX 65536

/* Of a room those who see it, of the whole relay those who see it whole. */
static bool concerns(const struct dm_conversation *conversation, const char *room)
{
	return room && *room
		       ? dm_access_allows(conversation->hub->options.access, conversation->visitor,
					  DM_ACTION_SEE_ORGANISER, room, NULL)
		       : dm_conversation_sees_whole(conversation);
}

struct news {
	const char *room; /* NULL or "": none */
	GBytes *text;
};

static void tell_news_to(struct dm_conversation *conversation, void *user)
{
	const struct news *news = user;

	if (conversation->oversees && concerns(conversation, news->room))
		dm_conversation_push(conversation, news->text);
}

void dm_bulletin_tell(struct dm_hub *hub, const char *room, GBytes *text)
{
	struct news news = { .room = room, .text = text };

	dm_hub_each(hub, tell_news_to, &news);
	g_bytes_unref(text);
}

static void tell_news(struct dm_hub *hub, const char *room, struct dm_json_writer *writer)
{
	dm_bulletin_tell(hub, room, dm_json_end_message(writer));
}

static void put_alarm(struct dm_json_writer *writer, const char *key, const struct dm_watch *watch,
		      const struct dm_alarm *alarm)
{
	GBytes *json = dm_json_text(dm_alarm_json(watch, alarm));
	gsize bytes;
	const char *text = g_bytes_get_data(json, &bytes);

	dm_json_raw(writer, key, text, bytes);
	g_bytes_unref(json);
}

void dm_bulletin_tell_alarm(struct dm_hub *hub, const struct dm_watch_news *news)
{
	struct dm_alarm_place place;
	struct dm_json_writer writer;

	dm_watch_place(hub->options.watch, news->alarm, &place);
	dm_json_begin_message(&writer, "alarm");
	dm_json_text_value(&writer, "news",
			   dm_alarm_news_name((enum dm_judge_news)news->alarm_news));
	put_alarm(&writer, "alarm", hub->options.watch, news->alarm);
	tell_news(hub, place.room, &writer);
}

void dm_bulletin_tell_entry(struct dm_hub *hub, const struct dm_history_event *entry)
{
	struct dm_json_writer writer;

	dm_json_begin_message(&writer, "logged");
	dm_entry_write(&writer, "entry", entry);
	tell_news(hub, entry->room, &writer);
}

/* Causes come first, so what there is no room for matters least. */
GBytes *dm_bulletin_alarms(const struct dm_conversation *conversation)
{
	const struct dm_watch *watch = conversation->hub->options.watch;
	const struct dm_alarm *alarm;
	struct dm_json_writer writer;
	size_t cursor = 0;

	dm_json_begin_message(&writer, "alarms");
	dm_json_open(&writer, "alarms", '[');
	while (writer.text->len < BEGIN_BYTES_MAX &&
	       (alarm = dm_watch_next_alarm(watch, &cursor))) {
		struct dm_alarm_place place;

		dm_watch_place(watch, alarm, &place);
		if (concerns(conversation, place.room))
			put_alarm(&writer, NULL, watch, alarm);
	}
	dm_json_close(&writer, ']');
	return dm_json_end_message(&writer);
}

GBytes *dm_bulletin_log(const struct dm_conversation *conversation)
{
	const struct dm_watch *watch = conversation->hub->options.watch;
	const struct dm_history_event *entry;
	struct dm_json_writer writer;
	size_t told = 0;

	dm_json_begin_message(&writer, "log");
	dm_json_open(&writer, "entries", '[');
	for (size_t n = 0; told < LOG_ENTRIES && writer.text->len < BEGIN_BYTES_MAX &&
			   (entry = dm_watch_entry(watch, n));
	     n++) {
		if (!concerns(conversation, entry->room))
			continue;
		dm_entry_write(&writer, NULL, entry);
		told++;
	}
	dm_json_close(&writer, ']');
	return dm_json_end_message(&writer);
}
