/* client/native/load.h
 *
 * The crowd: many receivers on one relay, what they got, and how soon.
 *
 * Thread: the main thread.
 */
#ifndef DM_CLIENT_LOAD_H
#define DM_CLIENT_LOAD_H

#include "options.h"

/* Runs until the time is over or SIGINT/SIGTERM; prints JSON lines. Returns the exit code. */
int dm_load(const struct dm_client_options *options);

#endif
