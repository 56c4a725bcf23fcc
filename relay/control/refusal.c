/* relay/control/refusal.c: see refusal.h */
#include "control/refusal.h"

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
};

const char *dm_refusal_name(enum dm_refusal_code code)
{
	return codes[code].name;
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
	snprintf(refusal->key, sizeof(refusal->key), "%s", key ? key : "");
	va_start(arguments, format);
	vsnprintf(refusal->message, sizeof(refusal->message), format, arguments);
	va_end(arguments);
	make_valid(refusal->key);
	make_valid(refusal->message);
	return false;
}
