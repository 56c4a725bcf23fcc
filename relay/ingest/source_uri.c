#include "ingest/source_uri.h"
#include "ingest/options.h"
#include "ingest/rtp_uri.h"
#include "ingest/uri_part.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* test: */

static int test_parameter(void *user, const char *key, const char *value,
			  const struct dm_uri_complaint *to)
{
	struct dm_source_uri *out = user;
	long number;

	if (strcmp(key, "hz") == 0) {
		if (!dm_uri_number(value, 20, 20000, &number))
			return dm_uri_complain(to, "hz=%s: a test tone has 20 to 20000 Hz", value);
		out->test_hz = (uint32_t)number;
		return 0;
	}
	if (strcmp(key, "level") == 0) {
		if (!dm_uri_number(value, -90, 0, &number))
			return dm_uri_complain(to, "level=%s: a level is -90 to 0 dBFS", value);
		out->test_level_db = (int)number;
		return 0;
	}
	return dm_uri_complain(to, "test sources know hz and level, not \"%s\"", key);
}

static int parse_test(struct dm_source_uri *out, const char *name, char *query,
		      const struct dm_uri_complaint *to)
{
	static const struct {
		const char *name;
		enum dm_test_pattern pattern;
		uint32_t hz;
	} patterns[] = {
		{ "", DM_TEST_SPEECH, 120 },       { "speech", DM_TEST_SPEECH, 120 },
		{ "tone", DM_TEST_TONE, 1000 },    { "flash", DM_TEST_FLASH, 1000 },
		{ "silence", DM_TEST_SILENCE, 0 },
	};

	out->kind = DM_SOURCE_TEST;
	out->test_level_db = -20; /* EBU R 68: the alignment level is 18 dB under full scale */
	for (size_t n = 0; n < sizeof(patterns) / sizeof(patterns[0]); n++) {
		if (strcmp(name, patterns[n].name) == 0) {
			out->pattern = patterns[n].pattern;
			out->test_hz = patterns[n].hz;
			return dm_uri_each_parameter(query, test_parameter, out, to);
		}
	}
	return dm_uri_complain(
		to,
		"no test source \"%s\": write test:speech, test:tone?hz=500, test:flash or test:silence",
		name);
}

/* file: and paths */

static int parse_file(struct dm_source_uri *out, const char *path,
		      const struct dm_uri_complaint *to)
{
	/* file:///a, file://localhost/a (RFC 8089, 2), and file:a for a relative path. */
	if (strncmp(path, "//", 2) == 0) {
		path += 2;
		if (strncmp(path, "localhost/", 10) == 0)
			path += 9;
		if (*path != '/')
			return dm_uri_complain(to,
					       "a file URI has no host: write file:///folder/name");
	}
	if (!dm_uri_decode(out->location, path))
		return dm_uri_complain(to, "a broken %%-code in the file's name");
	if (out->location[0] == '\0')
		return dm_uri_complain(to, "a file needs a name");
	out->kind = DM_SOURCE_FILE;
	return 0;
}

/* srt: */

static int srt_parameter(void *user, const char *key, const char *value,
			 const struct dm_uri_complaint *to)
{
	static const char *const passed_on[] = { "streamid", "localaddress", "localport" };
	struct dm_source_uri *out = user;
	const size_t length = strlen(value);
	long number;

	if (strcmp(key, "mode") == 0) {
		out->listens = strcmp(value, "listener") == 0;
		if (!out->listens && strcmp(value, "caller") != 0 &&
		    strcmp(value, "rendezvous") != 0)
			return dm_uri_complain(to, "mode=%s: write caller, listener or rendezvous",
					       value);
		return 0;
	}
	if (strcmp(key, "passphrase") == 0) /* SRTO_PASSPHRASE */
		return length >= 10 && length <= 79
			       ? 0
			       : dm_uri_complain(to, "an SRT passphrase has 10 to 79 characters");
	if (strcmp(key, "latency") == 0)
		return dm_uri_number(value, 0, 8000, &number)
			       ? 0
			       : dm_uri_complain(to, "latency=%s: 0 to 8000 ms", value);
	if (strcmp(key, "pbkeylen") == 0)
		return dm_uri_number(value, 16, 32, &number) && number % 8 == 0
			       ? 0
			       : dm_uri_complain(to, "pbkeylen=%s: 16, 24 or 32", value);
	for (size_t n = 0; n < sizeof(passed_on) / sizeof(passed_on[0]); n++)
		if (strcmp(key, passed_on[n]) == 0)
			return 0;
	return dm_uri_complain(
		to,
		"SRT sources know mode, passphrase, latency, pbkeylen, streamid, localaddress and localport, not \"%s\"",
		key);
}

static int parse_srt(struct dm_source_uri *out, const char *authority, char *query,
		     const struct dm_uri_complaint *to)
{
	out->kind = DM_SOURCE_SRT;

	int error = dm_uri_authority(out->host, &out->port, authority, 0, to);

	if (!error)
		error = dm_uri_each_parameter(query, srt_parameter, out, to);
	if (!error && out->host[0] == '\0' && !out->listens)
		error = dm_uri_complain(
			to,
			"an SRT caller needs a host: write srt://host:port, or mode=listener to wait for calls");
	return error;
}

/* rtsp: and rtmp: the rest of the URI is the server's business. */

static int parse_server(struct dm_source_uri *out, const char *authority, uint16_t port,
			enum dm_source_kind kind, const struct dm_uri_complaint *to)
{
	out->kind = kind;

	const int error = dm_uri_authority(out->host, &out->port, authority, port, to);

	if (!error && out->host[0] == '\0')
		return dm_uri_complain(to, "the server's name is missing");
	return error;
}

/* What a person may see of the URI: a passphrase sits in the query, a password before "@". */
static void make_label(struct dm_source_uri *out, const char *uri)
{
	const size_t end = out->kind == DM_SOURCE_FILE ? strlen(uri) : strcspn(uri, "?");
	const char *slashes = strstr(uri, "://");
	const char *host = uri;

	if (out->kind != DM_SOURCE_FILE && slashes && slashes < uri + end) {
		const char *authority = slashes + 3;
		const char *authority_end = authority + strcspn(authority, "/?");

		for (host = authority_end; host > authority && host[-1] != '@';)
			host--;
		snprintf(out->label, sizeof(out->label), "%.*s%.*s", (int)(authority - uri), uri,
			 (int)(uri + end - host), host);
		return;
	}
	if (out->kind == DM_SOURCE_TEST) /* its query has no secret and tells tones apart */
		snprintf(out->label, sizeof(out->label), "%s", uri);
	else
		snprintf(out->label, sizeof(out->label), "%.*s", (int)end, uri);
}

static int parse_with_authority(struct dm_source_uri *out, const char *scheme, char *rest,
				const struct dm_uri_complaint *to)
{
	if (strncmp(rest, "//", 2) != 0)
		return dm_uri_complain(to, "after \"%s:\" comes \"//\"", scheme);
	rest += 2;

	char *query = strchr(rest, '?');

	if (query)
		*query++ = '\0';

	char *path = strchr(rest, '/');

	if (path)
		*path++ = '\0';
	const bool is_server = strncmp(scheme, "rtsp", 4) == 0 || strncmp(scheme, "rtmp", 4) == 0;

	if (!is_server && path && *path)
		return dm_uri_complain(to, "nothing comes after the port but \"?\"");
	if (strcmp(scheme, "srt") == 0)
		return parse_srt(out, rest, query, to);
	if (strcmp(scheme, "udp") == 0)
		return dm_rtp_uri_parse_udp(out, rest, query, to);
	if (strcmp(scheme, "rtp") == 0)
		return dm_rtp_uri_parse(out, rest, query, to);
	if (strncmp(scheme, "rtsp", 4) == 0)
		return parse_server(out, rest, 554, DM_SOURCE_RTSP, to); /* RFC 7826, 4.2 */
	if (!path || *path == '\0')
		return dm_uri_complain(to,
				       "an RTMP source has a path: write rtmp://host/app/stream");
	return parse_server(out, rest, 1935, DM_SOURCE_RTMP, to);
}

static int parse_scheme(struct dm_source_uri *out, const char *scheme, char *rest,
			const struct dm_uri_complaint *to)
{
	static const char *const networks[] = { "srt",   "udp",   "rtp",  "rtsp", "rtsps",
						"rtspt", "rtspu", "rtmp", "rtmps" };

	if (strcmp(scheme, "file") == 0)
		return parse_file(out, rest, to);
	if (strcmp(scheme, "whip") == 0) {
		out->kind = DM_SOURCE_WHIP;
		out->listens = true;
		return *rest ? dm_uri_complain(to,
					       "nothing comes after \"whip:\"; encoders publish to "
					       "/whip/ and the room's id /floor")
			     : 0;
	}
	if (strcmp(scheme, "test") == 0) {
		char *query = strchr(rest, '?');

		if (query)
			*query++ = '\0';
		return parse_test(out, rest, query, to);
	}
	for (size_t n = 0; n < sizeof(networks) / sizeof(networks[0]); n++)
		if (strcmp(scheme, networks[n]) == 0)
			return parse_with_authority(out, scheme, rest, to);
	return dm_uri_complain(
		to,
		"no source \"%s:\": write a path, or test:, file:, srt:, rtsp:, rtmp:, udp:, rtp: or whip:",
		scheme);
}

int dm_source_uri_parse(struct dm_source_uri *out, const char *uri, char *message,
			size_t message_bytes)
{
	const struct dm_uri_complaint to = { .text = message, .bytes = message_bytes };
	char text[DM_SOURCE_URI_MAX];
	size_t scheme = 0;
	int error;

	memset(out, 0, sizeof(*out));
	if (message_bytes > 0)
		message[0] = '\0';
	if (uri[0] == '\0')
		return dm_uri_complain(&to, "a source needs a name");
	if (strlen(uri) >= sizeof(text))
		return dm_uri_complain(&to, "a source has at most %zu bytes", sizeof(text) - 1);
	for (const char *c = uri; *c; c++)
		if (iscntrl((unsigned char)*c))
			return dm_uri_complain(&to, "a control character is in the source");
	strcpy(text, uri);

	/* RFC 3986, 3.1. Anything else is a path. */
	if (isalpha((unsigned char)text[0]))
		while (isalnum((unsigned char)text[scheme]) ||
		       (text[scheme] && strchr("+-.", text[scheme])))
			scheme++;
	if (scheme > 0 && text[scheme] == ':') {
		text[scheme] = '\0';
		for (size_t n = 0; n < scheme; n++)
			text[n] = (char)tolower((unsigned char)text[n]);
		error = parse_scheme(out, text, text + scheme + 1, &to);
	} else {
		out->kind = DM_SOURCE_FILE;
		strcpy(out->location, uri);
		error = 0;
	}
	if (error)
		return error;
	if (out->kind == DM_SOURCE_SRT || out->kind == DM_SOURCE_RTSP ||
	    out->kind == DM_SOURCE_RTMP)
		strcpy(out->location, uri);
	make_label(out, uri);
	return 0;
}

int dm_source_uri_check(const char *uri, char *message, size_t message_bytes)
{
	struct dm_source_uri parsed;

	return dm_source_uri_parse(&parsed, uri, message, message_bytes);
}

bool dm_source_is_forwarded(const char *uri, bool *sound, bool *picture)
{
	struct dm_source_uri parsed;
	const bool forwarded = uri && dm_source_uri_parse(&parsed, uri, NULL, 0) == 0 &&
			       parsed.kind == DM_SOURCE_RTP_FORWARD;

	*sound = forwarded && parsed.opus_type;
	*picture = forwarded && parsed.h264_type;
	return forwarded;
}
