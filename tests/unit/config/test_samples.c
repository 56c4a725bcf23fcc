/* Every file of config/ is right, and says what its comments promise. */
#include "scratch.h"

#include "ingest/options.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* What deploy/media/make leaves behind: the samples name no other file. */
static const char *const recordings[] = { "plenary.mp4", "ar.wav", "zh.wav", "en.wav",
					  "fr.wav",      "ru.wav", "es.wav" };

/* The samples in a folder "config", beside a "build/demo" with empty recordings, as they stand in
 * the source tree. */
static int setup(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));
	GDir *folder = g_dir_open(DM_SOURCE_DIR "/config", 0, NULL);

	assert_non_null(folder);
	scratch_init(scratch);
	for (const char *name; (name = g_dir_read_name(folder));) {
		char *from = g_build_filename(DM_SOURCE_DIR "/config", name, NULL);
		char *to = g_build_filename("config", name, NULL);
		char *text = NULL;

		assert_true(g_file_get_contents(from, &text, NULL, NULL));
		scratch_write(scratch, to, text);
		g_free(text);
		g_free(to);
		g_free(from);
	}
	g_dir_close(folder);
	for (size_t i = 0; i < G_N_ELEMENTS(recordings); i++) {
		char *to = g_build_filename("build/demo", recordings[i], NULL);

		scratch_write(scratch, to, "");
		g_free(to);
	}
	*state = scratch;
	return 0;
}

static struct dm_config *load(struct scratch *scratch, const char *name)
{
	char *path = g_build_filename("config", name, NULL);
	struct dm_config *config;

	if (scratch_load_file(scratch, path, &config) != 0)
		fail_msg("%s", scratch->messages->str);
	g_free(path);
	return config;
}

static void test_every_sample(void **state)
{
	GDir *folder = g_dir_open(DM_SOURCE_DIR "/config", 0, NULL);
	int count = 0;

	for (const char *name; (name = g_dir_read_name(folder));) {
		if (!g_str_has_suffix(name, ".yaml"))
			continue;
		dm_config_destroy(load(*state, name));
		count++;
	}
	g_dir_close(folder);
	assert_true(count >= 4);
}

static const char *title(const struct dm_title *titles, size_t count, const char *lang)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(titles[i].lang, lang) == 0)
			return titles[i].text;
	}
	return NULL;
}

static void test_demo(void **state)
{
	struct dm_config *config = load(*state, "demo.yaml");
	const struct dm_room_options *room = &config->event.rooms[0];

	assert_int_equal(config->event.room_count, 1);
	assert_string_equal(room->id, "plenary");
	assert_true(room->floor.loop);
	assert_int_equal(room->channel_count, 6);
	assert_int_equal(room->picture.ladder_count, 3);
	assert_int_equal(config->control.port, 8080);
	dm_config_destroy(config);
}

static void test_wsis_forum(void **state)
{
	static const char *const languages[] = { "ar", "zh", "en", "fr", "ru", "es" };
	struct dm_config *config = load(*state, "wsis-forum.yaml");

	assert_int_equal(config->event.room_count, 5);
	assert_string_equal(title(config->event.titles, config->event.title_count, "ar"),
			    "منتدى القمة العالمية لمجتمع المعلومات");
	for (size_t i = 0; i < config->event.room_count; i++) {
		const struct dm_room_options *room = &config->event.rooms[i];

		assert_non_null(title(room->titles, room->title_count, "ar"));
		assert_true(room->channel_count >= 6);
		for (size_t k = 0; k < G_N_ELEMENTS(languages); k++)
			assert_string_equal(room->channels[k].lang, languages[k]);
		assert_int_equal(room->picture.ladder_count, i < 4 ? 3 : 0);
		assert_int_equal(room->sign.ladder_count, i < 2 ? 2 : 0);
	}
	assert_string_equal(config->event.rooms[0].channels[6].lang, "ils");
	assert_null(config->event.rooms[0].channels[6].source.uri);
	assert_int_equal(config->event.rooms[0].booth_count, 6);
	assert_string_equal(config->event.rooms[0].booths[0].id, "arabic");
	assert_int_equal(config->event.rooms[0].booths[0].outputs[1], 3);
	assert_int_equal(config->event.rooms[0].backup_count, 1);
	assert_int_equal(config->event.rooms[0].session_count, 2);
	assert_int_equal(config->event.rooms[0].sessions[0].start, 1814774400);
	assert_string_equal(title(config->event.rooms[0].sessions[0].titles,
				  config->event.rooms[0].sessions[0].title_count, "ar"),
			    "الافتتاح");
	assert_int_equal(config->event.rooms[1].session_count, 0);
	assert_true(config->monitor.enabled && !config->monitor.keep_names);
	assert_int_equal(config->event.rooms[1].booth_count, 6);
	assert_string_equal(config->event.rooms[1].booths[5].id, "es");
	dm_config_destroy(config);
}

static void test_hardware_booths(void **state)
{
	struct dm_config *config = load(*state, "hardware-booths.yaml");
	const struct dm_room_options *room = &config->event.rooms[0];
	int aes67 = 0;

	for (size_t i = 0; i < room->channel_count; i++)
		aes67 += room->channels[i].source.uri &&
			 g_str_has_prefix(room->channels[i].source.uri, "rtp://239.69.");
	assert_int_equal(aes67, 5);
	assert_int_equal(room->channels[5].fallback, DM_FALLBACK_CHANNEL);
	assert_string_equal(room->channels[room->channels[5].fallback_channel - 1].lang, "en");
	dm_config_destroy(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_sample),
		cmocka_unit_test(test_demo),
		cmocka_unit_test(test_wsis_forum),
		cmocka_unit_test(test_hardware_booths),
	};

	return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
