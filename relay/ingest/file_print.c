#include "ingest/file_print.h"

#include <sys/stat.h>

struct dm_file_print dm_file_print_of(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return (struct dm_file_print){ 0 };
	return (struct dm_file_print){
		.device = status.st_dev,
		.inode = status.st_ino,
		.size = status.st_size,
		.changed = status.st_mtim,
	};
}

bool dm_file_print_equal(const struct dm_file_print *a, const struct dm_file_print *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}
