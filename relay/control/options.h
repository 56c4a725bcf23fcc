/* relay/control/options.h
 *
 * What the configuration says about HTTP. Plain data; strings borrowed until dm_control_destroy.
 * Thread: any.
 */
#ifndef DM_CONTROL_OPTIONS_H
#define DM_CONTROL_OPTIONS_H

#include <stdint.h>

struct dm_control_options {
	const char *address;     /* to bind, numeric; NULL or "": every address, IPv4 and IPv6 */
	uint16_t port;           /* 0: the kernel chooses */
	const char *certificate; /* PEM file; NULL or "": plain HTTP */
	const char *private_key; /* PEM file */
	const char *web_root;    /* directory of the pages (client/web) */
};

#endif
