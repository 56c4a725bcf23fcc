/* relay/control/request.h
 *
 * One HTTP request and its response, apart from the library that carries them.
 *
 * Pure but for memory. Thread: the control thread.
 */
#ifndef DM_CONTROL_REQUEST_H
#define DM_CONTROL_REQUEST_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define DM_REQUEST_BODY_MAX       65536 /* bytes; choice */
#define DM_REQUEST_SEGMENTS_MAX   8     /* of a path; choice */
#define DM_REQUEST_PATH_MAX       512   /* bytes; choice */
#define DM_REQUEST_PARAMETERS_MAX 16    /* of a query; choice */
#define DM_RESPONSE_HEADERS_MAX   16

enum dm_method {
	DM_METHOD_GET,
	DM_METHOD_HEAD,
	DM_METHOD_POST,
	DM_METHOD_PUT,
	DM_METHOD_PATCH,
	DM_METHOD_DELETE,
	DM_METHOD_OPTIONS,
};

#define DM_COUNTRY_SIZE 3 /* of a code of ISO 3166-1 (alpha-2), with NUL */

struct dm_parameter {
	const char *name;
	const char *value; /* "" without one */
};

/* Texts are borrowed for the call, NUL-terminated and "" when absent. */
struct dm_request {
	enum dm_method method;
	const char *path; /* percent-decoded, begins with / */
	struct dm_parameter parameters[DM_REQUEST_PARAMETERS_MAX];
	size_t parameter_count;
	const char *content_type;
	const char *accept;
	const char *if_match;
	const char *if_none_match;
	const char *authorization; /* NULL is allowed */
	const char *country;       /* two capital letters, as a proxy says; NULL or "": unknown */
	bool local;                /* from this machine, and by no proxy that says so */
	const char *body;
	size_t body_bytes;
};

/* NULL when the query has no such parameter. */
const char *dm_request_parameter(const struct dm_request *request, const char *name);

/* Whether Content-Type is this media type, whatever its parameters (RFC 9110, 8.3.1). */
bool dm_request_content_is(const struct dm_request *request, const char *media_type);

/* Whether Accept allows this media type; an absent one allows all (RFC 9110, 12.5.1). */
bool dm_request_accepts(const struct dm_request *request, const char *media_type);

/* Whether a list of entity tags (If-Match, If-None-Match) holds `etag` (with its quotes) or *.
 * Weak comparison (RFC 9110, 8.8.3.2) when `weak`. */
bool dm_etag_listed(const char *list, const char *etag, bool weak);

/* A path cut at its slashes: "/whep/plenary" is two segments, "/" none. */
struct dm_path {
	char text[DM_REQUEST_PATH_MAX + 1];
	const char *segments[DM_REQUEST_SEGMENTS_MAX];
	size_t count;
	bool directory; /* ends with a slash */
};

/* False when the path is too long or deep, has an empty segment, one that starts with a dot, or any
 * character but letters, digits, - . _ and ~ (RFC 3986, 2.3): nothing of ours is named so, and
 * nothing outside can be reached by what is left. */
bool dm_path_parse(struct dm_path *path, const char *text, size_t bytes);

struct dm_errand;

struct dm_response {
	unsigned status;
	const char *content_type; /* static; NULL: no body */
	GBytes *body;             /* owned, nullable */
	struct dm_errand *errand; /* it will be filled later: see errand.h; NULL: it is */
	size_t header_count;
	struct {
		const char *name; /* static */
		char *value;      /* owned */
	} headers[DM_RESPONSE_HEADERS_MAX];
};

void dm_response_init(struct dm_response *response);
void dm_response_finish(struct dm_response *response); /* abandons its errand */

/* Copies the value. More than DM_RESPONSE_HEADERS_MAX is a bug of ours. */
void dm_response_header(struct dm_response *response, const char *name, const char *value);

/* Takes the reference to `body`. */
void dm_response_set(struct dm_response *response, unsigned status, const char *content_type,
		     GBytes *body);

#endif
