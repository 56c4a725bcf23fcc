/* Sources that are passed through, from real senders over loopback into a room's tracks: payloads
 * byte for byte, what it costs in time, and key frames on request.
 *
 * Senders send to a port of this test, which notes each datagram and hands it on to the relay's. */
#include "ingest/ingest.h"
#include "base/reader.h"
#include "rtp/packet.h"
#include "transport/transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <gst/gst.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define OPUS      111
#define H264      96
#define NOTES_MAX 20000

extern char **environ;

struct note {
	uint8_t type;
	uint16_t bytes;
	uint8_t payload[DM_TRACK_PAYLOAD_MAX];
};

struct rig {
	struct dm_timeline timeline;
	struct dm_metrics *metrics;
	struct dm_transport *transport;
	struct dm_ticker *ticker;
	struct dm_event *event;
	struct dm_ingest *ingest;
	struct dm_room *room;
	uint16_t port;       /* the relay's */
	uint16_t proxy_port; /* the senders' */
	int proxy;
	struct note *notes;
	size_t note_count;
};

static int udp_socket(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t bytes = sizeof(address);
	const int size = 1 << 20;
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, bytes), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void send_to(int fd, uint16_t port, const uint8_t *data, size_t bytes)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons(port),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	assert_int_equal(sendto(fd, data, bytes, 0, (const struct sockaddr *)&to, sizeof(to)),
			 (ssize_t)bytes);
}

static uint16_t free_port(void)
{
	uint16_t port;

	close(udp_socket(&port));
	return port;
}

static void start_modules(struct rig *rig, const struct dm_event_options *options)
{
	static const struct dm_transport_options transport = { .address = "127.0.0.1",
							       .workers = 1 };
	static const struct dm_ingest_options ingest = { .retry_most = DM_SEC(1) };

	rig->timeline = dm_timeline_init(dm_time_now(), dm_time_ntp_now());
	assert_int_equal(dm_metrics_create(&rig->metrics), 0);
	assert_int_equal(dm_transport_create(&rig->transport, &transport, &rig->timeline, NULL), 0);
	assert_int_equal(dm_ticker_create(&rig->ticker, &rig->timeline,
					  dm_transport_audience(rig->transport), NULL),
			 0);
	assert_int_equal(dm_event_create(&rig->event, options, rig->transport, rig->ticker, NULL),
			 0);
	assert_int_equal(dm_ingest_create(&rig->ingest, &ingest, rig->event, &rig->timeline,
					  dm_transport_audience(rig->transport), rig->metrics),
			 0);
	assert_int_equal(dm_ticker_start(rig->ticker), 0);
	rig->room = dm_event_room(rig->event, 0);
}

static int setup(void **state)
{
	static const struct dm_title titles[] = { { "en", "Rig" } };
	static const struct dm_rung_options rung = { .width = 0 };
	static const struct dm_channel_options channel = { .lang = "fr" }; /* carries the floor */
	static char uri[100];
	static struct dm_room_options room;
	static struct dm_event_options event;
	struct rig *rig = calloc(1, sizeof(*rig));

	rig->notes = calloc(NOTES_MAX, sizeof(*rig->notes));
	rig->port = free_port();
	rig->proxy = udp_socket(&rig->proxy_port);
	snprintf(uri, sizeof(uri), "rtp://127.0.0.1:%u?opus=%d&h264=%d", rig->port, OPUS, H264);
	room = (struct dm_room_options){
		.id = "rig",
		.titles = titles,
		.title_count = 1,
		.floor = { .uri = uri, .passes_sound = true, .passes_picture = true },
		.floor_language = "en",
		.picture = { .frame_rate = 25, .ladder = &rung, .ladder_count = 1 },
		.channels = &channel,
		.channel_count = 1,
	};
	event = (struct dm_event_options){ .id = "rig", .rooms = &room, .room_count = 1 };
	start_modules(rig, &event);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	char *metrics = dm_metrics_render(rig->metrics, NULL);

	for (char *line = strtok(metrics, "\n"); line; line = strtok(NULL, "\n"))
		if (g_str_has_prefix(line, "dragoman_forward") && !g_str_has_suffix(line, " 0"))
			print_message("  %s\n", line);
	free(metrics);
	dm_ticker_stop(rig->ticker);
	dm_ingest_destroy(rig->ingest);
	dm_event_destroy(rig->event);
	dm_ticker_destroy(rig->ticker);
	dm_transport_destroy(rig->transport);
	dm_metrics_destroy(rig->metrics);
	close(rig->proxy);
	free(rig->notes);
	free(rig);
	return 0;
}

/* Hands on what senders sent, for so long. */
static void run(struct rig *rig, dm_usec duration)
{
	const dm_usec until = dm_time_now() + duration;

	while (dm_time_now() < until) {
		uint8_t data[2048];
		struct dm_rtp_packet packet;
		const ssize_t bytes = recv(rig->proxy, data, sizeof(data), 0);

		while (g_main_context_iteration(NULL, FALSE))
			;
		if (bytes <= 0) {
			g_usleep(500);
			continue;
		}
		if (!dm_rtp_is_rtcp(data, (size_t)bytes) &&
		    dm_rtp_parse(data, (size_t)bytes, &packet)) {
			struct note *note = &rig->notes[rig->note_count++];

			assert_true(rig->note_count < NOTES_MAX);
			assert_true(packet.payload_bytes <= DM_TRACK_PAYLOAD_MAX);
			note->type = packet.payload_type;
			note->bytes = (uint16_t)packet.payload_bytes;
			memcpy(note->payload, packet.payload, packet.payload_bytes);
		}
		send_to(rig->proxy, rig->port, data, (size_t)bytes);
	}
}

/* The same until so many packets are on the track. */
static void run_until(struct rig *rig, const struct dm_track *track, uint64_t packets)
{
	const dm_usec until = dm_time_now() + DM_SEC(15);

	while (dm_track_head(track) < packets) {
		assert_true(dm_time_now() < until);
		run(rig, DM_MSEC(100));
	}
}

/* Every packet of the track is what was sent, in order and with none between missing. Returns how
 * many there are. */
static size_t compare(const struct rig *rig, const struct dm_track *track, uint8_t type)
{
	static struct dm_track_packet packet;
	const uint64_t head = dm_track_head(track);
	size_t compared = 0, n = 0;
	uint64_t index = 0;

	while (index < head && dm_track_read(track, index, &packet) == DM_TRACK_READ_LOST)
		index++; /* the ring is shorter than the test */
	for (; index < head; index++, n++, compared++) {
		assert_int_equal(dm_track_read(track, index, &packet), DM_TRACK_READ_OK);
		for (; n < rig->note_count; n++) {
			const struct note *note = &rig->notes[n];
			const bool same = note->type == type &&
					  note->bytes == packet.payload_bytes &&
					  memcmp(note->payload, packet.payload, note->bytes) == 0;

			if (same)
				break;
			/* Before the first one any number may differ, then none may. */
			assert_true(note->type != type || compared == 0);
		}
		assert_true(n < rig->note_count);
	}
	return compared;
}

static pid_t spawn(const char *const *argv)
{
	posix_spawn_file_actions_t files;
	pid_t child;

	posix_spawn_file_actions_init(&files);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
	assert_int_equal(posix_spawnp(&child, argv[0], &files, NULL, (char *const *)(uintptr_t)argv,
				      environ),
			 0);
	posix_spawn_file_actions_destroy(&files);
	return child;
}

static pid_t send_by_ffmpeg(const struct rig *rig, const char *picture)
{
	char *to = g_strdup_printf("rtp://127.0.0.1:%u?pkt_size=1180&rtcpport=%u", rig->proxy_port,
				   rig->proxy_port);
	const char *const argv[] = { "timeout",
				     "20",
				     "ffmpeg",
				     "-nostdin",
				     "-re",
				     "-f",
				     "lavfi",
				     "-i",
				     picture,
				     "-re",
				     "-f",
				     "lavfi",
				     "-i",
				     "sine=frequency=440:sample_rate=48000",
				     "-map",
				     "0:v",
				     "-c:v",
				     "libx264",
				     "-tune",
				     "zerolatency",
				     "-preset",
				     "ultrafast",
				     "-profile:v",
				     "baseline",
				     "-g",
				     "25",
				     "-payload_type",
				     "96",
				     "-f",
				     "rtp",
				     to,
				     "-map",
				     "1:a",
				     "-c:a",
				     "libopus",
				     "-payload_type",
				     "111",
				     "-f",
				     "rtp",
				     to,
				     NULL };
	const pid_t child = spawn(argv);

	g_free(to);
	return child;
}

/* ffmpeg sends sound and picture from two sockets, with RTCP of its own kind. */
static void test_ffmpeg(void **state)
{
	struct rig *rig = *state;
	const pid_t child = send_by_ffmpeg(rig, "testsrc2=size=320x180:rate=25");

	run_until(rig, rig->room->channels[0].track, 200);
	run_until(rig, rig->room->picture.tracks[0], 100);
	assert_int_equal(rig->room->channels[0].state, DM_FEED_LIVE);
	assert_int_equal(rig->room->picture.state, DM_FEED_LIVE);
	kill(child, SIGTERM);
	assert_int_equal(waitpid(child, NULL, 0), child);
	run(rig, DM_SEC(1));
	assert_int_equal(rig->room->channels[0].state, DM_FEED_LOST);
	assert_int_equal(rig->room->picture.state, DM_FEED_LOST);

	const size_t sound = compare(rig, rig->room->channels[0].track, OPUS);
	const size_t carried = compare(rig, rig->room->channels[1].track, OPUS);
	const size_t picture = compare(rig, rig->room->picture.tracks[0], H264);

	print_message("ffmpeg: %zu packets of sound, %zu of the picture, all as they were sent\n",
		      sound, picture);
	assert_int_equal(carried, sound);
	assert_true(sound >= 200 && picture >= 100);
}

/* GStreamer's rtpbin takes key-frame requests. The socket that its reports leave from is the one
 * that it reads. */
static GstElement *start_gstreamer(uint16_t port)
{
	char *text = g_strdup_printf(
		"rtpbin name=bin rtp-profile=avpf videotestsrc is-live=true ! "
		"video/x-raw,width=320,height=180,framerate=25/1 ! "
		"x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10000 bframes=0 ! "
		"video/x-h264,profile=constrained-baseline ! rtph264pay pt=96 mtu=1180 "
		"config-interval=-1 aggregate-mode=zero-latency ! "
		"application/x-rtp,rtcp-fb-nack-pli=true ! bin.send_rtp_sink_0 "
		"bin.send_rtp_src_0 ! udpsink host=127.0.0.1 port=%u sync=false "
		"bin.send_rtcp_src_0 ! udpsink name=reports host=127.0.0.1 port=%u sync=false async=false "
		"udpsrc name=feedback address=127.0.0.1 port=0 caps=application/x-rtcp ! "
		"bin.recv_rtcp_sink_0",
		port, port + 1U);
	GstElement *pipeline = gst_parse_launch(text, NULL);
	GstElement *feedback, *reports;
	GObject *socket;

	g_free(text);
	assert_non_null(pipeline);
	feedback = gst_bin_get_by_name(GST_BIN(pipeline), "feedback");
	reports = gst_bin_get_by_name(GST_BIN(pipeline), "reports");
	assert_int_equal(gst_element_set_state(feedback, GST_STATE_READY),
			 GST_STATE_CHANGE_SUCCESS);
	g_object_get(feedback, "used-socket", &socket, NULL);
	assert_non_null(socket);
	g_object_set(reports, "socket", socket, "close-socket", FALSE, NULL);
	g_object_unref(socket);
	gst_object_unref(feedback);
	gst_object_unref(reports);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	return pipeline;
}

static void test_key_frame_on_request(void **state)
{
	struct rig *rig = *state;
	struct dm_track *track = rig->room->picture.tracks[0];
	GstElement *pipeline = start_gstreamer(rig->port);

	run(rig, DM_SEC(3));
	assert_int_equal(rig->room->picture.state, DM_FEED_LIVE);

	const uint64_t first = dm_track_key_index(track);
	const dm_usec asked_at = dm_time_now();

	assert_int_not_equal(first, UINT64_MAX);
	dm_track_request_key(track);
	while (dm_track_key_index(track) == first) {
		assert_true(dm_time_now() - asked_at < DM_SEC(2));
		run(rig, DM_MSEC(1));
	}
	print_message("gstreamer: a key frame %lld ms after it was asked for\n",
		      (long long)((dm_time_now() - asked_at) / 1000));
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
}

static int by_value(const void *a, const void *b)
{
	const dm_usec x = *(const dm_usec *)a, y = *(const dm_usec *)b;

	return (x > y) - (x < y);
}

/* From sendto(2) to the track, by the time in the payload. */
#define STAMPED 1000

static void send_stamped(const struct rig *rig, unsigned n)
{
	uint8_t data[100] = { 0 };
	struct dm_writer writer = dm_writer_init(data, sizeof(data));

	dm_rtp_write_header(&writer, OPUS, false, (uint16_t)n,
			    (uint32_t)(dm_time_now() * 48 / 1000), 5);
	dm_writer_u8(&writer, 0xf0); /* Opus: 10 ms, as far as anybody looks */
	dm_writer_u64(&writer, (uint64_t)dm_time_now());
	send_to(rig->proxy, rig->port, data, sizeof(data));
}

static void test_delay(void **state)
{
	struct rig *rig = *state;
	struct dm_track *track = rig->room->channels[0].track;
	static dm_usec delays[STAMPED];
	static struct dm_track_packet packet;

	for (unsigned n = 0; n < STAMPED; n++) {
		const dm_usec until = dm_time_now() + DM_MSEC(500);

		send_stamped(rig, n);
		while (dm_track_head(track) <= n) {
			assert_true(dm_time_now() < until);
			g_usleep(200);
		}
		assert_int_equal(dm_track_read(track, n, &packet), DM_TRACK_READ_OK);

		struct dm_reader reader = dm_reader_init(packet.payload + 1, 8);

		delays[n] = packet.published_at - (dm_usec)dm_reader_u64(&reader);
		assert_true(delays[n] >= 0);
		g_usleep(4000);
	}
	qsort(delays, STAMPED, sizeof(delays[0]), by_value);
	print_message("sent to published: median %lld us, 99 %% %lld us, most %lld us\n",
		      (long long)delays[STAMPED / 2], (long long)delays[STAMPED * 99 / 100],
		      (long long)delays[STAMPED - 1]);
	assert_true(delays[STAMPED / 2] < DM_MSEC(2)); /* what pass-through may add */
}

/* Nobody decodes it but for stills, and what these show is what is known. */
static void test_health(void **state)
{
	static const struct {
		const char *picture;
		bool still, black;
	} pictures[] = {
		{ "smptehdbars=size=640x360:rate=25", true, false },
		{ "testsrc2=size=640x360:rate=25", false, false },
		{ "color=black:size=640x360:rate=25", true, true },
	};
	struct rig *rig = *state;
	const struct dm_picture_health *health = &rig->room->picture.health;
	const struct dm_source_health *source = &rig->room->source_health;
	int64_t came = 0;

	for (size_t n = 0; n < sizeof(pictures) / sizeof(pictures[0]); n++) {
		const pid_t child = send_by_ffmpeg(rig, pictures[n].picture);

		run(rig, DM_SEC(8));
		print_message("%s: still %lld ms, black %lld ms, keys each %lld ms, sound early by "
			      "%.1f ms, still of %zu bytes\n",
			      pictures[n].picture, (long long)dm_metric_get(&health->still_ms),
			      (long long)dm_metric_get(&health->black_ms),
			      (long long)dm_metric_get(&health->key_interval) / 1000,
			      (double)dm_metric_get(&source->offset) / 1000,
			      rig->room->picture.still ? g_bytes_get_size(rig->room->picture.still)
						       : 0);
		assert_int_equal(dm_metric_get(&health->decoded), 0);
		assert_int_equal(dm_metric_get(&health->width), 640);
		assert_int_equal(dm_metric_get(&health->height), 360);
		assert_int_equal(dm_metric_get(&health->still_ms) > 1500, pictures[n].still);
		assert_int_equal(dm_metric_get(&health->black_ms) > 1500, pictures[n].black);
		assert_in_range(dm_metric_get(&health->key_interval), DM_MSEC(800), DM_MSEC(1300));
		assert_true(dm_metric_get(&health->came) > came + 100);
		assert_int_equal(dm_metric_get(&source->offset_known), 1);
		assert_true(llabs(dm_metric_get(&source->offset)) < DM_MSEC(20));
		assert_string_equal(rig->room->source_format, "H.264, Opus");
		assert_non_null(rig->room->picture.still);
		assert_int_equal(dm_room_use_source(rig->room, 0), -ENOTSUP);
		came = dm_metric_get(&health->came);
		kill(child, SIGTERM);
		assert_int_equal(waitpid(child, NULL, 0), child);
		run(rig, DM_SEC(3)); /* another sender is heard */
		assert_int_equal(dm_metric_get(&health->still_ms), 0);
		assert_int_equal(dm_metric_get(&health->black_ms), 0);
		assert_int_equal(dm_metric_get(&source->offset_known), 0);
		assert_string_equal(rig->room->source_format, "");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_delay),
		TEST(test_ffmpeg),
		TEST(test_key_frame_on_request),
		TEST(test_health),
	};

	gst_init(NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
