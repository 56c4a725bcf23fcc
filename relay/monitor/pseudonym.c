#include "monitor/pseudonym.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static int read_key(const char *path, uint8_t key[DM_PSEUDONYM_KEY_BYTES])
{
	uint8_t buffer[DM_PSEUDONYM_KEY_BYTES + 1]; /* one more, to see that the file is longer */
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;

	const ssize_t got = read(fd, buffer, sizeof(buffer));
	const int error = got < 0 ? -errno : 0;

	close(fd);
	if (!error && got == DM_PSEUDONYM_KEY_BYTES)
		memcpy(key, buffer, DM_PSEUDONYM_KEY_BYTES);
	explicit_bzero(buffer, sizeof(buffer));
	if (error)
		return error;
	return got == DM_PSEUDONYM_KEY_BYTES ? 0 : -EBADMSG;
}

static int write_key(const char *path, const uint8_t key[DM_PSEUDONYM_KEY_BYTES])
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);

	if (fd < 0)
		return -errno;

	const ssize_t put = write(fd, key, DM_PSEUDONYM_KEY_BYTES);
	int error = put < 0 ? -errno : 0;

	if (!error && put != DM_PSEUDONYM_KEY_BYTES)
		error = -ENOSPC;
	if (!error && fsync(fd))
		error = -errno;
	if (close(fd) && !error)
		error = -errno;
	return error;
}

/* By another name first: a key that is there is whole, whenever the process was killed. */
static int make_key(const char *path, uint8_t key[DM_PSEUDONYM_KEY_BYTES])
{
	char *fresh = g_strconcat(path, ".new", NULL);
	int error = 0;

	if (getrandom(key, DM_PSEUDONYM_KEY_BYTES, 0) != DM_PSEUDONYM_KEY_BYTES)
		error = -EIO;
	if (!error)
		error = write_key(fresh, key);
	if (!error && rename(fresh, path))
		error = -errno;
	if (error)
		unlink(fresh);
	g_free(fresh);
	return error;
}

int dm_pseudonym_key_load(const char *path, uint8_t key[DM_PSEUDONYM_KEY_BYTES])
{
	const int error = read_key(path, key);

	return error == -ENOENT ? make_key(path, key) : error;
}

void dm_pseudonym(const uint8_t key[DM_PSEUDONYM_KEY_BYTES], const char *event, const char *name,
		  char out[DM_PSEUDONYM_SIZE])
{
	GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, key, DM_PSEUDONYM_KEY_BYTES);

	g_hmac_update(hmac, (const guchar *)event, (gssize)strlen(event) + 1);
	g_hmac_update(hmac, (const guchar *)name, (gssize)strlen(name));
	snprintf(out, DM_PSEUDONYM_SIZE, "p-%.16s", g_hmac_get_string(hmac));
	g_hmac_unref(hmac);
}
