#include "ingest/source_uri.h"
#include "ingest/options.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCM_RATE_HZ 48000 /* what AES67, 7.1 requires of every device */

/* Where a complaint goes. */
struct complaint {
	char *text;
	size_t bytes;
};

static int complain(const struct complaint *to, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int complain(const struct complaint *to, const char *format, ...)
{
	va_list arguments;

	if (to->bytes > 0) {
		va_start(arguments, format);
		vsnprintf(to->text, to->bytes, format, arguments);
		va_end(arguments);
	}
	return -EINVAL;
}

static bool parse_number(const char *text, long least, long most, long *value)
{
	char *end;

	if (!isdigit((unsigned char)text[0]) && text[0] != '-')
		return false;
	errno = 0;
	*value = strtol(text, &end, 10);
	return errno == 0 && *end == '\0' && *value >= least && *value <= most;
}

/* RFC 3986, 2.1. `out` holds at least strlen(text) + 1. False: not encoded as it must be. */
static bool percent_decode(char *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '%') {
			const int high = g_ascii_xdigit_value(text[1]);
			const int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2]);

			if (low < 0 || high * 16 + low == 0)
				return false;
			*out++ = (char)(high * 16 + low);
			text += 2;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
	return true;
}

/* Cuts `query` ("a=1&b=2") into its next key and decoded value. False at the end. */
struct query {
	char *rest; /* NULL at the end */
	char *key;
	char *value;
};

static bool next_parameter(struct query *query)
{
	while (query->rest && *query->rest) {
		char *pair = strsep(&query->rest, "&");
		char *equals = strchr(pair, '=');

		if (*pair == '\0')
			continue;
		query->key = pair;
		query->value = equals ? equals + 1 : pair + strlen(pair);
		if (equals)
			*equals = '\0';
		return percent_decode(query->value, query->value) || (query->value = NULL, true);
	}
	return false;
}

/* One parameter of one kind of source: known and good, or a complaint. */
typedef int parameter_fn(struct dm_source_uri *out, const char *key, const char *value,
			 const struct complaint *to);

static int each_parameter(struct dm_source_uri *out, char *query_text, parameter_fn *take,
			  const struct complaint *to)
{
	struct query query = { .rest = query_text };

	while (next_parameter(&query)) {
		if (!query.value)
			return complain(to, "\"%s\" has a value with a broken %%-code", query.key);

		const int error = take(out, query.key, query.value, to);

		if (error)
			return error;
	}
	return 0;
}

/* test: */

static int test_parameter(struct dm_source_uri *out, const char *key, const char *value,
			  const struct complaint *to)
{
	long number;

	if (strcmp(key, "hz") == 0) {
		if (!parse_number(value, 20, 20000, &number))
			return complain(to, "hz=%s: a test tone has 20 to 20000 Hz", value);
		out->test_hz = (uint32_t)number;
		return 0;
	}
	if (strcmp(key, "level") == 0) {
		if (!parse_number(value, -90, 0, &number))
			return complain(to, "level=%s: a level is -90 to 0 dBFS", value);
		out->test_level_db = (int)number;
		return 0;
	}
	return complain(to, "test sources know hz and level, not \"%s\"", key);
}

static int parse_test(struct dm_source_uri *out, const char *name, char *query,
		      const struct complaint *to)
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
			return each_parameter(out, query, test_parameter, to);
		}
	}
	return complain(
		to,
		"no test source \"%s\": write test:speech, test:tone?hz=500, test:flash or test:silence",
		name);
}

/* file: and paths */

static int parse_file(struct dm_source_uri *out, const char *path, const struct complaint *to)
{
	/* file:///a, file://localhost/a (RFC 8089, 2), and file:a for a relative path. */
	if (strncmp(path, "//", 2) == 0) {
		path += 2;
		if (strncmp(path, "localhost/", 10) == 0)
			path += 9;
		if (*path != '/')
			return complain(to, "a file URI has no host: write file:///folder/name");
	}
	if (!percent_decode(out->location, path))
		return complain(to, "a broken %%-code in the file's name");
	if (out->location[0] == '\0')
		return complain(to, "a file needs a name");
	out->kind = DM_SOURCE_FILE;
	return 0;
}

/* host:port, [v6]:port, :port, @group:port. `fallback` stands for a missing port; 0: required. */
static int parse_authority(struct dm_source_uri *out, const char *authority, uint16_t fallback,
			   const struct complaint *to)
{
	const char *at = strrchr(authority, '@');
	const char *host = at ? at + 1 : authority;
	const char *end, *colon;
	long port = fallback;

	if (*host == '[') {
		host++;
		end = strchr(host, ']');
		if (!end)
			return complain(to, "an IPv6 address ends with \"]\"");
		colon = end[1] == '\0' ? NULL : end + 1;
		if (colon && *colon != ':')
			return complain(to, "after \"]\" comes \":\" and the port");
	} else {
		colon = strrchr(host, ':');
		end = colon ? colon : host + strlen(host);
	}
	if ((size_t)(end - host) >= sizeof(out->host))
		return complain(to, "the host's name is too long");
	memcpy(out->host, host, (size_t)(end - host));
	out->host[end - host] = '\0';
	for (const char *c = out->host; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(".-_:%", *c))
			return complain(to, "\"%s\" is no host name or address", out->host);
	if (!colon && fallback == 0)
		return complain(to, "the port is missing: write host:port");
	if (colon && !parse_number(colon + 1, 1, 65535, &port))
		return complain(to, "\"%s\" is no port: 1 to 65535", colon + 1);
	out->port = (uint16_t)port;
	return 0;
}

/* udp: and rtp: */

static int network_parameter(struct dm_source_uri *out, const char *key, const char *value,
			     const struct complaint *to)
{
	if (strcmp(key, "iface") != 0)
		return complain(to, "udp and rtp sources know iface, not \"%s\"", key);
	if (*value == '\0' || strlen(value) >= sizeof(out->iface)) /* IFNAMSIZ */
		return complain(to, "\"%s\" is no network interface", value);
	strcpy(out->iface, value);
	return 0;
}

static int rtp_parameter(struct dm_source_uri *out, const char *key, const char *value,
			 const struct complaint *to)
{
	long number = 0;

	if (strcmp(key, "encoding") == 0) {
		if (strcasecmp(value, "MP2T") == 0)
			return 0;
		if (strcasecmp(value, "L16") != 0 && strcasecmp(value, "L24") != 0)
			return complain(to, "encoding=%s: write L16, L24 or MP2T", value);
		out->kind = DM_SOURCE_RTP_PCM;
		out->pcm_bits = value[1] == '1' ? 16 : 24;
		return 0;
	}
	if (strcmp(key, "rate") == 0) {
		if (!parse_number(value, 8000, 192000, &number))
			return complain(to, "rate=%s: 8000 to 192000 Hz", value);
		out->pcm_rate_hz = (uint32_t)number;
		return 0;
	}
	if (strcmp(key, "channels") == 0 || strcmp(key, "channel") == 0) {
		if (!parse_number(value, 1, DM_SOURCE_PCM_MAX, &number))
			return complain(to, "%s=%s: 1 to %d", key, value, DM_SOURCE_PCM_MAX);
		if (key[7] == 's')
			out->pcm_channels = (uint8_t)number;
		else
			out->pcm_channel = (uint8_t)number;
		return 0;
	}
	if (strcmp(key, "opus") == 0 || strcmp(key, "h264") == 0) {
		if (!parse_number(value, 96, 127, &number)) /* dynamic: RFC 3551, 3 */
			return complain(to, "%s=%s: write its RTP payload type, 96 to 127", key,
					value);
		*(key[0] == 'o' ? &out->opus_type : &out->h264_type) = (uint8_t)number;
		return 0;
	}
	if (strcmp(key, "iface") != 0)
		return complain(
			to,
			"rtp sources know encoding, rate, channels, channel, opus, h264 and iface, not \"%s\"",
			key);
	return network_parameter(out, key, value, to);
}

/* What is passed through: payload types, and an address that a port can be opened on at once. */
static int check_forward(struct dm_source_uri *out, const struct complaint *to)
{
	struct in6_addr address;

	if (out->kind == DM_SOURCE_RTP_PCM || out->pcm_rate_hz != PCM_RATE_HZ ||
	    out->pcm_channels != 1)
		return complain(
			to,
			"with opus or h264 the source is passed through as it comes: leave out encoding, rate, channels and channel");
	if (out->opus_type == out->h264_type)
		return complain(to, "opus and h264 need two payload types, not %u for both",
				out->opus_type);
	if (out->host[0] && inet_pton(AF_INET, out->host, &address) != 1 &&
	    inet_pton(AF_INET6, out->host, &address) != 1)
		return complain(
			to,
			"\"%s\" is no numeric address of this machine or of a multicast group; without one any will do",
			out->host);
	out->kind = DM_SOURCE_RTP_FORWARD;
	return 0;
}

static int parse_udp(struct dm_source_uri *out, const char *authority, char *query,
		     const struct complaint *to)
{
	out->kind = DM_SOURCE_UDP_TS;
	out->listens = true;

	const int error = parse_authority(out, authority, 0, to);

	return error ? error : each_parameter(out, query, network_parameter, to);
}

static int parse_rtp(struct dm_source_uri *out, const char *authority, char *query,
		     const struct complaint *to)
{
	out->kind = DM_SOURCE_RTP_TS;
	out->listens = true;
	out->pcm_rate_hz = PCM_RATE_HZ;
	out->pcm_channels = 1;
	out->pcm_channel = 1;

	int error = parse_authority(out, authority, 0, to);

	if (!error)
		error = each_parameter(out, query, rtp_parameter, to);
	if (!error && out->pcm_channel > out->pcm_channels)
		error = complain(to, "channel=%u of channels=%u: count from 1", out->pcm_channel,
				 out->pcm_channels);
	if (!error && (out->opus_type || out->h264_type))
		error = check_forward(out, to);
	return error;
}

/* srt: */

static int srt_parameter(struct dm_source_uri *out, const char *key, const char *value,
			 const struct complaint *to)
{
	static const char *const passed_on[] = { "streamid", "localaddress", "localport" };
	const size_t length = strlen(value);
	long number;

	if (strcmp(key, "mode") == 0) {
		out->listens = strcmp(value, "listener") == 0;
		if (!out->listens && strcmp(value, "caller") != 0 &&
		    strcmp(value, "rendezvous") != 0)
			return complain(to, "mode=%s: write caller, listener or rendezvous", value);
		return 0;
	}
	if (strcmp(key, "passphrase") == 0) /* SRTO_PASSPHRASE */
		return length >= 10 && length <= 79
			       ? 0
			       : complain(to, "an SRT passphrase has 10 to 79 characters");
	if (strcmp(key, "latency") == 0)
		return parse_number(value, 0, 8000, &number)
			       ? 0
			       : complain(to, "latency=%s: 0 to 8000 ms", value);
	if (strcmp(key, "pbkeylen") == 0)
		return parse_number(value, 16, 32, &number) && number % 8 == 0
			       ? 0
			       : complain(to, "pbkeylen=%s: 16, 24 or 32", value);
	for (size_t n = 0; n < sizeof(passed_on) / sizeof(passed_on[0]); n++)
		if (strcmp(key, passed_on[n]) == 0)
			return 0;
	return complain(
		to,
		"SRT sources know mode, passphrase, latency, pbkeylen, streamid, localaddress and localport, not \"%s\"",
		key);
}

static int parse_srt(struct dm_source_uri *out, const char *authority, char *query,
		     const struct complaint *to)
{
	out->kind = DM_SOURCE_SRT;

	int error = parse_authority(out, authority, 0, to);

	if (!error)
		error = each_parameter(out, query, srt_parameter, to);
	if (!error && out->host[0] == '\0' && !out->listens)
		error = complain(
			to,
			"an SRT caller needs a host: write srt://host:port, or mode=listener to wait for calls");
	return error;
}

/* rtsp: and rtmp: the rest of the URI is the server's business. */

static int parse_server(struct dm_source_uri *out, const char *authority, uint16_t port,
			enum dm_source_kind kind, const struct complaint *to)
{
	out->kind = kind;

	const int error = parse_authority(out, authority, port, to);

	if (!error && out->host[0] == '\0')
		return complain(to, "the server's name is missing");
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
				const struct complaint *to)
{
	if (strncmp(rest, "//", 2) != 0)
		return complain(to, "after \"%s:\" comes \"//\"", scheme);
	rest += 2;

	char *query = strchr(rest, '?');

	if (query)
		*query++ = '\0';

	char *path = strchr(rest, '/');

	if (path)
		*path++ = '\0';
	const bool is_server = strncmp(scheme, "rtsp", 4) == 0 || strncmp(scheme, "rtmp", 4) == 0;

	if (!is_server && path && *path)
		return complain(to, "nothing comes after the port but \"?\"");
	if (strcmp(scheme, "srt") == 0)
		return parse_srt(out, rest, query, to);
	if (strcmp(scheme, "udp") == 0)
		return parse_udp(out, rest, query, to);
	if (strcmp(scheme, "rtp") == 0)
		return parse_rtp(out, rest, query, to);
	if (strncmp(scheme, "rtsp", 4) == 0)
		return parse_server(out, rest, 554, DM_SOURCE_RTSP, to); /* RFC 7826, 4.2 */
	if (!path || *path == '\0')
		return complain(to, "an RTMP source has a path: write rtmp://host/app/stream");
	return parse_server(out, rest, 1935, DM_SOURCE_RTMP, to);
}

static int parse_scheme(struct dm_source_uri *out, const char *scheme, char *rest,
			const struct complaint *to)
{
	static const char *const networks[] = { "srt",   "udp",   "rtp",  "rtsp", "rtsps",
						"rtspt", "rtspu", "rtmp", "rtmps" };

	if (strcmp(scheme, "file") == 0)
		return parse_file(out, rest, to);
	if (strcmp(scheme, "whip") == 0) {
		out->kind = DM_SOURCE_WHIP;
		out->listens = true;
		return *rest ? complain(to, "nothing comes after \"whip:\"; encoders publish to "
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
	return complain(
		to,
		"no source \"%s:\": write a path, or test:, file:, srt:, rtsp:, rtmp:, udp:, rtp: or whip:",
		scheme);
}

int dm_source_uri_parse(struct dm_source_uri *out, const char *uri, char *message,
			size_t message_bytes)
{
	const struct complaint to = { .text = message, .bytes = message_bytes };
	char text[DM_SOURCE_URI_MAX];
	size_t scheme = 0;
	int error;

	memset(out, 0, sizeof(*out));
	if (message_bytes > 0)
		message[0] = '\0';
	if (uri[0] == '\0')
		return complain(&to, "a source needs a name");
	if (strlen(uri) >= sizeof(text))
		return complain(&to, "a source has at most %zu bytes", sizeof(text) - 1);
	for (const char *c = uri; *c; c++)
		if (iscntrl((unsigned char)*c))
			return complain(&to, "a control character is in the source");
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
