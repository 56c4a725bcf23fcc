/* tests/bench/crowd.h
 *
 * Listeners of a benchmark, in one thread: each with a socket of its own and the native client's
 * receiver (full ICE, DTLS and SRTP), and when what came.
 *
 * Thread: one.
 */
#ifndef DM_BENCH_CROWD_H
#define DM_BENCH_CROWD_H

#include "relay_process.h"

struct dm_identity;
struct dm_receiver;

struct listener {
	struct dm_receiver *receiver; /* NULL: not there */
	struct crowd *crowd;
	int fd;
	dm_peer_id peer;
	dm_usec asked_at; /* to join */
	dm_usec first_at; /* sound; DM_USEC_NEVER until then */
	/* The clock of its stream against ours: the least difference ever seen. */
	bool has_least;
	uint32_t first_timestamp;
	dm_usec least;
	size_t packet_bytes;
	dm_usec switch_asked_at; /* DM_USEC_NEVER: nothing asked */
	size_t switch_bytes;     /* packets of that size are the answer */
	dm_usec switch_took;
};

#define LATENESS_BUCKETS 4000 /* of 0.1 ms; the last takes the rest */

struct crowd {
	struct relay_process *relay;
	struct dm_identity *identity;
	struct listener *listeners; /* `capacity` of them */
	size_t capacity;
	int epoll;
	dm_usec tick_due;
	bool measuring; /* lateness */
	uint64_t lateness[LATENESS_BUCKETS];
};

/* Returns 0 or -errno. */
int crowd_init(struct crowd *crowd, struct relay_process *relay, size_t capacity);
void crowd_finish(struct crowd *crowd);

/* Asks the relay for listener `i`; it joins when the answer comes, in a turn. Returns 0, or a
 * -errno: nobody is there then. -EAGAIN: the relay has much to do. */
int crowd_join(struct crowd *crowd, size_t i);
void crowd_leave(struct crowd *crowd, size_t i);

/* Asks for another channel. */
int crowd_switch(struct crowd *crowd, size_t i, unsigned channel);

/* Waits at most until then for datagrams and answers, and deals with them. */
void crowd_turn(struct crowd *crowd, dm_usec until);

/* Lateness at this share of all measured packets. */
double crowd_lateness_ms(const struct crowd *crowd, double share);

#endif
