/* relay/control/websocket.h
 *
 * Carries the messages of dragoman.v1 between libwebsockets and a struct dm_conversation.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_WEBSOCKET_H
#define DM_CONTROL_WEBSOCKET_H

#include "control/conversation.h"

#include <libwebsockets.h>

#define DM_WEBSOCKET_PROTOCOL "dragoman.v1"

/* Called on every websocket (lws_callback_all_protocol_vhost_args) when the relay stops. */
#define DM_WEBSOCKET_END LWS_CALLBACK_USER

/* State of one connection, kept by libwebsockets; zero-initialised. */
struct dm_websocket {
	struct dm_conversation *conversation; /* owned */
	GByteArray *partial;                  /* owned; a message that has come in part */
	struct lws *wsi;                      /* borrowed */
};

/* The libwebsockets callback of the protocol "dragoman.v1", whose user pointer is the hub. */
int dm_websocket_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			  size_t bytes);

#endif
