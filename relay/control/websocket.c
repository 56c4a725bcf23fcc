/* relay/control/websocket.c: see websocket.h */
#include "control/websocket.h"

#include "control/http_request.h"
#include "control/message.h"
#include "control/router.h"

#include <string.h>

/* A reader that does not read gets this long to take our goodbye. */
#define GOODBYE_SECONDS 5 /* choice */

static void on_wake(void *user)
{
	struct dm_websocket *websocket = user;

	if (dm_conversation_close_code(websocket->conversation)) {
		lws_set_timeout(websocket->wsi, PENDING_TIMEOUT_CLOSE_SEND, GOODBYE_SECONDS);
		/* libwebsockets looks at its timers when it is woken, not when they are set. */
		lws_cancel_service(lws_get_context(websocket->wsi));
	}
	lws_callback_on_writable(websocket->wsi);
}

static int on_established(struct lws *wsi, struct dm_websocket *websocket)
{
	struct dm_hub *hub = lws_get_protocol(wsi)->user;
	char token[DM_TOKEN_BYTES_MAX + 1];
	char country[DM_COUNTRY_SIZE];

	websocket->wsi = wsi;
	websocket->conversation = dm_conversation_open(hub, dm_time_now(), on_wake, websocket);
	dm_http_country(wsi, dm_router_country_header(lws_vhost_user(lws_get_vhost(wsi))), country);
	dm_conversation_set_country(websocket->conversation, country);
	dm_http_token(wsi, token);
	dm_conversation_identify(websocket->conversation, token);
	explicit_bzero(token, sizeof(token));
	lws_callback_on_writable(wsi); /* for the welcome */
	return 0;
}

static void drop_partial(struct dm_websocket *websocket)
{
	if (websocket->partial)
		g_byte_array_unref(websocket->partial);
	websocket->partial = NULL;
}

/* One piece of a message; frames and what libwebsockets cuts them into look the same here. */
static int on_receive(struct lws *wsi, struct dm_websocket *websocket, const void *data,
		      size_t bytes)
{
	if (dm_conversation_close_code(websocket->conversation))
		return 0;
	if (lws_frame_is_binary(wsi)) {
		dm_conversation_refuse_binary(websocket->conversation);
		return 0;
	}
	if (!websocket->partial)
		websocket->partial = g_byte_array_new();
	if (bytes > DM_MESSAGE_BYTES_MAX - websocket->partial->len) {
		drop_partial(websocket);
		dm_conversation_refuse_large(websocket->conversation);
		return 0;
	}
	if (bytes)
		g_byte_array_append(websocket->partial, data, (guint)bytes);
	if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi))
		return 0;
	dm_conversation_receive(websocket->conversation, (const char *)websocket->partial->data,
				websocket->partial->len, dm_time_now());
	drop_partial(websocket);
	return 0;
}

static int write_text(struct lws *wsi, GBytes *text)
{
	gsize bytes;
	const void *data = g_bytes_get_data(text, &bytes);
	unsigned char *buffer = g_malloc(LWS_PRE + bytes);
	int written;

	memcpy(buffer + LWS_PRE, data, bytes);
	written = lws_write(wsi, buffer + LWS_PRE, bytes, LWS_WRITE_TEXT);
	g_free(buffer);
	return written < (int)bytes ? -1 : 0;
}

/* One message each time, so that libwebsockets never has to keep more than one of ours. */
static int on_writeable(struct lws *wsi, struct dm_websocket *websocket)
{
	GBytes *text = dm_conversation_take(websocket->conversation);
	const unsigned code = dm_conversation_close_code(websocket->conversation);

	if (text) {
		const int error = write_text(wsi, text);

		g_bytes_unref(text);
		lws_callback_on_writable(wsi);
		return error;
	}
	if (!code)
		return 0;
	lws_close_reason(wsi, (enum lws_close_status)code, NULL, 0);
	return -1;
}

/* At the end there is no loop any more that would wait for a goodbye to be answered: it is written
 * at once, and lost where there is no room for it. */
static int on_end(struct lws *wsi)
{
	/* A close frame with the code 1001, going away (RFC 6455, 5.5.1 and 7.4.1). */
	static const unsigned char frame[] = { 0x88, 2, 1001 >> 8, 1001 & 0xff };
	unsigned char buffer[LWS_PRE + sizeof(frame)];

	memcpy(buffer + LWS_PRE, frame, sizeof(frame));
	lws_write(wsi, buffer + LWS_PRE, sizeof(frame), LWS_WRITE_RAW);
	return 0;
}

int dm_websocket_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
			  size_t bytes)
{
	struct dm_websocket *websocket = user;

	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		return on_established(wsi, websocket);
	case LWS_CALLBACK_RECEIVE:
		return on_receive(wsi, websocket, in, bytes);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return on_writeable(wsi, websocket);
	case DM_WEBSOCKET_END:
		return websocket->conversation ? on_end(wsi) : 0;
	case LWS_CALLBACK_CLOSED:
		dm_conversation_close(websocket->conversation);
		websocket->conversation = NULL;
		drop_partial(websocket);
		return 0;
	default:
		return 0;
	}
}
