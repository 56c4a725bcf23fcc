/* relay/monitor/alarm_json.h
 *
 * An alarm as JSON: what organisers' pages and webhooks are told of it.
 *
 * Thread: the control thread.
 */
#ifndef DM_MONITOR_ALARM_JSON_H
#define DM_MONITOR_ALARM_JSON_H

#include "monitor/watch.h"

#include <jansson.h>

/* {"id", "kind", "severity", "at", "room", "place", "other", "since", "raised", "acknowledged",
 * "cleared", "explained", "value", "times", "meaning", "advice"}: times are seconds since 1970,
 * what there is not is null. Owned by the caller; NULL: out of memory. */
json_t *dm_alarm_json(const struct dm_watch *watch, const struct dm_alarm *alarm);

/* "raised", "changed", "cleared". */
const char *dm_alarm_news_name(enum dm_judge_news news);

#endif
