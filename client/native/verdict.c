#include "verdict.h"

#include <stdarg.h>
#include <stdio.h>

#define LATENESS_MOST                                                              \
	DM_MSEC(20) /* a packet of sound: what a receiver's buffer takes unnoticed \
		     */
#define NUMBER_BYTES 16

struct text {
	char *data;
	size_t capacity;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);

	const int length = vsnprintf(text->data + text->size, text->capacity - text->size, format,
				     arguments);

	va_end(arguments);
	if (length > 0)
		text->size += (size_t)length;
	if (text->size >= text->capacity)
		text->size = text->capacity - 1;
}

/* 2,000 */
static const char *grouped(unsigned number, char text[NUMBER_BYTES])
{
	if (number < 1000)
		snprintf(text, NUMBER_BYTES, "%u", number);
	else if (number < 1000000)
		snprintf(text, NUMBER_BYTES, "%u,%03u", number / 1000, number % 1000);
	else
		snprintf(text, NUMBER_BYTES, "%u,%03u,%03u", number / 1000000, number / 1000 % 1000,
			 number % 1000);
	return text;
}

static bool is_late(const struct dm_verdict *verdict)
{
	return verdict->lateness_p99 != DM_USEC_NEVER && verdict->lateness_p99 > LATENESS_MOST;
}

bool dm_verdict_holds(const struct dm_verdict *verdict)
{
	return verdict->joined == verdict->listeners && verdict->joined > 0 &&
	       verdict->dropped == 0 && verdict->starved == 0 && verdict->lost <= DM_STARVED_LOSS &&
	       !is_late(verdict);
}

/* What was too much, the worst first. */
static void put_reason(struct text *text, const struct dm_verdict *verdict)
{
	char number[NUMBER_BYTES];

	if (verdict->joined < verdict->listeners)
		put(text, "%s did not get in",
		    grouped(verdict->listeners - verdict->joined, number));
	else if (verdict->dropped)
		put(text, "it dropped %s", grouped(verdict->dropped, number));
	else if (verdict->starved)
		put(text, "%s had gaps", grouped(verdict->starved, number));
	else if (is_late(verdict))
		put(text, "its sound is late");
	else
		put(text, "it loses packets");
}

void dm_verdict_write(const struct dm_verdict *verdict, char *text, size_t capacity_bytes)
{
	struct text line = { .data = text, .capacity = capacity_bytes };
	char joined[NUMBER_BYTES];
	char listeners[NUMBER_BYTES];

	put(&line, "%s of %s listeners joined", grouped(verdict->joined, joined),
	    grouped(verdict->listeners, listeners));
	if (verdict->joined)
		put(&line, " in %.1f s; %.3f %% lost", verdict->joined_s, verdict->lost * 100);
	if (verdict->joined && verdict->lateness_p99 != DM_USEC_NEVER)
		put(&line, "; sound's lateness p99 %.1f ms", (double)verdict->lateness_p99 / 1e3);
	put(&line, ": ");
	if (dm_verdict_holds(verdict)) {
		put(&line, "this server holds them.");
	} else {
		put(&line, "this server does not hold them: ");
		put_reason(&line, verdict);
		put(&line, ".");
	}
	if (verdict->client_overflowed)
		put(&line, " But packets were lost in this client, which was too slow: "
			   "ask again from a faster machine.");
	else if (verdict->client_late)
		put(&line, " This client was at its limit: "
			   "a server on the same machine had less than it needs.");
}
