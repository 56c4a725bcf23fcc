/* relay/control/source_label.c: see source_label.h */
#include "control/source_label.h"

#include <glib.h>
#include <string.h>
#include <strings.h>

void dm_source_label(const char *uri, char *label, size_t size)
{
	const char *scheme_end = uri ? strstr(uri, "://") : NULL;
	const char *at = uri ? uri : "";
	GString *text = g_string_new(NULL);

	if (scheme_end) {
		const char *authority = scheme_end + 3;
		const size_t bytes = strcspn(authority, "/?#");
		const char *host = memrchr(authority, '@', bytes);

		g_string_append_len(text, uri, authority - uri);
		at = host ? host + 1 : authority;
	}
	g_string_append_len(text, at, (gssize)strcspn(at, "?#"));
	if (scheme_end && !strncasecmp(uri, "rtmp", 4)) {
		const size_t kept = (size_t)(scheme_end - uri) + 3;
		const char *slash = strrchr(text->str + kept, '/');

		if (slash)
			g_string_truncate(text, (gsize)(slash - text->str));
	}
	g_strlcpy(label, text->str, size);
	g_string_free(text, TRUE);
}
