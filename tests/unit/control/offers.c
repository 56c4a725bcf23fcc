/* tests/unit/control/offers.c: see offers.h */
#include "offers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char *offer_read(const char *name, size_t *bytes)
{
	char path[512];
	char *text = calloc(1, 65537);

	snprintf(path, sizeof(path), "%s/tests/data/offers/%s", DM_SOURCE_DIR, name);

	FILE *file = fopen(path, "rb");

	if (!file)
		fail_msg("cannot open %s", path);
	*bytes = fread(text, 1, 65536, file);
	fclose(file);
	assert_true(*bytes > 0);
	return text;
}

char *text_replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		fail_msg("'%s' is not in the text", from);

	char *out = malloc(strlen(text) - strlen(from) + strlen(to) + 1);

	memcpy(out, text, (size_t)(at - text));
	strcpy(out + (at - text), to);
	strcat(out, at + strlen(from));
	return out;
}
