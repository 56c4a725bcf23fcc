/* relay/control/booth_news.h
 *
 * Tells those in booths, organisers and speakers' screens what has changed there. Private to this
 * module.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_BOOTH_NEWS_H
#define DM_CONTROL_BOOTH_NEWS_H

#include "control/hub_private.h"
#include "session/call.h"
#include "session/interpreter.h"

/* Observes the desks of the hub's event until destroy. */
void dm_booth_news_create(struct dm_booth_news **out, struct dm_hub *hub);
void dm_booth_news_destroy(struct dm_booth_news *news); /* NULL is allowed */

/* Looks for what changes without a change of the rules: whether a voice is really heard, at each
 * call, and the number of listeners, at each tenth. */
void dm_booth_news_look(struct dm_hub *hub);

/* How the booth is, to one who sits in it. */
void dm_booth_news_tell(struct dm_conversation *conversation,
			const struct dm_interpreter *interpreter);

/* How all booths are, and the open calls, to an organiser who begins to watch. */
void dm_booth_news_tell_all(struct dm_conversation *conversation, struct dm_room *room);

/* What has become of a call: to organisers, and to the caller. */
void dm_booth_news_tell_call(struct dm_hub *hub, struct dm_room *room, const struct dm_call *call);

#endif
