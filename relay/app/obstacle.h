/* relay/app/obstacle.h
 *
 * Why the relay cannot listen where it should: a sentence that names the port or address and says
 * how to mend it.
 *
 * Pure, but for the number of cores. Thread: any.
 */
#ifndef DM_APP_OBSTACLE_H
#define DM_APP_OBSTACLE_H

#include "control/options.h"
#include "transport/options.h"

#include <stddef.h>

/* `error` is what dm_transport_create returned. */
void dm_obstacle_explain_media(const struct dm_transport_options *options, int error, char *message,
			       size_t size);

/* `error` is what dm_control_create returned. */
void dm_obstacle_explain_web(const struct dm_control_options *options, int error, char *message,
			     size_t size);

#endif
