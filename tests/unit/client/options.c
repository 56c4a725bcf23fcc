/* The command line of dragoman-client. */
#include "../../../client/native/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ARGUMENTS_MAX 20

/* Splits at spaces; what is wrong goes into `complaint`. */
static bool parse(const char *line, struct dm_client_options *options, char *complaint,
		  size_t complaint_bytes)
{
	static char words[400];
	char *argv[ARGUMENTS_MAX + 1] = { 0 };
	int argc = 0;
	FILE *errors = fmemopen(complaint, complaint_bytes, "w");

	snprintf(words, sizeof(words), "%s", line);
	for (char *word = strtok(words, " "); word && argc < ARGUMENTS_MAX;
	     word = strtok(NULL, " "))
		argv[argc++] = word;
	complaint[0] = '\0';

	const bool ok = dm_client_options_parse(options, argc, argv, errors);

	fclose(errors);
	return ok;
}

static void reads_listen(void **state)
{
	struct dm_client_options options;
	char complaint[300];

	(void)state;
	assert_true(parse("dragoman-client listen --url http://localhost:8080 --room plenary "
			  "--lang fr --wav a.wav --seconds 2.5 --stats",
			  &options, complaint, sizeof(complaint)));
	assert_int_equal(options.command, DM_COMMAND_LISTEN);
	assert_string_equal(options.url, "http://localhost:8080");
	assert_string_equal(options.lang, "fr");
	assert_string_equal(options.wav, "a.wav");
	assert_true(options.seconds > 2.4 && options.seconds < 2.6 && options.stats);
	assert_null(options.video);
}

static void reads_load(void **state)
{
	struct dm_client_options options;
	char complaint[300];

	(void)state;
	assert_true(parse("dragoman-client load --url=https://r --room=a --listeners=50 "
			  "--video=none --srtp=sha1 --one-by-one",
			  &options, complaint, sizeof(complaint)));
	assert_int_equal(options.listeners, 50);
	assert_int_equal(options.profiles, DM_PROFILE_SHA1);
	assert_true(options.one_by_one && !options.windowed && options.tick == DM_USEC_NEVER);
}

static void reads_a_rehearsal(void **state)
{
	struct dm_client_options options;
	char complaint[300];

	(void)state;
	assert_true(
		parse("dragoman-client load --url=http://r --room=a --listeners=2000 --rate=200 "
		      "--warmup=2 --sample=50 --latency --nack --stalled=5% --nack-storm=0.05 "
		      "--tick=500us --spread=off --setup=active",
		      &options, complaint, sizeof(complaint)));
	assert_true(options.windowed && options.latency && options.nack && options.own_sockets &&
		    options.active);
	assert_int_equal(options.rate, 200);
	assert_int_equal(options.warmup, 2);
	assert_int_equal(options.roles.sample_every, 50);
	assert_int_equal(options.roles.stalled * 1000, 50);
	assert_int_equal(options.roles.storm * 1000, 50);
	assert_int_equal(options.tick, 500);
	assert_true(parse("dragoman-client load --url=http://r --room=a --tick 1ms --warmup 0",
			  &options, complaint, sizeof(complaint)));
	assert_true(options.windowed && options.tick == DM_MSEC(1));
	assert_true(parse("dragoman-client load --url=http://r --room=a --tick 0", &options,
			  complaint, sizeof(complaint)));
	assert_int_equal(options.tick, 0);
}

static void reads_publish(void **state)
{
	struct dm_client_options options;
	char complaint[300];

	(void)state;
	assert_true(parse(
		"dragoman-client publish --url http://r --room a --lang fr --file b.wav --loop "
		"--token t --once --stats",
		&options, complaint, sizeof(complaint)));
	assert_int_equal(options.command, DM_COMMAND_PUBLISH);
	assert_int_equal(options.source, DM_PUBLISH_FILE);
	assert_string_equal(options.file, "b.wav");
	assert_true(options.loop && options.once && options.stats && !options.vp8);
	assert_true(parse(
		"dragoman-client publish --url http://r --room a --lang floor --file b.mp4 --vp8",
		&options, complaint, sizeof(complaint)));
	assert_true(options.vp8 && !options.loop);
	assert_true(parse(
		"dragoman-client publish --url http://r --room a --lang fr --tone 440 --level -40",
		&options, complaint, sizeof(complaint)));
	assert_int_equal(options.source, DM_PUBLISH_TONE);
	assert_int_equal(options.tone_hz, 440);
	assert_int_equal(options.level_dbfs, -40);
	assert_true(parse("dragoman-client publish --url http://r --room a --lang fr --bursts 1000",
			  &options, complaint, sizeof(complaint)));
	assert_int_equal(options.source, DM_PUBLISH_BURSTS);
	assert_int_equal(options.level_dbfs, -20);
	assert_true(parse("dragoman-client publish --url http://r --room a --lang fr --microphone",
			  &options, complaint, sizeof(complaint)));
	assert_int_equal(options.source, DM_PUBLISH_MICROPHONE);
	assert_null(options.microphone);
	assert_true(
		parse("dragoman-client publish --url http://r --room a --lang fr --microphone=USB",
		      &options, complaint, sizeof(complaint)));
	assert_string_equal(options.microphone, "USB");
}

static void reads_help(void **state)
{
	struct dm_client_options options;
	char complaint[300];

	(void)state;
	assert_true(parse("dragoman-client --help", &options, complaint, sizeof(complaint)));
	assert_true(options.help && options.command == DM_COMMAND_NONE);
	assert_true(parse("dragoman-client load --help", &options, complaint, sizeof(complaint)));
	assert_true(options.help && options.command == DM_COMMAND_LOAD);
	assert_true(
		parse("dragoman-client publish --help", &options, complaint, sizeof(complaint)));
	assert_true(options.help && options.command == DM_COMMAND_PUBLISH);
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *line, *word;
	} wrong[] = {
		{ "dragoman-client", "usage" },
		{ "dragoman-client dance", "usage" },
		{ "dragoman-client listen --room a", "--url" },
		{ "dragoman-client listen --url http://a", "--room" },
		{ "dragoman-client listen --url ftp://a --room b", "--url ftp://a" },
		{ "dragoman-client listen --url http://a --room b --lnag fr", "--lnag" },
		{ "dragoman-client listen --url http://a --room b --lang", "--lang" },
		{ "dragoman-client listen --url http://a --room b --listeners 2", "listeners" },
		{ "dragoman-client load --url http://a --room b --wav x", "wav" },
		{ "dragoman-client load --url http://a --room b --listeners 0", "listeners 0" },
		{ "dragoman-client load --url http://a --room b --listeners 3x", "listeners 3x" },
		{ "dragoman-client load --url http://a --room b --seconds -1", "seconds -1" },
		{ "dragoman-client load --url http://a --room b --video huge", "video huge" },
		{ "dragoman-client load --url http://a --room b --srtp rc4", "srtp rc4" },
		{ "dragoman-client load --url http://a --room b c", "c: not expected" },
		{ "dragoman-client load --url http://a --room b --rate 0", "rate 0" },
		{ "dragoman-client load --url http://a --room b --tick 1", "tick 1" },
		{ "dragoman-client load --url http://a --room b --tick 2s", "tick 2s" },
		{ "dragoman-client load --url http://a --room b --stalled 1.5", "stalled 1.5" },
		{ "dragoman-client load --url http://a --room b --stalled 5p", "stalled 5p" },
		{ "dragoman-client load --url http://a --room b --spread on", "spread on" },
		{ "dragoman-client load --url http://a --room b --stalled 0.6 --nack-storm 0.6",
		  "more than all" },
		{ "dragoman-client listen --url http://a --room b --warmup 1", "warmup" },
		{ "dragoman-client listen --url http://a --room b --tone 440", "tone" },
		{ "dragoman-client load --url http://a --room b --speaker", "speaker" },
		{ "dragoman-client publish --url http://a --room b --tone 440", "--lang" },
		{ "dragoman-client publish --url http://a --room b --lang fr", "--file" },
		{ "dragoman-client publish --url http://a --room b --lang fr --tone 5", "tone 5" },
		{ "dragoman-client publish --url http://a --room b --lang fr --tone 99 --level 1",
		  "level 1" },
		{ "dragoman-client publish --url http://a --room b --lang fr --tone 99 --file x",
		  "file x" },
		{ "dragoman-client publish --url http://a --room b --lang fr --tone 99 --loop",
		  "--loop" },
		{ "dragoman-client publish --url http://a --room b --lang fr --tone 99 --vp8",
		  "--vp8" },
		{ "dragoman-client publish --url http://a --room b --lang fr --wav x", "wav" },
		{ "dragoman-client publish --url http://a --room b --lang fr --video low",
		  "video" },
		{ "dragoman-client publish --url http://a --room b --lang fr --listeners 2",
		  "listeners" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct dm_client_options options;
		char complaint[300];

		if (parse(wrong[i].line, &options, complaint, sizeof(complaint)) ||
		    !strstr(complaint, wrong[i].word))
			fail_msg("%s: %s", wrong[i].line, complaint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_listen),      cmocka_unit_test(reads_load),
		cmocka_unit_test(reads_a_rehearsal), cmocka_unit_test(reads_publish),
		cmocka_unit_test(reads_help),        cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
