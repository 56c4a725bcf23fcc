/* relay/control/refusal.c: see refusal.h */
#include "control/refusal.h"

#include "base/log.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *name;
	unsigned status;
} codes[DM_REFUSAL_COUNT] = {
	[DM_REFUSAL_UNKNOWN_ROOM] = { "unknown-room", 404 },
	[DM_REFUSAL_UNKNOWN_LANGUAGE] = { "unknown-language", 404 },
	[DM_REFUSAL_BAD_JSON] = { "bad-json", 400 },
	[DM_REFUSAL_BAD_MESSAGE] = { "bad-message", 400 },
	[DM_REFUSAL_TOO_LARGE] = { "too-large", 413 },
	[DM_REFUSAL_NOT_JOINED] = { "not-joined", 404 },
	[DM_REFUSAL_ALREADY_JOINED] = { "already-joined", 409 },
	[DM_REFUSAL_BAD_OFFER] = { "bad-offer", 400 },
	[DM_REFUSAL_BUSY] = { "busy", 503 },
	[DM_REFUSAL_UNAUTHORIZED] = { "unauthorized", 401 },
	[DM_REFUSAL_FORBIDDEN] = { "forbidden", 403 },
	[DM_REFUSAL_NOT_WATCHING] = { "not-watching", 404 },
	[DM_REFUSAL_RULING] = { "ruling", 409 },
	[DM_REFUSAL_FLOOR_TAKEN] = { "floor-taken", 409 },
	[DM_REFUSAL_FLOOR_ELSEWHERE] = { "floor-elsewhere", 409 },
	[DM_REFUSAL_NO_WATCH] = { "no-watch", 503 },
	[DM_REFUSAL_NO_SUCH_ALARM] = { "no-such-alarm", 404 },
	[DM_REFUSAL_ACKNOWLEDGED] = { "already-acknowledged", 409 },
	[DM_REFUSAL_NO_SUCH_SOURCE] = { "no-such-source", 404 },
	[DM_REFUSAL_CANNOT_SWITCH] = { "cannot-switch", 409 },
	[DM_REFUSAL_CANNOT_MINT] = { "cannot-mint", 409 },
	[DM_REFUSAL_NO_LINE_UP] = { "no-line-up", 409 },
	[DM_REFUSAL_LINE_UP_RUNNING] = { "line-up-running", 409 },
	[DM_REFUSAL_IN_SESSION] = { "in-session", 409 },
	[DM_REFUSAL_ALL_ON_AIR] = { "all-on-air", 409 },
	[DM_REFUSAL_NO_STILL] = { "no-still", 404 },
	[DM_REFUSAL_NO_HISTORY] = { "no-history", 404 },
};

const char *dm_refusal_name(enum dm_refusal_code code)
{
	return codes[code].name;
}

const char *dm_refusal_word(const struct dm_refusal *refusal)
{
	return refusal->code == DM_REFUSAL_RULING ? dm_reason_name(refusal->reason)
						  : dm_refusal_name(refusal->code);
}

unsigned dm_refusal_status(enum dm_refusal_code code)
{
	return codes[code].status;
}

/* What a client sent may be quoted, and cut anywhere: JSON takes valid UTF-8 alone. */
static void make_valid(char *text)
{
	const char *bad;

	while (!g_utf8_validate(text, -1, &bad))
		text[bad - text] = '?';
}

bool dm_refuse(struct dm_refusal *refusal, enum dm_refusal_code code, const char *key,
	       const char *format, ...)
{
	va_list arguments;

	refusal->code = code;
	refusal->reason = DM_REASON_DONE;
	snprintf(refusal->key, sizeof(refusal->key), "%s", key ? key : "");
	va_start(arguments, format);
	vsnprintf(refusal->message, sizeof(refusal->message), format, arguments);
	va_end(arguments);
	make_valid(refusal->key);
	make_valid(refusal->message);
	return false;
}

bool dm_refuse_unknown_room(struct dm_refusal *refusal, const char *room)
{
	return dm_refuse(refusal, DM_REFUSAL_UNKNOWN_ROOM, "room",
			 "There is no room '%.40s'; /api/event lists the rooms.", room);
}

bool dm_refuse_unknown_language(struct dm_refusal *refusal, const char *room, const char *lang)
{
	return dm_refuse(refusal, DM_REFUSAL_UNKNOWN_LANGUAGE, "lang",
			 "Room '%s' has no channel '%.40s'; /api/event lists what there is.", room,
			 lang);
}

bool dm_refuse_errno(struct dm_refusal *refusal, int error)
{
	dm_log(DM_LOG_WARN, "control.refused", "errno=%d", -error);
	return dm_refuse(refusal, DM_REFUSAL_BUSY, NULL,
			 "The relay cannot take this on just now; try again in a few seconds.");
}

bool dm_refuse_ruling(struct dm_refusal *refusal, const struct dm_ruling *ruling,
		      const struct dm_interpretation *interpretation)
{
	char sentence[sizeof(refusal->message)];

	dm_ruling_explain(ruling, interpretation, sentence, sizeof(sentence));
	dm_refuse(refusal, DM_REFUSAL_RULING, NULL, "%s", sentence);
	refusal->reason = ruling->reason;
	return false;
}

bool dm_refuse_unless_done(struct dm_refusal *refusal, const struct dm_ruling *ruling,
			   const struct dm_interpretation *interpretation)
{
	return ruling->reason == DM_REASON_DONE ||
	       dm_refuse_ruling(refusal, ruling, interpretation);
}
