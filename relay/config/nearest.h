/* relay/config/nearest.h
 *
 * The known word that a mistyped one was meant to be.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CONFIG_NEAREST_H
#define DM_CONFIG_NEAREST_H

#include <stddef.h>

/* The one of `known` with the least edit distance to `word` (letters added, lost, changed or
 * swapped with their neighbour; case does not count), or NULL when none is close: more than a
 * third of the letters would have to change. An abbreviation is as close as can be. Borrowed from
 * `known`. */
const char *dm_nearest_word(const char *word, const char *const *known, size_t count);

#endif
