#include "ingest/feed_sources.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>

/* Where a file is. False: its path is too long, which was found out at the start. */
static bool find_path(const char *directory, const struct dm_source_uri *uri,
		      char path[static PATH_MAX])
{
	int length;

	if (uri->kind != DM_SOURCE_FILE)
		return true;
	if (uri->location[0] == '/' || !directory)
		length = snprintf(path, PATH_MAX, "%s", uri->location);
	else
		length = snprintf(path, PATH_MAX, "%s/%s", directory, uri->location);
	return length < PATH_MAX;
}

static const struct dm_source_options *source_of(const struct dm_feed_options *options, unsigned n)
{
	return n == 0 ? options->source : &options->backups[n - 1];
}

int dm_feed_sources_init(struct dm_feed_sources *sources, const struct dm_feed_options *options)
{
	char message[200];

	sources->options = options;
	if (options->backup_count > DM_BACKUPS_MAX)
		return -EINVAL;
	for (unsigned n = 0; n <= options->backup_count; n++) {
		struct dm_source_uri *uri = &sources->uris[n];

		if (dm_source_uri_parse(uri, source_of(options, n)->uri, message,
					sizeof(message)) != 0) {
			dm_log(DM_LOG_ERROR, "ingest.bad_source", "feed=%s number=%u why=%s",
			       options->name, n, message);
			return -EINVAL;
		}
		if (!find_path(options->directory, uri, sources->path))
			return -EINVAL;
	}
	dm_feed_sources_take(sources, 0);
	return 0;
}

void dm_feed_sources_take(struct dm_feed_sources *sources, unsigned number)
{
	sources->number = number;
	sources->uri = &sources->uris[number];
	sources->source = source_of(sources->options, number);
	find_path(sources->options->directory, sources->uri, sources->path);
}
