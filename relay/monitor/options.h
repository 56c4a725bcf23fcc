/* relay/monitor/options.h
 *
 * What the configuration says about watching. Plain data; strings borrowed until dm_watch_destroy.
 * Thread: any.
 */
#ifndef DM_MONITOR_OPTIONS_H
#define DM_MONITOR_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where news of alarms and sessions is posted to. */
struct dm_webhook_options {
	const char *url;    /* http or https */
	const char *secret; /* signs each post; never logged */
	size_t secret_bytes;
	bool alarms;   /* raised, changed, cleared */
	bool sessions; /* a room's sitting, sources and booths */
};

#define DM_WEBHOOKS_MAX 8 /* choice */

struct dm_monitor_options {
	bool enabled;        /* else nothing is watched, kept or posted */
	const char *history; /* absolute path of the SQLite file; NULL: none is kept */
	bool keep_names;     /* else pseudonyms */
	int32_t keep_events_days;
	int32_t keep_minutes_days;
	const struct dm_webhook_options *webhooks;
	size_t webhook_count;
	const char *certificate; /* PEM file, whose end is watched; NULL: none */
	const char *directory;   /* whose disk is watched; NULL: none */
};

#endif
