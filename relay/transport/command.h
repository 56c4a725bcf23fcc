/* relay/transport/command.h
 *
 * What the control thread asks of a worker about one peer. A command is copied into the worker's
 * queue (dm_worker_push), and done at the beginning of its next turn; one about a peer that has
 * gone by then does nothing.
 *
 * Thread: filled in on the control thread, done on the worker's own (worker_private.h).
 */
#ifndef DM_TRANSPORT_COMMAND_H
#define DM_TRANSPORT_COMMAND_H

#include "transport/connection.h"

enum dm_command_type {
	DM_COMMAND_ADD,     /* .connection changes hands */
	DM_COMMAND_BIND,    /* .bind; its references change hands */
	DM_COMMAND_RESTART, /* .restart */
	DM_COMMAND_REMOVE,
};

struct dm_command {
	enum dm_command_type type;
	dm_peer_id peer;
	union {
		struct dm_connection *connection;
		struct {
			enum dm_media media;
			size_t count;
			struct dm_track *rungs[DM_LADDER_MAX];
		} bind;
		struct dm_ice restart; /* fresh credentials of both sides */
	};
};

#endif
