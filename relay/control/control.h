/* relay/control/control.h
 *
 * The relay's public face: pages, the JSON API, WHEP, the websocket dragoman.v1, health and
 * metrics, over libwebsockets on the default GLib main loop.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_CONTROL_H
#define DM_CONTROL_CONTROL_H

#include "base/metric.h"
#include "control/options.h"
#include "session/event.h"

#include <stdbool.h>

struct dm_control;
struct dm_watch;

/* Binds and serves. `event`, `watch` (what organisers see; nullable: they oversee nothing) and
 * `metrics` (nullable) are borrowed until destroy. Returns 0, what bind(2) says (-EADDRINUSE,
 * -EADDRNOTAVAIL, -EACCES), -ENOENT (certificate, key or web root cannot be read; logged by name),
 * -ENOMEM or -EIO. */
int dm_control_create(struct dm_control **out, const struct dm_control_options *options,
		      struct dm_event *event, struct dm_watch *watch, struct dm_metrics *metrics);

/* Closes every websocket with 1001. NULL is allowed. */
void dm_control_destroy(struct dm_control *control);

uint16_t dm_control_port(const struct dm_control *control);

/* Other security settings from now on (copied). Who joined with a token that is now revoked is
 * ended; what others ask for next is judged by the new settings. */
void dm_control_secure(struct dm_control *control, const struct dm_security_options *security);

/* The token in use that ends first, of those who sit in booths, publish or organise: Unix seconds;
 * 0: none. */
int64_t dm_control_token_end(const struct dm_control *control);

/* What /readyz answers; false, with a reason for people (copied), while not ready or draining. */
void dm_control_set_ready(struct dm_control *control, bool ready, const char *reason);

#endif
