/* relay/session/shift.h
 *
 * How long one interpreter of a booth has been working, and when to remind of the partner.
 * Interpreters relieve each other after 20 to 30 minutes (AIIC).
 *
 * Pure, plain data. Thread: the control thread.
 */
#ifndef DM_SESSION_SHIFT_H
#define DM_SESSION_SHIFT_H

#include "base/time.h"

#include <stdbool.h>
#include <stdint.h>

#define DM_SHIFT_LENGTH DM_SEC(30 * 60) /* AIIC: 20 to 30 minutes */
#define DM_SHIFT_AGAIN  DM_SEC(5 * 60)  /* between two reminders; choice */
#define DM_SHIFT_REST   DM_SEC(5 * 60)  /* off so long, a shift is over; choice */

struct dm_shift {
	uint8_t seat;       /* whose; DM_NOBODY: no shift runs */
	uint8_t reminders;  /* given in this shift */
	dm_usec started_at; /* the microphone opened */
	dm_usec off_since;  /* DM_USEC_NEVER while it is open */
	dm_usec remind_at;
};

void dm_shift_init(struct dm_shift *shift);

/* The seat that works now; DM_NOBODY: none. A pause shorter than the rest does not end a shift,
 * another interpreter's turn does. `length` as in the room's options. */
void dm_shift_set(struct dm_shift *shift, uint8_t seat, dm_usec length, dm_usec now);

/* True when it is time to remind. */
bool dm_shift_run(struct dm_shift *shift, dm_usec now);

/* When to run next; DM_USEC_NEVER: not before set is called. */
dm_usec dm_shift_next(const struct dm_shift *shift);

#endif
