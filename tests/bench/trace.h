/* tests/bench/trace.h
 *
 * Traffic that was prepared once, so that everybody who is measured sends the same packets: RTP as
 * an encoder made it, each packet with its time. fanout_traffic.mjs writes it. Played again and
 * again, with sequence numbers and timestamps that go on.
 *
 * Thread: one.
 */
#ifndef DM_BENCH_TRACE_H
#define DM_BENCH_TRACE_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_PACKET_MAX 1500
/* The end of each payload: a mark and the time of sending, microseconds of CLOCK_REALTIME in
 * network order, for who receives. */
#define TRACE_STAMP       "dmstamp"
#define TRACE_STAMP_BYTES 16
#define TRACE_HEADER      12 /* bytes of RTP's, without CSRCs and extensions */

struct trace_packet {
	dm_usec at; /* since the start of the round */
	bool picture;
	uint16_t bytes;
	uint8_t data[TRACE_PACKET_MAX];
};

struct trace {
	struct trace_packet *packets; /* owned */
	size_t count;
	size_t media_count[2]; /* sound, picture */
	dm_usec duration;      /* of a round */
};

/* Pictures are left out unless `pictures`. Returns 0 or -errno; -EINVAL when the file is no trace.
 */
int trace_load(struct trace *trace, const char *path, bool pictures);
void trace_finish(struct trace *trace);

/* Packets from `index` on that are sent at the same moment and of one medium. */
size_t trace_group(const struct trace *trace, size_t index);

/* The packet as it is in this round, to `out`, stamped with now. Returns its bytes. */
size_t trace_write(const struct trace *trace, size_t index, uint64_t round, uint8_t *out);

/* Sleeps until then (monotonic). */
void trace_sleep_until(dm_usec then);

#endif
