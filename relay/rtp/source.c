#include "rtp/source.h"

#include "rtp/packet.h"

#include <stdlib.h>

/* RFC 3550, A.1: further ahead or behind, one packet proves nothing. */
#define DROPOUT_MOST  3000
#define MISORDER_MOST 100

#define SEQUENCES  65536u
#define NO_SUSPECT (SEQUENCES + 1) /* equals no sequence number (A.1) */

/* Jitter is kept 16 times as large, with a gain of a 16th (RFC 3550, A.8). */
#define JITTER_SHIFT 4

static void begin(struct dm_rtp_source *source, uint16_t sequence)
{
	/* A round ahead, so that what comes before the first is not negative. */
	source->base = SEQUENCES + sequence;
	source->highest = source->base - 1;
	source->suspect = NO_SUSPECT;
	source->received = 0;
	source->expected_before = 0;
	source->received_before = 0;
	source->has_transit = false;
}

void dm_rtp_source_init(struct dm_rtp_source *source, uint32_t ssrc, uint32_t clock_rate_hz,
			uint16_t sequence)
{
	*source = (struct dm_rtp_source){ .ssrc = ssrc, .clock_rate_hz = clock_rate_hz };
	begin(source, sequence);
}

enum dm_rtp_source_place dm_rtp_source_place(struct dm_rtp_source *source, uint16_t sequence)
{
	const int ahead = dm_rtp_sequence_diff(sequence, (uint16_t)source->highest);

	if (ahead > DROPOUT_MOST || ahead < -MISORDER_MOST) {
		const bool follows = source->suspect == sequence;

		source->suspect = (uint16_t)(sequence + 1);
		if (!follows)
			return DM_RTP_SOURCE_FAR;
		begin(source, sequence);
		source->highest++;
		return DM_RTP_SOURCE_RESTARTED;
	}
	if (ahead <= 0)
		return DM_RTP_SOURCE_OLDER;
	source->highest += (uint32_t)ahead;
	return DM_RTP_SOURCE_NEWEST;
}

void dm_rtp_source_count(struct dm_rtp_source *source)
{
	source->received++;
}

void dm_rtp_source_note_transit(struct dm_rtp_source *source, uint32_t timestamp, dm_usec now)
{
	const uint32_t arrival = (uint32_t)dm_time_to_ticks(now, source->clock_rate_hz);
	const uint32_t transit = arrival - timestamp;
	const int32_t change = (int32_t)(transit - source->transit);

	/* Beyond a minute the sender's clock has jumped: that is no jitter. */
	if (source->has_transit && llabs(change) < 60ll * source->clock_rate_hz)
		source->jitter += (uint32_t)abs(change) -
				  ((source->jitter + (1u << JITTER_SHIFT >> 1)) >> JITTER_SHIFT);
	source->has_transit = true;
	source->transit = transit;
}

dm_usec dm_rtp_source_jitter(const struct dm_rtp_source *source)
{
	return (dm_usec)(source->jitter >> JITTER_SHIFT) * DM_SEC(1) / source->clock_rate_hz;
}

void dm_rtp_source_note_report(struct dm_rtp_source *source, uint64_t ntp, dm_usec now)
{
	source->last_sr = (uint32_t)(ntp >> 16);
	source->last_sr_at = now;
}

/* Lost since the last report, in 256ths; nothing when more came than was expected (A.3). */
static uint8_t fraction_lost(const struct dm_rtp_source *source, uint32_t expected)
{
	const uint32_t expected_since = expected - source->expected_before;
	const uint32_t received_since = source->received - source->received_before;
	const int64_t lost = (int64_t)expected_since - received_since;

	if (expected_since == 0 || lost <= 0)
		return 0;
	return (uint8_t)(lost >= expected_since ? 255 : (lost << 8) / expected_since);
}

struct dm_rtcp_report_block dm_rtp_source_report(struct dm_rtp_source *source, dm_usec now)
{
	const uint32_t expected = source->highest - source->base + 1;
	struct dm_rtcp_report_block block = {
		.ssrc = source->ssrc,
		.fraction_lost = fraction_lost(source, expected),
		.lost = (int32_t)(expected - source->received),
		.highest_sequence = source->highest - SEQUENCES,
		.jitter = source->jitter >> JITTER_SHIFT,
		.last_sr = source->last_sr,
	};

	if (source->last_sr)
		block.delay_since_last_sr = (uint32_t)(dm_time_to_ntp(now - source->last_sr_at) >>
						       16);
	source->expected_before = expected;
	source->received_before = source->received;
	return block;
}
