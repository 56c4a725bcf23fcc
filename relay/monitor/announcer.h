/* relay/monitor/announcer.h
 *
 * Tells webhooks (webhook.h) what concerns them: alarms, and of the log sessions, sources and
 * booths.
 *
 * Thread: the control thread.
 */
#ifndef DM_MONITOR_ANNOUNCER_H
#define DM_MONITOR_ANNOUNCER_H

#include "monitor/alarm_json.h"
#include "monitor/webhook.h"

/* "alarm.raised", "alarm.changed", "alarm.cleared" with the alarm (alarm_json.h). */
void dm_announce_alarm(struct dm_webhooks *webhooks, const struct dm_watch *watch,
		       enum dm_judge_news news, const struct dm_alarm *alarm);

/* "session.running", …; "source.live", "source.lost", …; "booth.seated", "booth.left" with room and
 * place. Names of people are not told; other entries neither. */
void dm_announce_entry(struct dm_webhooks *webhooks, const struct dm_history_event *entry);

#endif
