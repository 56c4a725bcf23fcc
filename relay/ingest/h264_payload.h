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

/* A part of a payload that was too large: a payload of its own, header and data. */
typedef void dm_h264_part_cb(void *user, const uint8_t *header, size_t header_bytes,
			     const uint8_t *data, size_t data_bytes);

/* Makes payloads of at most `most` bytes (16 or more) out of one that is larger: fragments (FU-A)
 * of a NAL unit or of a fragment, or the NAL units of an aggregate (STAP-A). False, with no call,
 * when it is none of these, or a unit of the aggregate is itself too large. */
bool dm_h264_payload_split(const uint8_t *payload, size_t payload_bytes, size_t most,
			   dm_h264_part_cb *on_part, void *user);

/* Never fails: bytes that are no H.264 carry nothing. */
struct dm_h264_payload dm_h264_payload_look(const uint8_t *payload, size_t payload_bytes);

#endif
