/* relay/app/arguments.h
 *
 * The options of a subcommand's command line.
 *
 * Thread: the main thread, once.
 */
#ifndef DM_APP_ARGUMENTS_H
#define DM_APP_ARGUMENTS_H

#include "base/log.h"

#include <stdbool.h>
#include <stdint.h>

/* Strings are borrowed from argv. -1 is not given. */
struct dm_arguments {
	const char *config;
	int http_port;
	int media_port;
	int log_level;  /* enum dm_log_level */
	int log_format; /* enum dm_log_format */
	int role;       /* enum dm_role */
	const char *room;
	const char *channel;
	const char *name;
	uint32_t ttl_seconds; /* 0 is not given */
	int64_t from;         /* seconds since 1970; INT64_MIN is not given */
	int64_t until;        /* INT64_MAX is not given */
	int report_format;    /* enum dm_report_format */
	bool help;
};

/* What `report` prints. */
enum dm_report_format {
	DM_REPORT_JSON,
	DM_REPORT_CSV_EVENTS,
	DM_REPORT_CSV_MINUTES,
	DM_REPORT_JSONL_EVENTS,
	DM_REPORT_JSONL_MINUTES,
};

/* Which options a subcommand knows, apart from --help; ORed. */
enum dm_arguments_known {
	DM_ARGUMENTS_NONE = 0,
	DM_ARGUMENTS_CONFIG = 1,
	DM_ARGUMENTS_SERVE = 2,
	DM_ARGUMENTS_TOKEN = 4,
	DM_ARGUMENTS_REPORT = 8,
};

/* False when the usage is wrong; that is then told on standard error. A subcommand that knows
 * --config wants it. */
bool dm_arguments_parse(struct dm_arguments *out, unsigned known, int argc, char **argv);

#endif
