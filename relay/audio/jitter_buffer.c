#include "audio/jitter_buffer.h"
#include "audio/encoder.h"
#include "audio/jitter.h"
#include "audio/opus_packet.h"
#include "rtp/packet.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY DM_JITTER_BUFFER_PACKETS

/* RFC 3550, A.1: further ahead or behind, one packet proves nothing. */
#define DROPOUT_MOST  3000
#define MISORDER_MOST 100

/* An SSRC that was silent for so long may be followed by another one. Choice: three packets. */
#define QUIET DM_MSEC(60)

/* A transit so different cannot be a queue; the sender's timestamps jumped. Choice. */
#define TRANSIT_JUMP DM_SEC(2)

/* With so many packets lost, waiting for the following packet's copy pays. Choice. */
#define LOSSY       0.01
#define LOSS_WINDOW 256 /* packets; choice: five seconds */

struct slot {
	int64_t sequence;
	int64_t timestamp;
	uint32_t samples;
	uint16_t bytes;
	bool came; /* whether it still waits or was played */
	bool full; /* it waits */
	uint8_t payload[DM_AUDIO_PAYLOAD_MAX];
};

struct dm_jitter_buffer {
	struct dm_jitter_buffer_options options;
	struct dm_jitter_buffer_totals totals;
	struct dm_jitter jitter;
	uint32_t epoch;
	uint32_t ssrc;
	dm_usec heard_at;
	int64_t first;  /* the earliest sequence number not yet played */
	int64_t newest; /* the highest that arrived */
	int64_t newest_timestamp;
	uint32_t newest_samples;

	uint32_t other_ssrc; /* of a packet that was turned away */
	uint16_t other_next; /* what would follow it */
	bool has_other;

	double lost;     /* the share, before retransmission, smoothed */
	bool has_copies; /* this sender's packets carry copies of their predecessors */

	struct slot slots[CAPACITY];
};

int dm_jitter_buffer_create(struct dm_jitter_buffer **out,
			    const struct dm_jitter_buffer_options *options)
{
	*out = NULL;
	if (options->least < DM_MSEC(20) || options->most < options->least ||
	    options->most > DM_SEC(1))
		return -EINVAL;
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->options = *options;
	dm_jitter_init(&(*out)->jitter);
	return 0;
}

void dm_jitter_buffer_destroy(struct dm_jitter_buffer *buffer)
{
	free(buffer);
}

static struct slot *slot_for(struct dm_jitter_buffer *buffer, int64_t sequence)
{
	return &buffer->slots[(uint64_t)sequence % CAPACITY];
}

static dm_usec transit_of(int64_t timestamp, dm_usec now)
{
	return now - timestamp * 125 / 6; /* 1,000,000 / 48,000 */
}

/* Timestamps start at 2^32, so that none is negative however they are reordered. */
static void begin_epoch(struct dm_jitter_buffer *buffer, const struct dm_jitter_packet *packet)
{
	for (size_t n = 0; n < CAPACITY; n++) {
		buffer->totals.overrun += buffer->slots[n].full;
		buffer->slots[n].full = false;
		buffer->slots[n].came = false;
		buffer->slots[n].sequence = -1;
	}
	dm_jitter_restart(&buffer->jitter);
	buffer->epoch++;
	buffer->totals.epochs++;
	buffer->ssrc = packet->ssrc;
	buffer->first = packet->sequence + INT64_C(65536);
	buffer->newest = buffer->first - 1;
	buffer->newest_timestamp = packet->timestamp + (INT64_C(1) << 32);
	buffer->newest_samples = 0;
	buffer->has_other = false;
}

/* Turns a packet away whose sender may have begun anew, unless it follows the last such one. */
static bool began_anew(struct dm_jitter_buffer *buffer, const struct dm_jitter_packet *packet)
{
	const bool follows = buffer->has_other && buffer->other_ssrc == packet->ssrc &&
			     buffer->other_next == packet->sequence;

	buffer->has_other = true;
	buffer->other_ssrc = packet->ssrc;
	buffer->other_next = (uint16_t)(packet->sequence + 1);
	return follows;
}

static void note_loss(struct dm_jitter_buffer *buffer, int64_t lost)
{
	const double share = (double)lost / (double)(lost + 1);
	const double weight = fmin(1, (double)(lost + 1) / LOSS_WINDOW);

	buffer->lost += (share - buffer->lost) * weight;
}

/* Makes room for `sequence`, the highest so far. */
static void advance(struct dm_jitter_buffer *buffer, int64_t sequence, int64_t timestamp,
		    uint32_t samples)
{
	while (buffer->first <= sequence - CAPACITY) {
		struct slot *slot = slot_for(buffer, buffer->first);

		if (buffer->first > buffer->newest) { /* all is out: the rest need no look */
			buffer->first = sequence - CAPACITY + 1;
			break;
		}
		buffer->totals.overrun += slot->full;
		slot->full = false;
		buffer->first++;
	}
	note_loss(buffer, sequence - buffer->newest - 1);
	buffer->totals.expected += (uint64_t)(sequence - buffer->newest);
	buffer->newest = sequence;
	buffer->newest_timestamp = timestamp;
	buffer->newest_samples = samples;
}

static enum dm_jitter_put store(struct dm_jitter_buffer *buffer,
				const struct dm_jitter_packet *packet, int64_t sequence,
				int64_t timestamp, uint32_t samples)
{
	struct slot *slot = slot_for(buffer, sequence);

	if (slot->came && slot->sequence == sequence)
		return DM_JITTER_DUPLICATE;
	if (sequence < buffer->first)
		return DM_JITTER_LATE;
	slot->sequence = sequence;
	slot->timestamp = timestamp;
	slot->samples = samples;
	slot->bytes = (uint16_t)packet->bytes;
	slot->came = true;
	slot->full = true;
	memcpy(slot->payload, packet->payload, packet->bytes);
	return DM_JITTER_STORED;
}

/* A packet of the present sender, whose sequence number is near. */
static enum dm_jitter_put put_near(struct dm_jitter_buffer *buffer,
				   const struct dm_jitter_packet *packet, uint32_t samples,
				   dm_usec now)
{
	const int ahead = dm_rtp_sequence_diff(packet->sequence, (uint16_t)buffer->newest);
	const int64_t sequence = buffer->newest + ahead;
	const int64_t timestamp = buffer->newest_timestamp +
				  (int32_t)(packet->timestamp - (uint32_t)buffer->newest_timestamp);
	const dm_usec transit = transit_of(timestamp, now);

	if (dm_jitter_known(&buffer->jitter) &&
	    llabs(transit - buffer->jitter.base) > TRANSIT_JUMP) {
		if (!began_anew(buffer, packet))
			return DM_JITTER_JUMPED;
		begin_epoch(buffer, packet);
		return put_near(buffer, packet, samples, now);
	}
	buffer->heard_at = now;
	buffer->has_other = false;
	buffer->has_copies = buffer->has_copies ||
			     dm_opus_packet_has_copy(packet->payload, packet->bytes);
	if (ahead > 0)
		advance(buffer, sequence, timestamp, samples);

	const enum dm_jitter_put put = store(buffer, packet, sequence, timestamp, samples);

	/* What came too late tells how deep the buffer should have been. */
	if (put != DM_JITTER_DUPLICATE)
		dm_jitter_note(&buffer->jitter, transit, ahead > 0, now);
	return put;
}

static enum dm_jitter_put put(struct dm_jitter_buffer *buffer,
			      const struct dm_jitter_packet *packet, dm_usec now)
{
	const uint32_t samples = dm_opus_packet_samples(packet->payload, packet->bytes);

	if (samples == 0 || packet->bytes > DM_AUDIO_PAYLOAD_MAX)
		return DM_JITTER_MALFORMED;
	if (buffer->epoch == 0) {
		begin_epoch(buffer, packet);
	} else if (packet->ssrc != buffer->ssrc) {
		const bool anew = began_anew(buffer, packet);

		if (!anew || now - buffer->heard_at < QUIET)
			return DM_JITTER_FOREIGN;
		begin_epoch(buffer, packet);
	}

	const int ahead = dm_rtp_sequence_diff(packet->sequence, (uint16_t)buffer->newest);

	if (ahead > DROPOUT_MOST || ahead < -MISORDER_MOST) {
		if (!began_anew(buffer, packet))
			return DM_JITTER_JUMPED;
		begin_epoch(buffer, packet);
	}
	return put_near(buffer, packet, samples, now);
}

enum dm_jitter_put dm_jitter_buffer_put(struct dm_jitter_buffer *buffer,
					const struct dm_jitter_packet *packet, dm_usec now)
{
	const enum dm_jitter_put result = put(buffer, packet, now);

	buffer->totals.puts[result]++;
	return result;
}

static const struct slot *earliest(const struct dm_jitter_buffer *buffer)
{
	for (int64_t n = buffer->first; n <= buffer->newest; n++) {
		const struct slot *slot = &buffer->slots[(uint64_t)n % CAPACITY];

		if (slot->full && slot->sequence == n)
			return slot;
	}
	return NULL;
}

bool dm_jitter_buffer_peek(const struct dm_jitter_buffer *buffer, struct dm_jitter_view *view)
{
	const struct slot *slot = earliest(buffer);

	if (!slot)
		return false;
	*view = (struct dm_jitter_view){
		.timestamp = slot->timestamp,
		.samples = slot->samples,
		.missing = (uint32_t)(slot->sequence - buffer->first),
		.payload = slot->payload,
		.bytes = slot->bytes,
	};
	return true;
}

void dm_jitter_buffer_drop(struct dm_jitter_buffer *buffer, bool late)
{
	const struct slot *slot = earliest(buffer);

	if (!slot)
		return;
	buffer->first = slot->sequence + 1;
	buffer->totals.late += late;
	slot_for(buffer, slot->sequence)->full = false;
}

void dm_jitter_buffer_relearn(struct dm_jitter_buffer *buffer)
{
	dm_jitter_restart(&buffer->jitter);
}

uint32_t dm_jitter_buffer_epoch(const struct dm_jitter_buffer *buffer)
{
	return buffer->epoch;
}

dm_usec dm_jitter_buffer_target(const struct dm_jitter_buffer *buffer)
{
	/* A tick fetches 20 ms at once: the packet of its last sample must have come by then. */
	dm_usec target = DM_MSEC(20) + buffer->jitter.spread;

	if (buffer->has_copies && buffer->lost >= LOSSY)
		target += buffer->newest_samples * INT64_C(125) / 6;
	if (target < buffer->options.least)
		return buffer->options.least;
	return target > buffer->options.most ? buffer->options.most : target;
}

dm_usec dm_jitter_buffer_depth(const struct dm_jitter_buffer *buffer, int64_t timestamp, dm_usec at)
{
	return transit_of(timestamp, at) - buffer->jitter.base;
}

double dm_jitter_buffer_drift_ppm(const struct dm_jitter_buffer *buffer)
{
	return buffer->jitter.drift_ppm;
}

dm_usec dm_jitter_buffer_jitter(const struct dm_jitter_buffer *buffer)
{
	return (dm_usec)buffer->jitter.interarrival;
}

const struct dm_jitter_buffer_totals *dm_jitter_buffer_totals(const struct dm_jitter_buffer *buffer)
{
	return &buffer->totals;
}
