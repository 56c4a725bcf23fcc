/* relay/ingest/holding_card.h
 *
 * The picture that is shown while a source is away: dark and calm, the room's titles in their
 * scripts and three dots that say "in a moment", with nothing that alarms.
 *
 * Thread: any; draw once, it costs tens of milliseconds.
 */
#ifndef DM_INGEST_HOLDING_CARD_H
#define DM_INGEST_HOLDING_CARD_H

#include "ingest/i420.h"
#include "session/options.h"

/* At most three titles are shown. Returns 0 or -ENOMEM. */
int dm_holding_card_draw(const struct dm_i420 *to, const struct dm_title *titles,
			 size_t title_count);

#endif
