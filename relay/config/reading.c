#include "config/reading.h"

#include "config/bitrate.h"
#include "config/language_tag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID_MAX 32 /* session/options.h */

void dm_reading_complain(struct dm_reading *reading, const char *path, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);

	dm_mistakes_add(reading->mistakes, dm_outline_line(reading->outline, path), path, "%s",
			text);
	g_free(text);
}

void *dm_reading_allocate(struct dm_reading *reading, size_t count, size_t size)
{
	void *memory = g_malloc0_n(count, size);

	g_ptr_array_add(reading->memory, memory);
	return memory;
}

const char *dm_reading_copy(struct dm_reading *reading, const char *text)
{
	char *copy = g_strdup(text);

	g_ptr_array_add(reading->memory, copy);
	return copy;
}

const char *dm_reading_address(struct dm_reading *reading, const char *path, const char *text)
{
	struct in6_addr address;

	if (!text || !*text)
		return NULL;
	if (inet_pton(AF_INET, text, &address) != 1 && inet_pton(AF_INET6, text, &address) != 1) {
		dm_reading_complain(
			reading, path,
			"'%s' is not a numeric address; write an IPv4 or IPv6 address such as 192.0.2.10 or 2001:db8::10, without a port",
			text);
		return NULL;
	}
	return dm_reading_copy(reading, text);
}

uint32_t dm_reading_number(struct dm_reading *reading, const char *path, const uint32_t *value,
			   uint32_t otherwise, uint32_t least, uint32_t most)
{
	if (!value)
		return otherwise;
	if (*value < least || *value > most) {
		dm_reading_complain(reading, path,
				    "%u is out of range; write a number from %u to %u", *value,
				    least, most);
		return otherwise;
	}
	return *value;
}

uint32_t dm_reading_bitrate(struct dm_reading *reading, const char *path, const char *text,
			    uint32_t otherwise, uint32_t least, uint32_t most)
{
	char from[16];
	char to[16];
	uint32_t value = 0;

	if (!text)
		return otherwise;
	dm_bitrate_format(least, from);
	dm_bitrate_format(most, to);
	if (!dm_bitrate_parse(text, &value)) {
		dm_reading_complain(
			reading, path,
			"'%s' is not a bit rate; write bit/s, from %s to %s, such as %u, or with k or M",
			text, from, to, otherwise);
		return otherwise;
	}
	if (value < least || value > most) {
		dm_reading_complain(reading, path,
				    "%s is out of range; write a bit rate from %s to %s", text,
				    from, to);
		return otherwise;
	}
	return value;
}

const char *dm_reading_id(struct dm_reading *reading, const char *path, const char *text)
{
	if (!text || !*text) {
		dm_reading_complain(reading, path,
				    "is missing; write a short name for URLs, of a-z, 0-9 and -");
		return NULL;
	}
	if (strlen(text) > ID_MAX ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(text)) {
		dm_reading_complain(
			reading, path,
			"'%s' cannot be an id; write 1 to %d of the characters a-z, 0-9 and -",
			text, ID_MAX);
		return NULL;
	}
	return dm_reading_copy(reading, text);
}

/* What people write for the tag; the six official languages of the United Nations. */
static const char *tag_of_name(const char *name)
{
	static const char *const names[][2] = {
		{ "arabic", "ar" },         { "chinese", "zh" }, { "english", "en" },
		{ "french", "fr" },         { "russian", "ru" }, { "spanish", "es" },
		{ "international", "ils" }, { "floor", "mul" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (g_ascii_strcasecmp(name, names[i][0]) == 0)
			return names[i][1];
	}
	return NULL;
}

const char *dm_reading_language(struct dm_reading *reading, const char *path, const char *text)
{
	const char *meant = tag_of_name(text);

	if (meant) {
		dm_reading_complain(reading, path, "'%s' is not a language tag; write %s", text,
				    meant);
		return NULL;
	}

	/* The grammar reserves primary subtags of four to eight letters, and the registry has none
	 * (RFC 5646, 2.2.1): who writes one has written out a name. */
	const bool name = strcspn(text, "-") >= 4;

	if (name || !dm_language_tag_is_well_formed(text)) {
		dm_reading_complain(
			reading, path,
			"'%s' is not a language tag (BCP 47); write one such as fr, pt-BR, zh-Hant, or ils for International Sign",
			text);
		return NULL;
	}
	return dm_reading_copy(reading, text);
}

static char *resolve(const struct dm_reading *reading, const char *text)
{
	return g_canonicalize_filename(text, reading->directory);
}

/* Keeps the absolute name, or tells why not. */
static const char *keep_if(struct dm_reading *reading, const char *path, const char *text,
			   bool directory)
{
	char *name = resolve(reading, text);
	struct stat status;
	const char *kept = NULL;

	if (!*text)
		dm_reading_complain(reading, path, "is empty; write a path, or leave the key out");
	else if (stat(name, &status) != 0)
		dm_reading_complain(
			reading, path,
			"'%s': %s (looked for %s); write a path that starts at this file's folder, or at /",
			text, errno == ENOENT ? "no such file or directory" : g_strerror(errno),
			name);
	else if (directory && !S_ISDIR(status.st_mode))
		dm_reading_complain(reading, path, "'%s' is a file; name a directory", text);
	else if (!directory && S_ISDIR(status.st_mode))
		dm_reading_complain(reading, path, "'%s' is a directory; name a file", text);
	else if (access(name, directory ? R_OK | X_OK : R_OK) != 0)
		dm_reading_complain(reading, path,
				    "'%s' may not be read (%s); give the relay's user the right to",
				    text, g_strerror(errno));
	else
		kept = dm_reading_copy(reading, name);
	g_free(name);
	return kept;
}

const char *dm_reading_file(struct dm_reading *reading, const char *path, const char *text)
{
	return text ? keep_if(reading, path, text, false) : NULL;
}

char *dm_reading_content(struct dm_reading *reading, const char *path, const char *text,
			 size_t most, size_t *bytes)
{
	const char *file = dm_reading_file(reading, path, text);
	GError *error = NULL;
	char *content = NULL;

	if (!file)
		return NULL;
	if (!g_file_get_contents(file, &content, bytes, &error)) {
		dm_reading_complain(reading, path, "'%s' cannot be read (%s); name another file",
				    text, error->message);
		g_error_free(error);
		return NULL;
	}
	if (*bytes > most) {
		dm_reading_complain(reading, path,
				    "'%s' has more than %zu bytes; name another file", text, most);
		explicit_bzero(content, *bytes);
		g_clear_pointer(&content, g_free);
	}
	return content;
}

const char *dm_reading_directory(struct dm_reading *reading, const char *path, const char *text)
{
	return text ? keep_if(reading, path, text, true) : NULL;
}
