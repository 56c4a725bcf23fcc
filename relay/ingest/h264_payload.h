/* relay/ingest/h264_payload.h
 *
 * What one RTP payload of H.264 carries, as far as who passes it on has to know (RFC
 * 6184, 5.2-5.8).
 *
 * Pure. Thread: any.
 */
#ifndef DM_INGEST_H264_PAYLOAD_H
#define DM_INGEST_H264_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dm_h264_payload {
	bool has_idr;      /* (part of) an IDR picture: decoding can go on here */
	bool has_sps;      /* a sequence parameter set: decoding can begin here */
	bool begins_frame; /* what only the first packet of a frame has: AUD or SPS in front */
};

/* Never fails: bytes that are no H.264 carry nothing. */
struct dm_h264_payload dm_h264_payload_look(const uint8_t *payload, size_t payload_bytes);

#endif
