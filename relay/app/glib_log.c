#include "app/glib_log.h"

#include "base/log.h"

#include <glib.h>
#include <string.h>

static enum dm_log_level level_of(GLogLevelFlags flags)
{
	if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
		return DM_LOG_ERROR;
	if (flags & G_LOG_LEVEL_WARNING)
		return DM_LOG_WARN;
	/* What libraries find worth a message is detail to us. */
	return DM_LOG_DEBUG;
}

static const char *field_text(const GLogField *fields, gsize count, const char *key)
{
	for (gsize i = 0; i < count; i++) {
		if (strcmp(fields[i].key, key) == 0 && fields[i].length < 0)
			return fields[i].value;
	}
	return "";
}

static GLogWriterOutput write_line(GLogLevelFlags flags, const GLogField *fields, gsize count,
				   gpointer user)
{
	(void)user;
	dm_log(level_of(flags), "glib.message", "domain=%s text=%s",
	       field_text(fields, count, "GLIB_DOMAIN"), field_text(fields, count, "MESSAGE"));
	return G_LOG_WRITER_HANDLED;
}

void dm_glib_log_install(void)
{
	g_log_set_writer_func(write_line, NULL, NULL);
}
