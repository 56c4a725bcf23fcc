/* relay/base/time.h
 *
 * Time in microseconds on one monotonic axis, and the wall clock as NTP writes it.
 *
 * Pure but for dm_time_now() and dm_time_ntp_now(), which read the clocks.
 * Thread: any.
 */
#ifndef DM_BASE_TIME_H
#define DM_BASE_TIME_H

#include <stdint.h>

/* Microseconds: a point on CLOCK_MONOTONIC, or a duration. */
typedef int64_t dm_usec;

#define DM_USEC_NEVER INT64_MAX
#define DM_MSEC(n)    ((dm_usec)(n)*1000)
#define DM_SEC(n)     ((dm_usec)(n)*1000000)

/* Reads CLOCK_MONOTONIC. One call per loop turn; pass the value on. */
dm_usec dm_time_now(void);

/* Wall clock as 32.32 fixed point seconds since 1900 (RFC 5905, 6). */
uint64_t dm_time_ntp_now(void);

/* A duration of at least 0 in units of 1/rate_hz, rounded down; wraps nowhere in 64 bits for
 * rates up to 1 MHz and durations of 200 days. */
int64_t dm_time_to_ticks(dm_usec duration, uint32_t rate_hz);

/* A duration as 32.32 fixed point seconds. `duration` is at least 0. */
uint64_t dm_time_to_ntp(dm_usec duration);

#endif
