/* tests/unit/control/fake_session.h
 *
 * A session without media for the tests of control: two rooms, subscribers that only remember
 * what they were told, and booths with the real rules, but with nothing that would be heard. It
 * takes the place of relay/session at link time.
 *
 * The plenary has the channels floor, en, fr and zh-Hans, and the booths en, fr (retour en) and
 * fr-2; the side room has floor and en, and the booth en.
 */
#ifndef FAKE_SESSION_H
#define FAKE_SESSION_H

#include "session/interpreter.h"
#include "session/level.h"
#include "session/line_up.h"
#include "session/subscriber.h"

struct dm_event *fake_event_create(void);
/* Eight rooms, room0 to room7, of as many channels as a room may have, and a booth for each. */
struct dm_event *fake_event_create_wide(void);
void fake_event_destroy(struct dm_event *event);

/* What the next dm_subscriber_create or restart, or dm_line_up_start, returns; 0 again after it. */
void fake_event_fail_next(struct dm_event *event, int error);

/* How many subscribers there are. */
size_t fake_event_subscriber_count(const struct dm_event *event);

/* Lets a subscriber's peer change state, as the transport would. */
void fake_subscriber_become(struct dm_event *event, const char *id, enum dm_peer_state state);

/* What was negotiated for it. */
const struct dm_peer_options *fake_subscriber_peer(struct dm_event *event, const char *id);

/* The microphone of somebody in a booth comes, or is lost. */
void fake_interpreter_link(struct dm_room *room, const char *key, bool alive);

/* What every channel's engine sends from now on. */
void fake_levels(const struct dm_channel_level *level);

/* room->line_up has changed; it is the test's to change. */
void fake_line_up_tell(struct dm_room *room);

/* Changes the floor's state in the room and tells observers. */
void fake_room_become(struct dm_event *event, const char *room, enum dm_feed_state state);

#endif
