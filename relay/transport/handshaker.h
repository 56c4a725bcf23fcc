/* relay/transport/handshaker.h
 *
 * DTLS handshakes beside the media loop: a thread of its own does all that OpenSSL is needed for
 * there (0.6 ms a peer), so that a crowd at the door does not make anybody's sound late. The worker
 * passes datagrams in by a bounded queue and gets outcomes back by another; replies leave by the
 * worker's socket at once. Crowds are served in the order in which they come. What finds the queue
 * full is lost and comes again by the peer's DTLS, and before it is full nobody new is begun with:
 * a crowd too large waits rather than making everybody fail.
 *
 * Thread: create, start and destroy on the control thread; everything else on the worker's.
 */
#ifndef DM_TRANSPORT_HANDSHAKER_H
#define DM_TRANSPORT_HANDSHAKER_H

#include "base/doorbell.h"
#include "transport/association.h"
#include "transport/sender.h"

struct dm_connection;
struct dm_handshaker;

/* Handshakes under way at once, each with some 40 kB of OpenSSL's; who comes then waits. Choice:
 * seconds of work. */
#define DM_HANDSHAKES_MAX 1024

struct dm_handshaker_options {
	unsigned number; /* of the worker, for the thread's name */
	int fd;          /* borrowed until destroy, like the others */
	struct dm_certificate *certificate;
	struct dm_doorbell *doorbell; /* of the worker: rung when there is an outcome */
};

/* Returns 0, -ENOMEM or -errno of eventfd(2); on failure *out is NULL. */
int dm_handshaker_create(struct dm_handshaker **out, const struct dm_handshaker_options *options);

/* Starts the thread, named "dm-dtls-N". Returns 0 or -errno of pthread_create. */
int dm_handshaker_start(struct dm_handshaker *handshaker);

/* Ends the thread and what is under way. NULL is allowed. */
void dm_handshaker_destroy(struct dm_handshaker *handshaker);

/* Begins a handshake for the connection, which is borrowed until its outcome was taken or it was
 * cancelled. `fingerprint` is of the peer's certificate. Returns its number, or -EAGAIN: too many
 * are under way. */
int dm_handshaker_begin(struct dm_handshaker *handshaker, struct dm_connection *connection,
			const struct dm_fingerprint *fingerprint);

/* A datagram of the peer's (first byte 20..63), and where replies go from now on. False when it
 * was lost: the queue is full, or it is larger than any of DTLS. */
bool dm_handshaker_pass(struct dm_handshaker *handshaker, int number,
			const struct dm_destination *to, const uint8_t *data, size_t size_bytes);

/* The connection is over: no outcome of it will come. */
void dm_handshaker_cancel(struct dm_handshaker *handshaker, int number);

struct dm_handshake_outcome {
	struct dm_connection *connection;
	enum dm_dtls_state state;           /* CONNECTED, CLOSED or FAILED */
	struct dm_association *association; /* changes hands; NULL unless CONNECTED */
	const char *reason;                 /* why it failed: a short fixed text */
};

/* The next outcome; its number is then free. False when there is none. */
bool dm_handshaker_take(struct dm_handshaker *handshaker, struct dm_handshake_outcome *outcome);

#endif
