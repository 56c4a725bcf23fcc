/* A transport that only takes notes of what the session asks for. */
#ifndef FAKE_TRANSPORT_H
#define FAKE_TRANSPORT_H

#include "transport/transport.h"

struct fake_bind {
	dm_peer_id peer;
	struct dm_track *rungs[DM_LADDER_MAX];
	size_t count;
};

#define FAKE_PEERS 512

struct fake_peer {
	struct dm_peer_options options;
	struct fake_bind bound[DM_MEDIA_COUNT];
	unsigned binds;
	bool removed;
};

struct fake_transport {
	dm_peer_state_cb *on_state;
	void *user;
	dm_peer_id last_peer;
	dm_peer_id removed;
	unsigned removals;
	struct fake_bind bound[DM_MEDIA_COUNT]; /* the latest of each */
	unsigned binds;
	struct fake_peer peers[FAKE_PEERS]; /* by id */
	int add_error;                      /* what the next calls answer */
	int bind_error;
};

extern struct fake_transport fake;

#endif
