/* client/native/crowd_report.h
 *
 * What a crowd of receivers got, as JSON on a line.
 *
 * Thread: any, one at a time; dm_crowd_report when nobody else touches the members.
 */
#ifndef DM_CLIENT_CROWD_REPORT_H
#define DM_CLIENT_CROWD_REPORT_H

#include "pool.h"
#include "verdict.h"

#include <stdio.h>

struct dm_crowd {
	const struct dm_member *members;
	size_t asked;               /* how many were to join */
	size_t count;               /* that tried to */
	size_t failed;              /* that got no media */
	const struct dm_pool *pool; /* stopped */
};

void dm_crowd_report_second(const struct dm_tally_second *second, FILE *file);

/* Prints the summary. Returns true when all joined and none was dropped. */
bool dm_crowd_report(const struct dm_crowd *crowd, FILE *file);

struct dm_verdict dm_crowd_verdict(const struct dm_crowd *crowd);

#endif
