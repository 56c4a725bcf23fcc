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

/* The first entry from `n` on that is a title at `path`; the count of entries when there is none.
 */
static size_t next_title(const struct dm_outline *outline, const char *path, size_t n)
{
	const size_t length = strlen(path);

	for (; n < dm_outline_count(outline); n++) {
		const char *other = dm_outline_entry(outline, n)->path;

		if (strncmp(other, path, length) == 0 && other[length] == '.')
			break;
	}
	return n;
}

size_t dm_titles_read(struct dm_reading *reading, const char *path, const struct dm_title **out)
{
	const struct dm_outline *outline = reading->outline;
	const size_t entries = dm_outline_count(outline);
	const size_t first = next_title(outline, path, 0);
	size_t count = 0;

	for (size_t n = first; n < entries; n = next_title(outline, path, n + 1))
		count++;
	if (count == 0)
		dm_reading_complain(
			reading, path,
			"is missing; write a text for each language, such as {en: \"Plenary\"}");

	struct dm_title *titles = dm_reading_allocate(reading, count, sizeof(*titles));
	struct dm_title *title = titles;

	for (size_t n = first; n < entries; n = next_title(outline, path, n + 1), title++) {
		const struct dm_outline_entry *entry = dm_outline_entry(outline, n);

		title->lang = dm_reading_language(reading, entry->path,
						  entry->path + strlen(path) + 1);
		title->text = read_text(reading, entry);
	}
	*out = titles;
	return count;
}
