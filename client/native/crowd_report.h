/* client/native/crowd_report.h
 *
 * What a crowd of receivers got, as lines of JSON.
 *
 * Thread: any; members are read after dm_pool_stop.
 */
#ifndef DM_CLIENT_CROWD_REPORT_H
#define DM_CLIENT_CROWD_REPORT_H

#include "pool.h"

#include <stdio.h>

/* {"type":"second", …} */
void dm_crowd_report_second(const struct dm_pool_second *second, FILE *file);

/* {"type":"summary", …}: joins in milliseconds from the POST (percentiles), streams (sums, and the
 * worst of each). `failed` joins are among the `count` members. True when nobody failed or was
 * dropped. */
bool dm_crowd_report(const struct dm_member *members, size_t count, size_t failed, FILE *file);

#endif
