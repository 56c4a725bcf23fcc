#include "monitor/chronicle.h"

#include "session/desk.h"
#include "session/interpretation_name.h"
#include "session/name.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>

/* What was last written down of a room. */
struct known {
	struct dm_room *room;         /* borrowed */
	enum dm_feed_state *channels; /* owned */
	enum dm_feed_state picture, sign;
	enum dm_sitting sitting;
	bool has_sitting; /* false: not looked yet */
};

struct dm_chronicle {
	struct dm_event *event;     /* borrowed */
	struct dm_journal *journal; /* borrowed */
	struct known *rooms;        /* owned */
	size_t room_count;
};

static const char *lang_of(const struct dm_room *room, uint8_t channel)
{
	return channel < room->channel_count ? room->channels[channel].lang : "";
}

static dm_wall_usec wall_of(dm_usec at)
{
	return g_get_real_time() - (dm_time_now() - at);
}

/* --- the booths --- */

/* One of the words above as {"state":"word"}; names of people are never part of a detail. */
static void say_state(char *detail, size_t size, const char *word)
{
	snprintf(detail, size, "{\"state\":\"%s\"}", word);
}

static void say_number(char *detail, size_t size, const char *key, unsigned number)
{
	snprintf(detail, size, "{\"%s\":%u}", key, number);
}

/* False: it is not worth a line. */
static bool describe(const struct dm_room *room, const struct dm_change *change, char *detail,
		     size_t size)
{
	*detail = '\0';
	switch (change->kind) {
	case DM_CHANGE_SEATED:
	case DM_CHANGE_LEFT:
	case DM_CHANGE_TOOK_OVER:
		return true;
	case DM_CHANGE_LINK:
		say_state(detail, size, dm_link_name((enum dm_link)change->detail));
		return true;
	case DM_CHANGE_MICROPHONE:
		snprintf(detail, size, "{\"state\":\"%s\",\"output\":\"%s\"}",
			 dm_mic_name((enum dm_mic)change->detail), lang_of(room, change->channel));
		return true;
	case DM_CHANGE_HELD:
		say_state(detail, size, dm_hold_name((enum dm_hold)change->detail));
		return true;
	case DM_CHANGE_ON_AIR_MAX:
		say_number(detail, size, "count", change->detail);
		return true;
	case DM_CHANGE_HANDOVER:
		say_state(detail, size,
			  dm_handover_state_name((enum dm_handover_state)change->detail));
		return change->detail != DM_HANDOVER_NONE;
	case DM_CHANGE_HANDOVER_ENDED:
		snprintf(detail, size, "{\"state\":\"ended\",\"how\":\"%s\"}",
			 dm_handover_end_name((enum dm_handover_end)change->detail));
		return true;
	case DM_CHANGE_PROGRAMME:
		snprintf(detail, size, "{\"carries\":\"%s\"}",
			 dm_carries_name((enum dm_carries)change->detail));
		return true;
	case DM_CHANGE_FLOOR_LANGUAGE:
		snprintf(detail, size, "{\"language\":\"%s\"}", room->floor_language);
		return true;
	case DM_CHANGE_SHIFT:
		say_number(detail, size, "reminders", change->detail);
		return true;
	case DM_CHANGE_SLOW_DOWN:
		say_number(detail, size, "count", change->detail);
		return true;
	case DM_CHANGE_CALL:
		say_state(detail, size, dm_call_state_name((enum dm_call_state)change->detail));
		return true;
	default: /* what a booth listens to, and consent: shown live, and no news an hour later */
		return false;
	}
}

/* A handover is one kind, however far it has got. */
static const char *kind_of(const struct dm_change *change)
{
	return dm_change_kind_name(change->kind == DM_CHANGE_HANDOVER_ENDED ? DM_CHANGE_HANDOVER
									    : change->kind);
}

static const char *place_of(const struct dm_room *room, const struct dm_change *change)
{
	const struct dm_booth *booth = dm_interpretation_booth(room->interpretation, change->booth);

	if (change->kind == DM_CHANGE_PROGRAMME)
		return lang_of(room, change->channel);
	return booth ? booth->options->id : "";
}

static void on_change(void *user, struct dm_room *room, const struct dm_change *change)
{
	struct dm_chronicle *chronicle = user;
	char detail[128];

	if (change && describe(room, change, detail, sizeof(detail)))
		dm_journal_record(chronicle->journal, wall_of(change->at), kind_of(change),
				  room->options->id, place_of(room, change), change->who.name,
				  detail);
}

/* --- sources --- */

static void note_feed(struct dm_chronicle *chronicle, const struct dm_room *room, const char *place,
		      enum dm_feed_state *known, enum dm_feed_state state)
{
	char detail[64];

	if (*known == state)
		return;
	*known = state;
	say_state(detail, sizeof(detail), dm_feed_state_name(state));
	dm_journal_record(chronicle->journal, g_get_real_time(), "feed", room->options->id, place,
			  "", detail);
}

static struct known *find(struct dm_chronicle *chronicle, const struct dm_room *room)
{
	struct known *known = chronicle->rooms;

	while (known->room != room)
		known++;
	return known;
}

static void on_room(void *user, struct dm_room *room)
{
	struct dm_chronicle *chronicle = user;
	struct known *known = find(chronicle, room);

	for (size_t c = 0; c < room->channel_count; c++)
		note_feed(chronicle, room, room->channels[c].lang, &known->channels[c],
			  room->channels[c].state);
	note_feed(chronicle, room, "picture", &known->picture, room->picture.state);
	note_feed(chronicle, room, "sign", &known->sign, room->sign.state);
}

/* --- sessions --- */

void dm_chronicle_advance(struct dm_chronicle *chronicle, int64_t wall)
{
	for (size_t r = 0; r < chronicle->room_count; r++) {
		struct known *known = &chronicle->rooms[r];
		const enum dm_sitting sitting = dm_room_sitting(known->room, wall);
		char detail[64];

		if (known->has_sitting && known->sitting == sitting)
			continue;
		known->has_sitting = true;
		known->sitting = sitting;
		say_state(detail, sizeof(detail), dm_sitting_name(sitting));
		dm_journal_record(chronicle->journal, g_get_real_time(), "session",
				  known->room->options->id, "", "", detail);
	}
}

/* --- life --- */

int dm_chronicle_create(struct dm_chronicle **out, struct dm_event *event,
			struct dm_journal *journal)
{
	struct dm_chronicle *chronicle = g_new0(struct dm_chronicle, 1);

	chronicle->event = event;
	chronicle->journal = journal;
	chronicle->room_count = dm_event_room_count(event);
	chronicle->rooms = g_new0(struct known, chronicle->room_count);
	for (size_t r = 0; r < chronicle->room_count; r++) {
		struct known *known = &chronicle->rooms[r];

		known->room = dm_event_room(event, r);
		known->channels = g_new0(enum dm_feed_state, known->room->channel_count);
		for (size_t c = 0; c < known->room->channel_count; c++)
			known->channels[c] = known->room->channels[c].state;
		known->picture = known->room->picture.state;
		known->sign = known->room->sign.state;
	}
	dm_event_observe(event, on_room, chronicle);
	dm_desk_observe(event, on_change, chronicle);
	*out = chronicle;
	return 0;
}

void dm_chronicle_destroy(struct dm_chronicle *chronicle)
{
	if (!chronicle)
		return;
	dm_desk_unobserve(chronicle->event, on_change, chronicle);
	dm_event_unobserve(chronicle->event, on_room, chronicle);
	for (size_t r = 0; r < chronicle->room_count; r++)
		g_free(chronicle->rooms[r].channels);
	g_free(chronicle->rooms);
	g_free(chronicle);
}
