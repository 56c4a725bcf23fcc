#include "tally.h"

void dm_tally_start(struct dm_tally *tally, dm_usec now)
{
	*tally = (struct dm_tally){ .started_at = now };
}

void dm_tally_restart(struct dm_tally *tally)
{
	tally->before = (struct dm_tally_second){ 0 };
}

struct dm_tally_second dm_tally_take(struct dm_tally *tally, const struct dm_rota *rota,
				     dm_usec now)
{
	struct dm_tally_second sum = { .at_s = (double)(now - tally->started_at) / 1e6 };

	for (size_t i = 0; i < rota->count; i++) {
		const struct dm_member *member = rota->slots[i].member;
		const struct dm_receiver_report *report = dm_receiver_report(member->receiver);

		sum.connected += report->state == DM_RECEIVER_CONNECTED;
		sum.dropped += member->dropped;
		sum.audio_packets += report->audio.packets;
		sum.video_packets += report->video.packets;
		sum.bytes += report->audio.bytes + report->video.bytes;
		sum.lost += dm_inbound_lost(&report->audio) + dm_inbound_lost(&report->video);
	}

	struct dm_tally_second second = sum;

	second.audio_packets -= tally->before.audio_packets;
	second.video_packets -= tally->before.video_packets;
	second.bytes -= tally->before.bytes;
	tally->before = sum;
	return second;
}
