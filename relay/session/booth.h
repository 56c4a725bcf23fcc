/* relay/session/booth.h
 *
 * A booth: the one to three interpreters who serve channel A, and perhaps B (retour), of a room.
 * One microphone is on air unless the organiser allows more; a channel is one booth's at a time.
 *
 * Pure. Thread: the control thread.
 */
#ifndef DM_SESSION_BOOTH_H
#define DM_SESSION_BOOTH_H

#include "session/handover.h"
#include "session/incoming.h"
#include "session/seat.h"
#include "session/shift.h"

struct dm_booth {
	const struct dm_booth_options *options; /* borrowed */
	struct dm_seat seats[DM_SEATS_MAX];
	uint8_t on_air_max; /* 1..DM_SEATS_MAX */
	struct dm_handover handover;
	struct dm_incoming incoming;
	struct dm_shift shift;
};

/* NO_SUCH_BOOTH, BAD_PARTICIPANT, ALREADY_SEATED (a person has one seat in a room), BOOTH_FULL. */
struct dm_ruling dm_booth_sit(struct dm_interpretation *interpretation, uint8_t booth,
			      const struct dm_participant *who, dm_usec now);
/* NOT_SEATED. */
struct dm_ruling dm_booth_leave(struct dm_interpretation *interpretation, const char *participant,
				dm_usec now);

/* The microphone's link, as transport and engine see it. `silent_since` is when its last sound
 * came. NOT_SEATED. */
struct dm_ruling dm_booth_link_alive(struct dm_interpretation *interpretation,
				     const char *participant, dm_usec now);
struct dm_ruling dm_booth_link_lost(struct dm_interpretation *interpretation,
				    const char *participant, dm_usec silent_since, dm_usec now);

/* On air, from off, from muted, or from the other output. NOT_SEATED, FORCED_OFF, FORCED_MUTED,
 * NO_LINK, NO_OUTPUT, ALREADY_ON_AIR, PARTNER_ON_AIR, CHANNEL_TAKEN. */
struct dm_ruling dm_booth_on(struct dm_interpretation *interpretation, const char *participant,
			     enum dm_output output, dm_usec now);
/* Keeps the channel: cough. NOT_SEATED, MICROPHONE_OFF, ALREADY_MUTED. */
struct dm_ruling dm_booth_mute(struct dm_interpretation *interpretation, const char *participant,
			       dm_usec now);
/* Gives the channel up; out of stand-by it takes the consent back. NOT_SEATED, ALREADY_OFF. */
struct dm_ruling dm_booth_off(struct dm_interpretation *interpretation, const char *participant,
			      dm_usec now);
/* Hot stand-by works between two who both consent. NOT_SEATED. */
struct dm_ruling dm_booth_consent(struct dm_interpretation *interpretation, const char *participant,
				  bool consents, dm_usec now);

#endif
