/* relay/control/booth_news.c: see booth_news.h */
#include "control/booth_news.h"

#include "control/booth_json.h"
#include "control/event_json.h"
#include "control/place.h"
#include "session/desk.h"
#include "session/interpretation_name.h"
#include "session/slow_down.h"

#include <string.h>

/* What was told of one booth, and whether there is more to tell. */
struct told {
	bool stale;
	uint8_t heard[DM_OUTPUTS];
	int64_t listeners[DM_OUTPUTS];
};

struct room_told {
	struct told *booths; /* owned */
	uint64_t forgotten;  /* changes, as last counted */
};

struct dm_booth_news {
	struct dm_hub *hub; /* borrowed */
	GHashTable *rooms;  /* struct dm_room (borrowed) to struct room_told (owned) */
	unsigned looks;
};

#define LISTENERS_EVERY 10 /* looks, so once a second: choice */

static void free_room(void *data)
{
	struct room_told *told = data;

	g_free(told->booths);
	g_free(told);
}

static uint8_t booth_count(const struct dm_room *room)
{
	return (uint8_t)dm_interpretation_booth_count(room->interpretation); /* DM_BOOTHS_MAX */
}

static struct room_told *told_of(struct dm_booth_news *news, struct dm_room *room)
{
	struct room_told *told = g_hash_table_lookup(news->rooms, room);

	if (!told) {
		told = g_new0(struct room_told, 1);
		told->booths = g_new0(struct told, booth_count(room));
		g_hash_table_insert(news->rooms, room, told);
	}
	return told;
}

/* --- to whom --- */

struct telling {
	struct dm_room *room;
	json_t *json;  /* borrowed */
	GBytes *text;  /* of it; borrowed */
	uint8_t booth; /* DM_NOBODY: does not matter */
	const char *caller;
};

static const struct dm_interpreter *sits_in(const struct dm_conversation *conversation,
					    const struct dm_room *room, uint8_t booth)
{
	const struct dm_interpreter *interpreter = conversation->place &&
								   conversation->place->room == room
							   ? dm_place_interpreter(
								     conversation->place)
							   : NULL;

	return interpreter && dm_interpreter_booth(interpreter) == booth ? interpreter : NULL;
}

static void to_booth(struct dm_conversation *conversation, void *user)
{
	const struct telling *telling = user;

	if (sits_in(conversation, telling->room, telling->booth))
		dm_conversation_push(conversation, telling->text);
}

static void to_watcher(struct dm_conversation *conversation, void *user)
{
	const struct telling *telling = user;

	if (conversation->watched == telling->room)
		dm_conversation_push(conversation, telling->text);
}

static void to_organiser(struct dm_conversation *conversation, void *user)
{
	const struct telling *telling = user;

	if (dm_conversation_organises(conversation, telling->room))
		dm_conversation_push(conversation, telling->text);
}

static void to_caller(struct dm_conversation *conversation, void *user)
{
	const struct telling *telling = user;
	const struct dm_place *place = conversation->place;

	if ((place && place->room == telling->room && !strcmp(place->key, telling->caller)) ||
	    dm_conversation_organises(conversation, telling->room))
		dm_conversation_push(conversation, telling->text);
}

/* Takes the JSON. */
static void tell(struct dm_hub *hub, struct telling telling, dm_hub_each_cb *each, json_t *json)
{
	telling.text = dm_json_text(json);
	dm_hub_each(hub, each, &telling);
	g_bytes_unref(telling.text);
}

/* --- booths --- */

static void to_each_of_booth(struct dm_conversation *conversation, void *user)
{
	const struct telling *telling = user;
	const struct dm_interpreter *interpreter = sits_in(conversation, telling->room,
							   telling->booth);

	if (!interpreter)
		return;
	dm_booth_json_address(telling->json, interpreter); /* over whom it was said to before */
	dm_conversation_push_json(conversation,
				  json_pack("{s:s, s:O}", "type", "booth", "booth", telling->json));
}

void dm_booth_news_tell(struct dm_conversation *conversation,
			const struct dm_interpreter *interpreter)
{
	json_t *json = dm_booth_json(dm_interpreter_room(interpreter),
				     dm_interpreter_booth(interpreter), dm_time_now());

	dm_booth_json_address(json, interpreter);
	dm_conversation_push_json(conversation,
				  json_pack("{s:s, s:o}", "type", "booth", "booth", json));
}

static json_t *booths_json(const struct dm_room *room, json_t *booths)
{
	return json_pack("{s:s, s:s, s:o}", "type", "booths", "room", room->options->id, "booths",
			 booths);
}

static void note(struct told *told, const struct dm_room *room, uint8_t booth)
{
	const struct dm_booth *of = dm_interpretation_booth(room->interpretation, booth);

	told->stale = false;
	for (enum dm_output output = DM_OUTPUT_A; output <= DM_OUTPUT_B; output++) {
		const uint8_t channel = of->options->outputs[output];

		told->heard[output] = dm_booth_heard(room, booth, output);
		told->listeners[output] = dm_metric_get(&room->channels[channel].listeners);
	}
}

/* Tells of every booth that has changed: its people, and organisers of all in one message. */
static void tell_stale(struct dm_booth_news *news, struct dm_room *room)
{
	struct room_told *told = told_of(news, room);
	const dm_usec now = dm_time_now();
	json_t *booths = json_array();

	for (uint8_t n = 0; n < booth_count(room); n++) {
		if (!told->booths[n].stale)
			continue;
		note(&told->booths[n], room, n);
		json_array_append_new(booths, dm_booth_json(room, n, now));

		struct telling telling = { .room = room,
					   .booth = n,
					   .json = dm_booth_json(room, n, now) };

		dm_hub_each(news->hub, to_each_of_booth, &telling);
		json_decref(telling.json);
	}
	if (json_array_size(booths))
		tell(news->hub, (struct telling){ .room = room }, to_organiser,
		     booths_json(room, booths));
	else
		json_decref(booths);
}

/* --- calls --- */

static json_t *call_json(const struct dm_room *room, const struct dm_call *call)
{
	const struct dm_booth *booth = dm_interpretation_booth(room->interpretation, call->booth);
	json_t *json = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s}", "type", "call", "call",
				 (json_int_t)call->id, "room", room->options->id, "booth",
				 booth->options->id, "name", call->caller.name, "state",
				 dm_call_state_name(call->state));

	if (call->technician.id[0])
		json_object_set_new(json, "technician", json_string(call->technician.name));
	return json;
}

void dm_booth_news_tell_call(struct dm_hub *hub, struct dm_room *room, const struct dm_call *call)
{
	const struct telling telling = { .room = room, .caller = call->caller.id };

	tell(hub, telling, to_caller, call_json(room, call));
}

void dm_booth_news_tell_all(struct dm_conversation *conversation, struct dm_room *room)
{
	const struct dm_calls *calls = dm_interpretation_calls(room->interpretation);
	const dm_usec now = dm_time_now();
	json_t *booths = json_array();

	for (uint8_t n = 0; n < booth_count(room); n++)
		json_array_append_new(booths, dm_booth_json(room, n, now));
	dm_conversation_push_json(conversation, booths_json(room, booths));
	for (uint8_t n = 0; n < calls->count; n++)
		dm_conversation_push_json(conversation, call_json(room, &calls->list[n]));
}

/* --- changes --- */

static void tell_event(struct dm_booth_news *news, struct dm_room *room, uint8_t booth,
		       json_t *json)
{
	const struct telling telling = { .room = room, .booth = booth };

	tell(news->hub, telling, to_booth, json);
}

/* What is news of its own, besides how the booth is after it. */
static void tell_change(struct dm_booth_news *news, struct dm_room *room,
			const struct dm_change *change)
{
	switch (change->kind) {
	case DM_CHANGE_SHIFT:
		tell_event(news, room, change->booth,
			   json_pack("{s:s, s:i, s:i}", "type", "shift", "seat", (int)change->seat,
				     "reminders", (int)change->detail));
		break;
	case DM_CHANGE_HANDOVER_ENDED:
		tell_event(news, room, change->booth,
			   json_pack("{s:s, s:s, s:i}", "type", "handover-ended", "how",
				     dm_handover_end_name((enum dm_handover_end)change->detail),
				     "seat", (int)change->seat));
		break;
	case DM_CHANGE_TOOK_OVER:
		tell_event(news, room, change->booth,
			   json_pack("{s:s, s:i}", "type", "took-over", "seat", (int)change->seat));
		break;
	case DM_CHANGE_SLOW_DOWN:
		tell(news->hub, (struct telling){ .room = room }, to_watcher,
		     json_pack("{s:s, s:s, s:i}", "type", "slow-down", "room", room->options->id,
			       "count", (int)change->detail));
		break;
	default:
		break;
	}
}

/* A booth concerns what is said of it, and what its channels carry. */
static void mark(struct room_told *told, const struct dm_room *room, const struct dm_change *change)
{
	for (uint8_t n = 0; n < booth_count(room); n++) {
		const uint8_t *outputs = dm_interpretation_booth(room->interpretation, n)
						 ->options->outputs;

		if (change->booth == n ||
		    (change->kind == DM_CHANGE_PROGRAMME && change->channel &&
		     (outputs[0] == change->channel || outputs[1] == change->channel)))
			told->booths[n].stale = true;
	}
}

/* More changes than are kept: everything is told again. */
static void mark_forgotten(struct room_told *told, const struct dm_room *room)
{
	const uint64_t forgotten = dm_interpretation_forgotten_changes(room->interpretation);

	if (forgotten == told->forgotten)
		return;
	told->forgotten = forgotten;
	for (uint8_t n = 0; n < booth_count(room); n++)
		told->booths[n].stale = true;
}

static void on_change(void *user, struct dm_room *room, const struct dm_change *change)
{
	struct dm_booth_news *news = user;
	struct room_told *told = told_of(news, room);

	if (change) {
		tell_change(news, room, change);
		mark(told, room, change);
	} else {
		mark_forgotten(told, room);
		tell_stale(news, room);
	}
}

/* --- what changes by itself --- */

static void look_at(struct dm_booth_news *news, struct dm_room *room, bool at_listeners)
{
	struct room_told *told = told_of(news, room);

	for (uint8_t n = 0; n < booth_count(room); n++) {
		struct told *booth = &told->booths[n];
		struct told is = *booth;

		note(&is, room, n);
		if (memcmp(is.heard, booth->heard, sizeof(is.heard)) != 0 ||
		    (at_listeners &&
		     memcmp(is.listeners, booth->listeners, sizeof(is.listeners)) != 0))
			booth->stale = true;
	}
	tell_stale(news, room);
}

void dm_booth_news_look(struct dm_hub *hub)
{
	struct dm_booth_news *news = hub->news;
	const bool at_listeners = news->looks++ % LISTENERS_EVERY == 0;

	for (size_t n = 0; n < dm_event_room_count(hub->options.event); n++)
		look_at(news, dm_event_room(hub->options.event, n), at_listeners);
}

void dm_booth_news_create(struct dm_booth_news **out, struct dm_hub *hub)
{
	struct dm_booth_news *news = g_new0(struct dm_booth_news, 1);

	news->hub = hub;
	news->rooms = g_hash_table_new_full(NULL, NULL, NULL, free_room);
	dm_desk_observe(hub->options.event, on_change, news);
	*out = news;
}

void dm_booth_news_destroy(struct dm_booth_news *news)
{
	if (!news)
		return;
	dm_desk_unobserve(news->hub->options.event, on_change, news);
	g_hash_table_destroy(news->rooms);
	g_free(news);
}
