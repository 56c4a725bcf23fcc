#include "session/interpreter.h"

#include "base/log.h"
#include "session/desk_private.h"
#include "session/level.h"

#include <errno.h>
#include <string.h>

/* 64 packets are 1.3 s of sound: longer than any reader pauses. Choice. */
#define MICROPHONE_PACKETS 64
#define MICROPHONE_RATE_HZ 48000 /* RFC 7587, 4.1 */

/* Packets come every 20 ms, so a link that gives none for so long is lost, where no engine listens
 * and knows better; and it lives again when its latest packet is that new. Choices. */
#define LOST_AFTER   DM_MSEC(500)
#define ALIVE_WITHIN DM_MSEC(200)

static bool is_key(const char *key)
{
	return strlen(key) == DM_ID_SIZE - 1 && strspn(key, "0123456789abcdef") == DM_ID_SIZE - 1;
}

struct dm_interpreter *dm_room_find_interpreter(struct dm_room *room, const char *key)
{
	const GPtrArray *interpreters = room->desk->interpreters;

	for (guint i = 0; i < interpreters->len; i++) {
		struct dm_interpreter *interpreter = g_ptr_array_index(interpreters, i);

		if (strcmp(interpreter->key, key) == 0)
			return interpreter;
	}
	return NULL;
}

static struct dm_interpreter *take_seat(struct dm_room *room, uint8_t booth,
					const struct dm_participant *who, struct dm_ruling *ruling)
{
	struct dm_interpreter *interpreter;
	struct dm_intake *microphone;

	const int error = dm_intake_create(&microphone, MICROPHONE_PACKETS, MICROPHONE_RATE_HZ);

	if (error < 0) {
		dm_log(DM_LOG_ERROR, "interpreter.no_microphone", "room=%s why=%s",
		       room->options->id, g_strerror(-error));
		*ruling = dm_ruling_of(DM_REASON_NO_LINK);
		return NULL;
	}
	*ruling = dm_booth_sit(room->interpretation, booth, who, dm_time_now());
	if (ruling->reason != DM_REASON_DONE) {
		dm_intake_unref(microphone);
		return NULL;
	}
	interpreter = g_new0(struct dm_interpreter, 1);
	interpreter->room = room;
	interpreter->microphone = microphone;
	interpreter->alone_since = dm_time_now();
	strcpy(interpreter->key, who->id);
	dm_desk_admit(room->desk, interpreter);
	dm_log(DM_LOG_INFO, "interpreter.sit", "room=%s booth=%u seat=%u name=%s",
	       room->options->id, booth, dm_interpreter_seat(interpreter), who->name);
	return interpreter;
}

bool dm_interpreter_sit(struct dm_interpreter **out, struct dm_room *room, uint8_t booth,
			const char *name, const char *key, struct dm_ruling *ruling)
{
	struct dm_interpreter *interpreter = key ? dm_room_find_interpreter(room, key) : NULL;
	struct dm_participant who = { .id = "" };

	*out = NULL;
	*ruling = dm_ruling_of(DM_REASON_BAD_PARTICIPANT);
	if (interpreter && !interpreter->publisher && dm_interpreter_booth(interpreter) == booth) {
		if (interpreter->subscriber)
			dm_subscriber_evict(interpreter->subscriber);
		*ruling = dm_ruling_of(DM_REASON_DONE);
		*out = interpreter;
		return true;
	}
	if (strlen(name) == 0 || strlen(name) >= sizeof(who.name) || (key && !is_key(key)))
		return false;
	strcpy(who.name, name);
	if (key)
		strcpy(who.id, key);
	else if (dm_event_make_id(who.id) < 0)
		return false;
	*out = take_seat(room, booth, &who, ruling);
	if (*out)
		dm_desk_settle(room);
	return *out != NULL;
}

void dm_interpreter_leave(struct dm_interpreter *interpreter)
{
	if (!interpreter)
		return;
	if (interpreter->publisher) {
		dm_interpreter_evict(interpreter);
		return;
	}

	struct dm_room *room = interpreter->room;

	dm_log(DM_LOG_INFO, "interpreter.leave", "room=%s booth=%u seat=%u", room->options->id,
	       dm_interpreter_booth(interpreter), dm_interpreter_seat(interpreter));
	dm_booth_leave(room->interpretation, interpreter->key, dm_time_now());
	dm_desk_dismiss(room->desk, interpreter);
	dm_subscriber_destroy(interpreter->subscriber);
	dm_intake_unref(interpreter->microphone);
	g_free(interpreter);
	dm_desk_settle(room);
}

void dm_interpreter_evict(struct dm_interpreter *interpreter)
{
	if (interpreter->publisher) {
		dm_publisher_evict(interpreter->publisher); /* which leaves */
		return;
	}
	if (interpreter->subscriber)
		dm_subscriber_evict(interpreter->subscriber);
	dm_interpreter_leave(interpreter);
}

void dm_interpreter_set_peer(struct dm_interpreter *interpreter, struct dm_subscriber *subscriber,
			     struct dm_publisher *publisher)
{
	interpreter->subscriber = subscriber;
	interpreter->publisher = publisher;
	interpreter->alone_since = DM_USEC_NEVER;
}

static const struct dm_seat *seat_of(const struct dm_interpreter *interpreter)
{
	const struct dm_booth *booth = dm_interpreter_booth_of(interpreter);

	return booth ? &booth->seats[dm_interpreter_seat(interpreter)] : NULL;
}

void dm_interpreter_lost_peer(struct dm_interpreter *interpreter)
{
	const struct dm_seat *seat = seat_of(interpreter);
	const dm_usec now = dm_time_now();
	struct dm_intake_reception reception;

	interpreter->subscriber = NULL;
	interpreter->publisher = NULL;
	interpreter->alone_since = now;
	dm_intake_reception(interpreter->microphone, &reception);
	if (seat && seat->link == DM_LINK_ALIVE)
		dm_booth_link_lost(interpreter->room->interpretation, interpreter->key,
				   MIN(reception.last_packet, now), now);
	dm_desk_settle(interpreter->room);
}

/* Whether an engine has the word on this link: it is told to let the microphone be heard, and does
 * not. */
static bool is_judged_dead(const struct dm_interpreter *interpreter)
{
	const struct dm_room *room = interpreter->room;
	const struct dm_patch *patch;
	struct dm_channel_level level;
	uint8_t number, seat, channel;

	if (!interpreter->dead ||
	    !dm_booth_find(room->interpretation, interpreter->key, &number, &seat))
		return false;

	const struct dm_booth *booth = dm_interpretation_booth(room->interpretation, number);

	channel = booth->options->outputs[booth->seats[seat].output];
	patch = &room->desk->patchbay.patches[channel];
	if (patch->slots[seat] != interpreter->microphone || patch->told.mode != DM_ENGINE_ON_AIR ||
	    !(patch->told.voice == seat || (patch->told.voices & 1U << seat)))
		return false;
	dm_channel_level(room, &room->channels[channel], &level);
	return level.booth == DM_NOBODY || level.seat != seat;
}

bool dm_interpreter_poll(struct dm_interpreter *interpreter, dm_usec now)
{
	const struct dm_seat *seat = seat_of(interpreter);
	struct dm_interpretation *rules = interpreter->room->interpretation;
	struct dm_intake_reception reception;
	dm_usec silence;

	if (!seat || interpreter->alone_since != DM_USEC_NEVER)
		return false;
	interpreter->dead = is_judged_dead(interpreter); /* if not, its packets count again */
	dm_intake_reception(interpreter->microphone, &reception);
	silence = now - reception.last_packet;
	if (seat->link == DM_LINK_ALIVE) {
		if (silence <= LOST_AFTER)
			return false;
		dm_booth_link_lost(rules, interpreter->key, reception.last_packet, now);
		return true;
	}
	if (reception.last_packet == 0 || silence > ALIVE_WITHIN || interpreter->dead ||
	    (seat->link == DM_LINK_LOST && reception.last_packet <= seat->lost_at))
		return false;
	dm_booth_link_alive(rules, interpreter->key, now);
	return true;
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
	uint8_t booth, seat;

	return dm_booth_find(interpreter->room->interpretation, interpreter->key, &booth, &seat)
		       ? booth
		       : DM_NOBODY;
}

uint8_t dm_interpreter_seat(const struct dm_interpreter *interpreter)
{
	uint8_t booth, seat;

	return dm_booth_find(interpreter->room->interpretation, interpreter->key, &booth, &seat)
		       ? seat
		       : DM_NOBODY;
}

const struct dm_booth *dm_interpreter_booth_of(const struct dm_interpreter *interpreter)
{
	return dm_interpretation_booth(interpreter->room->interpretation,
				       dm_interpreter_booth(interpreter));
}

int dm_interpreter_monitor(struct dm_interpreter *interpreter, enum dm_output output)
{
	const struct dm_booth *booth = dm_interpreter_booth_of(interpreter);
	const enum dm_output before = interpreter->monitored;

	if (!booth || output >= DM_OUTPUTS || booth->options->outputs[output] == 0)
		return -EINVAL;
	interpreter->monitored = output;

	const int error = interpreter->subscriber ? dm_subscriber_rebind(interpreter->subscriber)
						  : 0;

	if (error < 0)
		interpreter->monitored = before;
	return error;
}

enum dm_output dm_interpreter_monitored(const struct dm_interpreter *interpreter)
{
	return interpreter->monitored;
}
