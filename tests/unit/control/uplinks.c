/* tests/unit/control/uplinks.c: what peers send, as negotiated: an interpreter's microphone and the
 * monitor beside it, and what publishers bring by WHIP. */
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

#define RECEIVED ";usedtx=0;stereo=0;maxaveragebitrate=64000\r\n"

static const struct dm_negotiation_options interpreter = {
	.picture = true, .sign = true, .microphone = true, .monitor = true
};
static const struct dm_negotiation_options channel = { .publish = true };
static const struct dm_negotiation_options floor_whole = { .publish = true,
							   .publish_picture = true };

struct case_of_interpreter {
	const char *file;
	unsigned opus;
	unsigned picture; /* 0: rejected */
};

static void test_interpreters(void **state)
{
	static const struct case_of_interpreter cases[] = {
		{ "chromium-interpreter.sdp", 111, 108 },
		{ "firefox-interpreter.sdp", 109, 0 }, /* its H.264 is a plug-in */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dm_negotiation *negotiation;
		size_t bytes;
		char *offer = offer_read(cases[i].file, &bytes);
		char *answer = answer_offer(&negotiation, &interpreter, offer);
		const struct dm_peer_options *peer = &negotiation->peer;
		const struct dm_uplink_options *sound = &peer->uplinks[DM_UPLINK_SOUND];

		assert_mirrors(negotiation, answer);
		assert_int_equal(peer->streams[DM_MEDIA_AUDIO].payload_type, cases[i].opus);
		assert_int_equal(peer->streams[DM_MEDIA_MONITOR].payload_type, cases[i].opus);
		assert_int_equal(peer->streams[DM_MEDIA_PICTURE].payload_type, cases[i].picture);
		assert_int_equal(peer->streams[DM_MEDIA_SIGN].payload_type, cases[i].picture);
		assert_true(sound->wanted);
		assert_int_equal(sound->codec, DM_CODEC_OPUS);
		assert_int_equal(sound->payload_type, cases[i].opus);
		/* Neither offers it, and libwebrtc does it all the same. */
		assert_false(peer->streams[DM_MEDIA_AUDIO].nack);
		assert_true(sound->nack);
		assert_false(sound->pli);
		assert_false(peer->uplinks[DM_UPLINK_PICTURE].wanted);
		assert_null(sound->intake);

		assert_int_equal(negotiation->lines[0].direction, DM_SDP_SEND_RECEIVE);
		assert_int_equal(negotiation->lines[1].direction, DM_SDP_SEND);
		assert_int_equal(negotiation->lines[1].media, DM_MEDIA_MONITOR);
		assert_has(answer, "a=sendrecv\r\n");
		assert_has(answer, "useinbandfec=1" RECEIVED);
		assert_has(answer, "minptime=10;useinbandfec=1\r\n"); /* of the monitor */
		assert_has(answer, "a=msid:room sound\r\n");
		assert_has(answer, "a=msid:monitor channel\r\n");
		g_free(answer);
		dm_negotiation_destroy(negotiation);
		free(offer);
	}
}

/* Without the options the same offers are those of listeners. */
static void test_listener_as_before(void **state)
{
	const struct dm_negotiation_options listener = { .picture = true, .sign = true };
	struct dm_negotiation *negotiation;
	size_t bytes;
	char *offer = offer_read("chromium-interpreter.sdp", &bytes);
	char *answer = answer_offer(&negotiation, &listener, offer);

	(void)state;
	assert_mirrors(negotiation, answer);
	assert_false(negotiation->peer.uplinks[DM_UPLINK_SOUND].wanted);
	assert_false(negotiation->peer.streams[DM_MEDIA_MONITOR].wanted);
	assert_false(negotiation->lines[1].accepted);
	assert_lacks(answer, "a=sendrecv");
	assert_lacks(answer, "maxaveragebitrate");
	g_free(answer);
	dm_negotiation_destroy(negotiation);
	free(offer);
}

struct case_of_publisher {
	const char *file;
	unsigned opus;
	unsigned picture;
	unsigned rtx;
	enum dm_codec codec;
};

static void test_publishers(void **state)
{
	static const struct case_of_publisher cases[] = {
		{ "obs-whip.sdp", 111, 96, 0, DM_CODEC_H264 },
		{ "chromium-publish.sdp", 111, 96, 97, DM_CODEC_VP8 },
		{ "chromium-simulcast.sdp", 111, 96, 97, DM_CODEC_VP8 },
		{ "firefox-publish.sdp", 109, 120, 124, DM_CODEC_VP8 },
		{ "firefox-simulcast.sdp", 109, 120, 124, DM_CODEC_VP8 },
		{ "webrtcbin-whip.sdp", 96, 97, 99, DM_CODEC_H264 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dm_negotiation *negotiation;
		size_t bytes;
		char *offer = offer_read(cases[i].file, &bytes);
		char *answer = answer_offer(&negotiation, &floor_whole, offer);
		const struct dm_uplink_options *uplinks = negotiation->peer.uplinks;

		print_message("%s\n", cases[i].file);
		assert_mirrors(negotiation, answer);
		assert_int_equal(uplinks[DM_UPLINK_SOUND].payload_type, cases[i].opus);
		assert_true(uplinks[DM_UPLINK_SOUND].nack);
		assert_true(uplinks[DM_UPLINK_PICTURE].wanted);
		assert_int_equal(uplinks[DM_UPLINK_PICTURE].payload_type, cases[i].picture);
		assert_int_equal(uplinks[DM_UPLINK_PICTURE].rtx_payload_type, cases[i].rtx);
		assert_int_equal(uplinks[DM_UPLINK_PICTURE].codec, cases[i].codec);
		assert_true(uplinks[DM_UPLINK_PICTURE].nack && uplinks[DM_UPLINK_PICTURE].pli);
		for (size_t media = 0; media < DM_MEDIA_COUNT; media++)
			assert_false(negotiation->peer.streams[media].wanted);
		assert_has(answer, "a=recvonly\r\n");
		assert_has(answer, "useinbandfec=1" RECEIVED);
		assert_lacks(answer, "a=sendrecv");
		assert_lacks(answer, "a=sendonly");
		assert_lacks(answer, "a=msid");
		assert_lacks(answer, "a=ssrc");
		assert_lacks(answer, "simulcast"); /* so that one picture comes */
		assert_lacks(answer, "a=rid");
		g_free(answer);
		dm_negotiation_destroy(negotiation);

		/* Into a channel the sound alone. */
		answer = answer_offer(&negotiation, &channel, offer);
		assert_mirrors(negotiation, answer);
		assert_false(negotiation->peer.uplinks[DM_UPLINK_PICTURE].wanted);
		assert_has(answer, "m=video 0 ");
		g_free(answer);
		dm_negotiation_destroy(negotiation);
		free(offer);
	}
}

#define AUDIO                                                                        \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a\r\na=rtcp-mux\r\na=sendonly\r\n" \
	"a=rtpmap:111 opus/48000/2\r\n"
#define VIDEO "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:v\r\na=rtcp-mux\r\na=sendonly\r\n"
#define H264  "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id="

/* The offerer's first that we take; what its level says where levels may differ. */
static void test_picture_choice(void **state)
{
	static const struct {
		const char *attributes;
		enum dm_codec codec;
		const char *part;
	} cases[] = {
		{ H264 "42e01f\r\na=rtpmap:97 VP8/90000\r\n", DM_CODEC_H264,
		  "a=fmtp:96 packetization-mode=1;profile-level-id=42e01f\r\n" },
		{ H264 "64002a;level-asymmetry-allowed=1\r\n", DM_CODEC_H264,
		  "a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640034\r\n" },
		{ H264 "4d0028\r\n", DM_CODEC_H264, "profile-level-id=4d0028\r\n" },
		{ "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 H264/90000\r\n", DM_CODEC_VP8,
		  "a=rtpmap:96 VP8/90000\r\n" },
		{ "a=rtpmap:96 H265/90000\r\na=rtpmap:97 vp8/90000\r\n", DM_CODEC_VP8,
		  "a=rtpmap:97 VP8/90000\r\n" },
		/* Single NAL units may come too; interleaved ones may not. */
		{ "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=0;profile-level-id=42001f\r\n",
		  DM_CODEC_H264, "a=fmtp:96 packetization-mode=0;profile-level-id=42001f\r\n" },
		{ "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=2;profile-level-id=42001f\r\n"
		  "a=rtpmap:97 VP8/90000\r\n",
		  DM_CODEC_VP8, "a=rtpmap:97 VP8/90000\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dm_negotiation *negotiation;
		char offer[2048];
		char *answer;

		snprintf(offer, sizeof(offer), OFFER_TOP AUDIO VIDEO "%s", cases[i].attributes);
		answer = answer_offer(&negotiation, &floor_whole, offer);
		assert_mirrors(negotiation, answer);
		assert_int_equal(negotiation->peer.uplinks[DM_UPLINK_PICTURE].codec,
				 cases[i].codec);
		assert_has(answer, cases[i].part);
		g_free(answer);
		dm_negotiation_destroy(negotiation);
	}
}

/* NACK, RTX, PLI and REMB as they were offered. */
static void test_feedback(void **state)
{
	struct dm_negotiation *negotiation;
	char *answer = answer_offer(&negotiation, &floor_whole,
				    OFFER_TOP AUDIO
				    "a=rtcp-fb:111 nack\r\n" VIDEO "a=rtpmap:96 VP8/90000\r\n"
				    "a=rtcp-fb:* goog-remb\r\na=rtcp-fb:96 transport-cc\r\n");
	const struct dm_uplink_options *picture = &negotiation->peer.uplinks[DM_UPLINK_PICTURE];

	(void)state;
	assert_has(answer, "a=rtcp-fb:111 nack\r\n");
	assert_has(answer, "a=rtcp-fb:96 goog-remb\r\n");
	assert_lacks(answer, "transport-cc");
	assert_false(picture->nack || picture->pli);
	assert_true(picture->remb);
	g_free(answer);
	dm_negotiation_destroy(negotiation);
}

struct refusal_case {
	const struct dm_negotiation_options *options;
	const char *from;
	const char *to;
	const char *word; /* of the sentence */
};

static void test_refusals(void **state)
{
	static const char whole[] = OFFER_TOP AUDIO VIDEO H264 "42e01f\r\n";
	static const struct refusal_case cases[] = {
		{ &channel, "a=sendonly", "a=recvonly", "does not send" },
		{ &channel, "a=sendonly", "a=inactive", "does not send" },
		{ &channel, "opus/48000/2", "PCMU/8000", "no Opus" },
		{ &channel, "m=audio", "m=text", "no audio m-line" },
		{ &channel, "UDP/TLS/RTP/SAVPF 111", "RTP/AVP 111", "DTLS-SRTP" },
		{ &channel, "m=audio 9", "m=audio 0", "disabled" },
		/* RFC 5761, 4: with the marker bit it would be RTCP. */
		{ &channel, "SAVPF 111\r\na=mid:a\r\na=rtcp-mux\r\na=sendonly\r\na=rtpmap:111",
		  "SAVPF 72\r\na=mid:a\r\na=rtcp-mux\r\na=sendonly\r\na=rtpmap:72", "no Opus" },
		{ &floor_whole, "H264/90000", "H265/90000", "neither H.264" },
		{ &floor_whole, "profile-level-id=42e01f", "profile-level-id=580015",
		  "neither H.264" },
		{ &floor_whole, "BUNDLE a v", "BUNDLE a", "max-bundle" },
		{ &floor_whole, "SAVPF 111\r\na=mid:a\r\na=rtcp-mux\r\na=sendonly\r\na=rtpmap:111",
		  "SAVPF 96\r\na=mid:a\r\na=rtcp-mux\r\na=sendonly\r\na=rtpmap:96",
		  "payload type 96" },
		{ &interpreter, "a=sendonly", "a=recvonly", "does not send" },
		{ &interpreter, "a=nothing", "a=nothing", "does not receive" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const bool bent = strcmp(cases[i].from, cases[i].to) != 0;
		struct dm_negotiation *negotiation;
		struct dm_sdp_problem problem;
		char *offer = bent ? text_replace(whole, cases[i].from, cases[i].to)
				   : strdup(whole);

		assert_int_equal(dm_negotiation_create(&negotiation, cases[i].options, offer,
						       strlen(offer), &problem),
				 -EINVAL);
		assert_null(negotiation);
		assert_has(problem.message, cases[i].word);
		free(offer);
	}
}

/* What does not send is no picture to refuse: it is rejected, and the sound goes on. */
static void test_picture_that_does_not_send(void **state)
{
	struct dm_negotiation *negotiation;
	char *idle = text_replace(OFFER_TOP AUDIO VIDEO, "a=mid:v\r\na=rtcp-mux\r\na=sendonly",
				  "a=mid:v\r\na=rtcp-mux\r\na=inactive");
	char *answer = answer_offer(&negotiation, &floor_whole, idle);

	(void)state;
	assert_has(answer, "m=video 0 ");
	assert_true(negotiation->peer.uplinks[DM_UPLINK_SOUND].wanted);
	g_free(answer);
	dm_negotiation_destroy(negotiation);
	free(idle);
}

/* A restart keeps what the peer sends, too. */
static void test_restart(void **state)
{
	static const char offer[] = OFFER_TOP AUDIO VIDEO H264 "42e01f\r\na=rtcp-fb:96 nack\r\n";
	char *again = text_replace(offer, "ufrag:abcd", "ufrag:wxyz");
	char *bent[] = {
		text_replace(again, "a=rtcp-fb:96 nack", "a=rtcp-fb:96 ccm fir"),
		text_replace(again, "H264/90000", "VP8/90000"),
	};
	struct dm_negotiation *first;
	struct dm_negotiation *second;

	(void)state;
	g_free(answer_offer(&first, &floor_whole, offer));
	g_free(answer_offer(&second, &floor_whole, again));
	assert_true(dm_negotiation_same_media(first, second));
	dm_negotiation_destroy(second);
	g_free(answer_offer(&second, &channel, again));
	assert_false(dm_negotiation_same_media(first, second));
	dm_negotiation_destroy(second);
	for (size_t i = 0; i < 2; i++) {
		g_free(answer_offer(&second, &floor_whole, bent[i]));
		assert_false(dm_negotiation_same_media(first, second));
		dm_negotiation_destroy(second);
		free(bent[i]);
	}
	dm_negotiation_destroy(first);
	free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interpreters),
		cmocka_unit_test(test_listener_as_before),
		cmocka_unit_test(test_publishers),
		cmocka_unit_test(test_picture_choice),
		cmocka_unit_test(test_feedback),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_picture_that_does_not_send),
		cmocka_unit_test(test_restart),
	};

	return cmocka_run_group_tests_name("control/uplinks", tests, NULL, NULL);
}
