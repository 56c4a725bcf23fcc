/* relay/base/log.h
 *
 * Structured log lines on standard error: an event name and key=value pairs, or JSON.
 *
 * Thread: any; a line is written with one write(2). Media threads log only through a
 * struct dm_log_limit, so that a hostile peer cannot make them busy with logging.
 */
#ifndef DM_BASE_LOG_H
#define DM_BASE_LOG_H

#include "base/time.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum dm_log_level { DM_LOG_DEBUG, DM_LOG_INFO, DM_LOG_WARN, DM_LOG_ERROR };
enum dm_log_format { DM_LOG_KEY_VALUE, DM_LOG_JSON };

/* Process-wide; call before threads start. Default: INFO, KEY_VALUE. */
void dm_log_setup(enum dm_log_level least, enum dm_log_format format);

/* Writes one line: time, level, `event` (dotted.name), then pairs. `format` is printf-like and
 * made of pairs "key=%s other=%d"; a string value is quoted where it has to be: write it as %s
 * and nothing else in that pair. Lines over 1,000 bytes are cut. */
void dm_log(enum dm_log_level level, const char *event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Allows `burst` lines, then one each `interval`; counts what it held back. Zero-initialise but
 * for these two. Safe from several threads. */
struct dm_log_limit {
	uint32_t burst;
	dm_usec interval;
	_Atomic int64_t window_start;
	_Atomic uint32_t used;
	_Atomic uint64_t suppressed;
};

/* True when a line may be written now; *suppressed is then what was held back since the last. */
bool dm_log_allow(struct dm_log_limit *limit, dm_usec now, uint64_t *suppressed);

#endif
