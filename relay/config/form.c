#include "config/form.h"

#include "config/nearest.h"

#include <stdio.h>
#include <string.h>

/* Every number of ours is below 10^9, and so fits 32 bits. */
#define DIGITS_MAX 9
#define NAMES_MAX  16

static bool check_number(const char *text, char *message, size_t size)
{
	const size_t digits = strspn(text, "0123456789");

	if (digits == 0 || text[digits]) {
		snprintf(message, size, "'%s' is not a whole number; write digits only", text);
		return false;
	}
	if (digits > 1 && text[0] == '0') {
		snprintf(message, size, "'%s' begins with a zero; leave the zero out", text);
		return false;
	}
	if (digits > DIGITS_MAX) {
		snprintf(message, size, "'%s' is too large; at most nine digits make sense", text);
		return false;
	}
	return true;
}

static bool check_truth(const char *text, char *message, size_t size)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
		return true;
	snprintf(message, size, "'%s' is neither true nor false; write true or false", text);
	return false;
}

static bool check_name(const cyaml_schema_value_t *schema, const char *text, char *message,
		       size_t size)
{
	const char *names[NAMES_MAX];
	char list[128] = "";
	size_t used = 0;
	size_t count = 0;

	for (; count < schema->enumeration.count && count < NAMES_MAX; count++) {
		names[count] = schema->enumeration.strings[count].str;
		if (strcmp(text, names[count]) == 0)
			return true;
		if (used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 count > 0 ? ", " : "", names[count]);
	}

	const char *nearest = dm_nearest_word(text, names, count);

	if (nearest)
		snprintf(message, size, "'%s' is not known here; did you mean '%s'? (one of: %s)",
			 text, nearest, list);
	else
		snprintf(message, size, "'%s' is not known here; write one of: %s", text, list);
	return false;
}

bool dm_form_check(const cyaml_schema_value_t *schema, const char *text, char *message, size_t size)
{
	switch (schema->type) {
	case CYAML_STRING:
		return true;
	case CYAML_UINT:
		return check_number(text, message, size);
	case CYAML_BOOL:
		return check_truth(text, message, size);
	case CYAML_ENUM:
		return check_name(schema, text, message, size);
	default:
		snprintf(message, size, "is a plain value; write %s", dm_form_name(schema));
		return false;
	}
}

const char *dm_form_name(const cyaml_schema_value_t *schema)
{
	switch (schema->type) {
	case CYAML_UINT:
		return "a whole number";
	case CYAML_BOOL:
		return "true or false";
	case CYAML_ENUM:
		return "a single word";
	case CYAML_SEQUENCE:
		return "a list (lines that begin with \"- \", or [] for none)";
	case CYAML_MAPPING:
		return "keys with their values (lines of \"key: value\")";
	case CYAML_IGNORE:
		return "a text for each language, such as {en: \"Plenary\"}";
	default:
		return "a text";
	}
}
