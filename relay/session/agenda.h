/* relay/session/agenda.h
 *
 * When a room is in session: by its timetable, or by an organiser's word, which wins until the next
 * entry of the timetable begins. Without a timetable and a word it always is.
 *
 * Pure, plain data. Wall-clock seconds since 1970. Thread: one at a time.
 */
#ifndef DM_SESSION_AGENDA_H
#define DM_SESSION_AGENDA_H

#include "session/options.h"

enum dm_sitting {
	DM_SITTING_CLOSED,  /* before, between and after: nobody is missed */
	DM_SITTING_LINE_UP, /* the last minutes before: sources and booths should be there */
	DM_SITTING_RUNNING,
	DM_SITTING_PAUSED, /* by the organiser: a break */
	DM_SITTING_COUNT,
};

#define DM_AGENDA_LINE_UP_S 900 /* before an entry's start; choice: a quarter of an hour */

struct dm_agenda {
	const struct dm_agenda_entry *entries; /* borrowed; in order, not overlapping */
	size_t count;
	bool said; /* the organiser has spoken, */
	enum dm_sitting word;
	int64_t said_at;
};

/* What is on at `now`. */
enum dm_sitting dm_agenda_at(const struct dm_agenda *agenda, int64_t now);
/* The entry that runs, or else the next one; NULL: none. */
const struct dm_agenda_entry *dm_agenda_entry(const struct dm_agenda *agenda, int64_t now);
void dm_agenda_say(struct dm_agenda *agenda, enum dm_sitting word, int64_t now);

/* "closed", "line-up", "running", "paused". */
const char *dm_sitting_name(enum dm_sitting sitting);
/* False, and *sitting as it was, when `name` is none of these. */
bool dm_sitting_parse(const char *name, enum dm_sitting *sitting);

#endif
