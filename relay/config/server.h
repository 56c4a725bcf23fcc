/* relay/config/server.h
 *
 * The section "server": where the relay listens, and with which files.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_SERVER_H
#define DM_CONFIG_SERVER_H

#include "config/config.h"
#include "config/reading.h"

void dm_server_read(struct dm_reading *reading, struct dm_config *config);

#endif
