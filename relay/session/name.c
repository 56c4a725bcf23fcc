#include "session/name.h"

#include <string.h>

static const char *const choice_names[] = {
	[DM_VIDEO_NONE] = "none", [DM_VIDEO_LOW] = "low",   [DM_VIDEO_MEDIUM] = "medium",
	[DM_VIDEO_HIGH] = "high", [DM_VIDEO_AUTO] = "auto",
};

const char *dm_feed_state_name(enum dm_feed_state state)
{
	static const char *const names[] = {
		[DM_FEED_OFF] = "off",
		[DM_FEED_CONNECTING] = "connecting",
		[DM_FEED_LIVE] = "live",
		[DM_FEED_LOST] = "lost",
	};

	return names[state];
}

const char *dm_peer_state_name(enum dm_peer_state state)
{
	static const char *const names[] = {
		[DM_PEER_CONNECTED] = "connected",
		[DM_PEER_CLOSED] = "closed",
		[DM_PEER_EXPIRED] = "expired",
		[DM_PEER_FAILED] = "failed",
	};

	return names[state];
}

const char *dm_video_choice_name(enum dm_video_choice choice)
{
	return choice_names[choice];
}

bool dm_video_choice_parse(const char *name, enum dm_video_choice *choice)
{
	for (size_t i = 0; i < sizeof(choice_names) / sizeof(choice_names[0]); i++) {
		if (strcmp(choice_names[i], name) == 0) {
			*choice = (enum dm_video_choice)i;
			return true;
		}
	}
	return false;
}
