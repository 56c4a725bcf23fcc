/* relay/session/programme.h
 *
 * The programme of a channel: what it carries now, by the state of its booths, and why. This is
 * what the channel's engine is told.
 *
 * Pure, plain data. Thread: the control thread.
 */
#ifndef DM_SESSION_PROGRAMME_H
#define DM_SESSION_PROGRAMME_H

#include "session/interpretation.h"

enum dm_programme_why {
	DM_WHY_FLOOR,     /* it is the floor's own channel */
	DM_WHY_ON_AIR,    /* somebody is on air */
	DM_WHY_MUTED,     /* the cough key, or the organiser, mutes whoever has the microphone */
	DM_WHY_LINK_LOST, /* the link of whoever has the microphone has died */
	DM_WHY_SOURCE,    /* a hardware booth delivers */
	DM_WHY_BOOTH_OFF, /* people sit there, nobody has the microphone */
	DM_WHY_NOBODY,    /* nobody sits there */
	DM_WHY_COUNT,
};

struct dm_programme {
	enum dm_carries carries;
	enum dm_programme_why why;
	uint8_t fallback_channel; /* CARRIES_CHANNEL: whose sound; else DM_NOBODY */
	uint8_t booth;            /* which has the channel; DM_NOBODY: none has */
	uint8_t voice;            /* the seat heard; of several on air the first of them */
	uint8_t voices;           /* all seats on air, bit n for seat n */
	uint8_t next;             /* the seat that gets the microphone at the next pause */
	uint8_t standby;          /* the seat that takes over when the voice's link dies */
	dm_usec off_since;        /* nobody serves it; DM_USEC_NEVER while somebody does */
	bool source_live;
};

/* Somebody interprets: not a fallback. A muted booth serves. */
bool dm_programme_is_served(const struct dm_programme *programme);

#endif
