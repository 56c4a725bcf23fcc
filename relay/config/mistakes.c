#include "config/mistakes.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

struct mistake {
	unsigned line;
	size_t order; /* of discovery, for those of one line */
	char *text;   /* owned */
};

struct dm_mistakes {
	const char *file; /* borrowed */
	GArray *found;    /* struct mistake */
	GHashTable *told; /* paths, owned */
};

struct dm_key_path dm_key_path(const char *format, ...)
{
	struct dm_key_path path;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(path.text, sizeof(path.text), format, arguments);
	va_end(arguments);
	return path;
}

bool dm_key_path_rise(struct dm_key_path *path)
{
	size_t length = strlen(path->text);

	while (length > 0 && path->text[length - 1] != '.' && path->text[length - 1] != '[')
		length--;
	path->text[length > 0 ? length - 1 : 0] = '\0';
	return path->text[0] != '\0';
}

static void mistake_clear(void *mistake)
{
	g_free(((struct mistake *)mistake)->text);
}

struct dm_mistakes *dm_mistakes_create(const char *file)
{
	struct dm_mistakes *mistakes = g_new0(struct dm_mistakes, 1);

	mistakes->file = file;
	mistakes->found = g_array_new(FALSE, FALSE, sizeof(struct mistake));
	g_array_set_clear_func(mistakes->found, mistake_clear);
	mistakes->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return mistakes;
}

void dm_mistakes_destroy(struct dm_mistakes *mistakes)
{
	if (!mistakes)
		return;
	g_hash_table_destroy(mistakes->told);
	g_array_free(mistakes->found, TRUE);
	g_free(mistakes);
}

static bool is_told(const struct dm_mistakes *mistakes, const char *path)
{
	struct dm_key_path above = dm_key_path("%s", path);

	if (!*path)
		return false;
	do {
		if (g_hash_table_contains(mistakes->told, above.text))
			return true;
	} while (dm_key_path_rise(&above));
	return false;
}

void dm_mistakes_add(struct dm_mistakes *mistakes, unsigned line, const char *path,
		     const char *format, ...)
{
	if (is_told(mistakes, path))
		return;
	g_hash_table_add(mistakes->told, g_strdup(path));

	GString *text = g_string_new(mistakes->file);
	va_list arguments;

	if (line > 0)
		g_string_append_printf(text, ":%u", line);
	g_string_append(text, ": ");
	if (*path)
		g_string_append_printf(text, "%s: ", path);
	va_start(arguments, format);
	g_string_append_vprintf(text, format, arguments);
	va_end(arguments);

	/* A value may hold anything, but a mistake is told on one line. */
	for (char *c = text->str; *c; c++) {
		if (g_ascii_iscntrl(*c))
			*c = ' ';
	}

	const struct mistake mistake = {
		.line = line,
		.order = mistakes->found->len,
		.text = g_string_free(text, FALSE),
	};

	g_array_append_val(mistakes->found, mistake);
}

void dm_mistakes_excuse(struct dm_mistakes *mistakes, const char *path)
{
	g_hash_table_add(mistakes->told, g_strdup(path));
}

size_t dm_mistakes_count(const struct dm_mistakes *mistakes)
{
	return mistakes->found->len;
}

static int compare(const void *a, const void *b)
{
	const struct mistake *first = a;
	const struct mistake *second = b;

	if (first->line != second->line)
		return first->line < second->line ? -1 : 1;
	return first->order < second->order ? -1 : first->order > second->order;
}

void dm_mistakes_report(const struct dm_mistakes *mistakes, dm_config_report_cb *report, void *user)
{
	g_array_sort(mistakes->found, compare);
	for (guint i = 0; i < mistakes->found->len; i++)
		report(user, g_array_index(mistakes->found, struct mistake, i).text);
}
