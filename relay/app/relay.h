/* relay/app/relay.h
 *
 * The relay put together: every module created in the order of its needs, and destroyed in the
 * reverse of it.
 *
 * Thread: the control thread, which runs the default GLib main loop.
 */
#ifndef DM_APP_RELAY_H
#define DM_APP_RELAY_H

#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>

struct dm_relay;

/* `config` is borrowed until destroy. Returns 0 or -errno; on failure *out is NULL and `message`
 * (cut at `size`) says in a sentence what could not be had and how to mend it. */
int dm_relay_create(struct dm_relay **out, const struct dm_config *config, char *message,
		    size_t size);

/* Says goodbye to every peer. NULL is allowed. */
void dm_relay_destroy(struct dm_relay *relay);

/* What /readyz answers, with the reason while not ready. */
void dm_relay_set_ready(struct dm_relay *relay, bool ready, const char *reason);

/* Other security settings from now on: see dm_control_secure. */
void dm_relay_secure(struct dm_relay *relay, const struct dm_security_options *security);

/* "ready http=… media=…", without the line's end. Owned by the caller (g_free). */
char *dm_relay_ready_line(const struct dm_relay *relay);

#endif
