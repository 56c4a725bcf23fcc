/* client/native/member.h
 *
 * One listener of a crowd: its receiver, where it listens, and what others must know of it.
 *
 * Thread: as each field says; who owns the receiver is the pool's matter (pool.h).
 */
#ifndef DM_CLIENT_MEMBER_H
#define DM_CLIENT_MEMBER_H

#include "receiver.h"

#include <stdatomic.h>

struct dm_inbox;

struct dm_member {
	struct dm_receiver *receiver; /* owned */
	struct dm_inbox *inbox;       /* borrowed */
	char *resource;               /* owned URL of the WHEP session; nullable */
	uint32_t number;              /* in the inbox */
	enum dm_manner manner;
	bool sampled; /* all its packets are decrypted */
	bool video;   /* a picture is expected */
	dm_usec posted_at;
	dm_usec answered_at;
	_Atomic bool has_media;   /* first sound came, and the key frame of the picture */
	_Atomic bool gone;        /* the relay ended it, or it failed */
	_Atomic bool leaving;     /* we end it: the relay's goodbye is no drop */
	bool dropped;             /* gone without leaving; read when the pool has stopped */
	_Atomic int error;        /* why it has no way to the server; 0 */
	struct dm_answer *answer; /* owned, on its way to the pool's thread; nullable */
	struct dm_candidate server;
};

struct dm_member_options {
	struct dm_identity *identity; /* borrowed until finish */
	uint32_t number;              /* nobody else's */
	enum dm_manner manner;
	bool video;
	bool sampled;
	bool nack;
	bool stamped;
	bool active;
};

/* Makes the receiver; `inbox` and `figures` are borrowed until finish. Returns 0, -ENOMEM or -EIO.
 * The member must stay where it is until finish. */
int dm_member_init(struct dm_member *member, const struct dm_member_options *options,
		   struct dm_inbox *inbox, struct dm_figures *figures);
void dm_member_finish(struct dm_member *member);

#endif
