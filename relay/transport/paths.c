#include "transport/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Redirects (RFC 792) and learned routes are not announced: ask again by then. Choice. */
#define PATH_AGE       DM_SEC(30)
#define CONFIRM_EVERY  DM_SEC(1) /* choice: one packet in fifty of a listener's sound */
#define QUESTIONS_TURN 32        /* some 5 us each (measured); choice */
#define CAPACITY_MAX   (1u << 20)

struct neighbour {
	struct dm_netlink_neighbour now; /* .ip is AF_UNSPEC: an empty place */
	dm_usec confirm_at;
};

struct dm_paths {
	struct dm_paths_options options;
	size_t count; /* of paths */
	size_t neighbour_count;
	uint32_t generation; /* of routes; a path of an earlier one is asked for again */
	unsigned questions;  /* left in this turn */
	struct dm_path *paths;
	struct neighbour *neighbours;
};

int dm_paths_create(struct dm_paths **out, const struct dm_paths_options *options)
{
	const size_t capacity = options->capacity;

	*out = NULL;
	if (capacity < 2 || capacity > CAPACITY_MAX || (capacity & (capacity - 1)) != 0)
		return -EINVAL;

	struct dm_paths *paths = calloc(1, sizeof(*paths));

	if (!paths)
		return -ENOMEM;
	paths->options = *options;
	/* Twice the places: runs of taken ones stay short. */
	paths->paths = calloc(2 * capacity, sizeof(*paths->paths));
	paths->neighbours = calloc(2 * capacity, sizeof(*paths->neighbours));
	if (!paths->paths || !paths->neighbours) {
		dm_paths_destroy(paths);
		return -ENOMEM;
	}
	paths->generation = 1;
	dm_paths_turn(paths);
	*out = paths;
	return 0;
}

void dm_paths_destroy(struct dm_paths *paths)
{
	if (!paths)
		return;
	free(paths->neighbours);
	free(paths->paths);
	free(paths);
}

void dm_paths_turn(struct dm_paths *paths)
{
	paths->questions = QUESTIONS_TURN;
}

void dm_paths_forget(struct dm_paths *paths)
{
	const size_t places = 2 * paths->options.capacity;

	if (paths->count > 0)
		memset(paths->paths, 0, places * sizeof(*paths->paths));
	if (paths->neighbour_count > 0)
		memset(paths->neighbours, 0, places * sizeof(*paths->neighbours));
	paths->count = 0;
	paths->neighbour_count = 0;
}

static bool take_question(struct dm_paths *paths)
{
	if (paths->questions == 0)
		return false;
	paths->questions--;
	return true;
}

/* The place of this neighbour, or the empty one where it belongs. */
static struct neighbour *neighbour_place(struct dm_paths *paths, int interface,
					 const struct dm_address *ip)
{
	const size_t mask = 2 * paths->options.capacity - 1;
	size_t at = dm_address_hash(ip) & mask;

	for (;; at = (at + 1) & mask) {
		struct neighbour *place = &paths->neighbours[at];

		if (place->now.ip.family == AF_UNSPEC ||
		    (place->now.interface == interface && dm_address_equal(&place->now.ip, ip)))
			return place;
	}
}

/* Asks for a neighbour that is not in its place yet. One that the kernel does not know is kept as
 * unusable: the kernel announces it once its own path has resolved it. */
static void learn_neighbour(struct dm_paths *paths, struct neighbour *place, int interface,
			    const struct dm_address *ip)
{
	struct dm_netlink_neighbour answer = { 0 };
	const struct dm_paths_oracle *oracle = &paths->options.oracle;

	if (oracle->neighbour(oracle->user, interface, ip, &answer) < 0 ||
	    answer.interface != interface || !dm_address_equal(&answer.ip, ip))
		answer = (struct dm_netlink_neighbour){ .interface = interface, .ip = *ip };
	*place = (struct neighbour){ .now = answer };
	paths->neighbour_count++;
}

static struct dm_path *path_place(struct dm_paths *paths, const struct dm_address *to)
{
	const size_t mask = 2 * paths->options.capacity - 1;
	size_t at = dm_address_hash(to) & mask;

	while (paths->paths[at].to.family != AF_UNSPEC &&
	       !dm_address_equal(&paths->paths[at].to, to))
		at = (at + 1) & mask;
	return &paths->paths[at];
}

static bool route_usable(const struct dm_paths *paths, const struct dm_netlink_route *route,
			 const struct dm_address *to, struct dm_address *source)
{
	const struct dm_address *bound = &paths->options.bound;

	*source = bound->family == to->family ? *bound : route->source;
	source->port = 0;
	return route->plain && route->interface > 0 && source->family == to->family;
}

/* Fills in a path from the kernel's answers. Returns it: it may have moved. */
static struct dm_path *learn_path(struct dm_paths *paths, struct dm_path *path,
				  const struct dm_address *to, dm_usec now)
{
	const struct dm_paths_oracle *oracle = &paths->options.oracle;
	struct dm_netlink_route route = { 0 };

	/* Full of listeners who left long ago: begin anew. */
	if (paths->count >= paths->options.capacity ||
	    paths->neighbour_count >= paths->options.capacity) {
		dm_paths_forget(paths);
		path = path_place(paths, to);
	}
	if (path->to.family == AF_UNSPEC)
		paths->count++;
	*path = (struct dm_path){ .to = *to,
				  .valid_until = now + PATH_AGE,
				  .generation = paths->generation,
				  .detour = path->detour };
	if (oracle->route(oracle->user, to, &paths->options.bound, &route) < 0 ||
	    !route_usable(paths, &route, to, &path->source))
		return path;

	const struct dm_address *hop = route.gateway.family != AF_UNSPEC ? &route.gateway : to;
	/* A link-local scope is the interface again: neighbours are told apart by that. */
	struct dm_address bare = *hop;

	bare.scope_id = 0;

	struct neighbour *place = neighbour_place(paths, route.interface, &bare);

	if (place->now.ip.family == AF_UNSPEC)
		learn_neighbour(paths, place, route.interface, &bare);
	path->interface = route.interface;
	path->neighbour = (uint32_t)(place - paths->neighbours);
	return path;
}

enum dm_path_result dm_paths_find(struct dm_paths *paths, const struct dm_address *to, dm_usec now,
				  struct dm_path **out, const uint8_t **mac)
{
	struct dm_address key = *to;

	*out = NULL;
	*mac = NULL;
	key.port = 0;
	if (key.family == AF_UNSPEC)
		return DM_PATH_UNUSABLE;

	struct dm_path *path = path_place(paths, &key);
	const bool known = path->to.family != AF_UNSPEC && path->generation == paths->generation;

	if (!known || now >= path->valid_until) {
		if (take_question(paths))
			path = learn_path(paths, path, &key, now);
		else if (!known)
			return DM_PATH_UNKNOWN;
		/* Else it is only old: its turn comes. */
	}
	if (path->interface == 0)
		return DM_PATH_UNUSABLE;

	struct neighbour *neighbour = &paths->neighbours[path->neighbour];

	*out = path;
	if (!neighbour->now.usable)
		return DM_PATH_NO_NEIGHBOUR;
	if (now >= neighbour->confirm_at && !neighbour->now.permanent) {
		neighbour->confirm_at = now + CONFIRM_EVERY;
		return DM_PATH_DUE;
	}
	*mac = neighbour->now.mac;
	return DM_PATH_READY;
}

void dm_paths_take(struct dm_paths *paths, const struct dm_netlink_message *message)
{
	struct neighbour *place;

	switch (message->type) {
	case DM_NETLINK_NEIGHBOUR:
		place = neighbour_place(paths, message->neighbour.interface,
					&message->neighbour.ip);
		if (place->now.ip.family != AF_UNSPEC)
			place->now = message->neighbour;
		break;
	case DM_NETLINK_LINK:
	case DM_NETLINK_ROUTE:
	case DM_NETLINK_ROUTES_CHANGED:
		paths->generation++;
		break;
	case DM_NETLINK_ERROR:
	case DM_NETLINK_OTHER:
		break;
	}
}
