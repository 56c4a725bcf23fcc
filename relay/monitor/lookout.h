/* relay/monitor/lookout.h
 *
 * Looks each minute at what runs out: the certificate's time, the disk's room. In a thread of its
 * own, since a disk that hangs (a network's, a dying one) keeps whoever asks it.
 *
 * Thread: create and destroy on one; ask from any, without waiting.
 */
#ifndef DM_MONITOR_LOOKOUT_H
#define DM_MONITOR_LOOKOUT_H

#include "base/time.h"

#include <stdint.h>

struct dm_lookout;

#define DM_LOOKOUT_TURN DM_SEC(60) /* choice */

/* `certificate` is a PEM file, `directory` one whose disk is meant; NULL: none. Both are copied.
 * Returns 0, -ENOMEM or -errno of pthread_create(3); on failure *out is NULL. */
int dm_lookout_create(struct dm_lookout **out, const char *certificate, const char *directory);

/* Waits for a disk that hangs for a second, and then leaves the thread to it. NULL is allowed. */
void dm_lookout_destroy(struct dm_lookout *lookout);

/* Days from `wall` (seconds since 1970) to the chain's first end, below 0 after it; NAN: there is
 * none, or it was not read yet or cannot be. */
double dm_lookout_certificate_days(const struct dm_lookout *lookout, int64_t wall);

/* The share of the disk that is free for us, 0..1; NAN: none is watched, or it has not answered in
 * the last three minutes. */
double dm_lookout_disk_free(const struct dm_lookout *lookout, dm_usec now);

#endif
