/* relay/control/line_up_json.c: see line_up_json.h */
#include "control/line_up_json.h"

#include "control/json_writer.h"

/* As the page calls them: what a channel hears of a film is a flash with a beep. */
static const char *const steps[DM_LINE_UP_STEPS] = {
	[DM_LINE_UP_TONE] = "tone",
	[DM_LINE_UP_LEVELS] = "steps",
	[DM_LINE_UP_BEEPS] = "flash",
};
static const char *const results[] = {
	[DM_LINE_UP_PENDING] = "pending",
	[DM_LINE_UP_PASS] = "pass",
	[DM_LINE_UP_FAIL] = "fail",
};

static bool is_in_it(const struct dm_line_up *line_up, size_t channel)
{
	const struct dm_line_up_channel *of = &line_up->channels[channel];

	return channel == 0 ? of->report.results[DM_LINE_UP_BEEPS] != DM_LINE_UP_PENDING
			    : of->part != DM_LINE_UP_ABSENT;
}

static const char *problem_of(const struct dm_line_up_channel *channel)
{
	if (channel->part == DM_LINE_UP_ON_AIR)
		return "on-air";
	return channel->report.problem ? dm_line_up_problem_name(channel->report.problem) : NULL;
}

static void put_channel(struct dm_json_writer *writer, const char *lang,
			const struct dm_line_up_channel *channel)
{
	const struct dm_line_up_report *report = &channel->report;

	dm_json_open(writer, NULL, '{');
	dm_json_text_value(writer, "lang", lang);
	for (size_t n = 0; n < DM_LINE_UP_STEPS; n++)
		dm_json_text_value(writer, steps[n], results[report->results[n]]);
	dm_json_number(writer, "level_db", report->level_db, 1);
	dm_json_number(writer, "frequency_hz", report->frequency_hz, 2);
	dm_json_number(writer, "offset_ms", report->offset_ms, 1);
	dm_json_text_value(writer, "problem", problem_of(channel));
	dm_json_close(writer, '}');
}

GBytes *dm_line_up_json(const struct dm_line_up *line_up)
{
	const struct dm_room *room = line_up->room;
	struct dm_json_writer writer;

	dm_json_begin_message(&writer, "line-up");
	dm_json_text_value(&writer, "room", room->options->id);
	dm_json_text_value(&writer, "state", dm_line_up_state_name(line_up->state));
	dm_json_whole(&writer, "started", line_up->started);
	dm_json_text_value(&writer, "step", steps[line_up->step]);
	dm_json_open(&writer, "channels", '[');
	for (size_t c = 0; c < room->channel_count; c++)
		if (is_in_it(line_up, c))
			put_channel(&writer, room->channels[c].lang, &line_up->channels[c]);
	dm_json_close(&writer, ']');
	return dm_json_end_message(&writer);
}
