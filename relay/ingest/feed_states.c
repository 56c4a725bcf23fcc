#include "ingest/feed_states.h"
#include "base/log.h"
#include "session/name.h"

static enum dm_feed_state next_state(const struct dm_feed_states *states, enum dm_feed_state state,
				     const struct dm_feed_sign *sign, dm_usec now)
{
	if (state == DM_FEED_OFF)
		return state;
	if (sign->last_at != DM_USEC_NEVER && now - sign->last_at < sign->stall_after)
		return DM_FEED_LIVE;
	if (state != DM_FEED_LIVE)
		return state;
	dm_metric_add(states->stalls, 1);
	return DM_FEED_LOST;
}

bool dm_feed_states_look(struct dm_feed_states *states, const struct dm_feed_sign *sound,
			 const struct dm_feed_sign *picture, dm_usec now)
{
	const enum dm_feed_state sound_state = next_state(states, states->sound, sound, now);
	const enum dm_feed_state picture_state = next_state(states, states->picture, picture, now);
	const bool changed = sound_state != states->sound || picture_state != states->picture;

	states->sound = sound_state;
	states->picture = picture_state;
	return changed;
}

void dm_feed_states_tell(const struct dm_feed_states *states)
{
	dm_log(DM_LOG_INFO, "ingest.feed", "feed=%s sound=%s picture=%s", states->name,
	       dm_feed_state_name(states->sound), dm_feed_state_name(states->picture));
	states->on_state(states->user, states->sound, states->picture);
}

void dm_feed_states_connect_anew(struct dm_feed_states *states)
{
	if (states->sound != DM_FEED_OFF)
		states->sound = DM_FEED_CONNECTING;
	if (states->picture != DM_FEED_OFF)
		states->picture = DM_FEED_CONNECTING;
	states->on_state(states->user, states->sound, states->picture);
}
