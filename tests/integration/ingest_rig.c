#include "ingest_rig.h"

#include "base/writer.h"
#include "session/name.h"

#include <fcntl.h>
#include <glib.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;

static const struct dm_rung_options rungs[RIG_RUNGS] = {
	{ 320, 180, 300000 },
	{ 160, 90, 100000 },
};

static const struct dm_title titles[] = { { "en", "Rig" } };

static struct dm_channel_options channels[1];
static struct dm_room_options room_options;
static struct dm_event_options event_options;

/* Sound */

static void open_ear(struct ear *ear, struct dm_track *track)
{
	int error;

	ear->track = track;
	ear->decoder = opus_decoder_create(48000, 1, &error);
	assert_non_null(ear->decoder);
}

static void hear(const struct rig *rig, struct ear *ear)
{
	static struct dm_track_packet packet;

	while (dm_track_read(ear->track, ear->next, &packet) == DM_TRACK_READ_OK) {
		/* The promise: every 20 ms on the grid one packet, whatever the source does. */
		assert_int_equal((packet.captured_at - rig->timeline.origin) % DM_MSEC(20), 0);
		assert_int_equal(packet.timestamp,
				 dm_timeline_rtp(&rig->timeline, packet.captured_at, 48000));
		assert_int_equal(packet.timestamp % 960, 0);
		if (ear->has_last)
			assert_int_equal(packet.timestamp, ear->last_timestamp + 960);
		else
			ear->began_at = packet.captured_at;
		ear->last_timestamp = packet.timestamp;
		ear->has_last = true;
		ear->next++;
		assert_true(ear->count + 960 <= sizeof(ear->samples) / sizeof(float));
		assert_int_equal(opus_decode_float(ear->decoder, packet.payload,
						   packet.payload_bytes, ear->samples + ear->count,
						   960, 0),
				 960);
		ear->count += 960;
	}
	assert_int_not_equal(dm_track_read(ear->track, ear->next, &packet), DM_TRACK_READ_LOST);
}

/* Picture */

static GstFlowReturn on_decoded(GstAppSink *sink, gpointer user)
{
	struct eye *eye = user;
	GstSample *sample = gst_app_sink_pull_sample(sink);
	GstBuffer *buffer = gst_sample_get_buffer(sample);
	const dm_usec at = (dm_usec)(GST_BUFFER_PTS(buffer) / 1000);
	GstMapInfo map;
	long sum = 0;

	gst_buffer_map(buffer, &map, GST_MAP_READ);
	for (size_t n = 0; n < map.size; n++)
		sum += map.data[n];
	sum /= (long)map.size;
	gst_buffer_unmap(buffer, &map);
	gst_sample_unref(sample);
	for (size_t n = __atomic_load_n(&eye->count, __ATOMIC_ACQUIRE); n-- > 0;)
		if (eye->sights[n].captured_at == at) {
			__atomic_store_n(&eye->sights[n].luma, (int)sum, __ATOMIC_RELEASE);
			break;
		}
	return GST_FLOW_OK;
}

static void open_eye(struct eye *eye, struct dm_track *track, const struct dm_rung_options *rung)
{
	GstAppSinkCallbacks callbacks = { .new_sample = on_decoded };
	char *text = g_strdup_printf(
		"appsrc name=in format=time is-live=true caps=\"application/x-rtp,media=video,"
		"clock-rate=90000,encoding-name=H264,payload=96\" ! rtph264depay ! h264parse ! "
		"avdec_h264 max-threads=1 ! videoconvert ! appsink name=out sync=false "
		"caps=\"video/x-raw,format=GRAY8,width=%u,height=%u\"",
		rung->width, rung->height);

	eye->track = track;
	eye->pipeline = gst_parse_launch(text, NULL);
	g_free(text);
	assert_non_null(eye->pipeline);
	eye->source = gst_bin_get_by_name(GST_BIN(eye->pipeline), "in");

	GstElement *sink = gst_bin_get_by_name(GST_BIN(eye->pipeline), "out");

	gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, eye, NULL);
	gst_object_unref(sink);
	gst_element_set_state(eye->pipeline, GST_STATE_PLAYING);
}

static void close_eye(struct eye *eye)
{
	gst_element_set_state(eye->pipeline, GST_STATE_NULL);
	gst_object_unref(eye->source);
	gst_object_unref(eye->pipeline);
}

static void decode(struct eye *eye, const struct dm_track_packet *packet)
{
	const size_t bytes = 12u + packet->payload_bytes;
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, bytes, NULL);
	GstMapInfo map;

	gst_buffer_map(buffer, &map, GST_MAP_WRITE);
	struct dm_writer writer = dm_writer_init(map.data, bytes);

	dm_writer_u8(&writer, 0x80);
	dm_writer_u8(&writer, (uint8_t)(96 | (packet->marker ? 0x80 : 0)));
	dm_writer_u16(&writer, eye->sequence++);
	dm_writer_u32(&writer, packet->timestamp);
	dm_writer_u32(&writer, 1);
	dm_writer_bytes(&writer, packet->payload, packet->payload_bytes);
	gst_buffer_unmap(buffer, &map);
	GST_BUFFER_PTS(buffer) = (GstClockTime)packet->captured_at * 1000;
	gst_app_src_push_buffer(GST_APP_SRC(eye->source), buffer);
}

static void see(const struct rig *rig, struct eye *eye)
{
	static struct dm_track_packet packet;

	while (dm_track_read(eye->track, eye->next, &packet) == DM_TRACK_READ_OK) {
		assert_int_equal(packet.frame_start, !eye->in_frame);
		if (packet.frame_start) {
			const int32_t step = (int32_t)(packet.timestamp - eye->last_timestamp);

			assert_int_equal(
				packet.timestamp,
				dm_timeline_rtp(&rig->timeline, packet.captured_at, 90000));
			assert_true(eye->count == 0 || step > 0);
			assert_true(packet.captured_at <= packet.published_at);
			assert_true(eye->count < RIG_LAST);
			eye->last_timestamp = packet.timestamp;
			eye->sights[eye->count] = (struct sight){
				.captured_at = packet.captured_at,
				.published_at = packet.published_at,
				.key = packet.key,
				.luma = -1,
			};
			__atomic_store_n(&eye->count, eye->count + 1, __ATOMIC_RELEASE);
		}
		eye->in_frame = !packet.marker;
		eye->next++;
		decode(eye, &packet);
	}
	assert_int_not_equal(dm_track_read(eye->track, eye->next, &packet), DM_TRACK_READ_LOST);
}

/* The room */

static void describe(const char *floor, bool loop, const char *channel, const char *sign)
{
	channels[0] = (struct dm_channel_options){
		.lang = "fr",
		.source = { .uri = channel },
	};
	room_options = (struct dm_room_options){
		.id = "rig",
		.titles = titles,
		.title_count = 1,
		.floor = { .uri = floor, .loop = loop },
		.floor_language = "en",
		.floor_bitrate_bps = 64000,
		.channel_bitrate_bps = 48000,
		.picture = { .frame_rate = 25, .ladder = rungs, .ladder_count = RIG_RUNGS },
		.channels = channels,
		.channel_count = channel != NULL,
		.sign = {
			.source = { .uri = sign, .loop = loop },
			.frame_rate = 25,
			.ladder = &rungs[1],
			.ladder_count = sign != NULL,
		},
	};
	event_options = (struct dm_event_options){
		.id = "rig",
		.rooms = &room_options,
		.room_count = 1,
	};
}

struct rig *rig_start(const char *floor, bool loop, const char *channel)
{
	return rig_start_signed(floor, loop, channel, NULL);
}

static struct rig *start(void);

struct rig *rig_start_signed(const char *floor, bool loop, const char *channel, const char *sign)
{
	describe(floor, loop, channel, sign);
	return start();
}

struct rig *rig_start_backed(const char *floor, bool loop, const char *const *backups,
			     size_t backup_count)
{
	static struct dm_source_options sources[DM_BACKUPS_MAX];

	assert_true(backup_count <= DM_BACKUPS_MAX);
	for (size_t n = 0; n < backup_count; n++)
		sources[n] = (struct dm_source_options){ .uri = backups[n], .loop = loop };
	describe(floor, loop, NULL, NULL);
	room_options.backups = sources;
	room_options.backup_count = backup_count;
	return start();
}

static struct rig *start(void)
{
	static const struct dm_transport_options transport_options = {
		.address = "127.0.0.1",
		.workers = 1,
	};
	static const struct dm_ingest_options ingest_options = { .retry_most = DM_SEC(1) };
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	rig->timeline = dm_timeline_init(dm_time_now(), dm_time_ntp_now());
	assert_int_equal(dm_metrics_create(&rig->metrics), 0);
	assert_int_equal(
		dm_transport_create(&rig->transport, &transport_options, &rig->timeline, NULL), 0);
	assert_int_equal(dm_ticker_create(&rig->ticker, &rig->timeline,
					  dm_transport_audience(rig->transport), rig->metrics),
			 0);
	assert_int_equal(
		dm_event_create(&rig->event, &event_options, rig->transport, rig->ticker, NULL), 0);
	assert_int_equal(dm_ingest_create(&rig->ingest, &ingest_options, rig->event, &rig->timeline,
					  dm_transport_audience(rig->transport), rig->metrics),
			 0);
	assert_int_equal(dm_ticker_start(rig->ticker), 0);
	rig->room = dm_event_room(rig->event, 0);
	open_ear(&rig->floor, rig->room->channels[0].track);
	rig->has_channel = room_options.channel_count > 0;
	if (rig->has_channel)
		open_ear(&rig->channel, rig->room->channels[1].track);
	for (size_t n = 0; n < RIG_RUNGS; n++)
		open_eye(&rig->eyes[n], rig->room->picture.tracks[n], &rungs[n]);
	rig->has_sign = room_options.sign.ladder_count > 0;
	if (rig->has_sign)
		open_eye(&rig->sign, rig->room->sign.tracks[0], &rungs[1]);
	return rig;
}

void rig_stop(struct rig *rig)
{
	char *metrics = dm_metrics_render(rig->metrics, NULL);

	/* What the run cost, for whoever reads a failure. */
	for (char *line = strtok(metrics, "\n"); line; line = strtok(NULL, "\n"))
		if (line[0] != '#' && !g_str_has_suffix(line, " 0"))
			print_message("  %s\n", line);
	free(metrics);
	dm_ticker_stop(rig->ticker);
	dm_ingest_destroy(rig->ingest);
	dm_event_destroy(rig->event);
	dm_ticker_destroy(rig->ticker);
	dm_transport_destroy(rig->transport);
	dm_metrics_destroy(rig->metrics);
	for (size_t n = 0; n < RIG_RUNGS; n++)
		close_eye(&rig->eyes[n]);
	if (rig->has_sign)
		close_eye(&rig->sign);
	opus_decoder_destroy(rig->floor.decoder);
	if (rig->has_channel)
		opus_decoder_destroy(rig->channel.decoder);
	free(rig);
}

static void turn(struct rig *rig)
{
	while (g_main_context_iteration(NULL, FALSE))
		;
	hear(rig, &rig->floor);
	if (rig->has_channel)
		hear(rig, &rig->channel);
	for (size_t n = 0; n < RIG_RUNGS; n++)
		see(rig, &rig->eyes[n]);
	if (rig->has_sign)
		see(rig, &rig->sign);
	g_usleep(5000);
}

void rig_run(struct rig *rig, dm_usec duration)
{
	const dm_usec until = dm_time_now() + duration;

	while (dm_time_now() < until)
		turn(rig);
}

static void await(struct rig *rig, const enum dm_feed_state *state, enum dm_feed_state wanted,
		  dm_usec deadline)
{
	const dm_usec until = dm_time_now() + deadline;

	while (*state != wanted) {
		if (dm_time_now() > until)
			fail_msg("still %s, not %s", dm_feed_state_name(*state),
				 dm_feed_state_name(wanted));
		turn(rig);
	}
}

void rig_await_sound(struct rig *rig, enum dm_feed_state state, dm_usec deadline)
{
	await(rig, &rig->room->channels[0].state, state, deadline);
}

void rig_await_picture(struct rig *rig, enum dm_feed_state state, dm_usec deadline)
{
	await(rig, &rig->room->picture.state, state, deadline);
}

void rig_settle(struct rig *rig)
{
	const dm_usec until = dm_time_now() + DM_SEC(5);
	struct eye *eye = &rig->eyes[0];
	const size_t count = eye->count;

	/* The decoder holds a frame or two until others follow. */
	while (count > 0 && __atomic_load_n(&eye->sights[count - 1].luma, __ATOMIC_ACQUIRE) < 0) {
		if (dm_time_now() > until)
			fail_msg("the picture was not decoded");
		turn(rig);
	}
}

/* What was seen: BLACK and WHITE are the source's, the card lies between and is mostly dark. */
static bool is_white(const struct sight *sight)
{
	return sight->luma > 150;
}

static bool is_card(const struct sight *sight)
{
	return sight->luma > 22 && sight->luma < 100;
}

size_t rig_flashes(const struct rig *rig, dm_usec since, dm_usec *at, size_t most)
{
	const struct eye *eye = &rig->eyes[0];
	size_t count = 0;

	for (size_t n = 1; n < eye->count && count < most; n++)
		if (eye->sights[n].captured_at >= since && is_white(&eye->sights[n]) &&
		    !is_white(&eye->sights[n - 1]))
			at[count++] = eye->sights[n].captured_at;
	return count;
}

size_t rig_beeps(const struct rig *rig, dm_usec since, dm_usec *at, size_t most)
{
	const struct ear *ear = &rig->floor;
	size_t quiet = 0, count = 0;

	for (size_t n = 0; n < ear->count && count < most; n++) {
		if (fabsf(ear->samples[n]) < 0.03f) {
			quiet++;
			continue;
		}
		const dm_usec when = ear->began_at + (dm_usec)((double)n * 1e6 / 48000.0);

		if (quiet > 48000 / 5 && when >= since)
			at[count++] = when;
		quiet = 0;
	}
	return count;
}

static int compare(const void *a, const void *b)
{
	const dm_usec x = *(const dm_usec *)a, y = *(const dm_usec *)b;

	return (x > y) - (x < y);
}

dm_usec rig_lip_sync(struct rig *rig, dm_usec since, size_t least)
{
	dm_usec flashes[64], beeps[64], off[64];
	size_t pairs = 0;

	rig_settle(rig);

	const size_t flash_count = rig_flashes(rig, since, flashes, 64);
	const size_t beep_count = rig_beeps(rig, since, beeps, 64);

	for (size_t f = 0; f < flash_count; f++) {
		dm_usec nearest = DM_SEC(1000);

		for (size_t b = 0; b < beep_count; b++)
			if (llabs(beeps[b] - flashes[f]) < llabs(nearest))
				nearest = beeps[b] - flashes[f];
		if (llabs(nearest) < DM_MSEC(450)) /* else its beep is not in the recording */
			off[pairs++] = nearest;
	}
	if (pairs < least)
		fail_msg("%zu flashes and %zu beeps make %zu pairs", flash_count, beep_count,
			 pairs);
	qsort(off, pairs, sizeof(off[0]), compare);
	print_message("  lip sync: %zu pairs, %+.1f ms (%+.1f to %+.1f)\n", pairs,
		      (double)off[pairs / 2] / 1000, (double)off[0] / 1000,
		      (double)off[pairs - 1] / 1000);
	return off[pairs / 2];
}

dm_usec rig_first_hold(struct rig *rig, dm_usec since)
{
	const struct eye *eye = &rig->eyes[0];

	rig_settle(rig);
	for (size_t n = 0; n < eye->count; n++)
		if (eye->sights[n].published_at >= since && is_card(&eye->sights[n]))
			return eye->sights[n].published_at;
	fail_msg("no holding picture");
	return 0;
}

double rig_level(const struct ear *ear, double hz, dm_usec duration)
{
	enum { WINDOW = 2400 }; /* 50 ms: a jump in the sound spoils one window, not the measure */
	const size_t windows = (size_t)(duration / DM_MSEC(50));
	double sum = 0;

	assert_true(ear->count >= windows * WINDOW);
	for (size_t w = 1; w <= windows; w++) {
		const float *samples = ear->samples + ear->count - w * WINDOW;
		double re = 0, im = 0;

		for (size_t n = 0; n < WINDOW; n++) {
			re += (double)samples[n] * cos(2 * M_PI * hz * (double)n / 48000);
			im += (double)samples[n] * sin(2 * M_PI * hz * (double)n / 48000);
		}
		sum += 2 * sqrt(re * re + im * im) / WINDOW;
	}
	return sum / (double)windows;
}

dm_usec rig_longest_silence(const struct ear *ear, dm_usec since)
{
	size_t run = 0, longest = 0;

	for (size_t n = 0; n < ear->count; n++) {
		if (ear->began_at + (dm_usec)(n * 1000 / 48) < since)
			continue;
		run = fabsf(ear->samples[n]) < 1e-4f ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return (dm_usec)(longest * 1000 / 48);
}

/* Media and programs */

const char *rig_media(const char *name)
{
	static char folder[64];
	static char paths[8][256];
	static unsigned next;
	char *path = paths[next++ % 8];

	if (!folder[0])
		snprintf(folder, sizeof(folder), "ingest_media.%d", (int)getpid());
	mkdir(folder, 0700);
	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

/* A test that fails leaves its senders behind: they are killed after it. */
static pid_t children[16];

static void remember(pid_t before, pid_t after)
{
	for (size_t n = 0; n < G_N_ELEMENTS(children); n++)
		if (children[n] == before) {
			children[n] = after;
			return;
		}
}

static void make_lips(const char *path, const char *b_frames)
{
	static const char picture[] = "color=black:s=320x180:r=25:d=6,"
				      "drawbox=color=white:t=fill:enable='lt(mod(n,25),2)'";
	/* The noise keeps AAC frames from shrinking to nothing, as no real sound does. */
	static const char sound[] = "aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.06)"
				    "+0.003*(random(0)-0.5)':s=48000:d=6";
	const char *const argv[] = { "ffmpeg", "-y",     "-f",   "lavfi", "-i",       picture,
				     "-f",     "lavfi",  "-i",   sound,   "-c:v",     "libx264",
				     "-bf",    b_frames, "-g",   "50",    "-pix_fmt", "yuv420p",
				     "-c:a",   "aac",    "-b:a", "128k",  path,       NULL };
	const pid_t child = rig_spawn(argv);
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	remember(child, 0);
	if (status != 0)
		fail_msg("ffmpeg could not make %s", path);
}

const char *rig_lips(void)
{
	static char path[256];

	if (!path[0]) {
		snprintf(path, sizeof(path), "%s", rig_media("lips.mp4"));
		make_lips(path, "3");
	}
	return path;
}

const char *rig_lips_in_order(void)
{
	static char path[256];

	if (!path[0]) {
		snprintf(path, sizeof(path), "%s", rig_media("lips_in_order.mp4"));
		make_lips(path, "0");
	}
	return path;
}

pid_t rig_spawn(const char *const *argv)
{
	posix_spawn_file_actions_t files;
	pid_t child;

	posix_spawn_file_actions_init(&files);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);

	const int error = posix_spawnp(&child, argv[0], &files, NULL,
				       (char *const *)(uintptr_t)argv, environ);

	posix_spawn_file_actions_destroy(&files);
	if (error)
		fail_msg("%s: %s", argv[0], strerror(error));
	remember(0, child);
	return child;
}

void rig_kill(pid_t child)
{
	remember(child, 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

void rig_kill_all(void)
{
	for (size_t n = 0; n < G_N_ELEMENTS(children); n++)
		if (children[n] != 0)
			rig_kill(children[n]);
}

bool rig_has_ended(pid_t child)
{
	if (waitpid(child, NULL, WNOHANG) != child)
		return false;
	remember(child, 0);
	return true;
}

int rig_kill_senders(void **state)
{
	(void)state;
	rig_kill_all();
	return 0;
}

int rig_remove_media(void **state)
{
	char command[300];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", rig_media(""));
	return system(command) == 0 ? 0 : -1;
}
