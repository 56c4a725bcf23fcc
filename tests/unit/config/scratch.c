#include "scratch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

void scratch_init(struct scratch *scratch)
{
	scratch->folder = g_dir_make_tmp("dragoman-config-XXXXXX", NULL);
	if (!scratch->folder)
		abort();
	scratch->file = g_build_filename(scratch->folder, "event.yaml", NULL);
	scratch->messages = g_string_new(NULL);
}

static void remove_tree(const char *path)
{
	GDir *folder = g_dir_open(path, 0, NULL);

	for (const char *name; folder && (name = g_dir_read_name(folder));) {
		char *child = g_build_filename(path, name, NULL);

		remove_tree(child);
		g_free(child);
	}
	if (folder)
		g_dir_close(folder);
	remove(path);
}

void scratch_finish(struct scratch *scratch)
{
	remove_tree(scratch->folder);
	g_string_free(scratch->messages, TRUE);
	g_free(scratch->file);
	g_free(scratch->folder);
}

int scratch_teardown(void **state)
{
	scratch_finish(*state);
	free(*state);
	return 0;
}

void scratch_write(struct scratch *scratch, const char *name, const char *text)
{
	char *path = g_build_filename(scratch->folder, name, NULL);
	char *above = g_path_get_dirname(path);

	if (g_mkdir_with_parents(above, 0700) != 0 || !g_file_set_contents(path, text, -1, NULL))
		abort();
	g_free(above);
	g_free(path);
}

void scratch_protect(struct scratch *scratch, const char *name)
{
	char *path = g_build_filename(scratch->folder, name, NULL);

	if (chmod(path, 0600) != 0)
		abort();
	g_free(path);
}

static void keep(void *user, const char *message)
{
	struct scratch *scratch = user;

	g_string_append_printf(scratch->messages, "%s\n", message);
}

int scratch_load_file(struct scratch *scratch, const char *name, struct dm_config **config)
{
	char *path = name ? g_build_filename(scratch->folder, name, NULL) : g_strdup(scratch->file);

	g_string_truncate(scratch->messages, 0);

	const int error = dm_config_load(config, path, keep, scratch);

	g_string_replace(scratch->messages, scratch->folder, "@", 0);
	g_free(path);
	return error;
}

int scratch_load(struct scratch *scratch, const char *text, struct dm_config **config)
{
	scratch_write(scratch, "event.yaml", text);
	return scratch_load_file(scratch, NULL, config);
}
