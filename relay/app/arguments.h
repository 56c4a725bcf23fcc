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
	bool help;
};

/* Which options a subcommand knows, apart from --help. */
enum dm_arguments_known { DM_ARGUMENTS_NONE, DM_ARGUMENTS_CONFIG, DM_ARGUMENTS_SERVE };

/* False when the usage is wrong; that is then told on standard error. A subcommand that knows
 * --config wants it. */
bool dm_arguments_parse(struct dm_arguments *out, enum dm_arguments_known known, int argc,
			char **argv);

#endif
