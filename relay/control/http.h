/* relay/control/http.h
 *
 * Carries HTTP/1.1 requests and responses between libwebsockets and the router.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_HTTP_H
#define DM_CONTROL_HTTP_H

#include "base/time.h"
#include "control/router.h"

#include <libwebsockets.h>

/* State of one request, kept by libwebsockets; zero-initialised. */
struct dm_exchange {
	struct lws *wsi;             /* borrowed */
	GByteArray *body;            /* owned; NULL: none is being collected */
	struct dm_response response; /* empty until it is made */
	size_t sent;                 /* bytes of its body */
	dm_usec began_at;            /* when the request's header was read */
	guint room_watch;            /* GLib source; 0: not waiting for room to write */
	bool head_sent;
	bool bodiless; /* the response to a HEAD */
	bool last;     /* the connection closes behind the response */
};

/* Bytes of one write. A socket that is writable has more room than that: a third of its buffer,
 * which Linux never makes less than 16 KiB (tcp(7), tcp_wmem), so that libwebsockets never has to
 * keep a rest of ours. */
#define DM_HTTP_PIECE_BYTES 2048
#define DM_HTTP_PIECES_MAX  32 /* in one turn of the loop; choice */

/* The libwebsockets callback of the protocol "http"; the vhost's user pointer is the router. */
int dm_http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		     size_t bytes);

/* Answers a request to upgrade that is not granted. Returns what CONFIRM_UPGRADE has to. */
int dm_http_refuse_upgrade(struct lws *wsi, struct dm_router *router, unsigned status,
			   const char *sentence);

/* Whether the request was, or may have been, sent before the answer to the one before it. */
bool dm_http_is_piped(struct lws *wsi);

#endif
