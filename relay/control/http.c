/* relay/control/http.c: see http.h */
#include "control/http.h"

#include "control/errand.h"
#include "control/http_request.h"
#include "control/problem.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <time.h>

#define HEADER_BYTES_MAX 4096       /* of a response; ours are about 900 */
#define BODY_TIME        DM_SEC(30) /* for the whole of it, however it drips; choice */
#define PROGRESS_SECONDS 15         /* for a reader to make room; choice */
#define ERRAND_SECONDS   120        /* for what has to be read first; choice */

static struct dm_router *router_of(struct lws *wsi)
{
	return lws_vhost_user(lws_get_vhost(wsi));
}

bool dm_http_is_piped(struct lws *wsi)
{
	return lws_get_opaque_user_data(wsi) != NULL;
}

struct header_writer {
	struct lws *wsi;
	unsigned char *at;
	unsigned char *end;
	bool failed;
};

static void put_header(struct header_writer *writer, const char *name, const char *value)
{
	char with_colon[64];

	g_snprintf(with_colon, sizeof(with_colon), "%s:", name);
	if (lws_add_http_header_by_name(writer->wsi, (const unsigned char *)with_colon,
					(const unsigned char *)value, (int)strlen(value),
					&writer->at, writer->end))
		writer->failed = true;
}

/* RFC 9110, 6.6.1: in English whatever the locale. */
static void put_date(struct header_writer *writer)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const time_t now = time(NULL);
	struct tm utc;
	char text[64];

	if (!gmtime_r(&now, &utc))
		return;
	g_snprintf(text, sizeof(text), "%.3s, %02d %.3s %d %02d:%02d:%02d GMT",
		   days + 3 * utc.tm_wday, utc.tm_mday, months + 3 * utc.tm_mon, utc.tm_year + 1900,
		   utc.tm_hour, utc.tm_min, utc.tm_sec);
	put_header(writer, "Date", text);
}

/* Status line and headers. Returns 0, or -1 to close the connection. */
static int write_head(struct lws *wsi, const struct dm_response *response, bool last)
{
	unsigned char buffer[LWS_PRE + HEADER_BYTES_MAX];
	struct header_writer writer = {
		.wsi = wsi,
		.at = buffer + LWS_PRE,
		.end = buffer + sizeof(buffer) - 1,
	};
	char length[24];

	if (lws_add_http_header_status(wsi, response->status, &writer.at, writer.end))
		return -1;
	put_date(&writer);
	if (response->content_type)
		put_header(&writer, "Content-Type", response->content_type);
	for (size_t i = 0; i < response->header_count; i++)
		put_header(&writer, response->headers[i].name, response->headers[i].value);
	/* RFC 9110, 8.6: none with 204; a 304 has the length of what it does not send. */
	if (response->status != 204 && response->status != 304) {
		g_snprintf(length, sizeof(length), "%zu",
			   response->body ? g_bytes_get_size(response->body) : 0);
		put_header(&writer, "Content-Length", length);
	}
	if (last)
		put_header(&writer, "Connection", "close");
	if (writer.failed ||
	    lws_finalize_write_http_header(wsi, buffer + LWS_PRE, &writer.at, writer.end))
		return -1;
	return 0;
}

static void reset(struct dm_exchange *exchange)
{
	if (exchange->body)
		g_byte_array_unref(exchange->body);
	if (exchange->room_watch)
		g_source_remove(exchange->room_watch);
	dm_response_finish(&exchange->response);
	memset(exchange, 0, sizeof(*exchange));
}

/* Bytes of the body that are still to be sent. */
static size_t unsent(const struct dm_exchange *exchange)
{
	if (!exchange->response.body || exchange->bodiless)
		return 0;
	return g_bytes_get_size(exchange->response.body) - exchange->sent;
}

/* Sends the next piece of the body. Returns 0, or -1 to close the connection. */
static int send_piece(struct dm_exchange *exchange)
{
	static unsigned char buffer[LWS_PRE + DM_HTTP_PIECE_BYTES];
	const size_t left = unsent(exchange);
	const size_t piece = MIN(left, DM_HTTP_PIECE_BYTES);
	const unsigned char *data = g_bytes_get_data(exchange->response.body, NULL);

	memcpy(buffer + LWS_PRE, data + exchange->sent, piece);
	exchange->sent += piece;
	if (lws_write(exchange->wsi, buffer + LWS_PRE, piece,
		      piece == left ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < (int)piece)
		return -1;
	return 0;
}

/* Sends what there is room for. Returns 1 when that was all, 0 when some is left, or -1 to close
 * the connection. */
static int send_some(struct dm_exchange *exchange)
{
	struct lws *wsi = exchange->wsi;
	int error = 0;

	for (int n = 0; n < DM_HTTP_PIECES_MAX && !lws_send_pipe_choked(wsi); n++) {
		if (!exchange->head_sent)
			error = write_head(wsi, &exchange->response, exchange->last);
		else if (unsent(exchange))
			error = send_piece(exchange);
		else
			return 1;
		/* A rest in libwebsockets' keeping is a kernel without memory: see the header. */
		if (error || lws_partial_buffered(wsi))
			return -1;
		exchange->head_sent = true;
		/* Who reads slowly but reads is waited for. */
		lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, PROGRESS_SECONDS);
	}
	return 0;
}

/* Whether libwebsockets has read more than the request that is being answered. It tells so of all
 * connections together; that another one is meant is rare and does no harm. */
static bool is_more_read(struct lws *wsi)
{
	return !lws_service_adjust_timeout(lws_get_context(wsi), 1, 0);
}

/* The response is sent. Returns 0, or -1 to close the connection. */
static int end(struct dm_exchange *exchange)
{
	struct lws *wsi = exchange->wsi;
	const bool last = exchange->last;

	reset(exchange);
	lws_set_opaque_user_data(wsi, is_more_read(wsi) ? wsi : NULL);
	return last || lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* Called by the loop when the socket takes more. */
static gboolean on_room(int fd, GIOCondition condition, void *user)
{
	struct dm_exchange *exchange = user;
	struct lws *wsi = exchange->wsi;
	int result = send_some(exchange);

	(void)fd;
	(void)condition;
	if (!result)
		return G_SOURCE_CONTINUE;
	exchange->room_watch = 0; /* this source ends with the return */
	lws_rx_flow_control(wsi, 1);
	if (result > 0)
		result = end(exchange);
	if (result)
		lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, LWS_TO_KILL_SYNC);
	return G_SOURCE_REMOVE;
}

/* Sends the response, some at once and the rest, with the end of the exchange, from the loop.
 * Nothing is read until then: libwebsockets 4.1 runs in circles over input that comes between a
 * request and the end of its exchange, for it neither takes it nor stops polling. And as it does
 * not write either while it does not read, the wait for room is our own. */
static int respond(struct dm_exchange *exchange)
{
	if (send_some(exchange) < 0)
		return -1;
	lws_rx_flow_control(exchange->wsi, 0);
	exchange->room_watch = g_unix_fd_add(lws_get_socket_fd(exchange->wsi),
					     G_IO_OUT | G_IO_ERR | G_IO_HUP, on_room, exchange);
	return 0;
}

static void make_problem(struct dm_exchange *exchange, unsigned status, const char *sentence)
{
	dm_problem(&exchange->response, status, sentence);
	dm_router_count(router_of(exchange->wsi), status);
}

/* Refuses before the body. What is still coming of it is read and forgotten, lest the client miss
 * the answer for a reset; then the connection closes. */
static int refuse(struct dm_exchange *exchange, bool body_follows, unsigned status,
		  const char *sentence)
{
	make_problem(exchange, status, sentence);
	exchange->last = true;
	return send_some(exchange) > 0 && body_follows ? 0 : -1;
}

/* The response has been made on another thread. */
static void on_errand(void *user)
{
	struct dm_exchange *exchange = user;

	dm_router_count(router_of(exchange->wsi), exchange->response.status);
	if (respond(exchange))
		lws_set_timeout(exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, LWS_TO_KILL_SYNC);
}

/* Nothing is read meanwhile, as in respond. Who goes away is noticed at the end of the time. */
static int wait_for_errand(struct dm_exchange *exchange)
{
	dm_errand_wait(&exchange->response, on_errand, exchange);
	lws_rx_flow_control(exchange->wsi, 0);
	lws_set_timeout(exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, ERRAND_SECONDS);
	return 0;
}

static int handle(struct dm_exchange *exchange)
{
	struct dm_request request = { .body = "" };
	struct dm_http_texts texts;

	if (!dm_http_read_request(exchange->wsi, &request, &texts)) {
		make_problem(exchange, 400, "The address or a header of the request is too long.");
		return respond(exchange);
	}
	if (exchange->body && exchange->body->len) {
		request.body = (const char *)exchange->body->data;
		request.body_bytes = exchange->body->len;
	}
	dm_http_country(exchange->wsi, dm_router_country_header(router_of(exchange->wsi)),
			texts.country);
	request.country = texts.country;
	exchange->bodiless = request.method == DM_METHOD_HEAD;
	dm_router_handle(router_of(exchange->wsi), &request, &exchange->response);
	return exchange->response.errand ? wait_for_errand(exchange) : respond(exchange);
}

/* Bytes that Content-Length announces; -ENOENT without one, -EINVAL when it is no number
 * (RFC 9112, 6.3: several lengths, even the same, are not read). */
static int64_t content_length(struct lws *wsi)
{
	char text[24];
	const int bytes = lws_hdr_copy(wsi, text, sizeof(text), WSI_TOKEN_HTTP_CONTENT_LENGTH);

	if (!bytes)
		return -ENOENT;
	if (bytes < 0 || bytes > 18 || strspn(text, "0123456789") != (size_t)bytes)
		return -EINVAL;
	return g_ascii_strtoll(text, NULL, 10);
}

/* The header is here: refuse, wait for the body, or answer. */
static int on_request(struct lws *wsi, struct dm_exchange *exchange)
{
	const int64_t length = content_length(wsi);
	char path[DM_REQUEST_PATH_MAX + 1];
	enum dm_method method = DM_METHOD_GET;

	reset(exchange);
	exchange->wsi = wsi;
	exchange->began_at = dm_time_now();
	dm_http_path(wsi, path, &method);

	const bool takes_body = method == DM_METHOD_POST || method == DM_METHOD_PUT ||
				method == DM_METHOD_PATCH;

	const bool body_follows = takes_body || length > 0;

	/* libwebsockets 4.1 takes the header of a request that it had read with the one before for
	 * its body, again and again. */
	if (body_follows && dm_http_is_piped(wsi))
		return -1;
	if (length == -EINVAL)
		return refuse(exchange, false, 400, "Content-Length is not one number.");
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) ||
	    (takes_body && length < 0))
		return refuse(exchange, takes_body, 411,
			      "Send the body in one piece with Content-Length.");
	if (length > DM_REQUEST_BODY_MAX)
		return refuse(exchange, true, 413, "The body is longer than 64 KiB.");
	/* It announces an empty body of a POST, and of nothing else. */
	if (length <= 0 && method != DM_METHOD_POST)
		return handle(exchange);
	exchange->body = g_byte_array_sized_new((guint)length);
	return 0;
}

static int on_body(struct dm_exchange *exchange, const void *data, size_t bytes)
{
	if (dm_time_now() - exchange->began_at > BODY_TIME)
		return -1;
	if (!exchange->body)
		return 0; /* refused */
	if (bytes > DM_REQUEST_BODY_MAX - exchange->body->len)
		return -1; /* more than it announced */
	if (bytes)
		g_byte_array_append(exchange->body, data, (guint)bytes);
	return 0;
}

int dm_http_refuse_upgrade(struct lws *wsi, struct dm_router *router, unsigned status,
			   const char *sentence)
{
	unsigned char buffer[LWS_PRE + 512];
	struct dm_response response;
	gsize bytes;
	const void *body;

	dm_response_init(&response);
	dm_problem(&response, status, sentence);
	dm_router_count(router, status);
	body = g_bytes_get_data(response.body, &bytes);
	if (bytes > sizeof(buffer) - LWS_PRE || write_head(wsi, &response, true))
		goto finish;
	memcpy(buffer + LWS_PRE, body, bytes);
	lws_write(wsi, buffer + LWS_PRE, bytes, LWS_WRITE_HTTP_FINAL);

finish:
	dm_response_finish(&response);
	return -1; /* the connection closes once this is flushed */
}

int dm_http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		     size_t bytes)
{
	struct dm_exchange *exchange = user;

	switch (reason) {
	case LWS_CALLBACK_HTTP:
		return on_request(wsi, exchange);
	case LWS_CALLBACK_HTTP_BODY:
		return on_body(exchange, in, bytes);
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return exchange->body ? handle(exchange) : -1;
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		if (exchange)
			reset(exchange);
		return 0;
	case LWS_CALLBACK_RAW_ADOPT: /* CONNECT makes libwebsockets do this: we are no proxy */
	case LWS_CALLBACK_RAW_RX:
		return -1;
	default:
		return 0;
	}
}
