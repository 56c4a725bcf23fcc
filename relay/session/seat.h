/* relay/session/seat.h
 *
 * A seat in a booth: who sits there, the microphone and its link.
 *
 * Pure, plain data. Thread: the control thread.
 */
#ifndef DM_SESSION_SEAT_H
#define DM_SESSION_SEAT_H

#include "session/interpretation.h"

#define DM_SEATS_MAX 3 /* of a booth */

/* A dead link's sound is concealed, and then the channel falls back: so long after the last sound.
 * With the loop's turn and the engine's tick it stays under the 400 ms that listeners may wait. */
#define DM_LINK_GRACE DM_MSEC(300)

/* So long after its link died a microphone is switched off; before, it is on air again when the
 * link is back. Choice: twice the longest hiccup of a network that one would wait for. */
#define DM_LINK_KEPT DM_SEC(60)

enum dm_output { DM_OUTPUT_A, DM_OUTPUT_B };

enum dm_mic {
	DM_MIC_OFF,
	DM_MIC_STANDBY, /* its sound flows to the relay, and is not heard */
	DM_MIC_MUTED,   /* has the channel, and is silent: cough */
	DM_MIC_ON_AIR,
	DM_MIC_STATES,
};

enum dm_link {
	DM_LINK_NONE, /* no microphone yet */
	DM_LINK_ALIVE,
	DM_LINK_LOST,
	DM_LINK_STATES,
};

/* What the organiser holds a microphone to. */
enum dm_hold { DM_HOLD_NONE, DM_HOLD_MUTED, DM_HOLD_OFF, DM_HOLD_COUNT };

struct dm_seat {
	struct dm_participant who; /* id "": the seat is free */
	enum dm_mic mic;
	enum dm_output output;
	enum dm_link link;
	enum dm_hold hold;
	bool consents;        /* to hot stand-by, on either side of it */
	bool fallen;          /* lost with the microphone open, and the channel has fallen back */
	dm_usec mic_since;    /* in that state */
	dm_usec opened_at;    /* MUTED, ON_AIR: it has the channel since */
	dm_usec silent_since; /* LOST: the last sound */
	dm_usec lost_at;      /* LOST: we were told */
};

/* Where somebody sits. False when nowhere. */
bool dm_booth_find(const struct dm_interpretation *interpretation, const char *participant,
		   uint8_t *booth, uint8_t *seat);

bool dm_seat_is_taken(const struct dm_seat *seat);
bool dm_seat_is_open(const struct dm_seat *seat); /* muted or on air: it has the channel */

#endif
