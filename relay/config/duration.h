/* relay/config/duration.h
 *
 * Spans of time as people write them: "300ms", "90s", "30m", "8h", "7d".
 *
 * Pure. Thread: any.
 */
#ifndef DM_CONFIG_DURATION_H
#define DM_CONFIG_DURATION_H

#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

/* One to six decimal digits, then s, m, h or d; at most 366 days, and not nothing. */
bool dm_duration_parse(const char *text, uint32_t *seconds);

/* Likewise, and with ms too. */
bool dm_duration_parse_short(const char *text, dm_usec *span);

/* One to five decimal digits, then d: 1 to 36500 days, a century. */
bool dm_duration_parse_days(const char *text, int32_t *days);

#endif
