/* Ingest end to end, on real pipelines: what tracks get from each kind of source, and what they
 * get when it goes away. Waits for events with deadlines, never for a fixed time to be enough. */
#include "ingest_rig.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Ports 18401 to 18409: below what the kernel gives out by itself. */

/* A source has to be there within this, even on a busy machine under a sanitizer. */
#define SOON DM_SEC(15)

/* ITU-R BT.1359: sound may be ahead by 45 ms, behind by 125. We ask for the stricter either way;
 * one skipped frame on a busy machine is 40 ms of it. */
#define IN_STEP DM_MSEC(45)

/* The limit for the holding picture, and what a loaded test machine may add to it. */
#define HOLD_WITHIN (DM_MSEC(500) + DM_MSEC(250))

static void assert_in_step(dm_usec worst)
{
	if (llabs(worst) > IN_STEP)
		fail_msg("sound is %+.1f ms off", (double)worst / 1000);
}

static void test_test_source(void **state)
{
	struct rig *rig = rig_start("test:flash", false, "test:tone?hz=500");
	dm_usec flashes[8], beeps[8];

	(void)state;
	rig_await_picture(rig, DM_FEED_LIVE, SOON);
	rig_await_sound(rig, DM_FEED_LIVE, SOON);

	const dm_usec since = dm_time_now();

	rig_run(rig, DM_SEC(4));
	assert_true(llabs(rig_lip_sync(rig, since, 2)) < DM_MSEC(3));
	/* And both are where the source's time is: at whole seconds of the timeline. */
	const size_t count = rig_flashes(rig, since, flashes, 8);
	size_t exact = 0;

	assert_true(count >= 3);
	assert_true(rig_beeps(rig, since, beeps, 8) >= 3);
	for (size_t n = 0; n < count; n++)
		exact += (flashes[n] - rig->timeline.origin) % DM_SEC(1) == 0;
	/* A busy machine's encoders may skip one flash's first frame. */
	assert_true(exact >= count - 1);
	assert_in_range((beeps[0] - rig->timeline.origin + DM_MSEC(3)) % DM_SEC(1), 0, DM_MSEC(6));
	assert_true(rig_level(&rig->channel, 500, DM_SEC(1)) > 0.08);
	assert_true(rig_level(&rig->channel, 1000, DM_SEC(1)) < 0.01);
	rig_stop(rig);
}

/* Key frames come on the same frames of all rungs, at least every 2 s; on request, but at most
 * one a second. */
static void test_key_frames(void **state)
{
	struct rig *rig = rig_start("test:", false, NULL);
	const struct eye *best = &rig->eyes[0], *least = &rig->eyes[1];
	dm_usec last = 0;
	size_t keys = 0;

	(void)state;
	rig_await_picture(rig, DM_FEED_LIVE, SOON);
	rig_run(rig, DM_SEC(5));
	const size_t asked = best->count;

	for (int n = 0; n < 15; n++) {
		dm_track_request_key(rig->room->picture.tracks[1]);
		rig_run(rig, DM_MSEC(200));
	}
	const size_t count = best->count < least->count ? best->count : least->count;

	for (size_t n = 0; n < count; n++) {
		assert_int_equal(best->sights[n].captured_at, least->sights[n].captured_at);
		assert_int_equal(best->sights[n].key, least->sights[n].key);
		if (!best->sights[n].key)
			continue;
		if (keys > 0)
			assert_in_range(best->sights[n].captured_at - last, DM_SEC(1),
					DM_SEC(2) + DM_MSEC(40));
		last = best->sights[n].captured_at;
		keys += n >= asked;
	}
	assert_in_range(keys, 3, 4); /* in three seconds of asking */
	rig_stop(rig);
}

static void test_channel_without_source_carries_floor(void **state)
{
	struct rig *rig = rig_start("test:tone?hz=700", false, "");
	static struct dm_track_packet floor, channel;

	(void)state;
	rig_await_sound(rig, DM_FEED_LIVE, SOON);
	rig_run(rig, DM_SEC(2));
	assert_int_equal(rig->room->channels[1].state, DM_FEED_OFF);
	for (uint64_t n = 20; n < 60; n++) {
		assert_int_equal(dm_track_read(rig->floor.track, n, &floor), DM_TRACK_READ_OK);
		assert_int_equal(dm_track_read(rig->channel.track, n, &channel), DM_TRACK_READ_OK);
		assert_int_equal(floor.timestamp, channel.timestamp);
		assert_int_equal(floor.payload_bytes, channel.payload_bytes);
		assert_memory_equal(floor.payload, channel.payload, floor.payload_bytes);
	}
	assert_true(rig_level(&rig->channel, 700, DM_SEC(1)) > 0.08);
	rig_stop(rig);
}

/* The sign-language picture has a source of its own; that source's sound is nobody's. */
static void test_sign(void **state)
{
	struct rig *rig = rig_start_signed("test:silence", true, NULL, rig_lips());
	const dm_usec until = dm_time_now() + SOON;
	size_t white = 0;

	(void)state;
	while (rig->room->sign.state != DM_FEED_LIVE && dm_time_now() < until)
		rig_run(rig, DM_MSEC(20));
	rig_run(rig, DM_SEC(4));
	rig_settle(rig);
	for (size_t n = 0; n < rig->sign.count; n++)
		white += rig->sign.sights[n].luma > 150;
	assert_in_range(white, 4, 12); /* two a second, where none had to be skipped */
	assert_true(rig_longest_silence(&rig->floor, 0) > DM_SEC(3));
	rig_stop(rig);
}

/* MP4 with B-frames and AAC, looped: in step in every round. */
static void test_file_loops(void **state)
{
	struct rig *rig = rig_start(rig_lips(), true, NULL);

	(void)state;
	rig_await_picture(rig, DM_FEED_LIVE, SOON);

	const dm_usec since = dm_time_now();

	rig_run(rig, DM_SEC(15));
	assert_in_step(rig_lip_sync(rig, since, 12));

	const dm_usec silence = rig_longest_silence(&rig->floor, since);

	print_message("  longest silence %.0f ms\n", (double)silence / 1000);
	assert_true(silence < DM_MSEC(400));
	assert_int_equal(rig->room->channels[0].state, DM_FEED_LIVE);
	rig_stop(rig);
}

/* A file that is not there yet, ends, and is replaced. */
static void test_file_comes_and_goes(void **state)
{
	char command[600];
	const char *path = rig_media("later.mp4");
	struct rig *rig;

	(void)state;
	snprintf(command, sizeof(command), "cp %s %s.new", rig_lips(), path);
	unlink(path);
	rig = rig_start(path, false, NULL);
	rig_run(rig, DM_SEC(1));
	assert_int_equal(rig->room->channels[0].state, DM_FEED_CONNECTING);
	rig_first_hold(rig, 0);
	for (int round = 0; round < 2; round++) {
		char fresh[300];

		snprintf(fresh, sizeof(fresh), "%s.new", path);
		assert_int_equal(system(command), 0);
		assert_int_equal(rename(fresh, path), 0);
		rig_await_picture(rig, DM_FEED_LIVE, SOON);

		const dm_usec since = dm_time_now();

		rig_await_sound(rig, DM_FEED_LOST, SOON);
		rig_await_picture(rig, DM_FEED_LOST, SOON);
		assert_in_step(rig_lip_sync(rig, since, 4));
		rig_run(rig, DM_SEC(1)); /* an ended file does not start by itself */
		assert_int_equal(rig->room->channels[0].state, DM_FEED_LOST);
	}
	rig_stop(rig);
}

/* Network senders play the same file. Without ffmpeg's usual 0.7 s of send-ahead, so that the
 * moment at which they die is the moment at which the picture ends. */
static pid_t send_ts(const char *format, const char *uri)
{
	const char *const argv[] = { "ffmpeg",      "-re", "-stream_loop", "-1",        "-i",
				     rig_lips(),    "-c",  "copy",         "-muxdelay", "0",
				     "-muxpreload", "0",   "-f",           format,      uri,
				     NULL };

	return rig_spawn(argv);
}

/* A sender that is refused calls again, as encoders do. */
static pid_t send_until_live(struct rig *rig, const char *format, const char *uri)
{
	const dm_usec until = dm_time_now() + SOON;
	pid_t child = send_ts(format, uri);

	while (rig->room->channels[0].state != DM_FEED_LIVE ||
	       rig->room->picture.state != DM_FEED_LIVE) {
		if (dm_time_now() > until)
			fail_msg("%s is not live", uri);
		rig_run(rig, DM_MSEC(20));
		if (rig_has_ended(child))
			child = send_ts(format, uri);
	}
	return child;
}

/* Live, killed, held, live again: twice over, in step each time. */
static void kill_and_return(const char *source, const char *format, const char *sender)
{
	struct rig *rig = rig_start(source, false, NULL);

	for (int round = 0; round < 3; round++) {
		const pid_t child = send_until_live(rig, format, sender);

		rig_run(rig, DM_SEC(1)); /* a sender's first second may still find its feet */

		const dm_usec since = dm_time_now();

		rig_run(rig, DM_SEC(4));
		assert_in_step(rig_lip_sync(rig, since, 2));

		const dm_usec killed_at = dm_time_now();

		rig_kill(child);
		rig_await_picture(rig, DM_FEED_LOST, DM_SEC(3));
		rig_run(rig, DM_MSEC(300));

		const dm_usec held = rig_first_hold(rig, killed_at) - killed_at;

		print_message("  held %.0f ms after the kill\n", (double)held / 1000);
		assert_true(held < HOLD_WITHIN);
		/* The second time the sender is back before the relay has given up on it. */
		if (round == 0)
			rig_run(rig, DM_SEC(3));
	}
	rig_stop(rig);
}

static void test_udp_killed(void **state)
{
	(void)state;
	kill_and_return("udp://127.0.0.1:18401", "mpegts", "udp://127.0.0.1:18401?pkt_size=1316");
}

static void test_rtp_ts_killed(void **state)
{
	(void)state;
	kill_and_return("rtp://127.0.0.1:18404", "rtp_mpegts",
			"rtp://127.0.0.1:18404?pkt_size=1316");
}

static void test_srt_listener_killed(void **state)
{
	(void)state;
	kill_and_return("srt://:18402?mode=listener&passphrase=0123456789", "mpegts",
			"srt://127.0.0.1:18402?mode=caller&passphrase=0123456789");
}

static void test_srt_caller_killed(void **state)
{
	(void)state;
	kill_and_return("srt://127.0.0.1:18403", "mpegts", "srt://127.0.0.1:18403?mode=listener");
}

/* A sender that stops sending without a word, and goes on. */
static void test_stall(void **state)
{
	struct rig *rig = rig_start("udp://127.0.0.1:18405", false, NULL);
	const pid_t child = send_ts("mpegts", "udp://127.0.0.1:18405?pkt_size=1316");

	(void)state;
	rig_await_picture(rig, DM_FEED_LIVE, SOON);
	rig_run(rig, DM_SEC(2));

	const dm_usec stopped_at = dm_time_now();

	kill(child, SIGSTOP);
	rig_run(rig, DM_SEC(1));

	const dm_usec held = rig_first_hold(rig, stopped_at) - stopped_at;

	print_message("  held %.0f ms after the stall\n", (double)held / 1000);
	assert_true(held < HOLD_WITHIN);
	kill(child, SIGCONT);
	rig_await_picture(rig, DM_FEED_LIVE, SOON);
	rig_run(rig, DM_SEC(2));

	const dm_usec since = dm_time_now();

	rig_run(rig, DM_SEC(4));
	assert_in_step(rig_lip_sync(rig, since, 2));
	rig_kill(child);
	rig_stop(rig);
}

/* AES67: the second of two channels, whatever payload type the console uses. */
static void test_aes67_channel(void **state)
{
	static const struct {
		const char *encoding, *payloader;
	} kinds[] = { { "L24", "rtpL24pay" }, { "L16", "rtpL16pay" } };

	(void)state;
	for (size_t n = 0; n < 2; n++) {
		char source[128], payload[64];
		struct rig *rig;

		snprintf(source, sizeof(source),
			 "rtp://239.255.77.1:18406?encoding=%s&rate=48000&channels=2&channel=2"
			 "&iface=lo",
			 kinds[n].encoding);
		snprintf(payload, sizeof(payload), "%s", kinds[n].payloader);

		const char *const argv[] = { "gst-launch-1.0",
					     "interleave",
					     "name=i",
					     "!",
					     "audioconvert",
					     "!",
					     payload,
					     "pt=98",
					     "max-ptime=1000000",
					     "!",
					     "udpsink",
					     "host=239.255.77.1",
					     "port=18406",
					     "multicast-iface=lo",
					     "audiotestsrc",
					     "is-live=true",
					     "freq=400",
					     "samplesperbuffer=48",
					     "!",
					     "audio/x-raw,rate=48000,channels=1",
					     "!",
					     "i.",
					     "audiotestsrc",
					     "is-live=true",
					     "freq=900",
					     "samplesperbuffer=48",
					     "!",
					     "audio/x-raw,rate=48000,channels=1",
					     "!",
					     "i.",
					     NULL };
		const pid_t child = rig_spawn(argv);

		rig = rig_start("test:silence", false, source);
		const dm_usec until = dm_time_now() + SOON;

		while (rig->room->channels[1].state != DM_FEED_LIVE && dm_time_now() < until)
			rig_run(rig, DM_MSEC(20));
		rig_run(rig, DM_SEC(2));
		assert_true(rig_level(&rig->channel, 900, DM_SEC(1)) > 0.3);
		assert_true(rig_level(&rig->channel, 400, DM_SEC(1)) < 0.01);
		rig_kill(child);
		rig_stop(rig);
	}
}

/* A server that is pulled from, gone and back; `serve` starts it. */
static void pull_and_return(const char *source, pid_t (*serve)(void))
{
	struct rig *rig = rig_start(source, false, NULL);

	for (int round = 0; round < 2; round++) {
		const pid_t child = serve();

		rig_await_picture(rig, DM_FEED_LIVE, SOON);
		rig_await_sound(rig, DM_FEED_LIVE, SOON);

		const dm_usec since = dm_time_now();

		rig_run(rig, DM_SEC(4)); /* the file has six seconds */
		assert_in_step(rig_lip_sync(rig, since, 2));
		rig_kill(child);
		rig_await_picture(rig, DM_FEED_LOST, DM_SEC(3));
	}
	rig_stop(rig);
}

/* Without B-frames, as cameras send: gst-rtsp-server's sender reports are up to 160 ms wrong with
 * them, since they take the last frame sent for the newest. */
#ifdef RTSP_SERVER
static pid_t serve_rtsp(void)
{
	const char *const argv[] = { RTSP_SERVER, "18407", rig_lips_in_order(), NULL };

	return rig_spawn(argv);
}

static pid_t serve_rtsp_tcp(void)
{
	const char *const argv[] = { RTSP_SERVER, "18408", rig_lips_in_order(), "tcp", NULL };

	return rig_spawn(argv);
}
#endif

static void test_rtsp(void **state)
{
	(void)state;
#ifdef RTSP_SERVER
	pull_and_return("rtsp://127.0.0.1:18407/x", serve_rtsp);
	pull_and_return("rtsp://127.0.0.1:18408/x", serve_rtsp_tcp);
#else
	print_message("  no RTSP server: libgstrtspserver-1.0-dev is not installed\n");
	skip();
#endif
}

#define NGINX_RTMP "/usr/lib/nginx/modules/ngx_rtmp_module.so"

static pid_t publish_rtmp(void)
{
	const char *const argv[] = { "ffmpeg",
				     "-re",
				     "-stream_loop",
				     "-1",
				     "-i",
				     rig_lips(),
				     "-c",
				     "copy",
				     "-f",
				     "flv",
				     "rtmp://127.0.0.1:18409/live/x",
				     NULL };

	return rig_spawn(argv);
}

static void test_rtmp(void **state)
{
	char folder[200];
	FILE *config = fopen(rig_media("nginx.conf"), "w");

	(void)state;
	assert_non_null(config);
	assert_non_null(getcwd(folder, sizeof(folder)));
	fprintf(config,
		"load_module " NGINX_RTMP ";\ndaemon off;\nmaster_process off;\n"
		"pid %s/%s;\nerror_log /dev/null;\nevents { }\n"
		"rtmp { server { listen 127.0.0.1:18409; application live { live on; } } }\n",
		folder, rig_media("nginx.pid"));
	fclose(config);
	if (access(NGINX_RTMP, R_OK) != 0) {
		print_message("  no RTMP server: libnginx-mod-rtmp is not installed\n");
		skip();
	}
	strncat(folder, "/", sizeof(folder) - strlen(folder) - 1);
	strncat(folder, rig_media("nginx.conf"), sizeof(folder) - strlen(folder) - 1);

	const char *const argv[] = { "/usr/sbin/nginx", "-c", folder, NULL };

	rig_spawn(argv);
	pull_and_return("rtmp://127.0.0.1:18409/live/x", publish_rtmp);
}

#define T(name) cmocka_unit_test_teardown(name, rig_kill_senders)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(test_test_source),
		T(test_key_frames),
		T(test_channel_without_source_carries_floor),
		T(test_sign),
		T(test_file_loops),
		T(test_file_comes_and_goes),
		T(test_udp_killed),
		T(test_rtp_ts_killed),
		T(test_srt_listener_killed),
		T(test_srt_caller_killed),
		T(test_stall),
		T(test_aes67_channel),
		T(test_rtsp),
		T(test_rtmp),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, rig_remove_media);
}
