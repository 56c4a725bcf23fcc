/* relay/app/reload.h
 *
 * Reading the configuration again while the relay runs. A file with mistakes changes nothing. What
 * can change live is the log and the security settings; every other changed key is named with the
 * word that it waits for a restart.
 *
 * Thread: the control thread.
 */
#ifndef DM_APP_RELOAD_H
#define DM_APP_RELOAD_H

#include "app/arguments.h"
#include "app/relay.h"
#include "config/config.h"

/* Sets the log up as the configuration says, or the command line, which wins. */
void dm_reload_apply_log(const struct dm_config *config, const struct dm_arguments *arguments);

/* `running` is what the relay was started with. Outcomes are logged. */
void dm_reload(struct dm_relay *relay, const struct dm_config *running,
	       const struct dm_arguments *arguments);

#endif
