/* tests/bench/relay_process.h
 *
 * The relay's transport in a process of its own, with channels of sound and signalling by messages
 * in place of HTTP: what a benchmark of the media side measures, and nothing else.
 *
 * Thread: one.
 */
#ifndef DM_BENCH_RELAY_PROCESS_H
#define DM_BENCH_RELAY_PROCESS_H

#include "base/time.h"
#include "transport/peer.h"

#include <sys/types.h>

#define RELAY_CHANNELS 2
/* Their packets differ in size, so that who listens can tell them apart by it. */
#define RELAY_PAYLOAD_BYTES(channel) (100u + 20u * (channel))
#define RELAY_TICK                   DM_MSEC(20)

struct relay_answer {
	size_t token; /* as asked with */
	int error;
	struct dm_peer_answer answer;
};

struct relay_usage {
	long rss_kb;    /* anonymous memory in use */
	long files;     /* open descriptors */
	double cpu_sec; /* user and system, since the start */
};

/* One who signals with it: each thread of a benchmark has its own. */
struct relay_process {
	pid_t pid;
	int fd; /* poll it, then take answers */
};

#define RELAY_CLIENTS 2

/* Forks: call before any thread is started. Returns 0 or -errno. */
int relay_process_start(struct relay_process clients[RELAY_CLIENTS], unsigned workers);
void relay_process_stop(struct relay_process clients[RELAY_CLIENTS]);

/* Each returns 0 or -EAGAIN: the relay has much to do. */
int relay_process_add(struct relay_process *relay, size_t token, const char *ufrag,
		      const struct dm_fingerprint *fingerprint);
int relay_process_bind(struct relay_process *relay, dm_peer_id peer, unsigned channel);
int relay_process_remove(struct relay_process *relay, dm_peer_id peer);

/* The next answer to an add; a false when there is none yet. */
bool relay_process_take(struct relay_process *relay, struct relay_answer *answer);

struct relay_usage relay_process_usage(const struct relay_process *relay);

#endif
