/* relay/config/reading.h
 *
 * One configuration on its way from the file's words to the modules' options: what each section's
 * reader needs, and the checks that several sections share. A value with a mistake is told and
 * replaced by its default, so that reading goes on and finds the other mistakes; the options are
 * used only when there was none.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_READING_H
#define DM_CONFIG_READING_H

#include "config/mistakes.h"
#include "config/outline.h"
#include "config/schema.h"

#include <glib.h>

struct dm_reading {
	const struct dm_yaml_file *yaml;  /* borrowed */
	const struct dm_outline *outline; /* borrowed */
	struct dm_mistakes *mistakes;     /* borrowed */
	const char *directory;            /* of the file, absolute; borrowed */
	GPtrArray *memory;                /* owns what the options point to */
};

/* Tells "what is wrong; what would be right" of the key. */
void dm_reading_complain(struct dm_reading *reading, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Zeroed, and owned by the reading's memory; never NULL, unless count is 0. */
void *dm_reading_allocate(struct dm_reading *reading, size_t count, size_t size);
const char *dm_reading_copy(struct dm_reading *reading, const char *text);

/* Each of these takes the value as written, NULL for not given, and returns what the options want:
 * the default, or NULL, where it is not given or wrong. */
const char *dm_reading_address(struct dm_reading *reading, const char *path, const char *text);
uint32_t dm_reading_number(struct dm_reading *reading, const char *path, const uint32_t *value,
			   uint32_t otherwise, uint32_t least, uint32_t most);
uint32_t dm_reading_bitrate(struct dm_reading *reading, const char *path, const char *text,
			    uint32_t otherwise, uint32_t least, uint32_t most);

/* [a-z0-9-]{1,32}: fits a URL, a metric's label and a file name as it is. */
const char *dm_reading_id(struct dm_reading *reading, const char *path, const char *text);

/* A language tag whose primary subtag can be a language. NULL is not given. */
const char *dm_reading_language(struct dm_reading *reading, const char *path, const char *text);

/* A file that can be read, or a directory; made absolute. */
const char *dm_reading_file(struct dm_reading *reading, const char *path, const char *text);
/* Of such a file what it holds, NUL-terminated; NULL when it is not given, or told already: it has
 * more than `most` bytes, too. Freed by the caller, who wipes it. */
char *dm_reading_content(struct dm_reading *reading, const char *path, const char *text,
			 size_t most, size_t *bytes);
const char *dm_reading_directory(struct dm_reading *reading, const char *path, const char *text);

#endif
