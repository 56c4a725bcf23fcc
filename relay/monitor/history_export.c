#include "monitor/history_export.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* "2026-11-22T03:33:16.123456Z", or with a year that a damaged row made long. */
#define TIME_SIZE 48

/* Digits that tell every double apart (C17, 5.2.4.2.2: DBL_DECIMAL_DIG). */
#define NUMBER "%.17g"

static void format_time(dm_wall_usec at, char out[TIME_SIZE])
{
	const dm_wall_usec rest = at % 1000000;
	const dm_wall_usec micros = rest < 0 ? rest + 1000000 : rest;
	const time_t seconds = (time_t)((at - micros) / 1000000);
	struct tm parts;
	char date[32];

	if (!gmtime_r(&seconds, &parts) || !strftime(date, sizeof(date), "%FT%T", &parts))
		date[0] = '\0';
	snprintf(out, TIME_SIZE, "%s.%06" PRId64 "Z", date, micros);
}

struct export
{
	FILE *stream; /* borrowed */
	bool no_memory;
};

/* What went wrong, once and for all. */
static int64_t finish(const struct export *export, int64_t count)
{
	if (count < 0)
		return count;
	if (export->no_memory)
		return -ENOMEM;
	errno = 0;
	if (fflush(export->stream) || ferror(export->stream))
		return errno ? -errno : -EIO;
	return count;
}

/* --- CSV --- */

/* OWASP's list: = + - @, tab, carriage return, line feed, and the full-width forms. */
static bool is_formula(const char *text)
{
	static const char *const starts[] = { "=",
					      "+",
					      "-",
					      "@",
					      "\t",
					      "\r",
					      "\n",
					      "\xef\xbc\x9d",
					      "\xef\xbc\x8b",
					      "\xef\xbc\x8d",
					      "\xef\xbc\xa0" };

	for (size_t n = 0; n < sizeof(starts) / sizeof(starts[0]); n++) {
		if (g_str_has_prefix(text, starts[n]))
			return true;
	}
	return false;
}

/* A field always in quotes, with the comma before it (RFC 4180, 2). */
static void put_text(FILE *stream, const char *text)
{
	fputs(is_formula(text) ? ",\"'" : ",\"", stream);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', stream);
		fputc(*text, stream);
	}
	fputc('"', stream);
}

static void put_number(FILE *stream, double number)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	/* A decimal point, whatever the locale. */
	fprintf(stream, ",%s", g_ascii_formatd(text, sizeof(text), NUMBER, number));
}

static bool event_csv(void *context, const struct dm_history_event *event)
{
	FILE *stream = ((struct export *)context)->stream;
	char at[TIME_SIZE];

	format_time(event->at, at);
	fputs(at, stream);
	put_text(stream, event->kind);
	put_text(stream, event->room);
	put_text(stream, event->channel);
	put_text(stream, event->who);
	put_text(stream, event->detail);
	fputs("\r\n", stream);
	return !ferror(stream);
}

static bool minute_csv(void *context, const struct dm_history_minute *minute)
{
	FILE *stream = ((struct export *)context)->stream;
	char at[TIME_SIZE];

	format_time(minute->at, at);
	fputs(at, stream);
	put_text(stream, minute->room);
	put_text(stream, minute->channel);
	put_text(stream, minute->figure);
	fprintf(stream, ",%" PRId64, minute->count);
	put_number(stream, minute->sum);
	put_number(stream, minute->min);
	put_number(stream, minute->max);
	if (minute->has_percentiles) {
		put_number(stream, minute->p50);
		put_number(stream, minute->p95);
	} else {
		fputs(",,", stream);
	}
	fputs("\r\n", stream);
	return !ferror(stream);
}

/* --- JSON lines --- */

static bool put_object(struct export *export, json_t *object)
{
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;

	json_decref(object);
	if (!text) {
		export->no_memory = true;
		return false;
	}
	fprintf(export->stream, "%s\n", text);
	free(text);
	return !ferror(export->stream);
}

/* What somebody else wrote into the file is told as text. */
static json_t *detail_json(const char *detail)
{
	json_t *value = detail[0] ? json_loads(detail, JSON_DECODE_ANY, NULL) : json_null();

	return value ? value : json_string(detail);
}

static bool event_json(void *context, const struct dm_history_event *event)
{
	char at[TIME_SIZE];

	format_time(event->at, at);
	return put_object(context,
			  json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "at", at, "kind", event->kind,
				    "room", event->room, "channel", event->channel, "who",
				    event->who, "detail", detail_json(event->detail)));
}

static bool minute_json(void *context, const struct dm_history_minute *minute)
{
	char at[TIME_SIZE];

	format_time(minute->at, at);

	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:I, s:f, s:f, s:f}", "at", at, "room",
				   minute->room, "channel", minute->channel, "figure",
				   minute->figure, "count", (json_int_t)minute->count, "sum",
				   minute->sum, "min", minute->min, "max", minute->max);

	if (object && minute->has_percentiles) {
		json_object_set_new(object, "p50", json_real(minute->p50));
		json_object_set_new(object, "p95", json_real(minute->p95));
	}
	return put_object(context, object);
}

/* --- the whole --- */

int64_t dm_history_export_events(struct dm_history_reader *reader,
				 const struct dm_history_filter *filter,
				 enum dm_history_format format, FILE *stream)
{
	const bool csv = format == DM_HISTORY_CSV;
	struct export export = { .stream = stream };

	if (csv)
		fputs("at,kind,room,channel,who,detail\r\n", stream);
	return finish(&export, dm_history_reader_events(reader, filter,
							csv ? event_csv : event_json, &export));
}

int64_t dm_history_export_minutes(struct dm_history_reader *reader,
				  const struct dm_history_filter *filter,
				  enum dm_history_format format, FILE *stream)
{
	const bool csv = format == DM_HISTORY_CSV;
	struct export export = { .stream = stream };

	if (csv)
		fputs("at,room,channel,figure,count,sum,min,max,p50,p95\r\n", stream);
	return finish(&export, dm_history_reader_minutes(reader, filter,
							 csv ? minute_csv : minute_json, &export));
}
