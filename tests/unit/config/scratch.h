/* tests/unit/config/scratch.h
 *
 * A folder for the files of one test, and what dm_config_load says about one of them.
 */
#ifndef DM_TESTS_SCRATCH_H
#define DM_TESTS_SCRATCH_H

#include "config/config.h"

#include <glib.h>

struct scratch {
	char *folder;      /* owned */
	char *file;        /* folder/event.yaml; owned */
	GString *messages; /* one a line; the folder is written as "@" */
};

void scratch_init(struct scratch *scratch);
void scratch_finish(struct scratch *scratch); /* removes the folder with its files */

/* A test's teardown, whose state is a scratch from calloc(3). */
int scratch_teardown(void **state);

/* Makes a file, and the folders above it; `name` is relative to the folder. */
void scratch_write(struct scratch *scratch, const char *name, const char *text);

/* Keeps it from other users of the machine. */
void scratch_protect(struct scratch *scratch, const char *name);

/* Loads `text` as event.yaml; returns what dm_config_load does. */
int scratch_load(struct scratch *scratch, const char *text, struct dm_config **config);

/* Loads a file that is there; NULL is event.yaml. */
int scratch_load_file(struct scratch *scratch, const char *name, struct dm_config **config);

#endif
