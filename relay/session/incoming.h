/* relay/session/incoming.h
 *
 * Incoming: what each booth listens to, the floor or a channel (relay); by hand, or automatically
 * by the floor's language. Together they are the relay graph, which has no loops and a limited
 * depth.
 *
 * Pure. Thread: the control thread.
 */
#ifndef DM_SESSION_INCOMING_H
#define DM_SESSION_INCOMING_H

#include "session/interpretation.h"

/* A pivot that is off so long is left. With the loop's turn and the engine's tick it stays under
 * the 400 ms in which a booth must hear something. */
#define DM_PIVOT_GRACE DM_MSEC(300)

enum dm_incoming_why {
	DM_INCOMING_CHOSEN, /* by hand */
	DM_INCOMING_DIRECT, /* automatic: the booth takes the floor's language, or it is its own */
	DM_INCOMING_RELAY,  /* automatic: it does not; the first pivot */
	DM_INCOMING_NO_PIVOT, /* automatic: it does not, and no pivot is set */
	DM_INCOMING_OFF,      /* what it should hear is off: the next pivot, or the floor */
	DM_INCOMING_LOOP,     /* … would make a loop */
	DM_INCOMING_TOO_DEEP, /* … would be one interpreter too many */
	DM_INCOMING_WHY_COUNT,
};

struct dm_incoming {
	bool automatic;
	uint8_t chosen;  /* by hand, kept while automatic; 0: the floor */
	uint8_t channel; /* what it hears now */
	uint8_t depth;   /* interpreters before: 0 direct, 1 relay, 2 double relay */
	enum dm_incoming_why why;
	uint8_t pivots[DM_PIVOTS_MAX];
	uint8_t pivot_count;
	uint8_t presets[DM_PRESETS]; /* DM_NOBODY: none */
};

/* By hand; what is off now is heard when it comes. NOT_SEATED, NO_SUCH_CHANNEL, OWN_CHANNEL, LOOP,
 * TOO_DEEP. */
struct dm_ruling dm_incoming_choose(struct dm_interpretation *interpretation,
				    const char *participant, uint8_t channel, dm_usec now);

/* By the key `preset`, 0..DM_PRESETS - 1: the same, and NO_PRESET. */
struct dm_ruling dm_incoming_recall(struct dm_interpretation *interpretation,
				    const char *participant, uint8_t preset, dm_usec now);

/* Sets a key. NOT_SEATED, NO_PRESET, NO_SUCH_CHANNEL, OWN_CHANNEL. */
struct dm_ruling dm_incoming_preset(struct dm_interpretation *interpretation,
				    const char *participant, uint8_t preset, uint8_t channel,
				    dm_usec now);

/* Automatic relay, or back to the last choice. NOT_SEATED; going back as choose. */
struct dm_ruling dm_incoming_automatic(struct dm_interpretation *interpretation,
				       const char *participant, bool on, dm_usec now);

/* The booth's pivots, in order; set by the organiser or in the booth. NO_SUCH_BOOTH,
 * TOO_MANY_PIVOTS, NO_SUCH_CHANNEL (the floor is none), OWN_CHANNEL. */
struct dm_ruling dm_incoming_set_pivots(struct dm_interpretation *interpretation, uint8_t booth,
					const uint8_t *pivots, size_t count, dm_usec now);

/* The interpreters in a row behind a channel's sound: 0 for the floor. */
uint8_t dm_incoming_depth(const struct dm_interpretation *interpretation, uint8_t channel);

#endif
