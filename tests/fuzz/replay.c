/* tests/fuzz/replay.c
 *
 * Runs files through a fuzzer's entry point once, without libFuzzer: the corpus as a plain test.
 * Arguments are files and folders (one level); it fails when they hold no file.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static size_t replayed;

/* Reads into an exact allocation, so that a sanitizer sees the first byte read beyond it. */
static int replay_file(const char *path, size_t size_bytes)
{
	uint8_t *data = malloc(size_bytes ? size_bytes : 1);
	FILE *file = fopen(path, "rb");
	int error = -EIO;

	if (!data || !file)
		goto out;
	if (fread(data, 1, size_bytes, file) != size_bytes)
		goto out;
	LLVMFuzzerTestOneInput(size_bytes ? data : NULL, size_bytes);
	replayed++;
	error = 0;
out:
	if (error < 0)
		fprintf(stderr, "%s: cannot be read\n", path);
	if (file)
		fclose(file);
	free(data);
	return error;
}

static int replay_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	int error = 0;

	if (!folder) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -EIO;
	}
	while (error == 0 && (entry = readdir(folder)) != NULL) {
		char file[4096];
		struct stat status;

		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (stat(file, &status) == 0 && S_ISREG(status.st_mode))
			error = replay_file(file, (size_t)status.st_size);
	}
	closedir(folder);
	return error;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct stat status;

		if (stat(argv[i], &status) < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
			return EXIT_FAILURE;
		}

		const int error = S_ISDIR(status.st_mode)
					  ? replay_folder(argv[i])
					  : replay_file(argv[i], (size_t)status.st_size);

		if (error < 0)
			return EXIT_FAILURE;
	}
	printf("%zu inputs replayed\n", replayed);
	return replayed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
