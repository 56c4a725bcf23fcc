/* tests/unit/transport/loopback.h
 *
 * Sockets on loopback, so that tests see what the sender sends.
 */
#ifndef DM_TEST_TRANSPORT_LOOPBACK_H
#define DM_TEST_TRANSPORT_LOOPBACK_H

#include "transport/sender.h"

/* A socket on a free UDP port with room for 4 MB; *to becomes its address. The caller's. */
int loopback_socket(struct dm_destination *to);

/* A sender with its engine and its own socket. */
struct loopback {
	int fd;
	struct dm_protect_engine *engine;
	struct dm_wire *wire;
	struct dm_sender *sender;
};

void loopback_init(struct loopback *loopback);
void loopback_finish(struct loopback *loopback);

#endif
