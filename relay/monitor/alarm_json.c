#include "monitor/alarm_json.h"

#include <math.h>

/* To the millisecond. DM_USEC_NEVER is null. */
static json_t *seconds(const struct dm_watch *watch, dm_usec at)
{
	if (at == DM_USEC_NEVER)
		return json_null();
	return json_real(round((double)dm_watch_wall(watch, at) / 1000) / 1000);
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

static json_t *acknowledged_json(const struct dm_watch *watch, const struct dm_alarm *alarm)
{
	if (alarm->acknowledged_at == DM_USEC_NEVER)
		return json_null();
	return json_pack("{s:s, s:o}", "by", alarm->acknowledged_by, "at",
			 seconds(watch, alarm->acknowledged_at));
}

json_t *dm_alarm_json(const struct dm_watch *watch, const struct dm_alarm *alarm)
{
	struct dm_alarm_place place;

	dm_watch_place(watch, alarm, &place);
	return json_pack(
		"{s:I, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:i, s:s, s:s}",
		"id", (json_int_t)alarm->id, "kind", dm_alarm_kind_name(alarm->kind), "severity",
		dm_severity_name(alarm->severity), "at", dm_alarm_at_name(alarm->at), "room",
		text_or_null(place.room), "place", place.name, "other", text_or_null(place.other),
		"since", seconds(watch, alarm->since), "raised", seconds(watch, alarm->raised_at),
		"acknowledged", acknowledged_json(watch, alarm), "cleared",
		seconds(watch, alarm->cleared_at), "explained", alarm->explained, "value",
		isfinite(alarm->value) ? json_real(alarm->value) : json_null(), "times",
		(int)alarm->times, "meaning", dm_alarm_meaning(alarm->kind), "advice",
		dm_alarm_advice(alarm->kind));
}

const char *dm_alarm_news_name(enum dm_judge_news news)
{
	static const char *const names[] = {
		[DM_JUDGE_RAISED] = "raised",
		[DM_JUDGE_CHANGED] = "changed",
		[DM_JUDGE_CLEARED] = "cleared",
	};

	return names[news];
}
