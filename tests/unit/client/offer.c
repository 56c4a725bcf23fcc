/* The offer a receiver makes, and what it reads from answers good and bad. */
#include "../../../client/native/offer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define PRINT                                              \
	"00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:" \
	"10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F"
#define HEAD "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-lite\r\n"
#define TRANSPORT                                                      \
	"a=ice-ufrag:abcdefgh\r\na=ice-pwd:0123456789012345678901\r\n" \
	"a=fingerprint:sha-256 " PRINT "\r\na=setup:passive\r\n"
#define HOST4 "a=candidate:1 1 udp 2130706431 192.0.2.7 5004 typ host\r\n"
#define HOST6 "a=candidate:2 1 UDP 2130706430 2001:db8::7 5004 typ host\r\n"
#define LOCAL "a=candidate:3 1 udp 1 127.0.0.1 5004 typ host\r\n"
#define AUDIO "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"

static struct dm_fingerprint fingerprint(void)
{
	struct dm_fingerprint print = { .hash = DM_HASH_SHA256, .bytes = 32 };

	for (size_t i = 0; i < 32; i++)
		print.value[i] = (uint8_t)i;
	return print;
}

static void writes_what_is_needed(void **state)
{
	const struct dm_fingerprint print = fingerprint();
	const struct dm_offer offer = {
		.ufrag = "U", .pwd = "P", .fingerprint = &print, .video = true, .rtx = true
	};
	char sdp[DM_OFFER_MAX];

	(void)state;
	const int bytes = dm_offer_write(&offer, sdp, sizeof(sdp));

	assert_int_equal(bytes, strlen(sdp));
	assert_non_null(strstr(sdp, "a=group:BUNDLE 0 1\r\n"));
	assert_non_null(strstr(sdp, "a=fingerprint:sha-256 " PRINT "\r\n"));
	assert_non_null(strstr(sdp, "m=video 9 UDP/TLS/RTP/SAVPF 102 103\r\n"));
	assert_non_null(strstr(sdp, "a=fmtp:103 apt=102\r\n"));
	assert_int_equal(dm_offer_write(&offer, sdp, 100), -ENOSPC);
}

static void leaves_the_picture_out(void **state)
{
	const struct dm_fingerprint print = fingerprint();
	const struct dm_offer offer = { .ufrag = "U", .pwd = "P", .fingerprint = &print };
	char sdp[DM_OFFER_MAX];

	(void)state;
	assert_true(dm_offer_write(&offer, sdp, sizeof(sdp)) > 0);
	assert_null(strstr(sdp, "m=video"));
	assert_non_null(strstr(sdp, "a=group:BUNDLE 0\r\n"));
}

static void reads_an_answer(void **state)
{
	static const char sdp[] = HEAD AUDIO TRANSPORT HOST4 HOST6 LOCAL
		"m=video 0 UDP/TLS/RTP/SAVPF 102\r\n" TRANSPORT HOST4;
	const struct dm_fingerprint print = fingerprint();
	struct dm_answer answer;

	(void)state;
	assert_int_equal(dm_answer_read(sdp, &answer), 0);
	assert_string_equal(answer.ufrag, "abcdefgh");
	assert_string_equal(answer.pwd, "0123456789012345678901");
	assert_memory_equal(answer.fingerprint.value, print.value, 32);
	assert_true(answer.ice_lite && answer.passive && answer.audio && !answer.video);
	assert_int_equal(answer.candidate_count, 3); /* the repeated one counts once */
	assert_string_equal(dm_answer_candidate(&answer, "127.0.0.1")->address, "127.0.0.1");
	assert_string_equal(dm_answer_candidate(&answer, NULL)->address, "192.0.2.7");
	assert_string_equal(dm_answer_candidate(&answer, "2001:db8::7")->address, "2001:db8::7");
}

/* The answerer may number codecs anew, and need not do RTX. */
static void reads_payload_types(void **state)
{
	static const char sdp[] = HEAD
		"m=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 OPUS/48000/2\r\n"
		"a=rtpmap:0 PCMU/8000\r\n" TRANSPORT LOCAL "m=video 9 UDP/TLS/RTP/SAVPF 97\r\n"
		"a=rtpmap:97 h264/90000\r\na=rtpmap:300 rtx/90000\r\na=rtpmap:x\r\n";
	struct dm_answer answer;

	(void)state;
	assert_int_equal(dm_answer_read(sdp, &answer), 0);
	assert_int_equal(answer.audio_type, 96);
	assert_int_equal(answer.video_type, 97);
	assert_int_equal(answer.rtx_type, 0);
}

static void offers_what_is_asked_for(void **state)
{
	const struct dm_fingerprint print = fingerprint();
	struct dm_offer offer = { .ufrag = "U", .pwd = "P", .fingerprint = &print };
	char sdp[DM_OFFER_MAX];

	(void)state;
	assert_true(dm_offer_write(&offer, sdp, sizeof(sdp)) > 0);
	assert_null(strstr(sdp, "nack"));
	assert_non_null(strstr(sdp, "a=setup:actpass\r\n"));
	offer.sound_nack = offer.active = true;
	assert_true(dm_offer_write(&offer, sdp, sizeof(sdp)) > 0);
	assert_non_null(strstr(sdp, "a=rtcp-fb:111 nack\r\n"));
	assert_non_null(strstr(sdp, "a=setup:active\r\n"));
}

static void refuses_what_it_cannot_use(void **state)
{
	static const char *const bad[] = {
		"",
		HEAD AUDIO,
		HEAD AUDIO TRANSPORT, /* no candidate */
		HEAD AUDIO HOST4 "a=ice-ufrag:abcdefgh\r\na=ice-pwd:0123456789012345678901\r\n",
		HEAD AUDIO HOST4 "a=ice-ufrag:\r\n",
		HEAD AUDIO HOST4 "a=fingerprint:sha-256 00:01\r\n",
		HEAD AUDIO HOST4 "a=fingerprint:md5 00\r\n",
		HEAD "m=audio\r\n",
	};
	struct dm_answer answer;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(dm_answer_read(bad[i], &answer), -EPROTO);
}

static void bounds_candidates(void **state)
{
	char sdp[8192] = HEAD AUDIO TRANSPORT;
	struct dm_answer answer;

	(void)state;
	for (int i = 0; i < 60; i++) {
		char line[100];

		snprintf(line, sizeof(line), "a=candidate:1 1 udp 1 192.0.2.1 %d typ host\r\n",
			 6000 + i);
		strcat(sdp, line);
	}
	strcat(sdp, "a=candidate:1 2 udp 1 192.0.2.1 7000 typ host\r\n"
		    "a=candidate:1 1 tcp 1 192.0.2.1 7001 typ host\r\n"
		    "a=candidate:1 1 udp 1 192.0.2.1 70000 typ host\r\n"
		    "a=candidate:rubbish\r\n");
	assert_int_equal(dm_answer_read(sdp, &answer), 0);
	assert_int_equal(answer.candidate_count, DM_CANDIDATES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_is_needed),
		cmocka_unit_test(leaves_the_picture_out),
		cmocka_unit_test(reads_an_answer),
		cmocka_unit_test(reads_payload_types),
		cmocka_unit_test(offers_what_is_asked_for),
		cmocka_unit_test(refuses_what_it_cannot_use),
		cmocka_unit_test(bounds_candidates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
