#include "app/web_root.h"

#include <glib.h>

char *dm_web_root_find(void)
{
	char *program = g_file_read_link("/proc/self/exe", NULL);

	if (!program)
		return g_strdup(DM_WEB_SOURCE_DIR);

	char *folder = g_path_get_dirname(program);
	char *installed = g_build_filename(folder, "..", "share", "dragoman", "web", NULL);
	char *root = g_canonicalize_filename(installed, NULL);

	if (!g_file_test(root, G_FILE_TEST_IS_DIR)) {
		g_free(root);
		root = g_strdup(DM_WEB_SOURCE_DIR);
	}
	g_free(installed);
	g_free(folder);
	g_free(program);
	return root;
}
