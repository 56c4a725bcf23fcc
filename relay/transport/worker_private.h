/* relay/transport/worker_private.h
 *
 * What worker.c (the loop, commands and care of connections) and receive.c (what the socket brings)
 * share with each other, and nobody else.
 *
 * Thread: the worker's own.
 */
#ifndef DM_TRANSPORT_WORKER_PRIVATE_H
#define DM_TRANSPORT_WORKER_PRIVATE_H

#include "transport/fanout.h"
#include "transport/feedback.h"
#include "transport/route.h"
#include "transport/worker.h"

#include <pthread.h>

struct dm_receive_metrics {
	struct dm_metric packets;
	struct dm_metric bytes;
	struct dm_metric dropped_unknown_address; /* DTLS or RTP from nobody we know */
	struct dm_metric dropped_unknown_user;    /* an ICE check for nobody we know */
	struct dm_metric dropped_bad_check;       /* ICE: malformed, or a wrong MAC */
	struct dm_metric dropped_bad_kind;        /* first byte of no protocol (RFC 7983) */
	struct dm_metric dropped_truncated;       /* larger than any datagram of ours */
	struct dm_metric dropped_bad_rtcp_auth;
	struct dm_metric dropped_rtp; /* media from listeners */
	struct dm_metric checks;      /* valid ICE checks */
	struct dm_metric address_changes;
};

struct dm_worker_metrics {
	struct dm_metric connections;
	struct dm_metric handshakes; /* done */
	struct dm_metric handshakes_failed;
	struct dm_metric expired;
	struct dm_metric turns;
	struct dm_metric busy;         /* microseconds spent in turns, waiting left out */
	struct dm_metric longest_turn; /* microseconds, since the control thread last read it */
	struct dm_receive_metrics receive;
	struct dm_feedback_metrics feedback;
};

struct dm_receive_buffers;

struct dm_worker {
	struct dm_worker_options options;
	struct dm_worker_metrics metrics;
	struct dm_queue *commands;
	struct dm_doorbell doorbell; /* commands, and what publishers ring */
	int epoll;
	int socket_family;
	pthread_t thread;
	bool started;
	_Atomic bool stopping;

	struct dm_route *route;
	struct dm_protect_engine *engine;
	struct dm_sender *sender;
	struct dm_fanout *fanout;
	struct dm_receive_buffers *buffers;

	struct dm_connection **connections; /* borrowed pointers to owned connections */
	size_t connection_count;
	struct dm_connection **by_peer; /* open addressing: see worker.c */
	size_t cared;                   /* connections looked after, in this round */
	dm_usec round_start;
	size_t handshakes; /* under way: their timers are finer */
	size_t ended;      /* connections to give back */
	dm_usec now;       /* of this turn */
};

/* Takes everything the socket has, up to a limit a turn. */
void dm_worker_receive(struct dm_worker *worker);

int dm_receive_buffers_create(struct dm_receive_buffers **out);
void dm_receive_buffers_destroy(struct dm_receive_buffers *buffers); /* NULL is allowed */

/* The connection is over: no more packets; it is given back at the end of the turn. */
void dm_worker_end(struct dm_worker *worker, struct dm_connection *connection,
		   enum dm_peer_state state);

/* DTLS is done: keys, streams, and the good news. */
void dm_worker_connected(struct dm_worker *worker, struct dm_connection *connection);

#endif
