/* Rooms whose sound and picture are passed through as they come. */
#include "scratch.h"

#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static int setup(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	scratch_init(scratch);
	*state = scratch;
	return 0;
}

static struct dm_config *load(struct scratch *scratch, const char *yaml)
{
	struct dm_config *config;

	if (scratch_load(scratch, yaml, &config) != 0)
		fail_msg("%s", scratch->messages->str);
	return config;
}

/* What is passed through has one rung, as it comes, or no picture. */
static void test_forwarded(void **state)
{
	struct scratch *scratch = *state;
	struct dm_config *config = load(
		scratch, "event: {id: e, title: {en: Event}}\n"
			 "rooms:\n"
			 "- id: a\n"
			 "  title: {en: A}\n"
			 "  floor: {source: 'rtp://:5004?opus=111&h264=96'}\n"
			 "  sign: {source: 'rtp://:5006?h264=96'}\n"
			 "  channels: [{language: fr, source: 'rtp://:5008?opus=111'}]\n"
			 "- id: b\n"
			 "  title: {en: B}\n"
			 "  floor: {source: 'rtp://:5010?opus=111'}\n"
			 "  video: {ladder: []}\n");

	assert_true(config->event.rooms[0].floor.passes_sound &&
		    config->event.rooms[0].floor.passes_picture);
	assert_true(config->event.rooms[0].channels[0].source.passes_sound);
	assert_false(config->event.rooms[0].sign.source.passes_sound);
	assert_false(config->event.rooms[1].floor.passes_picture);
	assert_int_equal(config->event.rooms[0].picture.ladder_count, 1);
	assert_int_equal(config->event.rooms[0].sign.ladder_count, 1);
	assert_int_equal(config->event.rooms[1].picture.ladder_count, 0);
	assert_int_equal(config->event.rooms[1].sign.ladder_count, 0);
	dm_config_destroy(config);
}

/* What a publisher brings is encoded here, in as many sizes as any other floor. */
static void test_whip(void **state)
{
	struct dm_config *config = load(*state, "event: {id: e, title: {en: Event}}\n"
						"rooms:\n"
						"- id: a\n"
						"  title: {en: A}\n"
						"  floor: {source: 'whip:', bitrate: 96k}\n"
						"- id: b\n"
						"  title: {en: B}\n"
						"  floor: {source: 'test:'}\n");
	const struct dm_room_options *rooms = config->event.rooms;

	assert_true(rooms[0].floor.whip && !rooms[1].floor.whip);
	assert_false(rooms[0].floor.passes_sound || rooms[0].floor.passes_picture);
	assert_int_equal(rooms[0].picture.ladder_count, 3);
	assert_int_equal(rooms[0].floor_bitrate_bps, 96000);
	dm_config_destroy(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_forwarded),
					    cmocka_unit_test(test_whip) };

	return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
