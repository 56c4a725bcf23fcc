#include "config/secret.h"

#include <string.h>
#include <sys/stat.h>

#define SECRET_LEAST 32   /* bytes: as long as the hash (RFC 7518, 3.2; RFC 2104, 3) */
#define FILE_MOST    4096 /* bytes; choice */

static bool others_may_read(const char *file)
{
	struct stat status;

	return stat(file, &status) == 0 && (status.st_mode & (S_IROTH | S_IWOTH)) != 0;
}

/* The end of a line is no part of the secret: editors add one. */
const char *dm_secret_read(struct dm_reading *reading, const char *path, const char *text,
			   size_t *count)
{
	size_t bytes = 0;
	char *content = dm_reading_content(reading, path, text, FILE_MOST, &bytes);
	const char *secret = NULL;

	if (!content)
		return NULL;
	while (bytes > 0 && (content[bytes - 1] == '\n' || content[bytes - 1] == '\r'))
		bytes--;
	if (others_may_read(dm_reading_file(reading, path, text)))
		dm_reading_complain(
			reading, path,
			"'%s' can be read by every user of this machine; run: chmod o-rwx %s", text,
			text);
	else if (bytes < SECRET_LEAST)
		dm_reading_complain(
			reading, path,
			"'%s' has %zu bytes, and a secret has %d at least; make one with: openssl rand -base64 -out %s 48",
			text, bytes, SECRET_LEAST, text);
	else {
		char *kept = dm_reading_allocate(reading, bytes + 1, 1);

		memcpy(kept, content, bytes);
		*count = bytes;
		secret = kept;
	}
	explicit_bzero(content, bytes);
	g_free(content);
	return secret;
}
