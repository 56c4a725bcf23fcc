#include "config/config.h"

#include "config/monitor.h"
#include "config/reading.h"
#include "config/room.h"
#include "config/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of 64 rooms with 31 channels each has 200 kB; choice. */
#define FILE_BYTES_MAX (1 << 20)

/* What a struct dm_config is the face of. */
struct loaded {
	struct dm_config config;    /* first: the two have one address */
	GPtrArray *memory;          /* owns what the options point to */
	struct dm_outline *outline; /* owned */
	char *directory;            /* owned */
};

static void wipe(const struct dm_config *config)
{
	const struct dm_security_options *security = &config->control.security;
	const struct dm_monitor_options *monitor = &config->monitor;

	if (security->key)
		explicit_bzero((char *)security->key, security->key_bytes);
	for (size_t i = 0; i < monitor->webhook_count; i++) {
		const struct dm_webhook_options *webhook = &monitor->webhooks[i];

		if (webhook->secret)
			explicit_bzero((char *)webhook->secret, webhook->secret_bytes);
	}
}

static void loaded_destroy(struct loaded *loaded)
{
	if (!loaded)
		return;

	wipe(&loaded->config);
	dm_outline_destroy(loaded->outline);
	g_ptr_array_free(loaded->memory, TRUE);
	g_free(loaded->directory);
	g_free(loaded);
}

static struct loaded *loaded_create(const char *path)
{
	struct loaded *loaded = g_new0(struct loaded, 1);
	char *folder = g_path_get_dirname(path);

	loaded->memory = g_ptr_array_new_with_free_func(g_free);
	loaded->directory = g_canonicalize_filename(folder, NULL);
	loaded->config.ingest.directory = loaded->directory;
	g_free(folder);
	return loaded;
}

/* Reads a regular file whole. *text is owned by the caller, and NUL-terminated. */
static int read_file(const char *path, char **text, size_t *bytes)
{
	struct stat status;
	int error = 0;
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (file < 0)
		return -errno;
	if (fstat(file, &status) != 0)
		error = -errno;
	else if (S_ISDIR(status.st_mode))
		error = -EISDIR;
	else if (status.st_size > FILE_BYTES_MAX)
		error = -EFBIG;
	if (error)
		goto close_file;

	*text = g_malloc(FILE_BYTES_MAX + 1);
	*bytes = 0;
	for (ssize_t n = 1; n > 0 && *bytes < FILE_BYTES_MAX;) {
		n = TEMP_FAILURE_RETRY(read(file, *text + *bytes, FILE_BYTES_MAX - *bytes));
		if (n < 0)
			error = -errno;
		else
			*bytes += (size_t)n;
	}
	(*text)[*bytes] = '\0';
	if (error) {
		g_free(*text);
		*text = NULL;
	}
close_file:
	close(file);
	return error;
}

static void *allocate(void *user, void *memory, size_t size)
{
	(void)user;
	if (size > 0)
		return g_realloc(memory, size);
	g_free(memory);
	return NULL;
}

static const cyaml_config_t cyaml = {
	.mem_fn = allocate,
	.log_level = CYAML_LOG_ERROR,
	.flags = CYAML_CFG_DEFAULT,
};

/* From sound YAML to the options; mistakes of meaning are found here. */
static void read_sections(struct loaded *loaded, struct dm_mistakes *mistakes)
{
	static const struct dm_yaml_file empty;
	cyaml_data_t *data = NULL;
	size_t bytes;
	const char *text = dm_outline_sound_text(loaded->outline, &bytes);

	if (!text)
		return;

	const cyaml_err_t error = cyaml_load_data((const uint8_t *)text, bytes, &cyaml,
						  &dm_yaml_schema, &data, NULL);

	if (error != CYAML_OK) {
		dm_mistakes_add(mistakes, 0, "",
				"cannot be read (libcyaml: %s); simplify anchors and aliases",
				cyaml_strerror(error));
		return;
	}

	struct dm_reading reading = {
		.yaml = data ? data : &empty,
		.outline = loaded->outline,
		.mistakes = mistakes,
		.directory = loaded->directory,
		.memory = loaded->memory,
	};

	dm_event_read(&reading, &loaded->config.event);
	dm_server_read(&reading, &loaded->config);
	dm_monitor_read(&reading, &loaded->config);
	cyaml_free(&cyaml, &dm_yaml_schema, data, 0);
}

static int load(struct loaded *loaded, const char *path, struct dm_mistakes *mistakes)
{
	char *text = NULL;
	size_t bytes = 0;
	const int error = read_file(path, &text, &bytes);

	if (error) {
		dm_mistakes_add(mistakes, 0, "", "cannot be read: %s; name the event's YAML file",
				g_strerror(-error));
		return error == -ENOENT || error == -EACCES ? error : -EINVAL;
	}
	loaded->outline = dm_outline_create(text, bytes, &dm_yaml_schema, mistakes);
	read_sections(loaded, mistakes);
	g_free(text);
	return dm_mistakes_count(mistakes) > 0 ? -EINVAL : 0;
}

int dm_config_load(struct dm_config **out, const char *path, dm_config_report_cb *report,
		   void *user)
{
	struct loaded *loaded = loaded_create(path);
	struct dm_mistakes *mistakes = dm_mistakes_create(path);
	const int error = load(loaded, path, mistakes);

	dm_mistakes_report(mistakes, report, user);
	dm_mistakes_destroy(mistakes);
	*out = error ? NULL : &loaded->config;
	if (error)
		loaded_destroy(loaded);
	return error;
}

void dm_config_destroy(struct dm_config *config)
{
	loaded_destroy((struct loaded *)config);
}

static bool differs(const struct dm_outline_entry *entry, const struct dm_outline_entry *other)
{
	return !other || g_strcmp0(entry->text, other->text) != 0;
}

size_t dm_config_compare(const struct dm_config *before, const struct dm_config *after,
			 dm_config_change_cb *change, void *user)
{
	const struct dm_outline *old = ((const struct loaded *)before)->outline;
	const struct dm_outline *new = ((const struct loaded *)after)->outline;
	size_t count = 0;

	for (size_t i = 0; i < dm_outline_count(new); i++) {
		const struct dm_outline_entry *entry = dm_outline_entry(new, i);

		if (differs(entry, dm_outline_find(old, entry->path))) {
			change(user, entry->path);
			count++;
		}
	}
	for (size_t i = 0; i < dm_outline_count(old); i++) {
		const struct dm_outline_entry *entry = dm_outline_entry(old, i);

		if (!dm_outline_has(new, entry->path)) {
			change(user, entry->path);
			count++;
		}
	}
	return count;
}
