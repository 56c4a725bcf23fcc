#include "ingest/frame_gate.h"

struct dm_frame_gate dm_frame_gate_init(uint32_t frame_rate)
{
	return (struct dm_frame_gate){
		.interval_ns = INT64_C(1000000000) / frame_rate,
		.due_ns = INT64_MIN,
	};
}

bool dm_frame_gate_pass(struct dm_frame_gate *gate, int64_t at_ns)
{
	const int64_t half = gate->interval_ns / 2;

	/* The first, or times that jumped: begin anew. */
	if (gate->due_ns == INT64_MIN || at_ns > gate->due_ns + 4 * gate->interval_ns ||
	    at_ns < gate->due_ns - 4 * gate->interval_ns)
		gate->due_ns = at_ns;
	/* A little early is in time: frames at the wanted rate jitter about their due time. */
	if (at_ns < gate->due_ns - half)
		return false;
	gate->due_ns += gate->interval_ns;
	if (gate->due_ns < at_ns) /* slower than wanted: owe nothing */
		gate->due_ns = at_ns;
	return true;
}
