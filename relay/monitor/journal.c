#include "monitor/journal.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

struct dm_journal {
	struct dm_history *history; /* borrowed, nullable */
	dm_journal_cb *on_entry;    /* nullable */
	void *user;
	size_t count;
	size_t newest;
	struct dm_history_event entries[DM_JOURNAL_ENTRIES]; /* a ring */
};

int dm_journal_create(struct dm_journal **out, struct dm_history *history, dm_journal_cb *on_entry,
		      void *user)
{
	struct dm_journal *journal = g_try_new0(struct dm_journal, 1);

	*out = journal;
	if (!journal)
		return -ENOMEM;
	journal->history = history;
	journal->on_entry = on_entry;
	journal->user = user;
	journal->newest = DM_JOURNAL_ENTRIES - 1;
	return 0;
}

void dm_journal_destroy(struct dm_journal *journal)
{
	g_free(journal);
}

/* Cut between two characters. */
static void put(char *to, size_t size, const char *text)
{
	g_strlcpy(to, text ? text : "", size);

	const char *end;

	if (!g_utf8_validate(to, -1, &end))
		to[end - to] = '\0';
}

void dm_journal_record(struct dm_journal *journal, dm_wall_usec at, const char *kind,
		       const char *room, const char *place, const char *who, const char *detail)
{
	struct dm_history_event *entry;

	if (journal->history) /* what it does not take, it counts */
		(void)dm_history_record(journal->history, at, kind, room, place, who, detail);
	journal->newest = (journal->newest + 1) % DM_JOURNAL_ENTRIES;
	journal->count = MIN(journal->count + 1, DM_JOURNAL_ENTRIES);
	entry = &journal->entries[journal->newest];
	entry->at = at;
	put(entry->kind, sizeof(entry->kind), kind);
	put(entry->room, sizeof(entry->room), room);
	put(entry->channel, sizeof(entry->channel), place);
	put(entry->who, sizeof(entry->who), who);
	/* A piece of JSON would be none. */
	put(entry->detail, sizeof(entry->detail),
	    detail && strlen(detail) < sizeof(entry->detail) ? detail : "");
	if (journal->on_entry)
		journal->on_entry(journal->user, entry);
}

const struct dm_history_event *dm_journal_entry(const struct dm_journal *journal, size_t n)
{
	if (n >= journal->count)
		return NULL;
	return &journal->entries[(journal->newest + DM_JOURNAL_ENTRIES - n) % DM_JOURNAL_ENTRIES];
}
