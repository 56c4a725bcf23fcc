/* tests/unit/control/router_client.h: asks a router as a client would, without a network. */
#ifndef ROUTER_CLIENT_H
#define ROUTER_CLIENT_H

#include "control/router.h"

#include <jansson.h>

struct router_client {
	struct dm_router *router;
	struct dm_response response; /* the last one; finish it at the end */
};

/* Asks, with everything that `request` does not say empty. Returns the status. */
unsigned client_ask(struct router_client *client, struct dm_request request);

const char *client_header(const struct router_client *client, const char *name); /* nullable */

/* The body as JSON; the caller's. */
json_t *client_json(const struct router_client *client);

void client_assert_has(const struct router_client *client, const char *part); /* the body */

/* A problem with a sentence; `code` may be NULL. */
void client_assert_problem(const struct router_client *client, unsigned status, const char *code);

#endif
