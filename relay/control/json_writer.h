/* relay/control/json_writer.h
 *
 * Writes JSON (RFC 8259) as text, value by value, for what is told many times a second: the figures
 * that organisers see. Numbers have as many digits as they deserve; what could not be measured,
 * and silence, is null, for JSON has neither.
 *
 * Pure but for memory. Thread: any.
 */
#ifndef DM_CONTROL_JSON_WRITER_H
#define DM_CONTROL_JSON_WRITER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct dm_json_writer {
	GString *text; /* owned */
	bool comma;    /* before the next value */
};

void dm_json_writer_init(struct dm_json_writer *writer);
void dm_json_writer_clear(struct dm_json_writer *writer); /* its memory too */

/* The text so far; the writer is cleared. The caller owns the reference. */
GBytes *dm_json_writer_take(struct dm_json_writer *writer);

/* A message of dragoman.v1, an object with its type: from init, and to the text as above. */
void dm_json_begin_message(struct dm_json_writer *writer, const char *type);
GBytes *dm_json_end_message(struct dm_json_writer *writer);

/* `key` is NULL within a list, here and below. Keys are ours: ASCII without quotes. */
void dm_json_open(struct dm_json_writer *writer, const char *key, char bracket); /* { or [ */
void dm_json_close(struct dm_json_writer *writer, char bracket);                 /* } or ] */
/* UTF-8; what is none is mended. NULL is null. */
void dm_json_text_value(struct dm_json_writer *writer, const char *key, const char *value);
void dm_json_whole(struct dm_json_writer *writer, const char *key, int64_t value);
void dm_json_truth(struct dm_json_writer *writer, const char *key, bool value);
void dm_json_null(struct dm_json_writer *writer, const char *key);
/* Rounded to that many decimals, 0..6; NAN and infinities are null. */
void dm_json_number(struct dm_json_writer *writer, const char *key, double value,
		    unsigned decimals);
/* What is JSON already. */
void dm_json_raw(struct dm_json_writer *writer, const char *key, const char *json, size_t bytes);

#endif
