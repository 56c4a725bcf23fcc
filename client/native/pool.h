/* client/native/pool.h
 *
 * The media side of a crowd: one thread that owns the sockets of all receivers, so that joining
 * and measuring do not disturb each other. It reads on a tick, so that the server's sends do not
 * pay for waking us, or at once, for a few listeners.
 *
 * Thread: every call on the thread that created the pool; members' receivers belong to the pool's
 * thread from dm_pool_add until dm_pool_stop.
 */
#ifndef DM_CLIENT_POOL_H
#define DM_CLIENT_POOL_H

#include "member.h"
#include "tally.h"

struct dm_pool;

typedef void dm_pool_second_cb(void *user, const struct dm_tally_second *second);

struct dm_pool_options {
	uint32_t listeners;           /* at most DM_SPREAD_MAX (arrival.h) */
	bool spread;                  /* one socket for all towards loopback */
	bool windowed;                /* figures count from dm_pool_open_window on */
	dm_usec tick;                 /* how often to read; 0: at once */
	dm_pool_second_cb *on_second; /* nullable; on the pool's thread */
	void *user;
};

/* What the pool itself has to say, after dm_pool_stop. */
struct dm_pool_report {
	uint64_t overflowed; /* datagrams that our own sockets dropped */
	uint64_t ticks;
	uint64_t late_ticks; /* read 20 ms late and more: this machine was too busy */
	dm_usec cpu;         /* time that the process took within the window, or altogether */
};

/* Returns 0, -EINVAL, -ENOMEM or what epoll_create(2), eventfd(2), pthread_create(3) said; on
 * failure *out is NULL. */
int dm_pool_create(struct dm_pool **out, const struct dm_pool_options *options);

/* Makes a member that may be added; `number` is less than the pool's listeners. Errors of
 * dm_member_init. Members finish when they are not the pool's (any more). */
int dm_pool_member(struct dm_pool *pool, struct dm_member *member,
		   const struct dm_member_options *options);

/* Takes over the member: opens its way to the answer's candidate and starts its receiver. What goes
 * wrong later shows in `gone` and `error`. Returns 0, -EPROTO, -ENOMEM or -EAGAIN (queue full). */
int dm_pool_add(struct dm_pool *pool, struct dm_member *member, const struct dm_answer *answer,
		const char *server);

/* Ends one member from our side; its way is closed. Returns 0 or -EAGAIN. */
int dm_pool_remove(struct dm_pool *pool, struct dm_member *member);

/* Opens and closes the window in which figures count; dm_pool_window follows soon, with news. */
int dm_pool_open_window(struct dm_pool *pool);
int dm_pool_close_window(struct dm_pool *pool);
enum dm_window dm_pool_window(const struct dm_pool *pool);

/* A descriptor that polls readable when some member has_media or is gone, or the window changed;
 * answer it before looking. */
int dm_pool_news_fd(const struct dm_pool *pool);
void dm_pool_answer_news(struct dm_pool *pool);

/* Says goodbye for all members and ends the thread: their receivers may be read again. */
void dm_pool_stop(struct dm_pool *pool);
void dm_pool_destroy(struct dm_pool *pool); /* NULL is allowed */

/* After dm_pool_stop; borrowed until destroy. */
const struct dm_pool_report *dm_pool_report(const struct dm_pool *pool);
const struct dm_figures *dm_pool_figures(const struct dm_pool *pool, enum dm_manner manner);

#endif
