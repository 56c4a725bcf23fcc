/* relay/control/sdp.c: see sdp.h */
#include "control/sdp.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct parser {
	struct dm_sdp *sdp;
	struct dm_sdp_media *media; /* the current m-section; NULL at session level */
	struct dm_sdp_problem *problem;
	unsigned line;
	bool fragment;
};

void dm_sdp_problem_set(struct dm_sdp_problem *problem, unsigned line, const char *format, ...)
{
	va_list arguments;

	problem->line = line;
	va_start(arguments, format);
	vsnprintf(problem->message, sizeof(problem->message), format, arguments);
	va_end(arguments);
}

static bool fail(struct parser *parser, const char *message)
{
	dm_sdp_problem_set(parser->problem, parser->line, "%s", message);
	return false;
}

static struct dm_sdp_transport *transport_of(struct parser *parser)
{
	return parser->media ? &parser->media->transport : &parser->sdp->transport;
}

static struct dm_sdp_format *find_format(struct dm_sdp_media *media, uint32_t payload_type)
{
	for (size_t i = 0; i < media->format_count; i++) {
		if (media->format[i].payload_type == payload_type)
			return &media->format[i];
	}
	return NULL;
}

static enum dm_sdp_kind kind_of(struct dm_sdp_text name)
{
	if (dm_sdp_text_is(name, "audio"))
		return DM_SDP_AUDIO;
	if (dm_sdp_text_is(name, "video"))
		return DM_SDP_VIDEO;
	if (dm_sdp_text_is(name, "application"))
		return DM_SDP_APPLICATION;
	return DM_SDP_OTHER;
}

static bool is_rtp(const struct dm_sdp_media *media)
{
	return media->kind == DM_SDP_AUDIO || media->kind == DM_SDP_VIDEO;
}

/* Payload types, in order of preference (RFC 3264, 5.1). */
static bool parse_formats(struct parser *parser, struct dm_sdp_media *media)
{
	struct dm_sdp_text rest = media->formats;

	while (rest.data) {
		const struct dm_sdp_text word = dm_sdp_text_cut(&rest, ' ');
		uint32_t payload_type;

		if (!word.bytes)
			continue;
		if (!dm_sdp_text_number(word, 127, &payload_type))
			return fail(parser,
				    "A payload type of the m-line is no number of 0 to 127.");
		if (find_format(media, payload_type))
			return fail(parser, "The m-line names a payload type twice.");
		if (media->format_count == DM_SDP_FORMATS_MAX)
			return fail(parser, "The m-line has more than 64 payload types.");
		media->format[media->format_count++] = (struct dm_sdp_format){
			.payload_type = (uint8_t)payload_type,
			.channels = 1,
		};
	}
	return true;
}

/* m=<media> <port>[/<number>] <proto> <fmt> … (RFC 8866, 5.14) */
static bool parse_media(struct parser *parser, struct dm_sdp_text value)
{
	struct dm_sdp *sdp = parser->sdp;

	if (sdp->media_count == DM_SDP_MEDIA_MAX)
		return fail(parser, "The description has more than 16 m-lines.");

	struct dm_sdp_media *media = &sdp->media[sdp->media_count++];
	struct dm_sdp_text rest = value;
	uint32_t port_number;

	parser->media = media;
	media->name = dm_sdp_text_cut(&rest, ' ');
	struct dm_sdp_text port = dm_sdp_text_cut(&rest, ' ');
	media->protocol = dm_sdp_text_cut(&rest, ' ');
	media->formats = rest;
	media->kind = kind_of(media->name);
	media->direction = DM_SDP_SEND_RECEIVE; /* RFC 8866, 6.7: the default */

	if (!media->name.bytes || !media->protocol.bytes || !media->formats.bytes)
		return fail(parser, "The m-line lacks its port, protocol or formats.");
	if (!dm_sdp_text_number(dm_sdp_text_cut(&port, '/'), 65535, &port_number))
		return fail(parser, "The port of the m-line is no number of 0 to 65535.");
	media->port = (uint16_t)port_number;
	return !is_rtp(media) || parse_formats(parser, media);
}

/* a=rtpmap:<payload type> <name>/<clock rate>[/<channels>] (RFC 8866, 6.6) */
static bool parse_rtpmap(struct parser *parser, struct dm_sdp_text value)
{
	const struct dm_sdp_text number = dm_sdp_text_cut(&value, ' ');
	uint32_t payload_type;

	if (!dm_sdp_text_number(number, 127, &payload_type))
		return fail(parser, "The payload type of a=rtpmap is no number of 0 to 127.");

	struct dm_sdp_format *format = find_format(parser->media, payload_type);
	const struct dm_sdp_text name = dm_sdp_text_cut(&value, '/');
	const struct dm_sdp_text rate = dm_sdp_text_cut(&value, '/');

	if (!format)
		return true; /* not in the m-line: means nothing */
	if (!name.bytes || !dm_sdp_text_number(rate, UINT32_MAX, &format->clock_rate_hz))
		return fail(parser, "a=rtpmap lacks its encoding name or clock rate.");
	if (value.data && !dm_sdp_text_number(value, 255, &format->channels) &&
	    parser->media->kind == DM_SDP_AUDIO)
		return fail(parser, "The number of channels in a=rtpmap is no number.");
	format->name = name;
	return true;
}

/* a=fmtp:<payload type> <parameters> (RFC 8866, 6.15) */
static bool parse_fmtp(struct parser *parser, struct dm_sdp_text value)
{
	const struct dm_sdp_text number = dm_sdp_text_cut(&value, ' ');
	uint32_t payload_type;

	if (!dm_sdp_text_number(number, 127, &payload_type))
		return fail(parser, "The payload type of a=fmtp is no number of 0 to 127.");

	struct dm_sdp_format *format = find_format(parser->media, payload_type);

	if (format)
		format->fmtp = value;
	return true;
}

/* a=rtcp-fb:<payload type or *> <kind> (RFC 4585, 4.2). Kinds we do not know are no error. */
static bool parse_feedback(struct parser *parser, struct dm_sdp_text value)
{
	const struct dm_sdp_text which = dm_sdp_text_cut(&value, ' ');
	const bool every = dm_sdp_text_is(which, "*");
	uint32_t payload_type = 0;
	uint8_t bit = 0;

	if (!every && !dm_sdp_text_number(which, 127, &payload_type))
		return fail(parser, "The payload type of a=rtcp-fb is neither * nor 0 to 127.");
	if (dm_sdp_text_is_nocase(value, "nack"))
		bit = DM_SDP_NACK;
	else if (dm_sdp_text_is_nocase(value, "nack pli"))
		bit = DM_SDP_NACK_PLI;
	else if (dm_sdp_text_is_nocase(value, "ccm fir"))
		bit = DM_SDP_CCM_FIR;
	else if (dm_sdp_text_is_nocase(value, "goog-remb"))
		bit = DM_SDP_REMB;
	for (size_t i = 0; i < parser->media->format_count; i++) {
		struct dm_sdp_format *format = &parser->media->format[i];

		if (every || format->payload_type == payload_type)
			format->feedback |= bit;
	}
	return true;
}

/* "4A:AD:…" of exactly `bytes` bytes. */
static bool parse_hex(struct dm_sdp_text text, uint8_t *value, size_t bytes)
{
	if (text.bytes != bytes * 3 - 1)
		return false;
	for (size_t i = 0; i < bytes; i++) {
		const char *at = text.data + i * 3;
		const int high = g_ascii_xdigit_value(at[0]);
		const int low = g_ascii_xdigit_value(at[1]);

		if (high < 0 || low < 0 || (i + 1 < bytes && at[2] != ':'))
			return false;
		value[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* a=fingerprint:<hash> <hex> (RFC 8122, 5). Several may be given: the strongest that we know is
 * kept, one of the peer's choice of weaker ones is never the only one that we accept. */
static bool parse_fingerprint(struct parser *parser, struct dm_sdp_text value)
{
	static const struct {
		const char *name;
		enum dm_hash hash;
		size_t bytes;
	} hashes[] = {
		{ "sha-1", DM_HASH_SHA1, 20 },
		{ "sha-256", DM_HASH_SHA256, 32 },
		{ "sha-384", DM_HASH_SHA384, 48 },
		{ "sha-512", DM_HASH_SHA512, 64 },
	};
	const struct dm_sdp_text name = dm_sdp_text_cut(&value, ' ');
	struct dm_fingerprint *kept = &transport_of(parser)->fingerprint;

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		struct dm_fingerprint read = { .hash = hashes[i].hash, .bytes = hashes[i].bytes };

		if (!dm_sdp_text_is_nocase(name, hashes[i].name))
			continue;
		if (!parse_hex(value, read.value, read.bytes))
			return fail(parser, "a=fingerprint is not as long as its hash, or no hex.");
		if (read.bytes > kept->bytes)
			*kept = read;
	}
	return true;
}

/* RFC 8839, 5.4: 4 to 256 ice-chars for the fragment, 22 to 256 for the password. */
static bool parse_credential(struct parser *parser, struct dm_sdp_text value, size_t least,
			     struct dm_sdp_text *where, const char *message)
{
	if (value.bytes < least || value.bytes > DM_ICE_UFRAG_MAX)
		return fail(parser, message);
	for (size_t i = 0; i < value.bytes; i++) {
		const char c = value.data[i];

		if (!g_ascii_isalnum(c) && c != '+' && c != '/')
			return fail(parser, message);
	}
	*where = value;
	return true;
}

static void parse_setup(struct parser *parser, struct dm_sdp_text value)
{
	enum dm_sdp_setup *setup = &transport_of(parser)->setup;

	if (dm_sdp_text_is(value, "active"))
		*setup = DM_SDP_SETUP_ACTIVE;
	else if (dm_sdp_text_is(value, "passive"))
		*setup = DM_SDP_SETUP_PASSIVE;
	else if (dm_sdp_text_is(value, "actpass"))
		*setup = DM_SDP_SETUP_ACTPASS;
	else if (dm_sdp_text_is(value, "holdconn"))
		*setup = DM_SDP_SETUP_HOLDCONN;
}

/* a=group:BUNDLE <mid> … (RFC 8843, 7): of several such groups the first counts. */
static bool parse_group(struct parser *parser, struct dm_sdp_text value)
{
	struct dm_sdp *sdp = parser->sdp;

	if (!dm_sdp_text_is(dm_sdp_text_cut(&value, ' '), "BUNDLE") || sdp->bundle_count)
		return true;
	while (value.data) {
		const struct dm_sdp_text mid = dm_sdp_text_cut(&value, ' ');

		if (!mid.bytes)
			continue;
		if (sdp->bundle_count == DM_SDP_BUNDLE_MAX)
			return fail(parser, "The BUNDLE group has more than 16 mids.");
		sdp->bundle[sdp->bundle_count++] = mid;
	}
	return true;
}

/* a=mid is a token (RFC 5888, 4): it is written into the answer as it stands. */
static bool parse_mid(struct parser *parser, struct dm_sdp_text value)
{
	if (!value.bytes || value.bytes > 64)
		return fail(parser, "a=mid is empty or longer than 64 characters.");
	for (size_t i = 0; i < value.bytes; i++) {
		if (value.data[i] <= ' ' || value.data[i] >= 0x7f)
			return fail(parser, "a=mid has a character that is not allowed.");
	}
	for (size_t i = 0; i + 1 < parser->sdp->media_count; i++) {
		if (dm_sdp_text_equal(parser->sdp->media[i].mid, value))
			return fail(parser, "Two m-lines have the same a=mid.");
	}
	parser->media->mid = value;
	return true;
}

/* Attributes with a meaning only inside an m-section. */
static bool parse_media_attribute(struct parser *parser, struct dm_sdp_text name,
				  struct dm_sdp_text value)
{
	struct dm_sdp_media *media = parser->media;

	if (dm_sdp_text_is(name, "mid"))
		return parse_mid(parser, value);
	if (dm_sdp_text_is(name, "rtpmap") && is_rtp(media))
		return parse_rtpmap(parser, value);
	if (dm_sdp_text_is(name, "fmtp") && is_rtp(media))
		return parse_fmtp(parser, value);
	if (dm_sdp_text_is(name, "rtcp-fb") && is_rtp(media))
		return parse_feedback(parser, value);
	if (dm_sdp_text_is(name, "rtcp-mux"))
		media->rtcp_mux = true;
	else if (dm_sdp_text_is(name, "rtcp-rsize"))
		media->rtcp_rsize = true;
	else if (dm_sdp_text_is(name, "bundle-only"))
		media->bundle_only = true;
	else if (dm_sdp_text_is(name, "sendrecv"))
		media->direction = DM_SDP_SEND_RECEIVE;
	else if (dm_sdp_text_is(name, "sendonly"))
		media->direction = DM_SDP_SEND;
	else if (dm_sdp_text_is(name, "recvonly"))
		media->direction = DM_SDP_RECEIVE;
	else if (dm_sdp_text_is(name, "inactive"))
		media->direction = DM_SDP_INACTIVE;
	return true;
}

static bool parse_attribute(struct parser *parser, struct dm_sdp_text value)
{
	const struct dm_sdp_text name = dm_sdp_text_cut(&value, ':');
	struct dm_sdp_transport *transport = transport_of(parser);

	if (dm_sdp_text_is(name, "fingerprint"))
		return parse_fingerprint(parser, value);
	if (dm_sdp_text_is(name, "ice-ufrag"))
		return parse_credential(parser, value, 4, &transport->ufrag,
					"a=ice-ufrag is not 4 to 256 letters, digits, + or /.");
	if (dm_sdp_text_is(name, "ice-pwd"))
		return parse_credential(parser, value, 22, &transport->pwd,
					"a=ice-pwd is not 22 to 256 letters, digits, + or /.");
	if (dm_sdp_text_is(name, "setup"))
		parse_setup(parser, value);
	else if (!parser->media && dm_sdp_text_is(name, "group"))
		return parse_group(parser, value);
	return !parser->media || parse_media_attribute(parser, name, value);
}

static bool parse_line(struct parser *parser, struct dm_sdp_text line)
{
	if (line.bytes > DM_SDP_LINE_MAX)
		return fail(parser, "The line is longer than 4096 bytes.");
	if (memchr(line.data, 0, line.bytes) || memchr(line.data, '\r', line.bytes))
		return fail(parser, "The line has a character that is not allowed.");
	if (line.bytes < 2 || line.data[1] != '=' || line.data[0] < 'a' || line.data[0] > 'z')
		return fail(parser, "The line is not of the form <letter>=<value>.");
	if (parser->line == 1 && !parser->fragment && !dm_sdp_text_is(line, "v=0"))
		return fail(parser, "A session description starts with v=0.");

	const struct dm_sdp_text value = { line.data + 2, line.bytes - 2 };

	if (line.data[0] == 'm')
		return parse_media(parser, value);
	return line.data[0] != 'a' || parse_attribute(parser, value);
}

static bool parse(struct dm_sdp *sdp, const char *text, size_t bytes, bool fragment,
		  struct dm_sdp_problem *problem)
{
	struct parser parser = { .sdp = sdp, .problem = problem, .fragment = fragment };
	struct dm_sdp_text rest = { text, bytes };

	memset(sdp, 0, sizeof(*sdp));
	if (!text || !bytes)
		return fail(&parser, "The description is empty.");
	if (bytes > DM_SDP_BYTES_MAX)
		return fail(&parser, "The description is longer than 64 KiB.");
	while (rest.data) {
		struct dm_sdp_text line = dm_sdp_text_cut(&rest, '\n');

		parser.line++;
		/* Lines end with CRLF; a lone LF is to be accepted (RFC 8866, 5). */
		if (line.bytes && line.data[line.bytes - 1] == '\r')
			line.bytes--;
		if (!line.bytes && (!rest.data || !rest.bytes))
			break;
		if (!parse_line(&parser, line))
			return false;
	}
	return true;
}

bool dm_sdp_parse(struct dm_sdp *sdp, const char *text, size_t bytes,
		  struct dm_sdp_problem *problem)
{
	return parse(sdp, text, bytes, false, problem);
}

bool dm_sdp_parse_fragment(struct dm_sdp *sdp, const char *text, size_t bytes,
			   struct dm_sdp_problem *problem)
{
	return parse(sdp, text, bytes, true, problem);
}
