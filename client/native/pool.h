/* client/native/pool.h
 *
 * The media side of a crowd: one thread that owns the sockets of all receivers, so that joining
 * and measuring do not disturb each other.
 *
 * Thread: every call on the thread that created the pool; members' receivers belong to the pool's
 * thread from dm_pool_add until dm_pool_stop.
 */
#ifndef DM_CLIENT_POOL_H
#define DM_CLIENT_POOL_H

#include "receiver.h"

#include <stdatomic.h>

struct dm_pool;

struct dm_member {
	struct dm_receiver *receiver; /* owned */
	int fd;                       /* owned; -1: none */
	char *resource;               /* owned URL of the WHEP session; nullable */
	dm_usec posted_at;
	dm_usec answered_at;
	bool video;             /* a picture is expected */
	_Atomic bool has_media; /* first sound came, and the key frame of the picture */
	_Atomic bool gone;      /* the relay ended it, or it failed */
	_Atomic bool leaving;   /* we end it: the relay's goodbye is no drop */
	bool dropped;           /* gone without leaving; read after dm_pool_stop */
};

/* Makes the receiver; everything else is empty. Returns 0, -ENOMEM or -EIO. The member must stay
 * where it is until finish, which is for members that are not the pool's (any more). */
int dm_member_init(struct dm_member *member, struct dm_identity *identity, bool video);
void dm_member_finish(struct dm_member *member);

/* What came in one second, over all members. */
struct dm_pool_second {
	double at_s; /* since create */
	unsigned connected;
	unsigned dropped; /* so far */
	uint64_t audio_packets;
	uint64_t video_packets;
	uint64_t bytes;
	uint64_t lost; /* so far; shrinks when a late packet comes */
};
typedef void dm_pool_second_cb(void *user, const struct dm_pool_second *second);

/* `on_second` (nullable) is called on the pool's thread. Returns 0, -ENOMEM or what
 * epoll_create(2), eventfd(2), pthread_create(3) said; on failure *out is NULL. */
int dm_pool_create(struct dm_pool **out, dm_pool_second_cb *on_second, void *user);

/* Takes over the member: connects its socket to the answer's candidate and starts its receiver.
 * Returns 0, -EPROTO, -EAGAIN (queue full), or what socket(2) or connect(2) said. */
int dm_pool_add(struct dm_pool *pool, struct dm_member *member, const struct dm_answer *answer,
		const char *server);

/* Ends one member from our side; its socket is closed. Returns 0 or -EAGAIN. */
int dm_pool_remove(struct dm_pool *pool, struct dm_member *member);

/* A descriptor that polls readable when some member has_media or is gone; answer it before looking.
 */
int dm_pool_news_fd(const struct dm_pool *pool);
void dm_pool_answer_news(struct dm_pool *pool);

/* Says goodbye for all members and ends the thread: their receivers may be read again. */
void dm_pool_stop(struct dm_pool *pool);
void dm_pool_destroy(struct dm_pool *pool); /* NULL is allowed */

#endif
