/* relay/control/json_writer.c: see json_writer.h */
#include "control/json_writer.h"

#include <math.h>
#include <string.h>

#define FIRST_BYTES 4096 /* choice: most messages fit */

void dm_json_writer_init(struct dm_json_writer *writer)
{
	writer->text = g_string_sized_new(FIRST_BYTES);
	writer->comma = false;
}

void dm_json_writer_clear(struct dm_json_writer *writer)
{
	if (writer->text)
		g_string_free(writer->text, TRUE);
	writer->text = NULL;
}

GBytes *dm_json_writer_take(struct dm_json_writer *writer)
{
	GBytes *text = g_string_free_to_bytes(writer->text);

	writer->text = NULL;
	return text;
}

/* What comes before a value. */
static void begin(struct dm_json_writer *writer, const char *key)
{
	if (writer->comma)
		g_string_append_c(writer->text, ',');
	writer->comma = true;
	if (!key)
		return;
	g_string_append_c(writer->text, '"');
	g_string_append(writer->text, key);
	g_string_append_len(writer->text, "\":", 2);
}

void dm_json_open(struct dm_json_writer *writer, const char *key, char bracket)
{
	begin(writer, key);
	g_string_append_c(writer->text, bracket);
	writer->comma = false;
}

void dm_json_close(struct dm_json_writer *writer, char bracket)
{
	g_string_append_c(writer->text, bracket);
	writer->comma = true;
}

/* RFC 8259, 7: quotes, backslashes and control characters must be escaped, nothing else. */
static void append_escaped(GString *text, const char *value)
{
	g_string_append_c(text, '"');
	for (const char *at = value; *at; at++) {
		const unsigned char c = (unsigned char)*at;

		if (c == '"' || c == '\\') {
			g_string_append_c(text, '\\');
			g_string_append_c(text, *at);
		} else if (c < 0x20) {
			g_string_append_printf(text, "\\u%04x", c);
		} else {
			g_string_append_c(text, *at);
		}
	}
	g_string_append_c(text, '"');
}

void dm_json_text_value(struct dm_json_writer *writer, const char *key, const char *value)
{
	if (!value) {
		dm_json_null(writer, key);
		return;
	}
	begin(writer, key);
	if (g_utf8_validate(value, -1, NULL)) {
		append_escaped(writer->text, value);
		return;
	}

	char *valid = g_utf8_make_valid(value, -1);

	append_escaped(writer->text, valid);
	g_free(valid);
}

/* printf would ask the locale, and takes ten times as long. */
static void append_whole(GString *text, uint64_t value, unsigned least)
{
	char digits[20];
	unsigned count = 0;

	do {
		digits[sizeof(digits) - ++count] = (char)('0' + value % 10);
		value /= 10;
	} while (value || count < least);
	g_string_append_len(text, digits + sizeof(digits) - count, count);
}

void dm_json_whole(struct dm_json_writer *writer, const char *key, int64_t value)
{
	begin(writer, key);
	if (value < 0)
		g_string_append_c(writer->text, '-');
	append_whole(writer->text, value < 0 ? -(uint64_t)value : (uint64_t)value, 1);
}

void dm_json_truth(struct dm_json_writer *writer, const char *key, bool value)
{
	begin(writer, key);
	g_string_append(writer->text, value ? "true" : "false");
}

void dm_json_null(struct dm_json_writer *writer, const char *key)
{
	begin(writer, key);
	g_string_append_len(writer->text, "null", 4);
}

void dm_json_number(struct dm_json_writer *writer, const char *key, double value, unsigned decimals)
{
	static const double powers[] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6 };
	const double scaled = round(fabs(value) * powers[decimals]);

	/* Above 2^53 there are no decimals to tell; and what is no number compares with nothing. */
	if (!(scaled < 9007199254740992.0)) {
		dm_json_null(writer, key);
		return;
	}

	const uint64_t whole = (uint64_t)scaled;
	const uint64_t unit = (uint64_t)powers[decimals];

	begin(writer, key);
	if (value < 0 && whole)
		g_string_append_c(writer->text, '-');
	append_whole(writer->text, whole / unit, 1);
	if (!decimals)
		return;
	g_string_append_c(writer->text, '.');
	append_whole(writer->text, whole % unit, decimals);
}

void dm_json_raw(struct dm_json_writer *writer, const char *key, const char *json, size_t bytes)
{
	begin(writer, key);
	g_string_append_len(writer->text, json, (gssize)bytes);
}

void dm_json_begin_message(struct dm_json_writer *writer, const char *type)
{
	dm_json_writer_init(writer);
	dm_json_open(writer, NULL, '{');
	dm_json_text_value(writer, "type", type);
}

GBytes *dm_json_end_message(struct dm_json_writer *writer)
{
	dm_json_close(writer, '}');
	return dm_json_writer_take(writer);
}
