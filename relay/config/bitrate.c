#include "config/bitrate.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#define LIMIT_BPS  UINT64_C(1000000000)
#define DIGITS_MAX 6 /* after the point: the most that a suffix can make whole */

bool dm_bitrate_parse(const char *text, uint32_t *bitrate_bps)
{
	uint64_t value = 0; /* in units of 1 / divisor */
	uint64_t divisor = 1;
	int digits_after = 0;

	if (!g_ascii_isdigit(*text))
		return false;
	for (; g_ascii_isdigit(*text); text++) {
		value = value * 10 + (uint64_t)(*text - '0');
		if (value >= LIMIT_BPS)
			return false;
	}
	if (*text == '.') {
		for (text++; g_ascii_isdigit(*text); text++) {
			if (++digits_after > DIGITS_MAX)
				return false;
			value = value * 10 + (uint64_t)(*text - '0');
			divisor *= 10;
		}
		if (digits_after == 0)
			return false;
	}

	/* SI prefixes are k and M; capital K is common and means the same. */
	const uint64_t factor = *text == 'M' ? 1000000 : *text == 'k' || *text == 'K' ? 1000 : 1;

	text += factor > 1;
	if (*text || value / divisor * factor >= LIMIT_BPS) /* first, so that nothing overflows */
		return false;
	if (value * factor % divisor != 0 || value * factor / divisor >= LIMIT_BPS)
		return false;
	*bitrate_bps = (uint32_t)(value * factor / divisor);
	return true;
}

void dm_bitrate_format(uint32_t bitrate_bps, char text[static 16])
{
	if (bitrate_bps >= 1000000 && bitrate_bps % 100000 == 0 && bitrate_bps % 1000000 != 0)
		snprintf(text, 16, "%u.%uM", bitrate_bps / 1000000, bitrate_bps % 1000000 / 100000);
	else if (bitrate_bps >= 1000000 && bitrate_bps % 1000000 == 0)
		snprintf(text, 16, "%uM", bitrate_bps / 1000000);
	else if (bitrate_bps >= 1000 && bitrate_bps % 1000 == 0)
		snprintf(text, 16, "%uk", bitrate_bps / 1000);
	else
		snprintf(text, 16, "%u", bitrate_bps);
}
