/* tests/unit/control/fake_publisher.h
 *
 * Publishers without media: they remember what they were told. It takes the place of
 * relay/session/publisher at link time, beside fake_session.
 */
#ifndef FAKE_PUBLISHER_H
#define FAKE_PUBLISHER_H

#include "session/publisher.h"

/* What the next dm_publisher_create or restart returns; 0 again after it. The ruling goes with
 * -EPERM. */
void fake_publisher_fail_next(int error, struct dm_ruling ruling);

size_t fake_publisher_count(void);

/* Lets a publisher's peer change state, as the transport would. */
void fake_publisher_become(const char *id, enum dm_peer_state state);

/* What it was created with; name and peer are valid as long as the publisher. */
const struct dm_publisher_options *fake_publisher_options(const char *id);
const struct dm_peer_options *fake_publisher_peer(const char *id);

#endif
