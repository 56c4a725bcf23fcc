/* client/native/burst.h
 *
 * A tone that sounds for a tenth of a second at each second of the wall clock, and is silent
 * between: whoever hears it and knows the time knows how long it was on its way.
 *
 * Pure: time goes in. Thread: any.
 */
#ifndef DM_CLIENT_BURST_H
#define DM_CLIENT_BURST_H

#include "base/time.h"

#include <stddef.h>
#include <stdint.h>

struct dm_burst {
	double hz;
	double amplitude; /* 0..1 */
};

#define DM_BURST_LENGTH DM_MSEC(100)

/* Mono samples at 48 kHz whose first is of the moment `wall`, microseconds since 1970. */
void dm_burst_fill(const struct dm_burst *burst, dm_usec wall, int16_t *samples, size_t count);

#endif
