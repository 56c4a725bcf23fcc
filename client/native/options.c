#include "options.h"

#include "option_value.h"
#include "usage.h"

#include <getopt.h>
#include <string.h>

#define LISTENERS_MAX 60000 /* loopback addresses, or ports of one address; choice */
#define SECONDS_LEAST 0.001
#define SECONDS_MOST  (7 * 24 * 3600.0)
#define HZ_LEAST      20 /* what is heard, and Opus carries */
#define HZ_MOST       20000
#define LEVEL_LEAST   -90 /* dBFS; below is nothing in 16 bits */
#define LEVEL_DEFAULT -20 /* dBFS; choice: speech at -23 LUFS has such peaks and more */

enum {
	OPTION_URL = 256,
	OPTION_ROOM,
	OPTION_LANG,
	OPTION_VIDEO,
	OPTION_TOKEN,
	OPTION_SECONDS,
	OPTION_STATS,
	OPTION_HELP,
	OPTION_WAV,
	OPTION_MKV,
	OPTION_SPEAKER,
	OPTION_FILE,
	OPTION_LOOP,
	OPTION_VP8,
	OPTION_TONE,
	OPTION_BURSTS,
	OPTION_LEVEL,
	OPTION_MICROPHONE,
	OPTION_ONCE,
	OPTION_LISTENERS,
	OPTION_ONE_BY_ONE,
	OPTION_PROFILE,
	OPTION_RATE,
	OPTION_WARMUP,
	OPTION_SAMPLE,
	OPTION_LATENCY,
	OPTION_NACK,
	OPTION_STALLED,
	OPTION_STORM,
	OPTION_TICK,
	OPTION_SPREAD,
	OPTION_SETUP,
};

static const struct option table[] = {
	{ "url", required_argument, NULL, OPTION_URL },
	{ "room", required_argument, NULL, OPTION_ROOM },
	{ "lang", required_argument, NULL, OPTION_LANG },
	{ "video", required_argument, NULL, OPTION_VIDEO },
	{ "token", required_argument, NULL, OPTION_TOKEN },
	{ "seconds", required_argument, NULL, OPTION_SECONDS },
	{ "stats", no_argument, NULL, OPTION_STATS },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "wav", required_argument, NULL, OPTION_WAV },
	{ "mkv", required_argument, NULL, OPTION_MKV },
	{ "speaker", no_argument, NULL, OPTION_SPEAKER },
	{ "file", required_argument, NULL, OPTION_FILE },
	{ "loop", no_argument, NULL, OPTION_LOOP },
	{ "vp8", no_argument, NULL, OPTION_VP8 },
	{ "tone", required_argument, NULL, OPTION_TONE },
	{ "bursts", required_argument, NULL, OPTION_BURSTS },
	{ "level", required_argument, NULL, OPTION_LEVEL },
	{ "microphone", optional_argument, NULL, OPTION_MICROPHONE },
	{ "once", no_argument, NULL, OPTION_ONCE },
	{ "listeners", required_argument, NULL, OPTION_LISTENERS },
	{ "one-by-one", no_argument, NULL, OPTION_ONE_BY_ONE },
	{ "srtp", required_argument, NULL, OPTION_PROFILE },
	{ "rate", required_argument, NULL, OPTION_RATE },
	{ "warmup", required_argument, NULL, OPTION_WARMUP },
	{ "sample", required_argument, NULL, OPTION_SAMPLE },
	{ "latency", no_argument, NULL, OPTION_LATENCY },
	{ "nack", no_argument, NULL, OPTION_NACK },
	{ "stalled", required_argument, NULL, OPTION_STALLED },
	{ "nack-storm", required_argument, NULL, OPTION_STORM },
	{ "tick", required_argument, NULL, OPTION_TICK },
	{ "spread", required_argument, NULL, OPTION_SPREAD },
	{ "setup", required_argument, NULL, OPTION_SETUP },
	{ NULL, 0, NULL, 0 },
};

static bool is_video(const char *text)
{
	static const char *const choices[] = { "none", "low", "medium", "high", "auto" };

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (strcmp(text, choices[i]) == 0)
			return true;
	return false;
}

static bool parse_profile(const char *text, enum dm_profile_choice *profiles)
{
	if (strcmp(text, "gcm") == 0)
		*profiles = DM_PROFILE_GCM;
	else if (strcmp(text, "sha1") == 0)
		*profiles = DM_PROFILE_SHA1;
	else
		return false;
	return true;
}

/* Those of a rehearsal. False when the value is wrong. */
static bool take_load(struct dm_client_options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_RATE:
		return dm_option_value_number(value, 0.01, 1e6, &options->rate);
	case OPTION_WARMUP:
		options->windowed = true;
		return dm_option_value_number(value, 0, 3600, &options->warmup);
	case OPTION_SAMPLE:
		return dm_option_value_count(value, LISTENERS_MAX, &options->roles.sample_every);
	case OPTION_LATENCY:
		options->latency = true;
		return true;
	case OPTION_NACK:
		options->nack = true;
		return true;
	case OPTION_STALLED:
		return dm_option_value_share(value, &options->roles.stalled);
	case OPTION_STORM:
		return dm_option_value_share(value, &options->roles.storm);
	case OPTION_TICK:
		return dm_option_value_tick(value, &options->tick);
	case OPTION_SPREAD:
		return dm_option_value_either(value, "auto", "off", &options->own_sockets);
	case OPTION_SETUP:
		return dm_option_value_either(value, "actpass", "active", &options->active);
	case OPTION_LISTENERS:
		return dm_option_value_count(value, LISTENERS_MAX, &options->listeners);
	case OPTION_ONE_BY_ONE:
		options->one_by_one = true;
		return true;
	case OPTION_PROFILE:
		return parse_profile(value, &options->profiles);
	default:
		return false;
	}
}

/* One sound, from one place. */
static bool take_source(struct dm_client_options *options, enum dm_publish_source source)
{
	if (options->source != DM_PUBLISH_NOTHING)
		return false;
	options->source = source;
	return true;
}

/* Those of a publisher. False when the value is wrong. */
static bool take_publish(struct dm_client_options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_FILE:
		options->file = value;
		return *value && take_source(options, DM_PUBLISH_FILE);
	case OPTION_LOOP:
		options->loop = true;
		return true;
	case OPTION_VP8:
		options->vp8 = true;
		return true;
	case OPTION_TONE:
		return dm_option_value_number(value, HZ_LEAST, HZ_MOST, &options->tone_hz) &&
		       take_source(options, DM_PUBLISH_TONE);
	case OPTION_BURSTS:
		return dm_option_value_number(value, HZ_LEAST, HZ_MOST, &options->tone_hz) &&
		       take_source(options, DM_PUBLISH_BURSTS);
	case OPTION_LEVEL:
		return dm_option_value_number(value, LEVEL_LEAST, 0, &options->level_dbfs);
	case OPTION_MICROPHONE:
		options->microphone = value;
		return take_source(options, DM_PUBLISH_MICROPHONE);
	case OPTION_ONCE:
		options->once = true;
		return true;
	default:
		return false;
	}
}

/* False when the value is wrong. */
static bool take(struct dm_client_options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_URL:
		options->url = value;
		return strncmp(value, "http://", 7) == 0 || strncmp(value, "https://", 8) == 0;
	case OPTION_ROOM:
		options->room = value;
		return *value;
	case OPTION_LANG:
		options->lang = value;
		return *value;
	case OPTION_VIDEO:
		options->video = value;
		return is_video(value);
	case OPTION_TOKEN:
		options->token = value;
		return *value;
	case OPTION_SECONDS:
		return dm_option_value_number(value, SECONDS_LEAST, SECONDS_MOST,
					      &options->seconds);
	case OPTION_STATS:
		options->stats = true;
		return true;
	case OPTION_HELP:
		options->help = true;
		return true;
	case OPTION_WAV:
		options->wav = value;
		return *value;
	case OPTION_MKV:
		options->mkv = value;
		return *value;
	case OPTION_SPEAKER:
		options->speaker = true;
		return true;
	default:
		return options->command == DM_COMMAND_PUBLISH ? take_publish(options, option, value)
							      : take_load(options, option, value);
	}
}

static bool belongs(enum dm_command command, int option)
{
	if (option == OPTION_VIDEO)
		return command != DM_COMMAND_PUBLISH;
	if (option == OPTION_WAV || option == OPTION_MKV || option == OPTION_SPEAKER)
		return command == DM_COMMAND_LISTEN;
	if (option >= OPTION_FILE && option <= OPTION_ONCE)
		return command == DM_COMMAND_PUBLISH;
	if (option >= OPTION_LISTENERS)
		return command == DM_COMMAND_LOAD;
	return true;
}

static bool parse_command(const char *word, enum dm_command *command)
{
	if (strcmp(word, "listen") == 0)
		*command = DM_COMMAND_LISTEN;
	else if (strcmp(word, "publish") == 0)
		*command = DM_COMMAND_PUBLISH;
	else if (strcmp(word, "load") == 0)
		*command = DM_COMMAND_LOAD;
	else
		return false;
	return true;
}

/* What the options say together. */
static bool check(const struct dm_client_options *options, FILE *errors)
{
	const bool publish = options->command == DM_COMMAND_PUBLISH;
	const char *wrong = NULL;

	if (!options->url || !options->room)
		wrong = "--url and --room are needed";
	else if (options->roles.stalled + options->roles.storm > 1)
		wrong = "--stalled and --nack-storm together are more than all";
	else if (publish && !options->lang)
		wrong = "--lang is needed: the channel's language, or floor";
	else if (publish && options->source == DM_PUBLISH_NOTHING)
		wrong = "what to publish is needed: --file, --tone, --bursts or --microphone";
	else if (options->loop && options->source != DM_PUBLISH_FILE)
		wrong = "--loop goes with --file";
	else if (options->vp8 && options->source != DM_PUBLISH_FILE)
		wrong = "--vp8 goes with --file, which has the picture";
	if (wrong)
		fprintf(errors, "%s\n", wrong);
	return !wrong;
}

bool dm_client_options_parse(struct dm_client_options *options, int argc, char **argv, FILE *errors)
{
	int option;
	int index = 0;

	*options = (struct dm_client_options){
		.listeners = 1,
		.tick = DM_USEC_NEVER,
		.level_dbfs = LEVEL_DEFAULT,
	};
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		options->help = true;
		return true;
	}
	if (argc < 2 || !parse_command(argv[1], &options->command)) {
		fputs(dm_usage, errors);
		return false;
	}
	optind = 0; /* glibc: start afresh */
	opterr = 0;
	while ((option = getopt_long(argc - 1, argv + 1, ":", table, &index)) != -1) {
		if (option == '?' || option == ':') {
			fprintf(errors, "%s %s\n", argv[optind],
				option == ':' ? "needs a value" : "is no option; see --help");
			return false;
		}
		if (!belongs(options->command, option)) {
			fprintf(errors, "--%s does not go with %s\n", table[index].name, argv[1]);
			return false;
		}
		if (!take(options, option, optarg)) {
			fprintf(errors, "--%s %s: see --help for what it takes\n",
				table[index].name, optarg ? optarg : "");
			return false;
		}
	}
	if (options->help)
		return true;
	if (optind != argc - 1) {
		fprintf(errors, "%s: not expected\n", argv[optind + 1]);
		return false;
	}
	return check(options, errors);
}
