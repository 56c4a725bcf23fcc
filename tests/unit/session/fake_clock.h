/* Simulated time: the clock that the session reads, and the timers that it sets in the main loop,
 * which run here (linked with --wrap). */
#ifndef FAKE_CLOCK_H
#define FAKE_CLOCK_H

#include "base/time.h"

#define FAKE_CLOCK_START DM_SEC(1000)

extern dm_usec fake_now;

void fake_clock_reset(void);

/* How many timers are set. */
unsigned fake_clock_timers(void);

/* Moves the time on, stopping at every timer, and every 20 ms for `on_beat` (nullable). */
void fake_clock_wait(dm_usec duration, void (*on_beat)(void));

#endif
