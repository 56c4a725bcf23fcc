#include "config/source.h"

#include "ingest/options.h"

#include <string.h>

/* The path that a source names, or NULL when it is no file. Owned by the caller. RFC 8089, 2 has
 * the forms; ingest has approved of it already. */
static char *file_of(const char *uri)
{
	char *scheme = g_uri_parse_scheme(uri);
	char *file = NULL;

	if (!scheme) {
		file = g_strdup(uri);
	} else if (g_ascii_strcasecmp(scheme, "file") == 0) {
		const char *path = uri + strlen("file:");

		if (g_str_has_prefix(path, "//"))
			path = strchr(path + 2, '/');
		file = path ? g_uri_unescape_string(path, NULL) : NULL;
	}
	g_free(scheme);
	return file;
}

struct dm_source_options dm_source_read(struct dm_reading *reading, const char *path,
					const char *uri, bool loop)
{
	const struct dm_source_options none = { .uri = NULL };
	char message[256];

	if (!uri || !*uri)
		return none;
	if (dm_source_uri_check(uri, message, sizeof(message)) != 0) {
		/* Without the URI, which may hold a password. */
		dm_reading_complain(reading, path, "%s", message);
		return none;
	}

	char *file = file_of(uri);
	char *scheme = g_uri_parse_scheme(uri);
	struct dm_source_options source = {
		.uri = dm_reading_copy(reading, uri),
		.loop = loop,
		.whip = scheme && g_ascii_strcasecmp(scheme, "whip") == 0,
	};

	dm_source_is_forwarded(uri, &source.passes_sound, &source.passes_picture);
	dm_reading_file(reading, path, file);
	g_free(scheme);
	g_free(file);
	return source;
}
