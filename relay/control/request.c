/* relay/control/request.c: see request.h */
#include "control/request.h"

#include "control/errand.h"

#include <string.h>
#include <strings.h>

const char *dm_request_parameter(const struct dm_request *request, const char *name)
{
	for (size_t i = 0; i < request->parameter_count; i++) {
		if (strcmp(request->parameters[i].name, name) == 0)
			return request->parameters[i].value;
	}
	return NULL;
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

bool dm_request_content_is(const struct dm_request *request, const char *media_type)
{
	const char *text = skip_blanks(request->content_type);
	const size_t bytes = strcspn(text, "; \t");

	return bytes == strlen(media_type) && strncasecmp(text, media_type, bytes) == 0;
}

/* One media range of an Accept: "type/subtype", "type/" with a star, or two stars; q=0 forbids. */
static bool range_allows(const char *range, size_t bytes, const char *media_type)
{
	const size_t name = strcspn(range, "; \t,");
	const char *slash = strchr(media_type, '/');
	const char *q = memmem(range, bytes, "q=0", 3);

	if (q && strspn(q + 2, "0.") == strcspn(q + 2, ", \t;"))
		return false;
	if (name == 3 && strncmp(range, "*/*", 3) == 0)
		return true;
	if (name >= 2 && range[name - 1] == '*' && range[name - 2] == '/')
		return (size_t)(slash - media_type) == name - 2 &&
		       strncasecmp(range, media_type, name - 1) == 0;
	return name == strlen(media_type) && strncasecmp(range, media_type, name) == 0;
}

bool dm_request_accepts(const struct dm_request *request, const char *media_type)
{
	const char *range = skip_blanks(request->accept);

	if (!*range)
		return true;
	while (*range) {
		const size_t bytes = strcspn(range, ",");

		if (range_allows(range, bytes, media_type))
			return true;
		range += bytes;
		range = skip_blanks(range + (*range == ','));
	}
	return false;
}

bool dm_etag_listed(const char *list, const char *etag, bool weak)
{
	const char *tag = skip_blanks(list);

	while (*tag) {
		const size_t bytes = strcspn(tag, ",");
		size_t used = bytes;
		const char *text = tag;

		while (used && (text[used - 1] == ' ' || text[used - 1] == '\t'))
			used--;
		if (weak && used > 2 && strncmp(text, "W/", 2) == 0) {
			text += 2;
			used -= 2;
		}
		/* RFC 9725's example writes the star in quotes; we take both. */
		if ((used == 1 && *text == '*') || (used == 3 && strncmp(text, "\"*\"", 3) == 0))
			return true;
		if (used == strlen(etag) && strncmp(text, etag, used) == 0)
			return true;
		tag += bytes;
		tag = skip_blanks(tag + (*tag == ','));
	}
	return false;
}

static bool is_plain(char c)
{
	return g_ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool dm_path_parse(struct dm_path *path, const char *text, size_t bytes)
{
	memset(path, 0, sizeof(*path));
	if (!bytes || text[0] != '/' || bytes > DM_REQUEST_PATH_MAX)
		return false;
	memcpy(path->text, text, bytes);
	path->directory = text[bytes - 1] == '/';
	for (size_t i = 0; i < bytes; i++) {
		if (text[i] != '/') {
			if (!is_plain(text[i]))
				return false;
			continue;
		}
		path->text[i] = '\0';
		if (i + 1 == bytes)
			break;

		const char *at = path->text + i + 1;

		if (*at == '/' || *at == '.' || path->count == DM_REQUEST_SEGMENTS_MAX)
			return false;
		path->segments[path->count++] = at;
	}
	return true;
}

void dm_response_init(struct dm_response *response)
{
	memset(response, 0, sizeof(*response));
}

void dm_response_finish(struct dm_response *response)
{
	g_clear_pointer(&response->body, g_bytes_unref);
	g_clear_pointer(&response->errand, dm_errand_abandon);
	for (size_t i = 0; i < response->header_count; i++)
		g_free(response->headers[i].value);
	response->header_count = 0;
}

void dm_response_header(struct dm_response *response, const char *name, const char *value)
{
	g_assert(response->header_count < DM_RESPONSE_HEADERS_MAX);
	response->headers[response->header_count].name = name;
	response->headers[response->header_count].value = g_strdup(value);
	response->header_count++;
}

void dm_response_set(struct dm_response *response, unsigned status, const char *content_type,
		     GBytes *body)
{
	g_clear_pointer(&response->body, g_bytes_unref);
	response->status = status;
	response->content_type = content_type;
	response->body = body;
}
