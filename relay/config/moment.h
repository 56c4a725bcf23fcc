/* relay/config/moment.h
 *
 * A moment as people write it: RFC 3339 with an offset, "2026-11-22T09:00:00+01:00".
 *
 * Pure. Thread: any.
 */
#ifndef DM_CONFIG_MOMENT_H
#define DM_CONFIG_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds since 1970; a fraction is cut, a leap second is the first of the next minute. False, and
 * *seconds as it was, when `text` is no moment of RFC 3339, 5.6. */
bool dm_moment_parse(const char *text, int64_t *seconds);

#endif
