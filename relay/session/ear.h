/* relay/session/ear.h
 *
 * The organiser's ear: listens to any microphone, on air or not, without anybody else hearing it.
 * An event has DM_EARS of them, each a track that is silent until somebody takes it. Who listens to
 * the same seat shares one. A microphone that no engine has, because another booth has the channel,
 * is fed to the ear itself.
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_EAR_H
#define DM_SESSION_EAR_H

#include "session/subscriber.h"

#define DM_EARS 4 /* of an event: seats that organisers listen to at once; choice */

/* The subscriber, an organiser's (see dm_subscriber_options.organiser), hears this seat from now
 * on, whoever sits there, until it selects a channel, listens to another seat, or leaves; while
 * nobody sits there, nothing. Returns 0, -ENOENT (no such seat in its room, or no sound at all),
 * -EINVAL (no organiser's), -EBUSY (all ears are taken) or -EAGAIN. */
int dm_ear_listen(struct dm_subscriber *subscriber, uint8_t booth, uint8_t seat);

/* True while it listens to a microphone; then *booth and *seat say which. */
bool dm_ear_listens(const struct dm_subscriber *subscriber, uint8_t *booth, uint8_t *seat);

#endif
