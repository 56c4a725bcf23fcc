/* relay/control/http_request.h
 *
 * What libwebsockets knows of a request, as the router and the websocket take it.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_HTTP_REQUEST_H
#define DM_CONTROL_HTTP_REQUEST_H

#include "control/request.h"
#include "control/token.h"

#include <libwebsockets.h>

#define DM_HTTP_VALUE_BYTES         512  /* of a header that we look at; choice */
#define DM_HTTP_QUERY_BYTES         2048 /* choice */
#define DM_HTTP_AUTHORIZATION_BYTES (DM_TOKEN_BYTES_MAX + 16) /* "Bearer " and a token */

/* What a request's texts are copied into: libwebsockets has them in pieces. */
struct dm_http_texts {
	char path[DM_REQUEST_PATH_MAX + 1];
	char content_type[DM_HTTP_VALUE_BYTES];
	char accept[DM_HTTP_VALUE_BYTES];
	char if_match[DM_HTTP_VALUE_BYTES];
	char if_none_match[DM_HTTP_VALUE_BYTES];
	char authorization[DM_HTTP_AUTHORIZATION_BYTES];
	char query[DM_HTTP_QUERY_BYTES];
	char country[DM_COUNTRY_SIZE];
};

/* Fills a request but for its body; its texts are borrowed from `texts`. False when the address or
 * a header is longer than we take. */
bool dm_http_read_request(struct lws *wsi, struct dm_request *request, struct dm_http_texts *texts);

/* Copies the decoded path of the request. False when it is too long. */
bool dm_http_path(struct lws *wsi, char path[DM_REQUEST_PATH_MAX + 1], enum dm_method *method);

/* Copies the country that a proxy names in the header of that name; "" when it names none, or
 * something else than two letters. `header` NULL or "": none is believed. */
void dm_http_country(struct lws *wsi, const char *header, char country[DM_COUNTRY_SIZE]);

/* Copies the token of the request: what Authorization: Bearer says, or else the parameter `token`.
 * "" when there is neither, or it is longer than any token. */
void dm_http_token(struct lws *wsi, char token[DM_TOKEN_BYTES_MAX + 1]);

#endif
