/* tests/unit/control/negotiation.c: the offers of real clients, and what becomes of bent ones. */
#include "control/negotiation.h"

#include "offers.h"

#include <errno.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct dm_negotiation_options everything = { .picture = true, .sign = true };

struct expectation {
	const char *file;
	unsigned opus;    /* payload type */
	unsigned picture; /* 0: rejected */
	unsigned picture_rtx;
	unsigned sign;
};

static void test_real_clients(void **state)
{
	static const struct expectation cases[] = {
		{ "chromium-audio-video.sdp", 111, 108, 109, 0 },
		{ "chromium-audio.sdp", 111, 0, 0, 0 },
		{ "chromium-sign.sdp", 111, 108, 109, 108 },
		{ "chromium-data-sendrecv.sdp", 111, 108, 109, 0 },
		{ "node-wrtc-audio-video.sdp", 111, 0, 0, 0 },
		{ "node-wrtc-audio.sdp", 111, 0, 0, 0 },
		{ "webrtcbin-audio-video.sdp", 97, 96, 98, 0 },
		{ "webrtcbin-bare-h264.sdp", 97, 96, 98, 0 },
		{ "werift-audio-video.sdp", 96, 0, 0, 0 },
		{ "werift-h264.sdp", 96, 97, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dm_negotiation *negotiation;
		size_t bytes;
		char *offer = offer_read(cases[i].file, &bytes);
		char *answer = answer_offer(&negotiation, &everything, offer);
		const struct dm_stream_options *streams = negotiation->peer.streams;

		print_message("%s\n", cases[i].file);
		assert_mirrors(negotiation, answer);
		assert_true(streams[DM_MEDIA_AUDIO].wanted);
		assert_int_equal(streams[DM_MEDIA_AUDIO].payload_type, cases[i].opus);
		assert_lacks(answer, "a=extmap");
		assert_int_equal(streams[DM_MEDIA_PICTURE].wanted, cases[i].picture != 0);
		assert_int_equal(streams[DM_MEDIA_PICTURE].payload_type, cases[i].picture);
		assert_int_equal(streams[DM_MEDIA_PICTURE].rtx_payload_type, cases[i].picture_rtx);
		assert_int_equal(streams[DM_MEDIA_SIGN].payload_type, cases[i].sign);
		assert_true(strlen(negotiation->peer.remote_ufrag) >= 4);
		assert_int_equal(negotiation->peer.fingerprint.bytes, 32);
		assert_has(answer, "a=ice-lite\r\n");
		assert_has(answer, "a=candidate:1 1 udp 2130706431 192.0.2.7 4000 typ host\r\n");
		assert_has(answer, "a=msid:room sound\r\n");
		if (cases[i].picture)
			assert_has(answer, "a=msid:room picture\r\n");
		if (cases[i].picture_rtx)
			assert_has(answer, "a=ssrc-group:FID 1001 2001\r\n");
		if (cases[i].sign)
			assert_has(answer, "a=msid:sign signer\r\n");
		assert_lacks(answer, "transport-cc");
		g_free(answer);
		dm_negotiation_destroy(negotiation);
		free(offer);
	}
}

static void test_room_without_pictures(void **state)
{
	const struct dm_negotiation_options nothing = { 0 };
	struct dm_negotiation *negotiation;
	size_t bytes;
	char *offer = offer_read("chromium-sign.sdp", &bytes);
	char *answer = answer_offer(&negotiation, &nothing, offer);

	(void)state;
	assert_mirrors(negotiation, answer);
	assert_has(answer, "a=group:BUNDLE 0\r\n");
	assert_has(answer, "m=video 0 UDP/TLS/RTP/SAVPF ");
	g_free(answer);
	dm_negotiation_destroy(negotiation);

	/* A signer without a picture is still the second m-line. */
	const struct dm_negotiation_options signer = { .sign = true };

	answer = answer_offer(&negotiation, &signer, offer);
	assert_mirrors(negotiation, answer);
	assert_false(negotiation->lines[1].accepted);
	assert_true(negotiation->lines[2].accepted);
	assert_int_equal(negotiation->lines[2].media, DM_MEDIA_SIGN);
	assert_has(answer, "a=group:BUNDLE 0 2\r\n");
	g_free(answer);
	dm_negotiation_destroy(negotiation);
	free(offer);
}

#define AUDIO                                                                        \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\na=rtcp-mux\r\na=recvonly\r\n" \
	"a=rtpmap:111 opus/48000/2\r\n"
#define VIDEO "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:v\r\na=rtcp-mux\r\na=recvonly\r\n"

static char *expect(const char *offer, const char *part)
{
	struct dm_negotiation *negotiation;
	char *answer = answer_offer(&negotiation, &everything, offer);

	assert_mirrors(negotiation, answer);
	assert_has(answer, part);
	dm_negotiation_destroy(negotiation);
	return answer;
}

/* RFC 6184, 8.2.2 */
static void test_h264_choice(void **state)
{
	static const struct {
		const char *attributes;
		const char *part;
	} cases[] = {
		/* Constrained baseline before baseline, whatever the order. */
		{ "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=42001f\r\n"
		  "a=rtpmap:97 H264/90000\r\na=fmtp:97 packetization-mode=1;profile-level-id=42e01f\r\n",
		  "a=rtpmap:97 H264/90000\r\n" },
		/* Mode 1 before mode 0. */
		{ "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=0;profile-level-id=42e01f\r\n"
		  "a=rtpmap:97 H264/90000\r\na=fmtp:97 packetization-mode=1;profile-level-id=42001f\r\n",
		  "a=rtpmap:97 H264/90000\r\n" },
		/* Mode 0 alone cannot be sent. */
		{ "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=0;profile-level-id=42e01f\r\n",
		  "m=video 0 " },
		/* Main and high take constrained baseline; the profile is theirs. */
		{ "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;"
		  "profile-level-id=4d0032;level-asymmetry-allowed=1\r\n",
		  "a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f\r\n" },
		/* Where levels may not differ, theirs holds. */
		{ "a=rtpmap:96 h264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=640015\r\n",
		  "a=fmtp:96 packetization-mode=1;profile-level-id=640015\r\n" },
		/* Extended without the constraints of baseline does not. */
		{ "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=580015\r\n",
		  "m=video 0 " },
		{ "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=xyz\r\n",
		  "m=video 0 " },
		/* The RTX of another payload type is not ours; without NACK it is of no use. */
		{ "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=rtcp-fb:96 nack\r\n"
		  "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=98\r\n",
		  "UDP/TLS/RTP/SAVPF 96\r\n" },
		{ "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n"
		  "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n",
		  "UDP/TLS/RTP/SAVPF 96\r\n" },
		{ "a=rtpmap:96 VP8/90000\r\n", "m=video 0 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char offer[2048];

		snprintf(offer, sizeof(offer), OFFER_TOP AUDIO VIDEO "%s", cases[i].attributes);
		g_free(expect(offer, cases[i].part));
	}
}

static void test_answer_keeps_to_the_offer(void **state)
{
	char *answer = expect(OFFER_TOP AUDIO, "a=group:BUNDLE a\r\n");

	(void)state;
	assert_lacks(answer, "a=rtcp-rsize");
	assert_lacks(answer, "a=rtcp-fb");
	assert_lacks(answer, "m=video");
	g_free(answer);
}

/* Neither group nor mid: one m-line alone needs none. */
static void test_no_bundle(void **state)
{
	char *offer = text_replace(OFFER_TOP AUDIO, "a=group:BUNDLE a v\r\n", "");
	char *bare = text_replace(offer, "a=mid:a\r\n", "");
	char *answer = expect(bare, "m=audio 4000 ");

	(void)state;
	assert_lacks(answer, "BUNDLE");
	assert_lacks(answer, "a=mid");
	g_free(answer);
	free(bare);
	free(offer);
}

/* A port of 0 is a rejected m-line, unless it waits for the bundle (RFC 8843, 6). */
static void test_port_zero(void **state)
{
	static const char h264[] = "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n";
	char offer[2048];

	(void)state;
	snprintf(offer, sizeof(offer), OFFER_TOP AUDIO VIDEO "%s", h264);

	char *zero = text_replace(offer, "m=video 9", "m=video 0");
	char *waiting = text_replace(zero, "a=mid:v", "a=bundle-only\r\na=mid:v");

	g_free(expect(zero, "m=video 0 "));
	g_free(expect(waiting, "m=video 4000 "));
	free(waiting);
	free(zero);
}

/* Longer than any header extension could carry: we send none, and the answer mirrors it. */
static void test_long_mid(void **state)
{
	struct dm_negotiation *negotiation;
	char *offer = text_replace(OFFER_TOP AUDIO, "a=mid:a", "a=mid:abcdefghijklmnopqrstuvwxyz");
	char *answer = answer_offer(&negotiation, &everything, offer);

	(void)state;
	assert_has(answer, "a=mid:abcdefghijklmnopqrstuvwxyz\r\n");
	g_free(answer);
	dm_negotiation_destroy(negotiation);
	free(offer);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		const char *word; /* of the sentence */
	} cases[] = {
		{ "opus/48000/2", "opus/48000", "no Opus" },
		{ "opus/48000/2", "PCMU/8000", "no Opus" },
		{ "a=recvonly", "a=sendonly", "does not receive" },
		{ "a=recvonly", "a=inactive", "does not receive" },
		{ "m=audio 9", "m=audio 0", "disabled" },
		{ "UDP/TLS/RTP/SAVPF 111", "RTP/AVP 111", "DTLS-SRTP" },
		{ "m=audio", "m=text", "no audio m-line" },
		{ "a=ice-ufrag:abcd\r\n", "", "ice-ufrag" },
		{ "a=ice-pwd:0123456789012345678901\r\n", "", "ice-pwd" },
		{ "a=fingerprint:sha-1", "a=fingerprint:md5", "fingerprint" },
		{ "a=setup:actpass", "a=setup:passive", "passive" },
		{ "a=setup:actpass", "a=setup:holdconn", "holdconn" },
		{ "a=rtcp-mux\r\n", "", "rtcp-mux" },
		{ "v=0", "v=2", "v=0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dm_negotiation *negotiation;
		struct dm_sdp_problem problem;
		char *offer = text_replace(OFFER_TOP AUDIO, cases[i].from, cases[i].to);

		assert_int_equal(dm_negotiation_create(&negotiation, &everything, offer,
						       strlen(offer), &problem),
				 -EINVAL);
		assert_null(negotiation);
		assert_has(problem.message, cases[i].word);
		free(offer);
	}
}

static void test_unbundled_picture(void **state)
{
	struct dm_negotiation *negotiation;
	struct dm_sdp_problem problem;
	size_t bytes;
	char *offer = offer_read("webrtcbin-unbundled.sdp", &bytes);

	(void)state;
	assert_int_equal(dm_negotiation_create(&negotiation, &everything, offer, bytes, &problem),
			 -EINVAL);
	assert_has(problem.message, "max-bundle");
	free(offer);
}

/* A setup:active offer, and one without any setup, let us be passive. */
static void test_setup(void **state)
{
	char *active = text_replace(OFFER_TOP AUDIO, "a=setup:actpass", "a=setup:active");
	char *none = text_replace(OFFER_TOP AUDIO, "a=setup:actpass\r\n", "");

	(void)state;
	g_free(expect(active, "a=setup:passive"));
	g_free(expect(none, "a=setup:passive"));
	free(none);
	free(active);
}

static void test_restart(void **state)
{
	struct dm_negotiation *first;
	struct dm_negotiation *again;
	struct dm_negotiation *other;
	char *new_ufrag = text_replace(OFFER_TOP AUDIO, "ufrag:abcd", "ufrag:wxyz");
	char *new_type = text_replace(OFFER_TOP AUDIO, "SAVPF 111", "SAVPF 110");
	char *moved = text_replace(new_type, "rtpmap:111", "rtpmap:110");

	(void)state;
	g_free(answer_offer(&first, &everything, OFFER_TOP AUDIO));
	g_free(answer_offer(&again, &everything, new_ufrag));
	g_free(answer_offer(&other, &everything, moved));
	assert_true(dm_negotiation_same_media(first, again));
	assert_false(dm_negotiation_same_media(first, other));
	dm_negotiation_destroy(first);
	dm_negotiation_destroy(again);
	dm_negotiation_destroy(other);
	free(moved);
	free(new_type);
	free(new_ufrag);
}

static void test_version_counts(void **state)
{
	struct dm_negotiation *negotiation;
	char *first = answer_offer(&negotiation, &everything, OFFER_TOP AUDIO);
	const struct dm_peer_answer answer = answer_to(negotiation);
	char *second = dm_negotiation_write_answer(negotiation, &answer);
	char *fragment = dm_negotiation_write_fragment(negotiation, &answer);

	(void)state;
	assert_has(first, " 0 IN IP4 127.0.0.1\r\n");
	assert_has(second, " 1 IN IP4 127.0.0.1\r\n");
	assert_int_equal(strncmp(fragment, "a=ice-lite\r\n", 12), 0);
	assert_has(fragment, "a=mid:a\r\na=ice-ufrag:ufragabc\r\n");
	assert_has(fragment, "a=end-of-candidates\r\n");
	assert_lacks(fragment, "a=fingerprint");
	g_free(fragment);
	g_free(second);
	g_free(first);
	dm_negotiation_destroy(negotiation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_clients),
		cmocka_unit_test(test_room_without_pictures),
		cmocka_unit_test(test_h264_choice),
		cmocka_unit_test(test_answer_keeps_to_the_offer),
		cmocka_unit_test(test_no_bundle),
		cmocka_unit_test(test_port_zero),
		cmocka_unit_test(test_long_mid),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_unbundled_picture),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_version_counts),
	};

	return cmocka_run_group_tests_name("control/negotiation", tests, NULL, NULL);
}
