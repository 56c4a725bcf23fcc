/* relay/session/handover.h
 *
 * Handover: the microphone passes from one interpreter of a booth to a partner without a gap.
 *Either side starts; once both agree a countdown runs, and the cut comes at the next pause, or at
 *the end of the countdown.
 *
 *	        ask               accept
 *	 none ───────▶ asked ───────────────▶ counting ──▶ cut: a pause, the limit, take
 *	   ╰────────▶ offered ──────────────▶    │
 *	        offer          accept, ask       ╰──▶ ended: cancel, no sound, somebody gone
 *
 * Pure. Thread: the control thread.
 */
#ifndef DM_SESSION_HANDOVER_H
#define DM_SESSION_HANDOVER_H

#include "session/interpretation.h"

#define DM_HANDOVER_LIMIT    DM_SEC(3)    /* no pause so long: cut all the same */
#define DM_HANDOVER_BACKSTOP DM_MSEC(250) /* for the engine to report its own cut first; choice */
#define DM_HANDOVER_EXPIRES  DM_SEC(30)   /* a question nobody answers; choice */

enum dm_handover_state {
	DM_HANDOVER_NONE,
	DM_HANDOVER_ASKED,    /* `to` wants the microphone */
	DM_HANDOVER_OFFERED,  /* `from` wants to give it to one of `invited` */
	DM_HANDOVER_COUNTING, /* both agree */
	DM_HANDOVER_STATES,
};

enum dm_handover_end {
	DM_HANDOVER_AT_PAUSE,
	DM_HANDOVER_AT_LIMIT,
	DM_HANDOVER_TAKEN,
	DM_HANDOVER_RELEASED, /* `from` switched off, or lost the link, once it was agreed */
	DM_HANDOVER_DECLINED, /* this and the next ones: the microphone stays */
	DM_HANDOVER_CANCELLED,
	DM_HANDOVER_EXPIRED,
	DM_HANDOVER_WITHDRAWN, /* one of both is gone, or the organiser stepped in */
	DM_HANDOVER_NO_SOUND,  /* from the partner's microphone */
	DM_HANDOVER_ENDS,
};

struct dm_handover {
	enum dm_handover_state state;
	uint8_t from;    /* the seat that has the microphone */
	uint8_t to;      /* the seat that gets it; DM_NOBODY while offered to several */
	uint8_t invited; /* OFFERED: bit n for seat n */
	dm_usec ends_at; /* COUNTING: the countdown's end; else when the question expires */
};

/* Wants the microphone. Asking for what is just offered accepts it. NOT_SEATED, HAS_MICROPHONE,
 * FORCED_OFF, FORCED_MUTED, NO_LINK, NOBODY_ON_AIR, HANDOVER_RUNNING. */
struct dm_ruling dm_handover_ask(struct dm_interpretation *interpretation, const char *participant,
				 dm_usec now);

/* Gives the microphone to `to`, or to whichever partner accepts first (NULL). Offering what is
 * just asked for accepts. NOT_SEATED, MICROPHONE_OFF, NO_LINK, HANDOVER_RUNNING,
 * NO_PARTNER. */
struct dm_ruling dm_handover_offer(struct dm_interpretation *interpretation,
				   const char *participant, const char *to, dm_usec now);

/* NOT_SEATED, NO_HANDOVER, NOT_YOURS. */
struct dm_ruling dm_handover_accept(struct dm_interpretation *interpretation,
				    const char *participant, dm_usec now);
struct dm_ruling dm_handover_decline(struct dm_interpretation *interpretation,
				     const char *participant, dm_usec now);

/* Whoever began takes it back; in the countdown either may. NOT_SEATED, NO_HANDOVER, NOT_YOURS. */
struct dm_ruling dm_handover_cancel(struct dm_interpretation *interpretation,
				    const char *participant, dm_usec now);

/* Takes the microphone now: once it is offered or the countdown runs; and without being asked,
 * while the partner is muted. (From a partner whose link is lost, on will do.) NOT_SEATED,
 * HAS_MICROPHONE, FORCED_OFF, FORCED_MUTED, NO_LINK, NOBODY_ON_AIR, NOT_AGREED. */
struct dm_ruling dm_handover_take(struct dm_interpretation *interpretation, const char *participant,
				  dm_usec now);

/* The channel's engine reports: it has cut to the microphone of `participant` at a pause; or no
 * sound came from there, and it has not. NOT_SEATED; NO_HANDOVER when it was over already. */
struct dm_ruling dm_handover_report(struct dm_interpretation *interpretation,
				    const char *participant, bool cut, dm_usec now);

#endif
