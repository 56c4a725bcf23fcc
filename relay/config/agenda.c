#include "config/agenda.h"

#include "config/moment.h"
#include "config/title.h"

#define LONGEST (24 * 60 * 60) /* seconds; choice: a longer session is a date mistyped */

static bool read_moment(struct dm_reading *reading, const char *path, const char *text,
			int64_t *seconds)
{
	static const char right[] =
		"write date, time and offset, such as 2026-11-22T09:00:00+01:00";

	if (!text || !*text)
		dm_reading_complain(reading, path, "is missing; %s", right);
	else if (!dm_moment_parse(text, seconds))
		dm_reading_complain(reading, path, "'%s' is no moment (RFC 3339); %s", text, right);
	else
		return true;
	return false;
}

/* False when its times are not known. */
static bool read_session(struct dm_reading *reading, const char *path,
			 const struct dm_yaml_session *yaml, struct dm_agenda_entry *entry)
{
	const struct dm_key_path start = dm_key_path("%s.start", path);
	const struct dm_key_path end = dm_key_path("%s.end", path);

	entry->title_count = dm_titles_read(reading, dm_key_path("%s.title", path).text,
					    &entry->titles);

	const bool starts = read_moment(reading, start.text, yaml->start, &entry->start);

	if (!read_moment(reading, end.text, yaml->end, &entry->end) || !starts)
		return false;
	if (entry->end > entry->start && entry->end - entry->start <= LONGEST)
		return true;
	dm_reading_complain(
		reading, end.text,
		entry->end <= entry->start
			? "'%s' is not after the start, '%s'; write a later one"
			: "'%s' is more than a day after the start, '%s'; write an earlier one",
		yaml->end, yaml->start);
	return false;
}

void dm_sessions_read(struct dm_reading *reading, const char *room_path,
		      const struct dm_yaml_room *yaml, struct dm_room_options *room)
{
	struct dm_agenda_entry *entries = dm_reading_allocate(reading, yaml->sessions_count,
							      sizeof(*entries));
	const struct dm_agenda_entry *before = NULL;

	room->sessions = entries;
	room->session_count = yaml->sessions_count;
	if (yaml->sessions_count > DM_AGENDA_MAX)
		dm_reading_complain(reading, dm_key_path("%s.sessions", room_path).text,
				    "has %u sessions; write at most %d", yaml->sessions_count,
				    DM_AGENDA_MAX);
	for (unsigned i = 0; i < yaml->sessions_count; i++) {
		const struct dm_key_path path = dm_key_path("%s.sessions[%u]", room_path, i);

		if (!read_session(reading, path.text, &yaml->sessions[i], &entries[i]))
			continue;
		if (before && entries[i].start < before->end)
			dm_reading_complain(
				reading, dm_key_path("%s.start", path.text).text,
				"'%s' is before the end of sessions[%td], '%s'; write the sessions in order, one after the other",
				yaml->sessions[i].start, before - entries,
				yaml->sessions[before - entries].end);
		before = &entries[i];
	}
}
