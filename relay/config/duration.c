#include "config/duration.h"

#include <glib.h>
#include <string.h>

#define DIGITS_MAX 6
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
