/* relay/control/http.h
 *
 * Carries HTTP/1.1 requests and responses between libwebsockets and the router.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_HTTP_H
#define DM_CONTROL_HTTP_H

#include "control/router.h"

#include <libwebsockets.h>

/* State of one connection, kept by libwebsockets from one request to the next; zero-initialised. */
struct dm_exchange {
	GByteArray *body;            /* owned; NULL: none is being collected */
	struct dm_response response; /* of the current request */
	size_t sent;                 /* bytes of its body */
	bool responded;              /* the response is made */
	bool head;                   /* its body is not sent */
	bool last;                   /* no further request is read from this connection */
};

/* Bytes of every write; a choice: the default of 4 KiB makes a page four times as many writes. */
#define DM_HTTP_CHUNK_BYTES 16384

/* The libwebsockets callback of the protocol "http"; the vhost's user pointer is the router. */
int dm_http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		     size_t bytes);

/* Answers a request to upgrade that is not granted. Returns what CONFIRM_UPGRADE has to. */
int dm_http_refuse_upgrade(struct lws *wsi, struct dm_router *router, unsigned status,
			   const char *sentence);

/* Copies the decoded path of the request. False when it is too long. */
bool dm_http_path(struct lws *wsi, char path[DM_REQUEST_PATH_MAX + 1], enum dm_method *method);

#endif
