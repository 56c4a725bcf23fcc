#include "session/agenda.h"

#include <string.h>

static const char *const sitting_names[DM_SITTING_COUNT] = {
	[DM_SITTING_CLOSED] = "closed",
	[DM_SITTING_LINE_UP] = "line-up",
	[DM_SITTING_RUNNING] = "running",
	[DM_SITTING_PAUSED] = "paused",
};

/* The first entry that is not over; NULL: none. */
static const struct dm_agenda_entry *not_over(const struct dm_agenda *agenda, int64_t now)
{
	for (size_t n = 0; n < agenda->count; n++) {
		if (now < agenda->entries[n].end)
			return &agenda->entries[n];
	}
	return NULL;
}

/* Whether an entry has begun after the organiser spoke. */
static bool is_overtaken(const struct dm_agenda *agenda, int64_t now)
{
	for (size_t n = 0; n < agenda->count; n++) {
		const int64_t start = agenda->entries[n].start;

		if (start > agenda->said_at && start <= now)
			return true;
	}
	return false;
}

enum dm_sitting dm_agenda_at(const struct dm_agenda *agenda, int64_t now)
{
	if (agenda->said && !is_overtaken(agenda, now))
		return agenda->word;
	if (agenda->count == 0)
		return DM_SITTING_RUNNING;

	const struct dm_agenda_entry *entry = not_over(agenda, now);

	if (!entry)
		return DM_SITTING_CLOSED;
	if (now >= entry->start)
		return DM_SITTING_RUNNING;
	return now >= entry->start - DM_AGENDA_LINE_UP_S ? DM_SITTING_LINE_UP : DM_SITTING_CLOSED;
}

const struct dm_agenda_entry *dm_agenda_entry(const struct dm_agenda *agenda, int64_t now)
{
	return not_over(agenda, now);
}

void dm_agenda_say(struct dm_agenda *agenda, enum dm_sitting word, int64_t now)
{
	agenda->said = true;
	agenda->word = word;
	agenda->said_at = now;
}

const char *dm_sitting_name(enum dm_sitting sitting)
{
	return sitting_names[sitting];
}

bool dm_sitting_parse(const char *name, enum dm_sitting *sitting)
{
	for (int n = 0; n < DM_SITTING_COUNT; n++) {
		if (strcmp(sitting_names[n], name) == 0) {
			*sitting = (enum dm_sitting)n;
			return true;
		}
	}
	return false;
}
