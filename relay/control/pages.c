/* relay/control/pages.c: see pages.h */
#include "control/pages.h"

#include "control/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_BYTES_MAX (16 * 1024 * 1024) /* choice: far above any page, font or picture */

struct dm_pages {
	int root;          /* owned descriptor of the directory */
	GHashTable *cache; /* path (owned) to struct page (owned) */
};

struct page {
	GBytes *content; /* owned */
	struct timespec changed;
	char etag[48];
};

static void page_free(void *data)
{
	struct page *page = data;

	g_bytes_unref(page->content);
	g_free(page);
}

int dm_pages_create(struct dm_pages **out, const char *web_root)
{
	const int root = open(web_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*out = NULL;
	if (root < 0)
		return -errno;

	struct dm_pages *pages = g_new0(struct dm_pages, 1);

	pages->root = root;
	pages->cache = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, page_free);
	*out = pages;
	return 0;
}

void dm_pages_destroy(struct dm_pages *pages)
{
	if (!pages)
		return;
	g_hash_table_destroy(pages->cache);
	close(pages->root);
	g_free(pages);
}

/* By the name's ending; nosniff makes browsers believe it. */
static const char *content_type(const char *name)
{
	static const struct {
		const char *ending;
		const char *type;
	} types[] = {
		{ ".html", "text/html; charset=utf-8" },
		{ ".js", "text/javascript; charset=utf-8" },
		{ ".mjs", "text/javascript; charset=utf-8" },
		{ ".css", "text/css; charset=utf-8" },
		{ ".json", "application/json" },
		{ ".webmanifest", "application/manifest+json" },
		{ ".svg", "image/svg+xml" },
		{ ".png", "image/png" },
		{ ".jpg", "image/jpeg" },
		{ ".webp", "image/webp" },
		{ ".ico", "image/vnd.microsoft.icon" },
		{ ".woff2", "font/woff2" },
		{ ".mp3", "audio/mpeg" },
		{ ".ogg", "audio/ogg" },
		{ ".wav", "audio/wav" },
		{ ".txt", "text/plain; charset=utf-8" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		if (g_str_has_suffix(name, types[i].ending))
			return types[i].type;
	}
	return "application/octet-stream";
}

/* NULL when the file cannot be read whole. */
static GBytes *read_whole(int file, size_t bytes)
{
	char *data = g_malloc(bytes + 1);
	size_t have = 0;

	while (have < bytes) {
		const ssize_t got = read(file, data + have, bytes - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	if (have == bytes)
		return g_bytes_new_take(data, bytes);
	g_free(data);
	return NULL;
}

static struct page *load(struct dm_pages *pages, const char *name, int file,
			 const struct stat *status)
{
	GBytes *content = read_whole(file, (size_t)status->st_size);
	struct page *page;

	if (!content)
		return NULL;
	page = g_new0(struct page, 1);
	page->content = content;
	page->changed = status->st_mtim;
	g_snprintf(page->etag, sizeof(page->etag), "\"%" PRIx64 "-%" PRIx64 "\"",
		   (uint64_t)status->st_mtim.tv_sec * 1000000000u +
			   (uint64_t)status->st_mtim.tv_nsec,
		   (uint64_t)status->st_size);
	g_hash_table_replace(pages->cache, g_strdup(name), page);
	return page;
}

/* The page as it is on disk now; NULL when there is none. `name` cannot climb: see dm_path. */
static struct page *find(struct dm_pages *pages, const char *name)
{
	const int file = openat(pages->root, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct page *page = NULL;
	struct stat status;

	if (file < 0)
		return NULL;
	if (fstat(file, &status) || !S_ISREG(status.st_mode) || status.st_size > PAGE_BYTES_MAX)
		goto close_file;
	page = g_hash_table_lookup(pages->cache, name);
	if (!page || page->changed.tv_sec != status.st_mtim.tv_sec ||
	    page->changed.tv_nsec != status.st_mtim.tv_nsec ||
	    g_bytes_get_size(page->content) != (size_t)status.st_size)
		page = load(pages, name, file, &status);

close_file:
	close(file);
	return page;
}

/* Scripts, styles and connections from here alone; the picture is a MediaStream, which some
 * browsers count as blob. Nobody else may frame the pages. */
static void add_security_headers(struct dm_response *response)
{
	dm_response_header(response, "Content-Security-Policy",
			   "default-src 'self'; connect-src 'self' ws: wss:; "
			   "img-src 'self' data: blob:; media-src 'self' blob: mediastream:; "
			   "object-src 'none'; base-uri 'none'; form-action 'self'; "
			   "frame-ancestors 'self'");
	dm_response_header(response, "Referrer-Policy", "no-referrer");
}

/* Pages that people are told of by name, so that an address can be said aloud. */
static const char *const named_pages[] = { "check", "interpreter", "organiser", "report",
					   "speaker" };

/* The file of a path, below the root; false when no file can be meant. */
static bool name_file(const struct dm_path *path, char *name, size_t size)
{
	size_t used = 0;

	if (!path->count) {
		g_strlcpy(name, "index.html", size);
		return true;
	}
	if (path->directory)
		return false;
	for (size_t i = 0; i < path->count; i++)
		used += (size_t)g_snprintf(name + used, size - used, i ? "/%s" : "%s",
					   path->segments[i]);
	for (size_t i = 0; path->count == 1 && i < G_N_ELEMENTS(named_pages); i++) {
		if (!strcmp(name, named_pages[i]))
			g_strlcat(name, ".html", size);
	}
	return true;
}

void dm_pages_handle(struct dm_pages *pages, const struct dm_request *request,
		     const struct dm_path *path, struct dm_response *response)
{
	char name[DM_REQUEST_PATH_MAX + sizeof(".html")];
	const struct page *page = name_file(path, name, sizeof(name)) ? find(pages, name) : NULL;

	if (!page) {
		dm_problem(response, 404,
			   "There is no page at this address; the delegates' page is at /.");
		return;
	}
	/* Links to a page carry its choice of room and language, and perhaps a token, in the query:
	 * it must not be told to others. Always ask: a page and its scripts must fit together. */
	dm_response_header(response, "Cache-Control", "no-cache");
	dm_response_header(response, "ETag", page->etag);
	add_security_headers(response);
	if (dm_etag_listed(request->if_none_match, page->etag, true))
		dm_response_set(response, 304, NULL, NULL);
	else
		dm_response_set(response, 200, content_type(name), g_bytes_ref(page->content));
}
