#include "pace.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define LATE DM_MSEC(20) /* a tick; choice: a packet of sound */

int dm_pace_init(struct dm_pace *pace, dm_usec tick)
{
	*pace = (struct dm_pace){ .tick = tick, .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
	return pace->epoll_fd < 0 ? -errno : 0;
}

void dm_pace_finish(struct dm_pace *pace)
{
	if (pace->epoll_fd >= 0)
		close(pace->epoll_fd);
	pace->epoll_fd = -1;
}

int dm_pace_watch(struct dm_pace *pace, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(pace->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

void dm_pace_start(struct dm_pace *pace, dm_usec now)
{
	pace->tick_at = now;
}

void dm_pace_restart(struct dm_pace *pace)
{
	pace->ticks = pace->late_ticks = 0;
}

void dm_pace_rest(struct dm_pace *pace, dm_usec most)
{
	if (!pace->tick) {
		struct epoll_event events[2];

		(void)epoll_wait(pace->epoll_fd, events, 2, (int)(most / 1000));
		return;
	}
	pace->tick_at += pace->tick;
	pace->ticks++;

	const dm_usec now = dm_time_now();

	if (pace->tick_at < now) { /* busy: no tick is made up for */
		pace->late_ticks += now - pace->tick_at > LATE;
		pace->tick_at = now;
		return;
	}

	const struct timespec until = { .tv_sec = pace->tick_at / DM_SEC(1),
					.tv_nsec = pace->tick_at % DM_SEC(1) * 1000 };

	(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}
