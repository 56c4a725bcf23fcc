/* client/native/option_value.h
 *
 * What stands behind an option on the command line. Each is false where the text is not what it
 * has to be.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CLIENT_OPTION_VALUE_H
#define DM_CLIENT_OPTION_VALUE_H

#include "base/time.h"

#include <stdbool.h>

bool dm_option_value_number(const char *text, double least, double most, double *number);
bool dm_option_value_count(const char *text, unsigned most, unsigned *count); /* from 1 */
bool dm_option_value_share(const char *text, double *share);                  /* 0.05 or 5% */

/* 1ms or 500us: from 100 us to 100 ms; or 0. */
bool dm_option_value_tick(const char *text, dm_usec *tick);
bool dm_option_value_either(const char *text, const char *no, const char *yes, bool *is_yes);

#endif
