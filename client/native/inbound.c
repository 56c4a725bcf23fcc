#include "inbound.h"

#include "base/reader.h"

/* RFC 6184, table 1 and 5.4. */
enum { NAL_IDR = 5, NAL_SPS = 7, NAL_STAP_A = 24, NAL_FU_A = 28 };
#define NAL_TYPE(octet) ((octet)&0x1f)

/* No track of the relay rests for longer: silence and the holding picture go on. Choice. */
#define JUMP_SECONDS 2

struct dm_inbound dm_inbound_init(uint32_t clock_rate_hz, uint32_t frame_ticks)
{
	return (struct dm_inbound){
		.clock_rate_hz = clock_rate_hz,
		.frame_ticks = frame_ticks,
		.first_at = DM_USEC_NEVER,
		.first_key_at = DM_USEC_NEVER,
		.last_at = DM_USEC_NEVER,
	};
}

static bool is_key_type(unsigned type)
{
	return type == NAL_IDR || type == NAL_SPS;
}

bool dm_h264_is_key(const uint8_t *payload, size_t bytes)
{
	struct dm_reader reader = dm_reader_init(payload, bytes);
	const unsigned type = NAL_TYPE(dm_reader_u8(&reader));

	if (type == NAL_FU_A)
		return is_key_type(NAL_TYPE(dm_reader_u8(&reader)));
	if (type != NAL_STAP_A)
		return !reader.failed && is_key_type(type);
	while (dm_reader_left(&reader) > 2) { /* sizes and NAL units */
		struct dm_reader unit = dm_reader_sub(&reader, dm_reader_u16(&reader));

		if (is_key_type(NAL_TYPE(dm_reader_u8(&unit))))
			return true;
	}
	return false;
}

static void check_timestamp(struct dm_inbound *inbound, uint32_t timestamp)
{
	const uint32_t step = timestamp - inbound->timestamp;
	const bool jump = inbound->frame_ticks ? step != inbound->frame_ticks
					       : step > JUMP_SECONDS * inbound->clock_rate_hz;

	if (jump)
		inbound->timestamp_jumps++;
}

/* Interarrival jitter, RFC 3550, A.8. */
static void update_jitter(struct dm_inbound *inbound, uint32_t timestamp, dm_usec now)
{
	const int64_t arrival = dm_time_to_ticks(now, inbound->clock_rate_hz);
	const int64_t transit = (int32_t)((uint32_t)arrival - timestamp);

	if (inbound->packets > 1) {
		const int64_t change = transit - inbound->transit;

		inbound->jitter += ((double)(change < 0 ? -change : change) - inbound->jitter) / 16;
	}
	inbound->transit = transit;
}

static void restart(struct dm_inbound *inbound, const struct dm_rtp_packet *packet)
{
	inbound->ssrc = packet->ssrc;
	/* One cycle up, so that packets older than the first do not underflow. */
	inbound->highest = inbound->base = 0x10000u + packet->sequence;
	inbound->timestamp = packet->timestamp;
}

static void place(struct dm_inbound *inbound, const struct dm_rtp_packet *packet)
{
	const int ahead = dm_rtp_sequence_diff(packet->sequence, (uint16_t)inbound->highest);

	if (ahead == 0) {
		inbound->duplicates++;
		inbound->packets--;
		return;
	}
	if (ahead < 0) {
		inbound->reordered++;
		if (inbound->highest - (uint64_t)-ahead < inbound->base)
			inbound->packets--; /* older than what counts */
		return;
	}
	if (ahead == 1)
		check_timestamp(inbound, packet->timestamp);
	inbound->highest += (uint64_t)ahead;
	inbound->timestamp = packet->timestamp;
}

static void note_key(struct dm_inbound *inbound, const struct dm_rtp_packet *packet, dm_usec now)
{
	if (inbound->frame_ticks || !packet->payload ||
	    !dm_h264_is_key(packet->payload, packet->payload_bytes))
		return;
	inbound->key_packets++;
	if (inbound->first_key_at == DM_USEC_NEVER) {
		inbound->first_key_at = now;
		inbound->first_was_key = packet->timestamp == inbound->first_timestamp;
	}
}

void dm_inbound_receive(struct dm_inbound *inbound, const struct dm_rtp_packet *packet, dm_usec now)
{
	inbound->packets++;
	inbound->bytes += packet->payload_bytes;
	if (inbound->first_at == DM_USEC_NEVER) {
		inbound->first_at = now;
		inbound->first_timestamp = packet->timestamp;
		restart(inbound, packet);
	} else {
		if (now - inbound->last_at > inbound->longest_pause)
			inbound->longest_pause = now - inbound->last_at;
		if (packet->ssrc != inbound->ssrc) {
			inbound->ssrc_changes++;
			restart(inbound, packet);
		} else {
			place(inbound, packet);
		}
	}
	inbound->last_at = now;
	update_jitter(inbound, packet->timestamp, now);
	note_key(inbound, packet, now);
}

void dm_inbound_sender_report(struct dm_inbound *inbound, uint64_t ntp, dm_usec now)
{
	inbound->last_sr = (uint32_t)(ntp >> 16);
	inbound->last_sr_at = now;
}

static uint64_t expected(const struct dm_inbound *inbound)
{
	return inbound->first_at == DM_USEC_NEVER ? 0 : inbound->highest - inbound->base + 1;
}

uint64_t dm_inbound_lost(const struct dm_inbound *inbound)
{
	const uint64_t wanted = expected(inbound);
	const uint64_t came = inbound->packets + inbound->recovered;

	return wanted > came ? wanted - came : 0;
}

void dm_inbound_mark(struct dm_inbound *inbound)
{
	if (inbound->first_at == DM_USEC_NEVER)
		return;
	inbound->lost_before += dm_inbound_lost(inbound);
	inbound->base = inbound->highest + 1;
	inbound->packets = inbound->bytes = inbound->recovered = 0;
	inbound->reordered = inbound->duplicates = 0;
	inbound->timestamp_jumps = inbound->ssrc_changes = inbound->key_packets = 0;
	inbound->longest_pause = 0;
	inbound->reported = inbound->expected_then = 0;
}

void dm_inbound_recover(struct dm_inbound *inbound)
{
	inbound->recovered++;
}

void dm_inbound_end(struct dm_inbound *inbound, dm_usec now)
{
	if (inbound->first_at != DM_USEC_NEVER && now - inbound->last_at > inbound->longest_pause)
		inbound->longest_pause = now - inbound->last_at;
}

/* Fraction and cumulative loss as RFC 3550, A.3 has them. */
struct dm_rtcp_report_block dm_inbound_report(struct dm_inbound *inbound, dm_usec now)
{
	const uint64_t expected_now = expected(inbound);
	const uint64_t wanted = expected_now - inbound->expected_then;
	const uint64_t got = inbound->packets - inbound->reported;
	const uint64_t lost = wanted > got ? wanted - got : 0;

	inbound->expected_then = expected_now;
	inbound->reported = inbound->packets;
	return (struct dm_rtcp_report_block){
		.ssrc = inbound->ssrc,
		.fraction_lost = wanted ? (uint8_t)((lost * 255) / wanted) : 0,
		.lost = (int32_t)(inbound->lost_before + dm_inbound_lost(inbound)),
		.highest_sequence = (uint32_t)(inbound->highest - 0x10000u),
		.jitter = (uint32_t)inbound->jitter,
		.last_sr = inbound->last_sr,
		.delay_since_last_sr = inbound->last_sr ? (uint32_t)dm_time_to_ticks(
								  now - inbound->last_sr_at, 65536)
							: 0,
	};
}
