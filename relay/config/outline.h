/* relay/config/outline.h
 *
 * The outline of a YAML file: which keys it has, on which lines, and with which texts. Reading it
 * finds every fault of form (syntax, unknown and repeated keys, values of a wrong type), which
 * libcyaml would report one at a time and without the key. What is left when the faulty parts
 * are cut out is good for libcyaml, so that mistakes of meaning can be found in the same run.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_OUTLINE_H
#define DM_CONFIG_OUTLINE_H

#include "config/mistakes.h"

#include <cyaml/cyaml.h>

#include <stdbool.h>
#include <stddef.h>

struct dm_outline;

/* One key or list item, in the order of the file. */
struct dm_outline_entry {
	const char *path; /* "rooms[0].title.ar" */
	const char *text; /* NULL unless it is a plain value */
	unsigned line;    /* from 1 */
};

/* Never fails: of a file that is no YAML the outline is empty and the mistake is told. `text` is
 * borrowed for the call. */
struct dm_outline *dm_outline_create(const char *text, size_t bytes,
				     const cyaml_schema_value_t *schema,
				     struct dm_mistakes *mistakes);
void dm_outline_destroy(struct dm_outline *outline); /* NULL is allowed */

/* YAML without the faulty parts, for libcyaml; NULL when nothing is left. Borrowed. */
const char *dm_outline_sound_text(const struct dm_outline *outline, size_t *bytes);

bool dm_outline_has(const struct dm_outline *outline, const char *path);

/* The line of the key or of the nearest one above it that is there; 1 when none is. */
unsigned dm_outline_line(const struct dm_outline *outline, const char *path);

size_t dm_outline_count(const struct dm_outline *outline);
const struct dm_outline_entry *dm_outline_entry(const struct dm_outline *outline, size_t n);

/* NULL when the key is not there. */
const struct dm_outline_entry *dm_outline_find(const struct dm_outline *outline, const char *path);

#endif
