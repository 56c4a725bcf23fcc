#include "ingest/uri_part.h"

#include <ctype.h>
#include <errno.h>
#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int dm_uri_complain(const struct dm_uri_complaint *to, const char *format, ...)
{
	va_list arguments;

	if (to->bytes > 0) {
		va_start(arguments, format);
		vsnprintf(to->text, to->bytes, format, arguments);
		va_end(arguments);
	}
	return -EINVAL;
}

bool dm_uri_number(const char *text, long least, long most, long *value)
{
	char *end;

	if (!isdigit((unsigned char)text[0]) && text[0] != '-')
		return false;
	errno = 0;
	*value = strtol(text, &end, 10);
	return errno == 0 && *end == '\0' && *value >= least && *value <= most;
}

bool dm_uri_decode(char *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '%') {
			const int high = g_ascii_xdigit_value(text[1]);
			const int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2]);

			if (low < 0 || high * 16 + low == 0)
				return false;
			*out++ = (char)(high * 16 + low);
			text += 2;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
	return true;
}

int dm_uri_authority(char host[static DM_URI_HOST_MAX], uint16_t *port, const char *authority,
		     uint16_t fallback, const struct dm_uri_complaint *to)
{
	const char *at = strrchr(authority, '@');
	const char *name = at ? at + 1 : authority;
	const char *end, *colon;
	long number = fallback;

	if (*name == '[') {
		name++;
		end = strchr(name, ']');
		if (!end)
			return dm_uri_complain(to, "an IPv6 address ends with \"]\"");
		colon = end[1] == '\0' ? NULL : end + 1;
		if (colon && *colon != ':')
			return dm_uri_complain(to, "after \"]\" comes \":\" and the port");
	} else {
		colon = strrchr(name, ':');
		end = colon ? colon : name + strlen(name);
	}
	if ((size_t)(end - name) >= DM_URI_HOST_MAX)
		return dm_uri_complain(to, "the host's name is too long");
	memcpy(host, name, (size_t)(end - name));
	host[end - name] = '\0';
	for (const char *c = host; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(".-_:%", *c))
			return dm_uri_complain(to, "\"%s\" is no host name or address", host);
	if (!colon && fallback == 0)
		return dm_uri_complain(to, "the port is missing: write host:port");
	if (colon && !dm_uri_number(colon + 1, 1, 65535, &number))
		return dm_uri_complain(to, "\"%s\" is no port: 1 to 65535", colon + 1);
	*port = (uint16_t)number;
	return 0;
}

/* Cuts `rest` ("a=1&b=2") into its next key and decoded value. */
struct query {
	char *rest; /* NULL at the end */
	char *key;
	char *value; /* NULL: a broken percent-code is in it */
};

/* False at the end. */
static bool next_parameter(struct query *query)
{
	while (query->rest && *query->rest) {
		char *pair = strsep(&query->rest, "&");
		char *equals = strchr(pair, '=');

		if (*pair == '\0')
			continue;
		query->key = pair;
		query->value = equals ? equals + 1 : pair + strlen(pair);
		if (equals)
			*equals = '\0';
		if (!dm_uri_decode(query->value, query->value))
			query->value = NULL;
		return true;
	}
	return false;
}

int dm_uri_each_parameter(char *query, dm_uri_parameter_fn *take, void *user,
			  const struct dm_uri_complaint *to)
{
	struct query left = { .rest = query };

	while (next_parameter(&left)) {
		if (!left.value)
			return dm_uri_complain(to, "\"%s\" has a value with a broken %%-code",
					       left.key);

		const int error = take(user, left.key, left.value, to);

		if (error)
			return error;
	}
	return 0;
}
