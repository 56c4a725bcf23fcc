/* relay/ingest/frame_gate.h
 *
 * Lets frames of a picture through up to a rate, as evenly as their times allow, without holding
 * any back: 50 a second become 25 before they cost a conversion, 24 stay 24.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_INGEST_FRAME_GATE_H
#define DM_INGEST_FRAME_GATE_H

#include <stdbool.h>
#include <stdint.h>

struct dm_frame_gate {
	int64_t interval_ns;
	int64_t due_ns; /* when the next frame is wanted; INT64_MIN before the first */
};

struct dm_frame_gate dm_frame_gate_init(uint32_t frame_rate);

/* Whether the frame of that time passes. */
bool dm_frame_gate_pass(struct dm_frame_gate *gate, int64_t at_ns);

#endif
