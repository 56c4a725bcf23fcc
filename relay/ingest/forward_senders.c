#include "ingest/forward_senders.h"

#include <string.h>

#define HOLD_SENDER DM_SEC(2)    /* choice: longer than a network's hiccup */
#define HOLD_SSRC   DM_MSEC(200) /* choice: ten of Opus's packets */

static bool same_host(const struct dm_forward_address *a, const struct dm_forward_address *b)
{
	return memcmp(a->ip, b->ip, sizeof(a->ip)) == 0 && a->scope == b->scope;
}

enum dm_forward_hearing dm_forward_senders_hear(struct dm_forward_senders *senders,
						enum dm_forward_medium medium,
						const struct dm_forward_address *from,
						uint32_t ssrc, dm_usec now)
{
	struct dm_forward_sender *sender = &senders->of[medium];
	const bool same_place = same_host(&sender->from, from) && sender->from.port == from->port;
	enum dm_forward_hearing hearing = DM_FORWARD_HEARD;

	if (!sender->held || !same_place || sender->ssrc != ssrc) {
		const dm_usec silent = now - sender->last_at;

		if (sender->held && silent < (same_place ? HOLD_SSRC : HOLD_SENDER))
			return DM_FORWARD_FOREIGN;
		*sender = (struct dm_forward_sender){ .held = true, .from = *from, .ssrc = ssrc };
		hearing = DM_FORWARD_HEARD_ANEW;
	}
	sender->last_at = now;
	return hearing;
}

static void take_report(struct dm_forward_senders *senders, enum dm_forward_medium medium,
			const struct dm_forward_report *report, struct dm_forward_clock *clock)
{
	struct dm_forward_sender *sender = &senders->of[medium];

	sender->has_rtcp = true;
	sender->rtcp = report->from;
	sender->rtcp_port = report->port;
	dm_forward_clock_report(clock, medium, report->ntp, report->rtp);
}

void dm_forward_senders_recall(struct dm_forward_senders *senders, enum dm_forward_medium medium,
			       struct dm_forward_clock *clock)
{
	const struct dm_forward_sender *sender = &senders->of[medium];

	for (unsigned n = 0; n < DM_FORWARD_MEDIA; n++) {
		const struct dm_forward_report *early = &senders->early[n];

		if (senders->has_early[n] && early->ssrc == sender->ssrc &&
		    same_host(&early->from, &sender->from))
			take_report(senders, medium, early, clock);
	}
}

enum dm_forward_medium dm_forward_senders_find(const struct dm_forward_senders *senders,
					       uint32_t ssrc, const struct dm_forward_address *from)
{
	unsigned n = 0;

	while (n < DM_FORWARD_MEDIA && !(senders->of[n].held && senders->of[n].ssrc == ssrc &&
					 same_host(&senders->of[n].from, from)))
		n++;
	return (enum dm_forward_medium)n;
}

void dm_forward_senders_report(struct dm_forward_senders *senders,
			       const struct dm_forward_report *report,
			       struct dm_forward_clock *clock)
{
	const enum dm_forward_medium medium = dm_forward_senders_find(senders, report->ssrc,
								      &report->from);

	if (medium != DM_FORWARD_MEDIA) {
		take_report(senders, medium, report, clock);
		return;
	}

	const unsigned n = senders->early_next++ % DM_FORWARD_MEDIA;

	senders->early[n] = *report;
	senders->has_early[n] = true;
}

void dm_forward_senders_bye(struct dm_forward_senders *senders, uint32_t ssrc,
			    const struct dm_forward_address *from)
{
	const enum dm_forward_medium medium = dm_forward_senders_find(senders, ssrc, from);

	if (medium != DM_FORWARD_MEDIA)
		senders->of[medium].held = false;
}
