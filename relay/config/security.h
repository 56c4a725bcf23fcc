/* relay/config/security.h
 *
 * The section "security": with which key tokens are checked, who needs one, which are revoked.
 *
 * Thread: the caller's, one at a time.
 */
#ifndef DM_CONFIG_SECURITY_H
#define DM_CONFIG_SECURITY_H

#include "config/reading.h"
#include "control/options.h"

/* `data` is the relay's own folder, absolute; nullable. The key is in the reading's memory, which
 * its owner wipes. */
void dm_security_read(struct dm_reading *reading, const char *data,
		      struct dm_security_options *options);

#endif
