/* tests/unit/control/fake_booths.c: desk, interpreters and levels without media; see
 * fake_session.h */
#include "fake_booths.h"

#include "fake_session.h"
#include "session/desk.h"
#include "session/slow_down.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTERPRETERS_MAX 256
#define OBSERVERS_MAX    4

struct dm_interpreter {
	struct dm_room *room;
	char key[DM_PARTICIPANT_SIZE];
	enum dm_output monitored;
};

static struct dm_interpreter *interpreters[INTERPRETERS_MAX];
static struct {
	struct dm_event *event;
	dm_desk_observer_cb *callback;
	void *user;
} observers[OBSERVERS_MAX];
static struct dm_channel_level levels = { .booth = DM_NOBODY, .seat = DM_NOBODY };
static unsigned made;

void fake_levels(const struct dm_channel_level *level)
{
	levels = *level;
}

void fake_booths_clear(struct dm_room *room)
{
	for (size_t n = 0; n < INTERPRETERS_MAX; n++) {
		if (interpreters[n] && interpreters[n]->room == room) {
			free(interpreters[n]);
			interpreters[n] = NULL;
		}
	}
}

void fake_interpreter_link(struct dm_room *room, const char *key, bool alive)
{
	const dm_usec now = dm_time_now();

	if (alive)
		dm_booth_link_alive(room->interpretation, key, now);
	else
		dm_booth_link_lost(room->interpretation, key, now, now);
	dm_desk_settle(room);
}

/* relay/session/desk.h */

static void tell(struct dm_room *room, const struct dm_change *change)
{
	for (size_t n = 0; n < OBSERVERS_MAX; n++) {
		if (observers[n].callback && observers[n].event == room->event)
			observers[n].callback(observers[n].user, room, change);
	}
}

void dm_desk_settle(struct dm_room *room)
{
	struct dm_change change;
	bool any = false;

	while (dm_interpretation_take_change(room->interpretation, &change)) {
		tell(room, &change);
		any = true;
	}
	if (!any)
		return;
	fake_room_notify(room);
	tell(room, NULL);
}

void dm_desk_observe(struct dm_event *event, dm_desk_observer_cb *callback, void *user)
{
	size_t n = 0;

	while (observers[n].callback)
		n++;
	observers[n].event = event;
	observers[n].callback = callback;
	observers[n].user = user;
}

void dm_desk_unobserve(struct dm_event *event, dm_desk_observer_cb *callback, void *user)
{
	for (size_t n = 0; n < OBSERVERS_MAX; n++) {
		if (observers[n].event == event && observers[n].callback == callback &&
		    observers[n].user == user)
			observers[n].callback = NULL;
	}
}

/* relay/session/interpreter.h */

struct dm_interpreter *dm_room_find_interpreter(struct dm_room *room, const char *key)
{
	for (size_t n = 0; n < INTERPRETERS_MAX; n++) {
		if (interpreters[n] && interpreters[n]->room == room &&
		    !strcmp(interpreters[n]->key, key))
			return interpreters[n];
	}
	return NULL;
}

bool dm_interpreter_sit(struct dm_interpreter **out, struct dm_room *room, uint8_t booth,
			const char *name, const char *key, struct dm_ruling *ruling)
{
	struct dm_participant who = { .id = "" };
	size_t n = 0;

	*out = key ? dm_room_find_interpreter(room, key) : NULL;
	if (*out && dm_interpreter_booth(*out) == booth)
		return true;
	*out = NULL;
	snprintf(who.name, sizeof(who.name), "%s", name);
	if (key)
		memcpy(who.id, key, sizeof(who.id));
	else
		snprintf(who.id, sizeof(who.id), "%032x", ++made + 0xabc000);
	*ruling = dm_booth_sit(room->interpretation, booth, &who, dm_time_now());
	if (ruling->reason)
		return false;
	while (interpreters[n])
		n++;
	*out = interpreters[n] = calloc(1, sizeof(**out));
	(*out)->room = room;
	memcpy((*out)->key, who.id, sizeof(who.id));
	dm_desk_settle(room);
	return true;
}

void dm_interpreter_leave(struct dm_interpreter *interpreter)
{
	struct dm_room *room;
	size_t n = 0;

	if (!interpreter)
		return;
	room = interpreter->room;
	dm_booth_leave(room->interpretation, interpreter->key, dm_time_now());
	while (interpreters[n] != interpreter)
		n++;
	interpreters[n] = NULL;
	free(interpreter);
	dm_desk_settle(room);
}

const char *dm_interpreter_key(const struct dm_interpreter *interpreter)
{
	return interpreter->key;
}

struct dm_room *dm_interpreter_room(const struct dm_interpreter *interpreter)
{
	return interpreter->room;
}

uint8_t dm_interpreter_booth(const struct dm_interpreter *interpreter)
{
	uint8_t booth = DM_NOBODY, seat;

	dm_booth_find(interpreter->room->interpretation, interpreter->key, &booth, &seat);
	return booth;
}

uint8_t dm_interpreter_seat(const struct dm_interpreter *interpreter)
{
	uint8_t booth, seat = DM_NOBODY;

	dm_booth_find(interpreter->room->interpretation, interpreter->key, &booth, &seat);
	return seat;
}

int dm_interpreter_monitor(struct dm_interpreter *interpreter, enum dm_output output)
{
	if (!dm_interpretation_booth(interpreter->room->interpretation,
				     dm_interpreter_booth(interpreter))
		     ->options->outputs[output])
		return -EINVAL;
	interpreter->monitored = output;
	return 0;
}

enum dm_output dm_interpreter_monitored(const struct dm_interpreter *interpreter)
{
	return interpreter->monitored;
}

/* relay/session/level.h */

void dm_channel_level(const struct dm_room *room, const struct dm_channel *channel,
		      struct dm_channel_level *level)
{
	(void)room;
	(void)channel;
	*level = levels;
}

void dm_interpreter_level(const struct dm_interpreter *interpreter,
			  struct dm_microphone_level *level)
{
	(void)interpreter;
	*level = (struct dm_microphone_level){ .peak_dbfs = -INFINITY };
}
