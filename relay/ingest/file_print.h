/* relay/ingest/file_print.h
 *
 * What a file looks like from outside, to tell when another has taken its place.
 *
 * Plain data. Thread: any.
 */
#ifndef DM_INGEST_FILE_PRINT_H
#define DM_INGEST_FILE_PRINT_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

struct dm_file_print {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

/* All zero when there is no such file. */
struct dm_file_print dm_file_print_of(const char *path);
bool dm_file_print_equal(const struct dm_file_print *a, const struct dm_file_print *b);

#endif
