/* tests/unit/control/sdp.c: the SDP reader. */
#include "control/sdp.h"

#include "offers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct dm_sdp sdp;
static struct dm_sdp_problem problem;

static bool parse(const char *text)
{
	return dm_sdp_parse(&sdp, text, strlen(text), &problem);
}

#define HEAD "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

static void test_chromium(void **state)
{
	size_t bytes;
	char *text = offer_read("chromium-sign.sdp", &bytes);

	(void)state;
	assert_true(dm_sdp_parse(&sdp, text, bytes, &problem));
	assert_int_equal(sdp.media_count, 3);
	assert_int_equal(sdp.bundle_count, 3);
	assert_int_equal(sdp.media[0].kind, DM_SDP_AUDIO);
	assert_true(dm_sdp_text_is(sdp.media[0].format[0].name, "opus"));
	assert_int_equal(sdp.media[0].format[0].clock_rate_hz, 48000);
	assert_int_equal(sdp.media[0].format[0].channels, 2);
	assert_int_equal(sdp.media[0].direction, DM_SDP_RECEIVE);
	assert_int_equal(sdp.media[0].transport.setup, DM_SDP_SETUP_ACTPASS);
	assert_int_equal(sdp.media[0].transport.fingerprint.hash, DM_HASH_SHA256);
	assert_true(sdp.media[0].rtcp_mux && sdp.media[0].rtcp_rsize);
	assert_int_equal(sdp.media[2].kind, DM_SDP_VIDEO);
	assert_true(sdp.media[2].format_count > 10);
	free(text);
}

/* RFC 8866, 5: an example that is no WebRTC at all is read all the same. */
static void test_rfc8866_example(void **state)
{
	(void)state;
	assert_true(parse("v=0\r\n"
			  "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\n"
			  "s=Call to John Smith\r\n"
			  "i=SDP Offer #1\r\n"
			  "u=http://www.jdoe.example.com/home.html\r\n"
			  "e=Jane Doe <jane@jdoe.example.com>\r\n"
			  "p=+1 617 555-6011\r\n"
			  "c=IN IP4 198.51.100.1\r\n"
			  "t=0 0\r\n"
			  "m=audio 49170 RTP/AVP 0\r\n"
			  "m=audio 49180 RTP/AVP 0\r\n"
			  "m=video 51372 RTP/AVP 99\r\n"
			  "c=IN IP6 2001:db8::2\r\n"
			  "a=rtpmap:99 h263-1998/90000\r\n"));
	assert_int_equal(sdp.media_count, 3);
	assert_int_equal(sdp.media[1].port, 49180);
	assert_int_equal(sdp.media[2].format[0].clock_rate_hz, 90000);
	assert_int_equal(sdp.media[2].direction, DM_SDP_SEND_RECEIVE);
}

/* RFC 9725, 4.3.2: a fragment has no v=; as a whole description it is refused. */
static void test_fragment(void **state)
{
	static const char fragment[] =
		"a=group:BUNDLE 0 1\r\n"
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
		"a=mid:0\r\n"
		"a=ice-ufrag:EsAw\r\n"
		"a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
		"a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1\r\n"
		"a=end-of-candidates\r\n";

	(void)state;
	assert_true(dm_sdp_parse_fragment(&sdp, fragment, strlen(fragment), &problem));
	assert_true(dm_sdp_text_is(sdp.media[0].transport.ufrag, "EsAw"));
	assert_false(parse(fragment));
	assert_int_equal(problem.line, 1);
}

static void test_lone_line_feeds(void **state)
{
	(void)state;
	assert_true(
		parse("v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\nm=audio 9 RTP/SAVPF 0\na=mid:x"));
	assert_true(dm_sdp_text_is(sdp.media[0].mid, "x"));
	assert_true(parse(HEAD "\r\n"));
}

static void test_session_level(void **state)
{
	(void)state;
	assert_true(parse(HEAD "a=ice-ufrag:abcd\r\na=setup:active\r\n"
			       "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"));
	assert_true(dm_sdp_text_is(sdp.transport.ufrag, "abcd"));
	assert_int_equal(sdp.transport.setup, DM_SDP_SETUP_ACTIVE);
}

static void test_feedback(void **state)
{
	(void)state;
	assert_true(parse(HEAD "m=video 9 RTP/SAVPF 96 97\r\na=rtcp-fb:* nack\r\n"
			       "a=rtcp-fb:97 nack pli\r\na=rtcp-fb:97 ccm fir\r\n"
			       "a=rtcp-fb:97 goog-remb\r\na=rtcp-fb:97 transport-cc\r\n"
			       "a=rtcp-fb:98 nack\r\n"));
	assert_int_equal(sdp.media[0].format[0].feedback, DM_SDP_NACK);
	assert_int_equal(sdp.media[0].format[1].feedback,
			 DM_SDP_NACK | DM_SDP_NACK_PLI | DM_SDP_CCM_FIR | DM_SDP_REMB);
}

/* The strongest hash is kept, in either order; unknown ones are let be. */
static void test_fingerprints(void **state)
{
	static const char one[] =
		"a=fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB\r\n";
	static const char two[] =
		"a=fingerprint:SHA-256 12:df:3e:5d:49:6b:19:e5:7c:ab:4a:ad:b9:b1:3f:82:18:3b:54:02:"
		"12:df:3e:5d:49:6b:19:e5:7c:ab:3e:5d\r\n";
	char text[1024];

	(void)state;
	snprintf(text, sizeof(text), HEAD "%s%sa=fingerprint:md5 00:11\r\n", one, two);
	assert_true(parse(text));
	assert_int_equal(sdp.transport.fingerprint.hash, DM_HASH_SHA256);
	assert_int_equal(sdp.transport.fingerprint.value[0], 0x12);
	assert_int_equal(sdp.transport.fingerprint.value[31], 0x5d);
	snprintf(text, sizeof(text), HEAD "%s%s", two, one);
	assert_true(parse(text));
	assert_int_equal(sdp.transport.fingerprint.bytes, 32);
	snprintf(text, sizeof(text), HEAD "%s", one);
	assert_true(parse(text));
	assert_int_equal(sdp.transport.fingerprint.bytes, 20);
}

/* What is wrong, and the line it is told for. */
static void test_malformed(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} cases[] = {
		{ "", 0 },
		{ "x", 1 },
		{ "v=1\r\n", 1 },
		{ "o=- 1 1 IN IP4 0.0.0.0\r\nv=0\r\n", 1 },
		{ HEAD "nonsense\r\n", 5 },
		{ HEAD "A=mid:0\r\n", 5 },
		{ HEAD "\r\na=x\r\n", 5 },
		{ HEAD "m=\r\n", 5 },
		{ HEAD "m=audio\r\n", 5 },
		{ HEAD "m=audio 9 RTP/AVP\r\n", 5 },
		{ HEAD "m=audio 65536 RTP/AVP 0\r\n", 5 },
		{ HEAD "m=audio -1 RTP/AVP 0\r\n", 5 },
		{ HEAD "m=audio 9 RTP/AVP 128\r\n", 5 },
		{ HEAD "m=audio 9 RTP/AVP 0 0\r\n", 5 },
		{ HEAD "m=audio 9 RTP/AVP zero\r\n", 5 },
		{ HEAD "m=audio 9 RTP/AVP 96\r\na=rtpmap:96\r\n", 6 },
		{ HEAD "m=audio 9 RTP/AVP 96\r\na=rtpmap:96 opus\r\n", 6 },
		{ HEAD "m=audio 9 RTP/AVP 96\r\na=rtpmap:96 opus/x\r\n", 6 },
		{ HEAD "m=audio 9 RTP/AVP 96\r\na=rtpmap:96 opus/99999999999\r\n", 6 },
		{ HEAD "m=audio 9 RTP/AVP 96\r\na=rtpmap:96 opus/48000/\r\n", 6 },
		{ HEAD "m=audio 9 RTP/AVP 96\r\na=rtcp-fb:x nack\r\n", 6 },
		{ HEAD "m=audio 9 RTP/AVP 96\r\na=fmtp: x\r\n", 6 },
		{ HEAD "m=audio 9 RTP/AVP 96\r\na=mid:\r\n", 6 },
		{ HEAD "m=audio 9 RTP/AVP 96\r\na=mid:a b\r\n", 6 },
		{ HEAD "m=audio 9 RTP/AVP 0\r\na=mid:0\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n", 8 },
		{ HEAD "a=ice-ufrag:abc\r\n", 5 },
		{ HEAD "a=ice-ufrag:ab d\r\n", 5 },
		{ HEAD "a=ice-pwd:tooshort\r\n", 5 },
		{ HEAD "a=fingerprint:sha-256 00:11\r\n", 5 },
		{ HEAD
		  "a=fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:XY\r\n",
		  5 },
		{ HEAD "a=group:BUNDLE a b c d e f g h i j k l m n o p q\r\n", 5 },
		{ HEAD "a=x\ry\r\n", 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (parse(cases[i].text))
			fail_msg("was read: %s", cases[i].text);
		assert_int_equal(problem.line, cases[i].line);
		assert_true(strlen(problem.message) > 10);
	}
}

static void test_nul_inside(void **state)
{
	static const char text[] = HEAD "a=mid\0:x\r\n";

	(void)state;
	assert_false(dm_sdp_parse(&sdp, text, sizeof(text) - 1, &problem));
}

static void test_bounds(void **state)
{
	char *text = calloc(1, DM_SDP_BYTES_MAX + 2);

	(void)state;
	strcpy(text, HEAD);
	for (int i = 0; i < DM_SDP_MEDIA_MAX; i++)
		strcat(text, "m=audio 9 RTP/AVP 0\r\n");
	assert_true(parse(text));
	strcat(text, "m=audio 9 RTP/AVP 0\r\n");
	assert_false(parse(text));

	strcpy(text, HEAD "m=video 9 RTP/AVP");
	for (int i = 0; i < DM_SDP_FORMATS_MAX; i++)
		sprintf(text + strlen(text), " %d", i);
	assert_true(parse(text));
	strcat(text, " 127");
	assert_false(parse(text));

	strcpy(text, HEAD "a=");
	memset(text + strlen(text), 'x', DM_SDP_LINE_MAX - 2);
	assert_true(parse(text));
	text[strlen(text)] = 'x';
	assert_false(parse(text));

	memset(text, 'v', DM_SDP_BYTES_MAX + 1);
	assert_false(parse(text));
	free(text);
}

static void test_fmtp(void **state)
{
	const struct dm_sdp_text fmtp = { "a=1; B = 2;empty=;flag;c=x=y", 28 };

	(void)state;
	assert_true(dm_sdp_text_is(dm_sdp_fmtp(fmtp, "a"), "1"));
	assert_true(dm_sdp_text_is(dm_sdp_fmtp(fmtp, "b"), "2"));
	assert_true(dm_sdp_text_is(dm_sdp_fmtp(fmtp, "empty"), ""));
	assert_true(dm_sdp_text_is(dm_sdp_fmtp(fmtp, "c"), "x=y"));
	assert_null(dm_sdp_fmtp(fmtp, "flag").data);
	assert_null(dm_sdp_fmtp(fmtp, "none").data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chromium),      cmocka_unit_test(test_rfc8866_example),
		cmocka_unit_test(test_fragment),      cmocka_unit_test(test_lone_line_feeds),
		cmocka_unit_test(test_session_level), cmocka_unit_test(test_feedback),
		cmocka_unit_test(test_fingerprints),  cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_nul_inside),    cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_fmtp),
	};

	return cmocka_run_group_tests_name("control/sdp", tests, NULL, NULL);
}
