#include "control/line_up_record.h"

#include "session/line_up.h"

void dm_line_up_record(struct dm_watch *watch, const struct dm_room *room)
{
	unsigned passed = 0;
	char detail[64];

	for (size_t c = 1; c < room->channel_count; c++) {
		const struct dm_line_up_channel *channel = &room->line_up->channels[c];
		bool good = true;

		if (channel->part != DM_LINE_UP_SENT)
			continue;
		for (size_t n = 0; n < DM_LINE_UP_STEPS; n++)
			good = good && channel->report.results[n] == DM_LINE_UP_PASS;
		passed += good;
		if (good)
			continue;
		g_snprintf(detail, sizeof(detail), "{\"problem\":\"%s\"}",
			   dm_line_up_problem_name(channel->report.problem));
		dm_watch_record(watch, "line-up-failed", room->options->id, room->channels[c].lang,
				"", detail);
	}
	g_snprintf(detail, sizeof(detail), "{\"count\":%u}", passed);
	dm_watch_record(watch, "lined-up", room->options->id, "", "", detail);
}
