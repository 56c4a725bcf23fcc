/* relay/transport/paths.h
 *
 * Which interface, MAC and source address a datagram takes to each destination: the kernel's own
 * answers, kept until the kernel says that something changed, and for half a minute at most.
 * A neighbour that only raw frames go to would never be confirmed, so each is "due" once a second:
 * the caller then sends by the kernel's own path, which confirms it, and what the kernel learns
 * comes back here as a change.
 *
 * No allocation after create; questions by turn are bounded. No clock: `now` comes in.
 * Thread: the worker's.
 */
#ifndef DM_TRANSPORT_PATHS_H
#define DM_TRANSPORT_PATHS_H

#include "base/time.h"
#include "transport/netlink.h"

struct dm_paths;

/* Who answers: the kernel (rtnetlink.h), or a test. Functions as there. */
struct dm_paths_oracle {
	int (*route)(void *user, const struct dm_address *to, const struct dm_address *from,
		     struct dm_netlink_route *route);
	int (*neighbour)(void *user, int interface, const struct dm_address *ip,
			 struct dm_netlink_neighbour *neighbour);
	void *user; /* borrowed until destroy */
};

struct dm_paths_options {
	struct dm_paths_oracle oracle;
	struct dm_address bound; /* the socket's own address; AF_UNSPEC: every one */
	size_t capacity;         /* destinations held; a power of two */
};

enum dm_path_result {
	DM_PATH_READY,
	DM_PATH_UNKNOWN,      /* not asked for yet: this turn's questions are used up */
	DM_PATH_UNUSABLE,     /* no route, or not to a neighbour by a frame */
	DM_PATH_NO_NEIGHBOUR, /* not resolved, or not answering */
	DM_PATH_DUE,          /* ready, but the kernel's path shall carry this one */
};

/* A destination. Borrowed until the next find or change. */
struct dm_path {
	struct dm_address to;     /* without its port */
	struct dm_address source; /* likewise */
	dm_usec valid_until;
	uint32_t generation;
	uint32_t neighbour; /* its place in the table */
	int interface;      /* 0: unusable */
	uint32_t detour;    /* for the caller: the flush in which the kernel's path was taken */
};

/* Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_paths_create(struct dm_paths **out, const struct dm_paths_options *options);
void dm_paths_destroy(struct dm_paths *paths); /* NULL is allowed */

/* A new turn: questions may be asked again. */
void dm_paths_turn(struct dm_paths *paths);

/* `to`'s port does not matter. *path and *mac are set when READY, *path alone when DUE or
 * NO_NEIGHBOUR; NULL otherwise. */
enum dm_path_result dm_paths_find(struct dm_paths *paths, const struct dm_address *to, dm_usec now,
				  struct dm_path **path, const uint8_t **mac);

/* What the kernel announced. Links are the caller's own business but for their routes. */
void dm_paths_take(struct dm_paths *paths, const struct dm_netlink_message *message);

/* Forgets everything: announcements were lost. */
void dm_paths_forget(struct dm_paths *paths);

#endif
