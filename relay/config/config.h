/* relay/config/config.h
 *
 * One YAML file an event, read into each module's options. A mistake is reported with file,
 * line, key, what is wrong and what would be right; nothing half-read is ever used.
 *
 * Thread: any, one at a time.
 */
#ifndef DM_CONFIG_CONFIG_H
#define DM_CONFIG_CONFIG_H

#include "base/log.h"
#include "control/options.h"
#include "ingest/options.h"
#include "monitor/options.h"
#include "session/options.h"
#include "transport/options.h"

#include <stddef.h>

/* Everything, owned by the config and valid until dm_config_destroy. */
struct dm_config {
	struct dm_event_options event;
	struct dm_control_options control;
	struct dm_transport_options transport;
	struct dm_ingest_options ingest;
	struct dm_monitor_options monitor;
	enum dm_log_level log_level;
	enum dm_log_format log_format;
	const char *data_directory; /* nullable */
};

/* Called for each mistake found, in the order of the file: one line without its end, "file:line:
 * key: what is wrong; what would be right". */
typedef void dm_config_report_cb(void *user, const char *message);

/* Returns 0; -EINVAL when mistakes were reported; -ENOENT or -EACCES (reported too) when the file
 * cannot be read; -ENOMEM. On failure *out is NULL. */
int dm_config_load(struct dm_config **out, const char *path, dm_config_report_cb *report,
		   void *user);
void dm_config_destroy(struct dm_config *config); /* NULL is allowed */

/* Called with the full name of each key that one of two configurations has and the other has not,
 * or that they give different values: "rooms[0].title.fr". Comments and order do not count. */
typedef void dm_config_change_cb(void *user, const char *key);

/* Both from dm_config_load. Returns how many keys changed. */
size_t dm_config_compare(const struct dm_config *before, const struct dm_config *after,
			 dm_config_change_cb *change, void *user);

#endif
