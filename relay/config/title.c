#include "config/title.h"

#include <string.h>

/* Characters; choice: what a page can show as a heading. */
#define TITLE_MAX 200

static const char *read_text(struct dm_reading *reading, const struct dm_outline_entry *entry)
{
	const char *text = entry->text ? entry->text : "";

	if (strspn(text, " \t\r\n") == strlen(text)) {
		dm_reading_complain(reading, entry->path,
				    "is empty; write a title, or remove the line");
		return NULL;
	}
	if (g_utf8_strlen(text, -1) > TITLE_MAX) {
		dm_reading_complain(reading, entry->path,
				    "is %ld characters long; write at most %d",
				    g_utf8_strlen(text, -1), TITLE_MAX);
		return NULL;
	}
	return dm_reading_copy(reading, text);
}

size_t dm_titles_read(struct dm_reading *reading, const char *path, const struct dm_title **out)
{
	const size_t prefix = strlen(path);
	const size_t entries = dm_outline_count(reading->outline);
	struct dm_title *titles = dm_reading_allocate(reading, entries, sizeof(*titles));
	size_t count = 0;

	for (size_t i = 0; i < entries; i++) {
		const struct dm_outline_entry *entry = dm_outline_entry(reading->outline, i);

		if (strncmp(entry->path, path, prefix) != 0 || entry->path[prefix] != '.')
			continue;
		titles[count].lang = dm_reading_language(reading, entry->path,
							 entry->path + prefix + 1);
		titles[count++].text = read_text(reading, entry);
	}
	if (count == 0)
		dm_reading_complain(
			reading, path,
			"is missing; write a text for each language, such as {en: \"Plenary\"}");
	*out = titles;
	return count;
}
