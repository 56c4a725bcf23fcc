/* relay/session/interpreter.h
 *
 * Somebody in a booth, person or machine: a seat, a microphone, and at most one peer. The peer may
 * go and come back; the seat is kept for DM_LINK_KEPT without one, then it is left.
 *
 * Interpreters end by themselves (the time is over, the organiser's doing): keep the key, and find
 * them by it.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_INTERPRETER_H
#define DM_SESSION_INTERPRETER_H

#include "session/booth.h"
#include "session/room.h"

struct dm_interpreter;

/* Takes a seat. `key` is a secret of 32 lower-case hexadecimal digits that names the seat for
 * coming back (a page reloaded); NULL: a new one. The key of somebody who sits in that booth
 * already takes the seat back and ends the former peer; `name` is then not used. False: *out is
 * NULL, and *ruling says why (NO_SUCH_BOOTH, BAD_PARTICIPANT, ALREADY_SEATED, BOOTH_FULL). */
bool dm_interpreter_sit(struct dm_interpreter **out, struct dm_room *room, uint8_t booth,
			const char *name, const char *key, struct dm_ruling *ruling);

/* Leaves seat and peer; the peer's callback is not called. NULL is allowed. */
void dm_interpreter_leave(struct dm_interpreter *interpreter);

/* The participant in all actions of the rules. It is a secret: others see booth and seat. */
const char *dm_interpreter_key(const struct dm_interpreter *interpreter);
struct dm_room *dm_interpreter_room(const struct dm_interpreter *interpreter);
uint8_t dm_interpreter_booth(const struct dm_interpreter *interpreter);
uint8_t dm_interpreter_seat(const struct dm_interpreter *interpreter);

/* By key; NULL when nobody has it in that room. */
struct dm_interpreter *dm_room_find_interpreter(struct dm_room *room, const char *key);

/* Which of the booth's channels the monitor carries; at first A. Returns 0, -EINVAL (the booth has
 * no such output) or -EAGAIN. */
int dm_interpreter_monitor(struct dm_interpreter *interpreter, enum dm_output output);
enum dm_output dm_interpreter_monitored(const struct dm_interpreter *interpreter);

#endif
