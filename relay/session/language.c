#include "session/language.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define SUBTAG_MAX 8 /* RFC 5646, 2.1 */

bool dm_language_is_plausible(const char *tag)
{
	size_t length = 0; /* of the subtag */
	size_t n = 0;

	for (; tag[n]; n++) {
		if (n + 1 >= DM_LANGUAGE_SIZE)
			return false;
		if (tag[n] == '-') {
			if (length == 0)
				return false;
			length = 0;
		} else if (!isascii(tag[n]) || !isalnum(tag[n]) || ++length > SUBTAG_MAX) {
			return false;
		}
	}
	return length > 0;
}

bool dm_language_matches(const char *a, const char *b)
{
	const size_t of_a = strlen(a);
	const size_t of_b = strlen(b);
	const size_t shorter = of_a < of_b ? of_a : of_b;

	if (shorter == 0 || strncasecmp(a, b, shorter) != 0)
		return false;
	return of_a == of_b || (of_a > of_b ? a : b)[shorter] == '-';
}

int dm_languages_add(struct dm_languages *languages, const char *tag)
{
	if (!dm_language_is_plausible(tag))
		return -EINVAL;
	for (size_t n = 0; n < languages->count; n++) {
		if (strcasecmp(languages->tags[n], tag) == 0)
			return 0;
	}
	if (languages->count == DM_LANGUAGES_MAX)
		return -ENOSPC;
	strcpy(languages->tags[languages->count++], tag); /* fits: it is plausible */
	return 0;
}

bool dm_languages_take(const struct dm_languages *languages, const char *tag)
{
	if (strcasecmp(tag, "mul") == 0 || strcasecmp(tag, "und") == 0)
		return false;
	for (size_t n = 0; n < languages->count; n++) {
		if (dm_language_matches(languages->tags[n], tag))
			return true;
	}
	return false;
}

uint8_t dm_my_languages_channel(const struct dm_languages *understood, const char *floor_language,
				uint8_t channel)
{
	return dm_languages_take(understood, floor_language) ? 0 : channel;
}
