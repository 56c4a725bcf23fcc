/* relay/config/language_tag.h
 *
 * Language tags as BCP 47 writes them: the grammar of RFC 5646, without the registry.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CONFIG_LANGUAGE_TAG_H
#define DM_CONFIG_LANGUAGE_TAG_H

#include <stdbool.h>

/* The grammar sets no limit, but asks for room for at least 35 characters (RFC 5646, 4.4.1); the
 * longest tag of use fits, and a tag that is taken can be printed everywhere. */
#define DM_LANGUAGE_TAG_MAX 35

/* True when `tag` follows the grammar (RFC 5646, 2.1) and repeats no variant and no singleton,
 * which is all of "valid" (2.2.9) that can be told without the registry of subtags. */
bool dm_language_tag_is_well_formed(const char *tag);

/* Tags are compared without regard to case (RFC 5646, 2.1.1). */
bool dm_language_tag_equal(const char *a, const char *b);

#endif
