/* client/native/usage.h
 *
 * What dragoman-client says of how it is used.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CLIENT_USAGE_H
#define DM_CLIENT_USAGE_H

#include "options.h"

extern const char dm_usage[]; /* a line a command */

/* NONE: of all. */
void dm_usage_help(enum dm_command command, FILE *file);

#endif
