/* relay/control/bulletin.h
 *
 * Alarms and the log, as those who oversee are told of them: each as it comes, and all that there
 * is to who begins. Of a room those are told who may see it as organisers, of the whole relay those
 * who may see that. Private to this module.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_BULLETIN_H
#define DM_CONTROL_BULLETIN_H

#include "control/hub_private.h"
#include "monitor/watch.h"

/* A message about a room (NULL or "": the whole relay), to all who oversee it. Takes the text. */
void dm_bulletin_tell(struct dm_hub *hub, const char *room, GBytes *text);

void dm_bulletin_tell_alarm(struct dm_hub *hub, const struct dm_watch_news *news);
void dm_bulletin_tell_entry(struct dm_hub *hub, const struct dm_history_event *entry);

/* All alarms, and the newest entries of the log, that this one may see: causes and the newest
 * first, cut where there would be too much. The caller owns the reference. */
GBytes *dm_bulletin_alarms(const struct dm_conversation *conversation);
GBytes *dm_bulletin_log(const struct dm_conversation *conversation);

#endif
