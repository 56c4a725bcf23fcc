#include "config/duration.h"

#include <glib.h>
#include <string.h>

#define DIGITS_MAX 6
#define DAYS_MAX   36500
#define SPAN_MAX   (366u * 86400) /* choice: no event is longer; seconds */

bool dm_duration_parse(const char *text, uint32_t *seconds)
{
	static const struct {
		char letter;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	const size_t digits = strspn(text, "0123456789");

	if (!digits || digits > DIGITS_MAX || !text[digits] || text[digits + 1])
		return false;

	const uint64_t count = g_ascii_strtoull(text, NULL, 10);

	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		if (text[digits] == units[i].letter && count > 0 &&
		    count * units[i].seconds <= SPAN_MAX) {
			*seconds = (uint32_t)(count * units[i].seconds);
			return true;
		}
	}
	return false;
}

bool dm_duration_parse_short(const char *text, dm_usec *span)
{
	const size_t digits = strspn(text, "0123456789");
	uint32_t seconds;

	if (strcmp(text + digits, "ms") == 0 && digits > 0 && digits <= DIGITS_MAX) {
		*span = DM_MSEC(g_ascii_strtoll(text, NULL, 10));
		return *span > 0;
	}
	if (!dm_duration_parse(text, &seconds))
		return false;
	*span = DM_SEC(seconds);
	return true;
}

bool dm_duration_parse_days(const char *text, int32_t *days)
{
	const size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > DIGITS_MAX || strcmp(text + digits, "d") != 0)
		return false;

	const int64_t count = g_ascii_strtoll(text, NULL, 10);

	if (count < 1 || count > DAYS_MAX)
		return false;
	*days = (int32_t)count;
	return true;
}
