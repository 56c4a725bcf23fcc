#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define LISTENERS_MAX 20000 /* ports of one address; choice */

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
	OPTION_LISTENERS,
	OPTION_ONE_BY_ONE,
	OPTION_PROFILE,
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
	{ "listeners", required_argument, NULL, OPTION_LISTENERS },
	{ "one-by-one", no_argument, NULL, OPTION_ONE_BY_ONE },
	{ "srtp", required_argument, NULL, OPTION_PROFILE },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	"usage: dragoman-client listen --url URL --room ROOM [options]\n"
	"       dragoman-client load   --url URL --room ROOM --listeners N [options]\n"
	"       dragoman-client [listen|load] --help\n";

static const char common_help[] =
	"  --url URL        the relay, such as http://localhost:8080\n"
	"  --room ROOM      the room's id\n"
	"  --lang LANG      the language to hear (default: the floor)\n"
	"  --video CHOICE   none, low, medium, high or auto (default)\n"
	"  --token TOKEN    where the event asks for one\n"
	"  --seconds N      leave after so long (default: when interrupted)\n"
	"  --stats          print a line of JSON every second\n";

static const char listen_help[] =
	"\nlisten: joins as one delegate by WHEP, decodes sound and picture, and prints a summary as JSON.\n"
	"  --wav FILE       write the decoded sound\n"
	"  --mkv FILE       write sound and picture as received (Opus, H.264)\n";

static const char load_help[] =
	"\nload: joins as many listeners that decrypt and count but do not decode, and prints a summary as JSON.\n"
	"  --listeners N    how many (default 1)\n"
	"  --one-by-one     each leaves once it has sound (and a key frame), then the next joins\n"
	"  --srtp PROFILE   gcm or sha1: offer this SRTP profile alone (default: both)\n";

static const char exit_help[] =
	"\nexit codes: 0 fine, 1 could not join or was dropped, 2 wrong usage, 3 a file or socket could not be had\n";

void dm_client_options_help(enum dm_command command, FILE *file)
{
	fputs(usage, file);
	fputc('\n', file);
	fputs(common_help, file);
	if (command != DM_COMMAND_LOAD)
		fputs(listen_help, file);
	if (command != DM_COMMAND_LISTEN)
		fputs(load_help, file);
	fputs(exit_help, file);
}

static bool parse_seconds(const char *text, double *seconds)
{
	char *end = NULL;

	*seconds = strtod(text, &end);
	return end != text && !*end && *seconds > 0 && *seconds <= 7 * 24 * 3600.0;
}

static bool parse_listeners(const char *text, unsigned *count)
{
	char *end = NULL;
	const unsigned long number = strtoul(text, &end, 10);

	if (end == text || *end || number < 1 || number > LISTENERS_MAX)
		return false;
	*count = (unsigned)number;
	return true;
}

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
		return parse_seconds(value, &options->seconds);
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
	case OPTION_LISTENERS:
		return parse_listeners(value, &options->listeners);
	case OPTION_ONE_BY_ONE:
		options->one_by_one = true;
		return true;
	case OPTION_PROFILE:
		return parse_profile(value, &options->profiles);
	default:
		return false;
	}
}

static bool belongs(enum dm_command command, int option)
{
	if (option == OPTION_WAV || option == OPTION_MKV)
		return command == DM_COMMAND_LISTEN;
	if (option == OPTION_LISTENERS || option == OPTION_ONE_BY_ONE || option == OPTION_PROFILE)
		return command == DM_COMMAND_LOAD;
	return true;
}

static bool parse_command(const char *word, enum dm_command *command)
{
	if (strcmp(word, "listen") == 0)
		*command = DM_COMMAND_LISTEN;
	else if (strcmp(word, "load") == 0)
		*command = DM_COMMAND_LOAD;
	else
		return false;
	return true;
}

bool dm_client_options_parse(struct dm_client_options *options, int argc, char **argv, FILE *errors)
{
	int option;
	int index = 0;

	*options = (struct dm_client_options){ .listeners = 1 };
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		options->help = true;
		return true;
	}
	if (argc < 2 || !parse_command(argv[1], &options->command)) {
		fputs(usage, errors);
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
				table[index].name, optarg);
			return false;
		}
	}
	if (options->help)
		return true;
	if (optind != argc - 1) {
		fprintf(errors, "%s: not expected\n", argv[optind + 1]);
		return false;
	}
	if (!options->url || !options->room) {
		fputs("--url and --room are needed\n", errors);
		return false;
	}
	return true;
}
