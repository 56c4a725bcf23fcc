/* What ingest tells of a source and of its picture while both are real: still, black, frozen, how
 * sound and picture are apart, what comes; the stills; and switching to a backup. */
#include "ingest_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A source has to be there within this, even on a busy machine under a sanitizer. */
#define SOON DM_SEC(15)

/* Makes a film of ten seconds with a tone of a kilohertz, by ffmpeg's own drawing and x264. */
static const char *film(const char *name, const char *filter, const char *bits)
{
	static char path[300];
	const char *argv[] = { "ffmpeg",    "-y",       "-f",          "lavfi",   "-i",
			       filter,      "-f",       "lavfi",       "-i",      "sine=1000:d=10",
			       "-t",        "10",       "-c:v",        "libx264", "-preset",
			       "superfast", "-tune",    "zerolatency", "-g",      "50",
			       "-b:v",      bits,       "-maxrate",    bits,      "-bufsize",
			       bits,        "-pix_fmt", "yuv420p",     "-c:a",    "aac",
			       NULL,        NULL };

	snprintf(path, sizeof(path), "%s", rig_media(name));
	argv[sizeof(argv) / sizeof(argv[0]) - 2] = path;

	const pid_t child = rig_spawn(argv);

	while (!rig_has_ended(child))
		usleep(20000);

	return path;
}

static int64_t still_ms(const struct rig *rig)
{
	return dm_metric_get(&rig->room->picture.health.still_ms);
}

static int64_t black_ms(const struct rig *rig)
{
	return dm_metric_get(&rig->room->picture.health.black_ms);
}

/* The longest that the picture was told to stand still. */
static int64_t watch_still(struct rig *rig, dm_usec duration)
{
	const dm_usec until = dm_time_now() + duration;
	int64_t most = 0;

	while (dm_time_now() < until) {
		rig_run(rig, DM_MSEC(20));
		if (still_ms(rig) > most)
			most = still_ms(rig);
	}
	return most;
}

static void await_still(struct rig *rig)
{
	const dm_usec until = dm_time_now() + SOON;

	while (!rig->room->picture.still && dm_time_now() < until)
		rig_run(rig, DM_MSEC(20));
	assert_non_null(rig->room->picture.still);
}

/* Size of a baseline JPEG (ITU-T T.81, B.2.2); fails the test when it is none. */
static void jpeg_size(GBytes *jpeg, unsigned *width, unsigned *height)
{
	gsize size;
	const uint8_t *data = g_bytes_get_data(jpeg, &size);
	gsize at = 2;

	assert_true(size > 100 && data[0] == 0xff && data[1] == 0xd8);
	assert_true(data[size - 2] == 0xff && data[size - 1] == 0xd9);
	while (at + 9 < size && data[at + 1] != 0xc0)
		at += 2 + (gsize)(data[at + 2] << 8 | data[at + 3]);
	assert_true(at + 9 < size);
	*height = (unsigned)(data[at + 5] << 8 | data[at + 6]);
	*width = (unsigned)(data[at + 7] << 8 | data[at + 8]);
}

static void test_moving(void **state)
{
	struct rig *rig = rig_start("test:", false, NULL);
	const struct dm_picture_health *health = &rig->room->picture.health;
	unsigned width, height;

	(void)state;
	rig_await_picture(rig, DM_FEED_LIVE, SOON);
	assert_int_equal(watch_still(rig, DM_SEC(6)), 0);
	assert_int_equal(black_ms(rig), 0);
	assert_int_equal(dm_metric_get(&health->freezes), 0);
	assert_int_equal(dm_metric_get(&health->decoded), 1);
	assert_in_range(dm_metric_get(&health->came), 140, 160);
	assert_int_equal(dm_metric_get(&health->width), 320);
	assert_int_equal(dm_metric_get(&health->height), 180);
	assert_in_range(dm_metric_get(&health->key_interval), DM_MSEC(1900), DM_MSEC(2100));
	assert_string_equal(rig->room->source_format, "drawn 320x180 25 fps, PCM 48 kHz mono");
	await_still(rig);
	jpeg_size(rig->room->picture.still, &width, &height);
	print_message("  still: %ux%u, %zu bytes\n", width, height,
		      g_bytes_get_size(rig->room->picture.still));
	assert_true(width <= 320 && height <= 180 && width * 9 == height * 16);
	assert_in_range(g_bytes_get_size(rig->room->picture.still), 1000, 20000);
	assert_in_range(rig->room->picture.still_at, g_get_real_time() / G_USEC_PER_SEC - 4,
			g_get_real_time() / G_USEC_PER_SEC);

	GBytes *first = g_bytes_ref(rig->room->picture.still);

	rig_run(rig, DM_SEC(5));
	assert_false(g_bytes_equal(first, rig->room->picture.still));
	g_bytes_unref(first);
	rig_stop(rig);
}

#define SLIDE                                                                       \
	"smptehdbars=size=1280x720:rate=25,drawtext=text='Agenda item 7 - General " \
	"debate':fontsize=48:x=200:y=300:fontcolor=white"

/* A slide, however badly coded, stands still; the same as a camera sees it does not. */
static void test_slide_and_camera(void **state)
{
	static const struct {
		const char *name, *filter, *bits;
		bool still;
	} films[] = {
		{ "slide.mp4", SLIDE, "2000k", true },
		{ "slide_300k.mp4", SLIDE, "300k", true },
		{ "camera.mp4", SLIDE ",noise=alls=6:allf=t", "2000k", false },
		{ "camera_500k.mp4", SLIDE ",noise=alls=6:allf=t", "500k", false },
		{ "camera_clean.mp4", SLIDE ",noise=alls=2:allf=t", "1000k", false },
	};

	(void)state;
	for (size_t n = 0; n < sizeof(films) / sizeof(films[0]); n++) {
		struct rig *rig = rig_start(film(films[n].name, films[n].filter, films[n].bits),
					    true, NULL);

		rig_await_picture(rig, DM_FEED_LIVE, SOON);

		const int64_t most = watch_still(rig, DM_SEC(9));

		print_message("  %s: still for up to %lld ms, %lld freezes\n", films[n].name,
			      (long long)most,
			      (long long)dm_metric_get(&rig->room->picture.health.freezes));
		if (films[n].still)
			assert_true(most > 5000);
		else
			assert_true(most < 400);
		assert_int_equal(black_ms(rig), 0);
		assert_string_equal(rig->room->source_format,
				    "H.264 1280x720 25 fps, AAC 44.1 kHz mono");
		assert_int_equal(dm_metric_get(&rig->room->picture.health.width), 1280);
		rig_stop(rig);
	}
}

/* Three seconds of motion, three of the same picture, four of black. */
static void test_freeze_and_black(void **state)
{
	struct rig *rig = rig_start(film("freeze.mp4",
					 "testsrc2=size=640x360:rate=25:d=3,format=yuv420p,"
					 "tpad=stop_mode=clone:stop_duration=3,"
					 "tpad=stop_mode=add:stop_duration=4:color=black",
					 "6000k"),
				    false, NULL);

	(void)state;
	rig_await_picture(rig, DM_FEED_LIVE, SOON);
	rig_run(rig, DM_MSEC(2000));
	assert_int_equal(still_ms(rig), 0);
	rig_run(rig, DM_MSEC(3000));
	assert_in_range(still_ms(rig), 1200, 2600);
	assert_int_equal(black_ms(rig), 0);
	assert_int_equal(dm_metric_get(&rig->room->picture.health.freezes), 1);
	rig_run(rig, DM_MSEC(2500));
	assert_in_range(black_ms(rig), 700, 2200);
	rig_await_picture(rig, DM_FEED_LOST, SOON);
	assert_int_equal(still_ms(rig), 0); /* nothing that could */
	assert_int_equal(black_ms(rig), 0);
	rig_stop(rig);
}

static void test_offset(void **state)
{
	struct rig *rig = rig_start(rig_lips(), true, NULL);
	const struct dm_source_health *health = &rig->room->source_health;
	const dm_usec until = dm_time_now() + SOON;

	(void)state;
	assert_int_equal(dm_metric_get(&health->offset_known), 0);
	while (!dm_metric_get(&health->offset_known) && dm_time_now() < until)
		rig_run(rig, DM_MSEC(20));
	assert_int_equal(dm_metric_get(&health->offset_known), 1);
	print_message("  offset %+.1f ms\n", (double)dm_metric_get(&health->offset) / 1000);
	assert_true(llabs(dm_metric_get(&health->offset)) < DM_MSEC(25));
	rig_stop(rig);
}

/* Sound that is 200 ms early. */
static void test_offset_wrong(void **state)
{
	char path[300], command[1000];

	(void)state;
	snprintf(path, sizeof(path), "%s", rig_media("early.mp4"));
	snprintf(command, sizeof(command),
		 "ffmpeg -v error -y -itsoffset 0.2 -i %s -i %s -map 0:v -map 1:a -c copy %s",
		 rig_lips(), rig_lips(), path);
	assert_int_equal(system(command), 0);

	struct rig *rig = rig_start(path, true, NULL);
	const struct dm_source_health *health = &rig->room->source_health;
	const dm_usec until = dm_time_now() + SOON;

	while (!dm_metric_get(&health->offset_known) && dm_time_now() < until)
		rig_run(rig, DM_MSEC(20));
	assert_int_equal(dm_metric_get(&health->offset_known), 1);
	print_message("  offset %+.1f ms\n", (double)dm_metric_get(&health->offset) / 1000);
	assert_in_range(dm_metric_get(&health->offset), DM_MSEC(175), DM_MSEC(225));
	rig_stop(rig);
}

static void test_no_switch_without_backups(void **state)
{
	struct rig *rig = rig_start("test:", false, NULL);

	(void)state;
	assert_int_equal(dm_room_use_source(rig->room, 1), -EINVAL);
	assert_int_equal(dm_room_use_source(rig->room, 0), 0);
	rig_await_sound(rig, DM_FEED_LIVE, SOON);
	rig_stop(rig);
}

/* The longest time between two frames of the best rung from `since` on. */
static dm_usec longest_gap(const struct rig *rig, dm_usec since)
{
	const struct eye *eye = &rig->eyes[0];
	dm_usec longest = 0;

	for (size_t n = 1; n < eye->count; n++) {
		const dm_usec gap = eye->sights[n].published_at - eye->sights[n - 1].published_at;

		if (eye->sights[n].published_at > since && gap > longest)
			longest = gap;
	}
	return longest;
}

static void await_in_use(struct rig *rig, int64_t n)
{
	const dm_usec until = dm_time_now() + SOON;

	while (dm_metric_get(&rig->room->source_health.in_use) != n && dm_time_now() < until)
		rig_run(rig, DM_MSEC(5));
	assert_int_equal(dm_metric_get(&rig->room->source_health.in_use), n);
	rig_run(rig, DM_MSEC(5)); /* the states come right behind */
}

static void test_switch(void **state)
{
	const char *const backups[] = { "test:tone?hz=880", rig_lips(), "srt://127.0.0.1:18410" };
	struct rig *rig = rig_start_backed("test:tone?hz=440", true, backups, 3);
	const struct dm_source_health *health = &rig->room->source_health;

	(void)state;
	rig_await_sound(rig, DM_FEED_LIVE, SOON);
	rig_run(rig, DM_SEC(2));
	assert_true(rig_level(&rig->floor, 440, DM_SEC(1)) > 0.08);
	assert_int_equal(dm_metric_get(&health->in_use), 0);
	assert_int_equal(dm_room_use_source(rig->room, 4), -EINVAL);

	dm_usec since = dm_time_now();

	assert_int_equal(dm_room_use_source(rig->room, 1), 0);
	await_in_use(rig, 1);
	rig_await_sound(rig, DM_FEED_LIVE, SOON);
	rig_run(rig, DM_SEC(2));
	assert_true(rig_level(&rig->floor, 880, DM_SEC(1)) > 0.08);
	assert_true(rig_level(&rig->floor, 440, DM_SEC(1)) < 0.01);
	print_message("  tone to tone: silence %.0f ms, picture %.0f ms\n",
		      (double)rig_longest_silence(&rig->floor, since) / 1000,
		      (double)longest_gap(rig, since) / 1000);
	assert_true(rig_longest_silence(&rig->floor, since) < DM_MSEC(250));

	/* To a file: it has to be opened and decoded first. */
	since = dm_time_now();
	assert_int_equal(dm_room_use_source(rig->room, 2), 0);
	await_in_use(rig, 2);
	rig_await_picture(rig, DM_FEED_LIVE, SOON);
	rig_await_sound(rig, DM_FEED_LIVE, SOON);
	print_message("  tone to file: live after %.0f ms\n",
		      (double)(dm_time_now() - since) / 1000);
	assert_true(dm_time_now() - since < DM_SEC(10)); /* under a sanitizer */
	rig_run(rig, DM_SEC(2));
	assert_true(rig_level(&rig->floor, 880, DM_SEC(1)) < 0.01);
	assert_non_null(strstr(rig->room->source_format, "H.264 320x180"));

	/* To nobody: it stays there, and says so; back again when somebody says so. */
	assert_int_equal(dm_room_use_source(rig->room, 3), 0);
	await_in_use(rig, 3);
	rig_run(rig, DM_SEC(3));
	assert_int_equal(rig->room->channels[0].state, DM_FEED_CONNECTING);
	assert_int_equal(rig->room->picture.state, DM_FEED_CONNECTING);
	assert_int_equal(dm_metric_get(&health->in_use), 3);
	assert_string_equal(rig->room->source_format, "");
	rig_first_hold(rig, since);
	since = dm_time_now();
	assert_int_equal(dm_room_use_source(rig->room, 0), 0);
	rig_await_sound(rig, DM_FEED_LIVE, SOON);
	print_message("  nobody to tone: live after %.0f ms\n",
		      (double)(dm_time_now() - since) / 1000);
	assert_true(dm_time_now() - since < DM_SEC(10));
	assert_int_equal(dm_metric_get(&health->in_use), 0);
	rig_stop(rig);
}

#define T(name) cmocka_unit_test_teardown(name, rig_kill_senders)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(test_moving), T(test_slide_and_camera), T(test_freeze_and_black),
		T(test_offset), T(test_offset_wrong),     T(test_no_switch_without_backups),
		T(test_switch),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, rig_remove_media);
}
