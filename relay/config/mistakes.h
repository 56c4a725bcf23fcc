/* relay/config/mistakes.h
 *
 * The mistakes found in one configuration file: one for each key, told in the order of the file.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_MISTAKES_H
#define DM_CONFIG_MISTAKES_H

#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>

/* Room for a key's full name: "rooms[12].channels[3].language". Longer names are cut. */
#define DM_KEY_PATH_SIZE 160

struct dm_key_path {
	char text[DM_KEY_PATH_SIZE];
};

struct dm_key_path dm_key_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Cuts the last step off: "rooms[1].id" becomes "rooms[1]", then "rooms", then "" (false). */
bool dm_key_path_rise(struct dm_key_path *path);

struct dm_mistakes;

/* `file` is borrowed until destroy. */
struct dm_mistakes *dm_mistakes_create(const char *file);
void dm_mistakes_destroy(struct dm_mistakes *mistakes); /* NULL is allowed */

/* Adds "what is wrong; what would be right" at a line (from 1; 0: no line). `path` is "" for what
 * concerns the file as a whole. What follows from a mistake told already is not told: a second
 * one at the same key, or one beneath it. */
void dm_mistakes_add(struct dm_mistakes *mistakes, unsigned line, const char *path,
		     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Holds back what would be found at `path` or beneath: a key whose name was mistyped is not
 * missing as well. */
void dm_mistakes_excuse(struct dm_mistakes *mistakes, const char *path);

size_t dm_mistakes_count(const struct dm_mistakes *mistakes);

/* Reports all in the order of their lines. */
void dm_mistakes_report(const struct dm_mistakes *mistakes, dm_config_report_cb *report,
			void *user);

#endif
