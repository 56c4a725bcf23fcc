/* relay/session/interlock.h
 *
 * The interlock: one microphone of a booth on air unless more are allowed, and one booth on a
 * channel, whichever of its outputs it is. First come keeps it. Private to this module.
 *
 * Pure. Thread: the control thread.
 */
#ifndef DM_SESSION_INTERLOCK_H
#define DM_SESSION_INTERLOCK_H

#include "session/interpretation_private.h"

/* Whether others leave room for the seat's microphone on a channel: DONE, PARTNER_ON_AIR,
 * CHANNEL_TAKEN. Whose link has died is not in a partner's way, nor, once the channel has fallen
 * back, in that of another booth. */
struct dm_ruling dm_interlock_check(struct dm_interpretation *interpretation,
				    const struct dm_seating *seating, uint8_t channel);

/* On air; whoever is in the way goes off. */
void dm_interlock_put_on_air(struct dm_interpretation *interpretation,
			     const struct dm_seating *seating, enum dm_output output);

/* Whoever of the booth is above its limit goes off: first whose link is lost; then who opened
 * last, or first when the seat `opening` is about to open (DM_NOBODY: none is). */
void dm_interlock_thin_out(struct dm_interpretation *interpretation, uint8_t booth,
			   uint8_t opening);

#endif
