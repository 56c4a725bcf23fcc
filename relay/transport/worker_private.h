/* relay/transport/worker_private.h
 *
 * What worker.c (the loop), command.c (what the control thread asks), care.c (care of connections)
 * and receive.c (what the socket brings) share with each other, and nobody else.
 *
 * Thread: the worker's own.
 */
#ifndef DM_TRANSPORT_WORKER_PRIVATE_H
#define DM_TRANSPORT_WORKER_PRIVATE_H

#include "transport/fanout.h"
#include "transport/feedback.h"
#include "transport/handshaker.h"
#include "transport/roster.h"
#include "transport/route.h"
#include "transport/worker.h"

#include <pthread.h>

#define DM_WORKER_NO_MEMORY "out of memory" /* a reason for the log */

struct dm_receive_metrics {
	struct dm_metric packets;
	struct dm_metric bytes;
	struct dm_metric dropped_unknown_address; /* DTLS or RTP from nobody we know */
	struct dm_metric dropped_unknown_user;    /* an ICE check for nobody we know */
	struct dm_metric dropped_bad_check;       /* ICE: malformed, or a wrong MAC */
	struct dm_metric dropped_bad_kind;        /* first byte of no protocol (RFC 7983) */
	struct dm_metric dropped_truncated;       /* larger than any datagram of ours */
	struct dm_metric dropped_bad_rtcp_auth;
	struct dm_metric dropped_handshake; /* DTLS: too many handshakes wait */
	struct dm_metric dropped_rtp;       /* media from who only listens */
	struct dm_metric checks;            /* valid ICE checks */
	struct dm_metric address_changes;
};

struct dm_worker_metrics {
	struct dm_metric connections;
	struct dm_metric handshakes; /* done */
	struct dm_metric handshakes_failed;
	struct dm_metric expired;
	struct dm_metric turns;
	struct dm_metric busy;         /* microseconds spent in turns, waiting left out */
	struct dm_metric longest_turn; /* microseconds, so far */
	struct dm_metric recent_turn;  /* the longest since the control thread last took it */
	struct dm_metric turn_began;   /* 0: the loop waits */
	struct dm_receive_metrics receive;
	struct dm_feedback_metrics feedback;
	struct dm_uplink_metrics uplink;
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
	struct dm_wire *wire;
	struct dm_sender *sender;
	struct dm_fanout *fanout;
	struct dm_handshaker *handshaker;
	struct dm_receive_buffers *buffers;

	struct dm_network_table *networks;
	struct dm_roster *roster;    /* the connections, owned, but for those that ended */
	struct dm_uplinks *uplinks;  /* a list of borrowed ones: the peers that send */
	struct dm_connection *ended; /* a list of owned ones, to give back */
	size_t cared;                /* connections looked after, in this round */
	dm_usec round_start;
	dm_usec now;        /* of this turn */
	dm_usec arrived_at; /* of the datagrams that were just read */
};

/* Does what the control thread has asked for until now (command.c). */
void dm_worker_take_commands(struct dm_worker *worker);

/* Takes everything the socket has, up to a limit a turn. */
void dm_worker_receive(struct dm_worker *worker);

/* Looks after the slice of connections whose time in the round has come: that spreads reports over
 * the second. */
void dm_worker_care(struct dm_worker *worker);

/* Asks those who send for what is missing of it. */
void dm_worker_ask(struct dm_worker *worker);

/* How long the next turn may wait for something to happen, in milliseconds. */
int dm_worker_wait_ms(const struct dm_worker *worker);

int dm_receive_buffers_create(struct dm_receive_buffers **out);
void dm_receive_buffers_destroy(struct dm_receive_buffers *buffers); /* NULL is allowed */

/* The connection is over: no more packets; it is given back at the end of the turn. */
void dm_worker_end(struct dm_worker *worker, struct dm_connection *connection,
		   enum dm_peer_state state);

/* Has a stream of a connected peer sent; fails the peer when memory is out. */
void dm_worker_place(struct dm_worker *worker, struct dm_connection *connection,
		     struct dm_stream *stream);

/* A valid check came for a paused connection: media flows again. */
void dm_worker_resume(struct dm_worker *worker, struct dm_connection *connection);

/* The same for FAILED, with the reason for the log. */
void dm_worker_fail(struct dm_worker *worker, struct dm_connection *connection, const char *reason);

#endif
