#include "config/moment.h"

#include <string.h>

/* Exactly so many digits; -1. */
static int number(const char *text, size_t digits)
{
	int value = 0;

	for (size_t i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

static int days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01 in the proleptic Gregorian calendar: whole 400-year cycles of 146,097 days,
 * years that begin in March. */
static int64_t days_from_epoch(int year, int month, int day)
{
	const int64_t y = year - (month <= 2);
	const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

/* "2026-11-22": full-date. */
static bool parse_date(const char *text, int64_t *days)
{
	const int year = number(text, 4);
	const int month = year < 1 || text[4] != '-' ? -1 : number(text + 5, 2);

	if (month < 1 || month > 12 || text[7] != '-')
		return false;

	const int day = number(text + 8, 2);

	if (day < 1 || day > days_of_month(year, month))
		return false;
	*days = days_from_epoch(year, month, day);
	return true;
}

/* "09:00:00" or with a fraction: partial-time. Returns what follows, or NULL. */
static const char *parse_time(const char *text, int *seconds)
{
	const int hour = number(text, 2);
	const int minute = hour < 0 || hour > 23 || text[2] != ':' ? -1 : number(text + 3, 2);
	const int second = minute < 0 || minute > 59 || text[5] != ':' ? -1 : number(text + 6, 2);

	if (second < 0 || second > 60)
		return NULL;
	*seconds = (hour * 60 + minute) * 60 + second;
	text += 8;
	if (*text != '.')
		return text;

	const size_t digits = strspn(text + 1, "0123456789");

	return digits ? text + 1 + digits : NULL;
}

/* "Z" or "+01:00": time-offset, to the end of the text. */
static bool parse_offset(const char *text, int *seconds)
{
	if ((*text == 'Z' || *text == 'z') && !text[1]) {
		*seconds = 0;
		return true;
	}
	if (*text != '+' && *text != '-')
		return false;

	const int hour = number(text + 1, 2);
	const int minute = hour < 0 || hour > 23 || text[3] != ':' ? -1 : number(text + 4, 2);

	if (minute < 0 || minute > 59 || text[6])
		return false;
	*seconds = (hour * 60 + minute) * 60 * (*text == '-' ? -1 : 1);
	return true;
}

bool dm_moment_parse(const char *text, int64_t *seconds)
{
	int64_t days = 0;
	int of_day = 0;
	int offset = 0;

	if (!parse_date(text, &days) || (text[10] != 'T' && text[10] != 't'))
		return false;

	const char *rest = parse_time(text + 11, &of_day);

	if (!rest || !parse_offset(rest, &offset))
		return false;
	*seconds = days * 86400 + of_day - offset;
	return true;
}
