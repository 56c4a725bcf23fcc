/* relay/control/http_request.c: see http_request.h */
#include "control/http_request.h"

#include "control/access.h"

#include <arpa/inet.h>
#include <string.h>

bool dm_http_path(struct lws *wsi, char path[DM_REQUEST_PATH_MAX + 1], enum dm_method *method)
{
	static const struct {
		enum lws_token_indexes token;
		enum dm_method method;
	} methods[] = {
		{ WSI_TOKEN_GET_URI, DM_METHOD_GET },
		{ WSI_TOKEN_HEAD_URI, DM_METHOD_HEAD },
		{ WSI_TOKEN_POST_URI, DM_METHOD_POST },
		{ WSI_TOKEN_PUT_URI, DM_METHOD_PUT },
		{ WSI_TOKEN_PATCH_URI, DM_METHOD_PATCH },
		{ WSI_TOKEN_DELETE_URI, DM_METHOD_DELETE },
		{ WSI_TOKEN_OPTIONS_URI, DM_METHOD_OPTIONS },
	};

	path[0] = '\0';
	for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
		if (!lws_hdr_total_length(wsi, methods[i].token))
			continue;
		*method = methods[i].method;
		return lws_hdr_copy(wsi, path, DM_REQUEST_PATH_MAX + 1, methods[i].token) > 0;
	}
	return false;
}

/* False when the header is longer than we take. */
static bool copy_header(struct lws *wsi, enum lws_token_indexes token, char *value, size_t size)
{
	value[0] = '\0';
	return lws_hdr_copy(wsi, value, (int)size, token) >= 0;
}

/* Whether it comes from this machine, as far as can be told: a proxy on it mostly says for whom. */
static bool is_local(struct lws *wsi)
{
	static const char forwarded[] = "forwarded:"; /* RFC 7239, 4 */
	char address[INET6_ADDRSTRLEN] = "";

	if (lws_hdr_total_length(wsi, WSI_TOKEN_X_FORWARDED_FOR) ||
	    lws_hdr_custom_length(wsi, forwarded, sizeof(forwarded) - 1) > 0)
		return false;
	lws_get_peer_simple(wsi, address, sizeof(address));
	return g_str_has_prefix(address, "127.") || g_str_has_prefix(address, "::ffff:127.") ||
	       !strcmp(address, "::1");
}

void dm_http_country(struct lws *wsi, const char *header, char country[DM_COUNTRY_SIZE])
{
	char name[64];
	char value[8];

	country[0] = '\0';
	/* libwebsockets knows headers by their lower-case name with its colon. */
	if (!header || !*header ||
	    g_snprintf(name, sizeof(name), "%s:", header) >= (int)sizeof(name))
		return;
	for (char *at = name; *at; at++)
		*at = g_ascii_tolower(*at);
	if (lws_hdr_custom_copy(wsi, value, sizeof(value), name, (int)strlen(name)) != 2 ||
	    !g_ascii_isalpha(value[0]) || !g_ascii_isalpha(value[1]))
		return;
	country[0] = g_ascii_toupper(value[0]);
	country[1] = g_ascii_toupper(value[1]);
	country[2] = '\0';
}

void dm_http_token(struct lws *wsi, char token[DM_TOKEN_BYTES_MAX + 1])
{
	char authorization[DM_HTTP_AUTHORIZATION_BYTES];
	char argument[sizeof("token=") + DM_TOKEN_BYTES_MAX];
	const char *found = NULL;

	if (lws_hdr_copy(wsi, authorization, sizeof(authorization), WSI_TOKEN_HTTP_AUTHORIZATION) >
	    0)
		found = dm_access_bearer(authorization);
	if (!found)
		found = lws_get_urlarg_by_name(wsi, "token=", argument, sizeof(argument));
	g_strlcpy(token, found ? found : "", DM_TOKEN_BYTES_MAX + 1);
	explicit_bzero(authorization, sizeof(authorization));
	explicit_bzero(argument, sizeof(argument));
}

/* Cuts "name=value" pairs, which libwebsockets has decoded. What is over the bounds is left out. */
static void read_query(struct lws *wsi, struct dm_request *request, char *query)
{
	size_t used = 0;

	for (int n = 0; request->parameter_count < DM_REQUEST_PARAMETERS_MAX; n++) {
		char *pair = query + used;
		const int bytes = lws_hdr_copy_fragment(
			wsi, pair, (int)(DM_HTTP_QUERY_BYTES - used), WSI_TOKEN_HTTP_URI_ARGS, n);
		char *equals;

		if (bytes < 0)
			return;
		used += (size_t)bytes + 1;
		equals = strchr(pair, '=');
		if (equals)
			*equals = '\0';
		request->parameters[request->parameter_count++] = (struct dm_parameter){
			.name = pair,
			.value = equals ? equals + 1 : pair + bytes,
		};
		if (used >= DM_HTTP_QUERY_BYTES)
			return;
	}
}

bool dm_http_read_request(struct lws *wsi, struct dm_request *request, struct dm_http_texts *texts)
{
	if (!dm_http_path(wsi, texts->path, &request->method) ||
	    !copy_header(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, texts->content_type,
			 sizeof(texts->content_type)) ||
	    !copy_header(wsi, WSI_TOKEN_HTTP_ACCEPT, texts->accept, sizeof(texts->accept)) ||
	    !copy_header(wsi, WSI_TOKEN_HTTP_IF_MATCH, texts->if_match, sizeof(texts->if_match)) ||
	    !copy_header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, texts->if_none_match,
			 sizeof(texts->if_none_match)) ||
	    !copy_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, texts->authorization,
			 sizeof(texts->authorization)))
		return false;
	request->path = texts->path;
	request->content_type = texts->content_type;
	request->accept = texts->accept;
	request->if_match = texts->if_match;
	request->if_none_match = texts->if_none_match;
	request->authorization = texts->authorization;
	request->local = is_local(wsi);
	read_query(wsi, request, texts->query);
	return true;
}
