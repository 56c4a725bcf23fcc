#include "base/log.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES_MAX  1000 /* log.h; well under PIPE_BUF, so that lines of threads do not mix */
#define VALUE_BYTES_MAX 1000 /* one value before it is quoted */
#define TAIL_BYTES      2    /* what must always fit behind: "}\n" */

static _Atomic int least_level = DM_LOG_INFO;
static _Atomic int line_format = DM_LOG_KEY_VALUE;

/* A line under construction. What does not fit is left out whole, but for strings, which are cut
 * between two characters: the line stays well-formed. */
struct line {
	char data[LINE_BYTES_MAX];
	size_t size;
	bool json;
};

void dm_log_setup(enum dm_log_level least, enum dm_log_format format)
{
	atomic_store_explicit(&least_level, (int)least, memory_order_relaxed);
	atomic_store_explicit(&line_format, (int)format, memory_order_relaxed);
}

static bool fits(const struct line *line, size_t bytes)
{
	return line->size + bytes + TAIL_BYTES <= sizeof(line->data);
}

static void append(struct line *line, const char *data, size_t bytes)
{
	assert(line->size + bytes <= sizeof(line->data));
	memcpy(line->data + line->size, data, bytes);
	line->size += bytes;
}

/* Decodes one UTF-8 sequence (RFC 3629, 4). Returns its bytes, or 0 when malformed. */
static size_t decode_utf8(const unsigned char *s, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 }; /* shorter is overlong */
	size_t bytes;

	if (s[0] < 0x80) {
		*point = s[0];
		return 1;
	}
	if (s[0] >= 0xC2 && s[0] <= 0xDF)
		bytes = 2;
	else if ((s[0] & 0xF0) == 0xE0)
		bytes = 3;
	else if (s[0] >= 0xF0 && s[0] <= 0xF4)
		bytes = 4;
	else
		return 0;

	*point = s[0] & (0x7FU >> bytes);
	for (size_t i = 1; i < bytes; i++) { /* the closing NUL is no continuation */
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		*point = *point << 6 | (s[i] & 0x3F);
	}
	if (*point < least[bytes] || *point > 0x10FFFF || (*point >= 0xD800 && *point <= 0xDFFF))
		return 0;
	return bytes;
}

/* Characters that end a line, drive a terminal or turn what a person reads around (Unicode
 * bidirectional controls): they are written as escapes. */
static bool must_escape(uint32_t point)
{
	return point < 0x20 || (point >= 0x7F && point <= 0x9F) ||
	       (point >= 0x200E && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
	       (point >= 0x2066 && point <= 0x2069);
}

/* Writes a string in quotes with JSON's escapes (RFC 8259, 7), in both formats. */
static void append_quoted(struct line *line, const char *string)
{
	const unsigned char *s = (const unsigned char *)string;

	append(line, "\"", 1);
	while (*s) {
		char escape[8];
		uint32_t point;
		const size_t decoded = decode_utf8(s, &point);
		const char *piece = (const char *)s;
		size_t bytes = decoded;

		if (decoded == 0)
			point = 0xFFFD; /* replacement character, for what is no UTF-8 */
		if (decoded == 0 || must_escape(point)) {
			bytes = (size_t)snprintf(escape, sizeof(escape), "\\u%04" PRIx32,
						 point & 0xFFFF);
			piece = escape;
		} else if (point == '"' || point == '\\') {
			bytes = (size_t)snprintf(escape, sizeof(escape), "\\%c", (int)point);
			piece = escape;
		}
		if (!fits(line, bytes + 1)) /* and the closing quote */
			break;
		append(line, piece, bytes);
		s += decoded ? decoded : 1;
	}
	append(line, "\"", 1);
}

static bool is_bare(const char *value)
{
	if (!*value)
		return false;
	for (; *value; value++) {
		if (*value <= ' ' || *value > '~' || strchr("\"=\\", *value))
			return false;
	}
	return true;
}

static bool is_json_number(const char *s)
{
	const char *digits = "0123456789";

	s += *s == '-';
	if (strspn(s, digits) == 0 || (s[0] == '0' && strspn(s, digits) > 1))
		return false;
	s += strspn(s, digits);
	if (*s == '.') {
		if (strspn(s + 1, digits) == 0)
			return false;
		s += 1 + strspn(s + 1, digits);
	}
	return *s == '\0';
}

/* `number`: the value came of conversions of numbers only, so JSON may have it bare. */
static void append_pair(struct line *line, const char *key, size_t key_bytes, const char *value,
			bool number)
{
	const size_t value_bytes = strlen(value);
	const size_t rest_bytes = key_bytes + 4; /* with comma, quotes and colon */
	bool bare = line->json ? number && is_json_number(value) : is_bare(value);

	/* A bare value stands whole. In quotes it may be cut, down to "". */
	if (!fits(line, rest_bytes + value_bytes))
		bare = false;
	if (!fits(line, rest_bytes + (bare ? value_bytes : 2)))
		return;
	if (line->json)
		append(line, line->size == 1 ? "\"" : ",\"", line->size == 1 ? 1 : 2);
	else if (line->size > 0)
		append(line, " ", 1);
	append(line, key, key_bytes);
	append(line, line->json ? "\":" : "=", line->json ? 2 : 1);
	if (bare)
		append(line, value, value_bytes);
	else
		append_quoted(line, value);
}

/* RFC 3339 in UTC with microseconds. */
static void append_head(struct line *line, enum dm_log_level level, const char *event)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	struct timespec now;
	struct tm utc;
	char text[64];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);

	const size_t bytes = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);

	snprintf(text + bytes, sizeof(text) - bytes, ".%06ldZ", now.tv_nsec / 1000);
	if (line->json)
		append(line, "{", 1);
	append_pair(line, "time", 4, text, false);
	append_pair(line, "level", 5, names[level], false);
	append_pair(line, "event", 5, event, false);
}

/* One value as text. */
struct value {
	char text[VALUE_BYTES_MAX];
	size_t size;
	bool number; /* made of no string */
};

static void value_printf(struct value *value, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void value_printf(struct value *value, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);

	const size_t room = sizeof(value->text) - value->size;
	const int bytes = vsnprintf(value->text + value->size, room, format, arguments);

	va_end(arguments);
	if (bytes > 0)
		value->size += (size_t)bytes < room ? (size_t)bytes : room - 1;
}

/* va_list may be an array type: in a struct it can be passed on and advance. */
struct arguments {
	va_list list;
};

/* One conversion specification: %[flags][width][.precision][length]type (C17, 7.21.6.1). */
struct conversion {
	char text[32];  /* with '*' replaced by its number */
	char length[3]; /* "", "l", "ll", "z" ... */
	char type;
};

/* Reads the conversion at `c`, after its '%'; returns what follows it. */
static const char *parse_conversion(const char *c, struct conversion *conversion,
				    struct arguments *arguments)
{
	size_t size = 0;
	size_t length = 0;

	*conversion = (struct conversion){ .text = "%" };
	size = 1;
	for (; *c && strchr("-+ #0123456789.*", *c) && size < sizeof(conversion->text) - 16; c++) {
		if (*c == '*')
			size += (size_t)snprintf(conversion->text + size, 12, "%d",
						 va_arg(arguments->list, int));
		else
			conversion->text[size++] = *c;
	}
	for (; *c && strchr("hljzt", *c) && length < 2; c++) {
		conversion->length[length++] = *c;
		conversion->text[size++] = *c;
	}
	conversion->type = *c;
	conversion->text[size] = *c;
	return *c ? c + 1 : c;
}

static void convert_integer(struct value *value, const struct conversion *conversion,
			    struct arguments *arguments)
{
	const char *length = conversion->length;
	const char *text = conversion->text;

	/* Signed and unsigned of one width are passed alike (C17, 7.16.1.1). */
	if (strcmp(length, "l") == 0)
		value_printf(value, text, va_arg(arguments->list, long));
	else if (strcmp(length, "ll") == 0)
		value_printf(value, text, va_arg(arguments->list, long long));
	else if (strcmp(length, "j") == 0)
		value_printf(value, text, va_arg(arguments->list, intmax_t));
	else if (strcmp(length, "z") == 0)
		value_printf(value, text, va_arg(arguments->list, size_t));
	else if (strcmp(length, "t") == 0)
		value_printf(value, text, va_arg(arguments->list, ptrdiff_t));
	else
		value_printf(value, text, va_arg(arguments->list, int));
}

static void convert(struct value *value, const struct conversion *conversion,
		    struct arguments *arguments)
{
	const char *string;

	switch (conversion->type) {
	case '%':
		value_printf(value, "%%");
		break;
	case 's':
		string = va_arg(arguments->list, const char *);
		value->number = false;
		value_printf(value, conversion->text, string ? string : "(null)");
		break;
	case 'p':
		value->number = false;
		value_printf(value, conversion->text, va_arg(arguments->list, void *));
		break;
	case 'c':
		value->number = false;
		value_printf(value, conversion->text, va_arg(arguments->list, int));
		break;
	case 'f':
	case 'g':
	case 'e':
		value_printf(value, conversion->text, va_arg(arguments->list, double));
		break;
	default:
		assert(strchr("diuxXo", conversion->type));
		convert_integer(value, conversion, arguments);
		break;
	}
}

/* Formats up to the next space of the format itself: a space in an argument ends no pair. */
static const char *format_value(struct value *value, const char *c, struct arguments *arguments)
{
	value->size = 0;
	value->text[0] = '\0';
	value->number = true;
	while (*c && *c != ' ') {
		if (*c == '%') {
			struct conversion conversion;

			c = parse_conversion(c + 1, &conversion, arguments);
			convert(value, &conversion, arguments);
		} else {
			const char *literal = c;

			c += strcspn(c, "% ");
			value_printf(value, "%.*s", (int)(c - literal), literal);
		}
	}
	return c;
}

static void append_pairs(struct line *line, const char *format, struct arguments *arguments)
{
	struct value value;
	const char *c = format;

	for (;;) {
		c += strspn(c, " ");
		if (!*c)
			return;

		const char *key = c;
		const size_t key_bytes = strcspn(c, "= %");

		c += key_bytes;
		assert(*c == '=' && key_bytes > 0); /* pairs only: see log.h */
		c += *c == '=';
		c = format_value(&value, c, arguments);
		append_pair(line, key, key_bytes, value.text, value.number);
	}
}

void dm_log(enum dm_log_level level, const char *event, const char *format, ...)
{
	struct line line = { .size = 0 };
	struct arguments arguments;

	if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed))
		return;
	line.json = atomic_load_explicit(&line_format, memory_order_relaxed) == DM_LOG_JSON;
	append_head(&line, level, event);
	va_start(arguments.list, format);
	append_pairs(&line, format, &arguments);
	va_end(arguments.list);
	if (line.json)
		append(&line, "}", 1);
	append(&line, "\n", 1);

	/* A log that cannot be written has nowhere to be reported. */
	ssize_t written = write(STDERR_FILENO, line.data, line.size);

	(void)written;
}

/* Gives back one use for each interval that passed since window_start. */
static void refill(struct dm_log_limit *limit, dm_usec now)
{
	int64_t start = atomic_load_explicit(&limit->window_start, memory_order_relaxed);

	if (limit->interval <= 0 || now - start < limit->interval)
		return;

	const int64_t passed = (now - start) / limit->interval;

	/* Only the thread that moves the window gives back. */
	if (!atomic_compare_exchange_strong_explicit(&limit->window_start, &start,
						     start + passed * limit->interval,
						     memory_order_relaxed, memory_order_relaxed))
		return;

	uint32_t used = atomic_load_explicit(&limit->used, memory_order_relaxed);

	while (!atomic_compare_exchange_weak_explicit(
		&limit->used, &used, (int64_t)used > passed ? used - (uint32_t)passed : 0,
		memory_order_relaxed, memory_order_relaxed)) {
	}
}

bool dm_log_allow(struct dm_log_limit *limit, dm_usec now, uint64_t *suppressed)
{
	refill(limit, now);

	uint32_t used = atomic_load_explicit(&limit->used, memory_order_relaxed);

	while (used < limit->burst) {
		if (!atomic_compare_exchange_weak_explicit(&limit->used, &used, used + 1,
							   memory_order_relaxed,
							   memory_order_relaxed))
			continue;
		*suppressed = atomic_exchange_explicit(&limit->suppressed, 0, memory_order_relaxed);
		return true;
	}
	atomic_fetch_add_explicit(&limit->suppressed, 1, memory_order_relaxed);
	*suppressed = 0;
	return false;
}
