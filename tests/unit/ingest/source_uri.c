/* Names of sources: each form the configuration may write, and what is refused and why. */
#include "ingest/source_uri.h"
#include "ingest/options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct dm_source_uri parsed;
static char message[200];

static void good(const char *uri, enum dm_source_kind kind)
{
	if (dm_source_uri_parse(&parsed, uri, message, sizeof(message)) != 0)
		fail_msg("%s: %s", uri, message);
	assert_int_equal(parsed.kind, kind);
	assert_string_equal(message, "");
}

static void bad(const char *uri, const char *word)
{
	assert_int_equal(dm_source_uri_check(uri, message, sizeof(message)), -EINVAL);
	if (!strstr(message, word))
		fail_msg("%s: \"%s\" does not speak of \"%s\"", uri, message, word);
}

static void test_test(void **state)
{
	(void)state;
	good("test:", DM_SOURCE_TEST);
	assert_int_equal(parsed.pattern, DM_TEST_SPEECH);
	good("test:tone?hz=500&level=-12", DM_SOURCE_TEST);
	assert_int_equal(parsed.pattern, DM_TEST_TONE);
	assert_int_equal(parsed.test_hz, 500);
	assert_int_equal(parsed.test_level_db, -12);
	assert_string_equal(parsed.label, "test:tone?hz=500&level=-12");
	good("TEST:flash", DM_SOURCE_TEST);
	assert_int_equal(parsed.pattern, DM_TEST_FLASH);
	good("test:silence", DM_SOURCE_TEST);
	bad("test:noise", "noise");
	bad("test:tone?hz=19", "20 to 20000");
	bad("test:tone?hz=5e3", "20 to 20000");
	bad("test:tone?level=3", "dBFS");
	bad("test:tone?pitch=3", "pitch");
	bad("test:tone?hz=%zz", "%-code");
}

static void test_files(void **state)
{
	(void)state;
	good("/srv/plenary.mp4", DM_SOURCE_FILE);
	assert_string_equal(parsed.location, "/srv/plenary.mp4");
	good("media/a b?c%20.mp4", DM_SOURCE_FILE);
	assert_string_equal(parsed.location, "media/a b?c%20.mp4");
	assert_string_equal(parsed.label, "media/a b?c%20.mp4");
	good("file:///srv/a%20b.mp4", DM_SOURCE_FILE);
	assert_string_equal(parsed.location, "/srv/a b.mp4");
	good("file://localhost/srv/a.mp4", DM_SOURCE_FILE);
	assert_string_equal(parsed.location, "/srv/a.mp4");
	good("file:talk.wav", DM_SOURCE_FILE);
	assert_string_equal(parsed.location, "talk.wav");
	bad("file://server/a.mp4", "no host");
	bad("file:a%2", "%-code");
	bad("file:a%00b", "%-code");
	bad("file:", "name");
	bad("", "name");
	bad("talk:1.mp4", "talk");
	bad("a\nb", "control");
}

static void test_srt(void **state)
{
	(void)state;
	good("srt://encoder.example:9000", DM_SOURCE_SRT);
	assert_false(parsed.listens);
	good("srt://:9000?mode=listener&passphrase=correct%20horse&latency=200", DM_SOURCE_SRT);
	assert_true(parsed.listens);
	assert_string_equal(parsed.label, "srt://:9000");
	assert_non_null(strstr(parsed.location, "passphrase"));
	good("srt://[2001:db8::1]:9000", DM_SOURCE_SRT);
	assert_string_equal(parsed.host, "2001:db8::1");
	bad("srt://:9000", "listener");
	bad("srt://host", "port");
	bad("srt://host:0", "port");
	bad("srt://host:70000", "port");
	bad("srt://host:9000?mode=server", "listener");
	bad("srt://host:9000?passphrase=short", "10 to 79");
	bad("srt://host:9000?pbkeylen=20", "pbkeylen");
	bad("srt://host:9000?speed=9", "speed");
	bad("srt:host:9000", "//");
	bad("srt://host:9000/stream", "after the port");
	bad("srt://[::1:9000", "]");
	bad("srt://[::1]9000", ":");
}

static void test_servers(void **state)
{
	(void)state;
	good("rtsp://user:secret@camera.example/stream?x=1", DM_SOURCE_RTSP);
	assert_int_equal(parsed.port, 554);
	assert_string_equal(parsed.host, "camera.example");
	assert_string_equal(parsed.label, "rtsp://camera.example/stream");
	good("rtspt://camera:8554/", DM_SOURCE_RTSP);
	assert_int_equal(parsed.port, 8554);
	good("rtmp://server.example/live/plenary", DM_SOURCE_RTMP);
	assert_int_equal(parsed.port, 1935);
	bad("rtmp://server.example", "app/stream");
	bad("rtsp:///x", "name");
	bad("rtsp://ho st/x", "host");
	good("whip:", DM_SOURCE_WHIP);
	assert_true(parsed.listens);
	bad("whip:floor", "whip");
	bad("http://server/x.m3u8", "http");
}

static void test_datagrams(void **state)
{
	(void)state;
	good("udp://:5000", DM_SOURCE_UDP_TS);
	assert_string_equal(parsed.host, "");
	assert_int_equal(parsed.port, 5000);
	assert_true(parsed.listens);
	good("udp://@239.1.2.3:5000?iface=eth0", DM_SOURCE_UDP_TS);
	assert_string_equal(parsed.host, "239.1.2.3");
	assert_string_equal(parsed.iface, "eth0");
	good("rtp://239.1.2.3:5004", DM_SOURCE_RTP_TS);
	good("rtp://239.1.2.3:5004?encoding=L24&rate=48000&channels=8&channel=3",
	     DM_SOURCE_RTP_PCM);
	assert_int_equal(parsed.pcm_bits, 24);
	assert_int_equal(parsed.pcm_rate_hz, 48000);
	assert_int_equal(parsed.pcm_channels, 8);
	assert_int_equal(parsed.pcm_channel, 3);
	good("rtp://:5004?encoding=l16", DM_SOURCE_RTP_PCM);
	assert_int_equal(parsed.pcm_bits, 16);
	bad("rtp://:5004?encoding=L20", "L24");
	bad("rtp://:5004?encoding=L24&channels=2&channel=3", "count from 1");
	bad("rtp://:5004?encoding=L24&channel=0", "channel");
	bad("rtp://:5004?rate=1", "rate");
	bad("udp://:5000?iface=a-name-that-is-too-long", "interface");
	bad("udp://:5000?encoding=L24", "encoding");
	bad("udp://:port", "port");
}

static void test_forwarded(void **state)
{
	bool sound, picture;

	(void)state;
	good("rtp://:5004?opus=111&h264=96", DM_SOURCE_RTP_FORWARD);
	assert_int_equal(parsed.opus_type, 111);
	assert_int_equal(parsed.h264_type, 96);
	assert_string_equal(parsed.label, "rtp://:5004");
	good("rtp://239.1.2.3:5004?h264=127&iface=eth0", DM_SOURCE_RTP_FORWARD);
	assert_int_equal(parsed.opus_type, 0);
	assert_string_equal(parsed.iface, "eth0");
	good("rtp://[2001:db8::1]:5004?opus=96", DM_SOURCE_RTP_FORWARD);
	bad("rtp://:5004?opus=95", "96 to 127");
	bad("rtp://:5004?h264=128", "96 to 127");
	bad("rtp://:5004?opus=96&h264=96", "two payload types");
	bad("rtp://:5004?opus=111&encoding=L16", "leave out encoding");
	bad("rtp://:5004?opus=111&channels=2", "leave out encoding");
	bad("rtp://hall.example:5004?opus=111", "numeric address");
	bad("rtp://:5004?vp8=100", "opus, h264");
	bad("udp://:5004?opus=111", "opus");

	assert_true(dm_source_is_forwarded("rtp://:5004?opus=111", &sound, &picture));
	assert_true(sound && !picture);
	assert_true(dm_source_is_forwarded("rtp://:5004?h264=111", &sound, &picture));
	assert_true(!sound && picture);
	assert_false(dm_source_is_forwarded("rtp://:5004", &sound, &picture));
	assert_false(dm_source_is_forwarded("rtp://:5004?opus=1", &sound, &picture));
	assert_false(dm_source_is_forwarded(NULL, &sound, &picture));
	assert_true(!sound && !picture);
}

static void test_lengths(void **state)
{
	static char uri[DM_SOURCE_URI_MAX + 8];
	char small[4];

	(void)state;
	memset(uri, 'a', sizeof(uri));
	uri[DM_SOURCE_URI_MAX - 1] = '\0';
	good(uri, DM_SOURCE_FILE);
	memset(uri, 'a', sizeof(uri));
	uri[DM_SOURCE_URI_MAX] = '\0';
	bad(uri, "at most");
	memcpy(uri, "udp://", 6);
	strcpy(uri + 400, ":5000");
	bad(uri, "too long");
	assert_int_equal(dm_source_uri_check("nothing:", small, sizeof(small)), -EINVAL);
	assert_int_equal(strlen(small), 3);
	assert_int_equal(dm_source_uri_check("nothing:", NULL, 0), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_test),      cmocka_unit_test(test_files),
		cmocka_unit_test(test_srt),       cmocka_unit_test(test_servers),
		cmocka_unit_test(test_datagrams), cmocka_unit_test(test_forwarded),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
