#include "ingest/access_unit.h"
#include "ingest/h264_payload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An access unit of 1.5 MB; a ladder's are far below. */
#define PACKETS_MAX 1280

struct dm_access_unit {
	struct dm_track *track; /* owned reference */
	size_t count;
	bool key;
	bool broken; /* the rest of this access unit is dropped too */
	struct dm_track_payload payloads[PACKETS_MAX];
	uint8_t bytes[PACKETS_MAX][DM_TRACK_PAYLOAD_MAX];
};

int dm_access_unit_create(struct dm_access_unit **out, struct dm_track *track)
{
	struct dm_access_unit *unit = calloc(1, sizeof(*unit));

	*out = unit;
	if (!unit)
		return -ENOMEM;
	unit->track = dm_track_ref(track);
	for (size_t n = 0; n < PACKETS_MAX; n++)
		unit->payloads[n].data = unit->bytes[n];
	return 0;
}

void dm_access_unit_destroy(struct dm_access_unit *unit)
{
	if (!unit)
		return;
	dm_track_unref(unit->track);
	free(unit);
}

/* Our own payloader's packets: version 2, no padding, no extension, no CSRC. */
#define HEADER_BYTES 12
#define FIRST_BYTE   0x80

static bool add(struct dm_access_unit *unit, const uint8_t *packet, size_t packet_bytes)
{
	const size_t bytes = packet_bytes - HEADER_BYTES;

	if (packet_bytes <= HEADER_BYTES || packet[0] != FIRST_BYTE ||
	    bytes > DM_TRACK_PAYLOAD_MAX || unit->count == PACKETS_MAX)
		return false;

	const struct dm_h264_payload seen = dm_h264_payload_look(packet + HEADER_BYTES, bytes);

	memcpy(unit->bytes[unit->count], packet + HEADER_BYTES, bytes);
	unit->payloads[unit->count++].bytes = bytes;
	unit->key |= seen.has_idr || seen.has_sps;
	return true;
}

enum dm_access_unit_result dm_access_unit_put(struct dm_access_unit *unit, const void *packet,
					      size_t packet_bytes, uint32_t timestamp,
					      dm_usec captured_at, dm_usec now)
{
	const uint8_t *bytes = packet;
	const bool marker = packet_bytes > 1 && (bytes[1] & 0x80);

	if (!add(unit, bytes, packet_bytes))
		unit->broken = true;
	if (!marker)
		return DM_ACCESS_UNIT_MORE;

	const struct dm_track_frame frame = {
		.payloads = unit->payloads,
		.payload_count = unit->count,
		.captured_at = captured_at,
		.timestamp = timestamp,
		.key = unit->key,
	};
	const bool published = !unit->broken && dm_track_publish(unit->track, &frame, now) == 0;

	unit->count = 0;
	unit->key = false;
	unit->broken = false;
	return published ? DM_ACCESS_UNIT_PUBLISHED : DM_ACCESS_UNIT_DROPPED;
}
