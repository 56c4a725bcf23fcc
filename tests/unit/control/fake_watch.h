/* tests/unit/control/fake_watch.h
 *
 * A watch that has seen what it is told: it takes the place of relay/monitor/watch at link time.
 */
#ifndef FAKE_WATCH_H
#define FAKE_WATCH_H

#include "monitor/judge.h"
#include "monitor/watch.h"

#define FAKE_ALARMS_MAX  64
#define FAKE_ENTRIES_MAX 512
#define FAKE_POINTS_MAX  2880

struct dm_watch *fake_watch_create(struct dm_event *event);
void fake_watch_destroy(struct dm_watch *watch);

/* What is said of a room, and of the relay, from now on; arrays are borrowed. All unknown at
 * first. */
struct dm_room_figures *fake_watch_figures(struct dm_watch *watch, size_t room);
struct dm_relay_figures *fake_watch_relay(struct dm_watch *watch);

/* Raises an alarm and tells it; `room` NULL: the whole relay. Returns its id. */
uint64_t fake_watch_raise(struct dm_watch *watch, enum dm_alarm_kind kind, const char *room,
			  const char *name);
void fake_watch_clear(struct dm_watch *watch, uint64_t id);

/* A look is over. */
void fake_watch_look(struct dm_watch *watch);

/* So many points of every channel; each has the value of its number. */
void fake_watch_attend(struct dm_watch *watch, size_t points);

/* Of the last record, "kind room place who detail". */
const char *fake_watch_recorded(struct dm_watch *watch);

/* NULL: none is kept, as at first. Borrowed. */
void fake_watch_keep(struct dm_watch *watch, const char *history_path);

#endif
