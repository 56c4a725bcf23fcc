#include "audio/feed.h"

/* What waited longer when an intake is connected is of before, and only makes the start late.
 * Choice: the deepest jitter buffer. */
#define OLD DM_MSEC(200)

struct dm_intake *dm_feed_connect(struct dm_feed *feed, struct dm_intake *intake)
{
	struct dm_intake *before = feed->intake;

	*feed = (struct dm_feed){ .intake = intake, .fresh = true };
	return before;
}

void dm_feed_run(struct dm_feed *feed, struct dm_microphone *microphone,
		 struct dm_intake_packet *packet, dm_usec at)
{
	if (!feed->intake)
		return;
	while (dm_intake_take(feed->intake, packet)) {
		const struct dm_jitter_packet opus = {
			.ssrc = packet->ssrc,
			.timestamp = packet->timestamp,
			.sequence = packet->sequence,
			.payload = packet->payload,
			.bytes = packet->payload_bytes,
		};

		if (feed->fresh && at - packet->arrived_at > OLD)
			continue;
		dm_microphone_put(microphone, &opus, packet->arrived_at);
	}
	feed->fresh = false;
}
