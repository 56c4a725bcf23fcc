/* relay/session/override.h
 *
 * What the organiser may do with a booth's microphones, over the heads of its people.
 *
 * Pure. Thread: the control thread.
 */
#ifndef DM_SESSION_OVERRIDE_H
#define DM_SESSION_OVERRIDE_H

#include "session/booth.h"

/* Holds a microphone off, or muted (MICROPHONE_OFF when it is not open), until it is released or
 * put on air. NOT_SEATED, ALREADY_FORCED. */
struct dm_ruling dm_override_off(struct dm_interpretation *interpretation, const char *participant,
				 dm_usec now);
struct dm_ruling dm_override_mute(struct dm_interpretation *interpretation, const char *participant,
				  dm_usec now);

/* The interpreter may act again; nothing goes on air by that. NOT_SEATED, NOT_FORCED. */
struct dm_ruling dm_override_release(struct dm_interpretation *interpretation,
				     const char *participant, dm_usec now);

/* Whoever is in the way is switched off: another booth, partners above the limit. NOT_SEATED,
 * NO_LINK, NO_OUTPUT, ALREADY_ON_AIR. */
struct dm_ruling dm_override_on(struct dm_interpretation *interpretation, const char *participant,
				enum dm_output output, dm_usec now);

/* To another booth; the microphone goes off, what the organiser held is let go. NOT_SEATED,
 * NO_SUCH_BOOTH, SAME_BOOTH, BOOTH_FULL. */
struct dm_ruling dm_override_move(struct dm_interpretation *interpretation, const char *participant,
				  uint8_t booth, dm_usec now);

/* How many of a booth may be on air; above it, whoever opened last goes off. NO_SUCH_BOOTH,
 * BAD_LIMIT. */
struct dm_ruling dm_override_on_air_max(struct dm_interpretation *interpretation, uint8_t booth,
					uint8_t count, dm_usec now);

#endif
