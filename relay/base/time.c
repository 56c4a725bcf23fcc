#include "base/time.h"

#include <assert.h>
#include <time.h>

/* Seconds from NTP's epoch of 1900 to Unix's of 1970 (RFC 5905, A.4: JAN_1970). */
#define NTP_UNIX_OFFSET 2208988800U

#define USEC_PER_SEC 1000000

dm_usec dm_time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with a clock that exists */
	return (dm_usec)now.tv_sec * USEC_PER_SEC + now.tv_nsec / 1000;
}

uint64_t dm_time_ntp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);

	/* The seconds wrap in 2036 as NTP's do (RFC 5905, 6: eras). */
	const uint64_t seconds = (uint64_t)now.tv_sec + NTP_UNIX_OFFSET;
	const uint64_t fraction = ((uint64_t)now.tv_nsec << 32) / 1000000000U;

	return (seconds << 32) + fraction;
}

int64_t dm_time_to_ticks(dm_usec duration, uint32_t rate_hz)
{
	assert(duration >= 0);

	/* Whole seconds apart, so that nothing overflows. */
	const int64_t seconds = duration / USEC_PER_SEC;
	const int64_t rest = duration % USEC_PER_SEC;

	return seconds * rate_hz + rest * rate_hz / USEC_PER_SEC;
}

uint64_t dm_time_to_ntp(dm_usec duration)
{
	assert(duration >= 0);

	const uint64_t seconds = (uint64_t)duration / USEC_PER_SEC;
	const uint64_t rest = (uint64_t)duration % USEC_PER_SEC;

	return (seconds << 32) + (rest << 32) / USEC_PER_SEC;
}
