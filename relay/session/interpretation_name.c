#include "session/interpretation_name.h"

const char *dm_mic_name(enum dm_mic mic)
{
	static const char *const names[DM_MIC_STATES] = {
		[DM_MIC_OFF] = "off",
		[DM_MIC_STANDBY] = "standby",
		[DM_MIC_MUTED] = "muted",
		[DM_MIC_ON_AIR] = "on-air",
	};

	return names[mic];
}

const char *dm_link_name(enum dm_link link)
{
	static const char *const names[DM_LINK_STATES] = {
		[DM_LINK_NONE] = "none",
		[DM_LINK_ALIVE] = "alive",
		[DM_LINK_LOST] = "lost",
	};

	return names[link];
}

const char *dm_hold_name(enum dm_hold hold)
{
	static const char *const names[DM_HOLD_COUNT] = {
		[DM_HOLD_NONE] = "none",
		[DM_HOLD_MUTED] = "muted",
		[DM_HOLD_OFF] = "off",
	};

	return names[hold];
}

const char *dm_handover_state_name(enum dm_handover_state state)
{
	static const char *const names[DM_HANDOVER_STATES] = {
		[DM_HANDOVER_NONE] = "none",
		[DM_HANDOVER_ASKED] = "asked",
		[DM_HANDOVER_OFFERED] = "offered",
		[DM_HANDOVER_COUNTING] = "counting",
	};

	return names[state];
}

const char *dm_handover_end_name(enum dm_handover_end end)
{
	static const char *const names[DM_HANDOVER_ENDS] = {
		[DM_HANDOVER_AT_PAUSE] = "at-pause", [DM_HANDOVER_AT_LIMIT] = "at-limit",
		[DM_HANDOVER_TAKEN] = "taken",       [DM_HANDOVER_RELEASED] = "released",
		[DM_HANDOVER_DECLINED] = "declined", [DM_HANDOVER_CANCELLED] = "cancelled",
		[DM_HANDOVER_EXPIRED] = "expired",   [DM_HANDOVER_WITHDRAWN] = "withdrawn",
		[DM_HANDOVER_NO_SOUND] = "no-sound",
	};

	return names[end];
}

const char *dm_incoming_why_name(enum dm_incoming_why why)
{
	static const char *const names[DM_INCOMING_WHY_COUNT] = {
		[DM_INCOMING_CHOSEN] = "chosen",     [DM_INCOMING_DIRECT] = "direct",
		[DM_INCOMING_RELAY] = "relay",       [DM_INCOMING_NO_PIVOT] = "no-pivot",
		[DM_INCOMING_OFF] = "off",           [DM_INCOMING_LOOP] = "loop",
		[DM_INCOMING_TOO_DEEP] = "too-deep",
	};

	return names[why];
}

const char *dm_carries_name(enum dm_carries carries)
{
	static const char *const names[DM_CARRIES_COUNT] = {
		[DM_CARRIES_FLOOR] = "floor",     [DM_CARRIES_SILENCE] = "silence",
		[DM_CARRIES_CHANNEL] = "channel", [DM_CARRIES_SOURCE] = "source",
		[DM_CARRIES_VOICE] = "voice",     [DM_CARRIES_CONCEALMENT] = "concealment",
		[DM_CARRIES_COMFORT] = "comfort",
	};

	return names[carries];
}

const char *dm_programme_why_name(enum dm_programme_why why)
{
	static const char *const names[DM_WHY_COUNT] = {
		[DM_WHY_FLOOR] = "floor",   [DM_WHY_ON_AIR] = "on-air",
		[DM_WHY_MUTED] = "muted",   [DM_WHY_LINK_LOST] = "link-lost",
		[DM_WHY_SOURCE] = "source", [DM_WHY_BOOTH_OFF] = "booth-off",
		[DM_WHY_NOBODY] = "nobody",
	};

	return names[why];
}

const char *dm_call_state_name(enum dm_call_state state)
{
	static const char *const names[DM_CALL_STATES] = {
		[DM_CALL_OPEN] = "open",
		[DM_CALL_TAKEN] = "taken",
		[DM_CALL_DONE] = "done",
	};

	return names[state];
}
