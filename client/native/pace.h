/* client/native/pace.h
 *
 * When the thread of a crowd reads its sockets: on a tick, so that whoever sends to us has nobody
 * to wake, or as soon as something comes.
 *
 * Thread: the crowd's own; init and finish where that is not running.
 */
#ifndef DM_CLIENT_PACE_H
#define DM_CLIENT_PACE_H

#include "base/time.h"

#include <stdint.h>

struct dm_pace {
	dm_usec tick;    /* 0: at once */
	dm_usec tick_at; /* the last one */
	int epoll_fd;    /* owned; below 0: none */
	uint64_t ticks;
	uint64_t late_ticks; /* read 20 ms late and more: this machine was too busy */
};

/* Returns 0 or -errno of epoll_create1(2). Finish is for failed ones too. */
int dm_pace_init(struct dm_pace *pace, dm_usec tick);
void dm_pace_finish(struct dm_pace *pace);

/* A descriptor to wake up for, where there is no tick; borrowed until finish. Returns 0 or -errno
 * of epoll_ctl(2). */
int dm_pace_watch(struct dm_pace *pace, int fd);

/* Ticks count from `now` on. */
void dm_pace_start(struct dm_pace *pace, dm_usec now);

/* Counts of ticks begin anew. */
void dm_pace_restart(struct dm_pace *pace);

/* Sleeps until the next tick, or until something comes, but then for `most` at most. */
void dm_pace_rest(struct dm_pace *pace, dm_usec most);

#endif
