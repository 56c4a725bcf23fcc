#include "option_value.h"

#include <stdlib.h>
#include <string.h>

#define TICK_LEAST 100 /* us */
#define TICK_MOST  DM_MSEC(100)

bool dm_option_value_number(const char *text, double least, double most, double *number)
{
	char *end = NULL;

	*number = strtod(text, &end);
	return end != text && !*end && *number >= least && *number <= most;
}

bool dm_option_value_count(const char *text, unsigned most, unsigned *count)
{
	char *end = NULL;
	const unsigned long number = strtoul(text, &end, 10);

	if (end == text || *end || number < 1 || number > most)
		return false;
	*count = (unsigned)number;
	return true;
}

bool dm_option_value_share(const char *text, double *share)
{
	char *end = NULL;

	*share = strtod(text, &end);
	if (end == text)
		return false;
	if (strcmp(end, "%") == 0)
		*share /= 100;
	else if (*end)
		return false;
	return *share >= 0 && *share <= 1;
}

bool dm_option_value_tick(const char *text, dm_usec *tick)
{
	char *end = NULL;
	const double number = strtod(text, &end);

	if (end == text || number < 0 || number > (double)TICK_MOST)
		return false;
	if (strcmp(end, "ms") == 0)
		*tick = (dm_usec)(number * 1000);
	else if (strcmp(end, "us") == 0 || (number == 0 && !*end))
		*tick = (dm_usec)number;
	else
		return false;
	return *tick <= TICK_MOST && (*tick >= TICK_LEAST || *tick == 0);
}

bool dm_option_value_either(const char *text, const char *no, const char *yes, bool *is_yes)
{
	*is_yes = strcmp(text, yes) == 0;
	return *is_yes || strcmp(text, no) == 0;
}
