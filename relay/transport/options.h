/* relay/transport/options.h
 *
 * What the configuration says about the media transport. Plain data; strings borrowed until
 * dm_transport_destroy. Thread: any.
 */
#ifndef DM_TRANSPORT_OPTIONS_H
#define DM_TRANSPORT_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

/* How packets leave: see wire.h. */
enum dm_transport_way {
	DM_TRANSPORT_UDP,
	DM_TRANSPORT_XDP, /* sound as raw frames where the system allows it, the rest by UDP */
};

struct dm_transport_options {
	const char *address; /* to bind, numeric; NULL or "" is every address, IPv4 and IPv6 */
	const char *const *announced; /* numeric addresses put into candidates (behind 1:1 NAT) */
	size_t announced_count;       /* 0: the bound address, or every address of this machine */
	uint16_t first_port; /* worker n takes first_port + n; 0: the kernel chooses each */
	uint16_t workers;    /* threads, at most DM_WORKERS_MAX; 0: one per core */
	enum dm_transport_way sender;
};

#define DM_WORKERS_MAX 64 /* choice */
#define DM_LADDER_MAX  4  /* rungs of one picture; choice */

#endif
