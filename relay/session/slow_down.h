/* relay/session/slow_down.h
 *
 * "Slower, please": what interpreters ask of whoever speaks. Shown as a number, to the moderator
 * and on the speaker's screen; nobody learns who asked.
 *
 * Pure. Thread: the control thread.
 */
#ifndef DM_SESSION_SLOW_DOWN_H
#define DM_SESSION_SLOW_DOWN_H

#include "session/interpretation.h"

#define DM_SLOW_DOWN_SHOWN DM_SEC(30) /* one request counts so long; choice */
#define DM_SLOW_DOWN_AGAIN DM_SEC(10) /* for one person, between two requests; choice */
#define DM_SLOW_DOWN_MAX   64         /* people at once; choice */

/* Those whose request still counts, each once; plain data, in no order. */
struct dm_slow_down {
	struct {
		char participant[DM_PARTICIPANT_SIZE]; /* kept to limit the rate, never told */
		dm_usec at;
	} list[DM_SLOW_DOWN_MAX];
	uint8_t count;
};

/* Asking again while it is shown prolongs it. NOT_SEATED, TOO_SOON, TOO_MANY. */
struct dm_ruling dm_slow_down_ask(struct dm_interpretation *interpretation, const char *participant,
				  dm_usec now);

/* How many ask for it now. */
uint8_t dm_slow_down_count(const struct dm_interpretation *interpretation);

#endif
