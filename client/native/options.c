#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define LISTENERS_MAX 60000 /* loopback addresses, or ports of one address; choice */
#define TICK_MAX      DM_MSEC(100)

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
	"\nload: joins as many listeners that count what they get but do not decode it, prints a summary as JSON,\n"
	"and says on standard error whether the server holds them.\n"
	"  --listeners N    how many (default 1)\n"
	"  --rate R         joins a second (default: as fast as it goes)\n"
	"  --warmup S       figures count only from S seconds after all have joined, for --seconds\n"
	"  --sample N       every Nth listener decrypts all it gets, the others count by the clear\n"
	"                   headers (default: all decrypt up to 100 listeners, else every 100th)\n"
	"  --latency        RTP payloads end with a time stamp: \"dmstamp\", a zero byte, and 8 bytes of\n"
	"                   CLOCK_REALTIME in microseconds; read by those that decrypt\n"
	"  --nack           ask for lost packets\n"
	"  --one-by-one     each leaves once it has sound (and a key frame), then the next joins\n"
	"  --srtp PROFILE   gcm or sha1: offer this SRTP profile alone (default: both)\n"
	"  --stalled SHARE  such a share (0.05 or 5%) stops doing anything but ICE consent\n"
	"  --nack-storm SHARE  such a share sends 1,000 NACKs a second each\n"
	"  --tick TIME      read the sockets so often (1ms, 500us), or at once (0);\n"
	"                   default: 1ms from 50 listeners on, else at once\n"
	"  --spread WAY     auto (default): one socket and many addresses where the server is\n"
	"                   this machine; off: a socket for each listener\n"
	"  --setup ROLE     actpass (default), or active for a server that would not be passive\n";

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

static bool parse_number(const char *text, double least, double most, double *number)
{
	char *end = NULL;

	*number = strtod(text, &end);
	return end != text && !*end && *number >= least && *number <= most;
}

/* 0.05 or 5%. */
static bool parse_share(const char *text, double *share)
{
	char *end = NULL;

	*share = strtod(text, &end);
	if (end == text)
		return false;
	if (strcmp(end, "%") == 0)
		*share /= 100;
	else if (*end)
		return false;
	return *share >= 0 && *share <= 1;
}

static bool parse_tick(const char *text, dm_usec *tick)
{
	char *end = NULL;
	const double number = strtod(text, &end);

	if (end == text || number < 0 || number > (double)TICK_MAX)
		return false;
	if (strcmp(end, "ms") == 0)
		*tick = (dm_usec)(number * 1000);
	else if (strcmp(end, "us") == 0 || (number == 0 && !*end))
		*tick = (dm_usec)number;
	else
		return false;
	return *tick <= TICK_MAX && (*tick >= 100 || *tick == 0);
}

static bool parse_either(const char *text, const char *no, const char *yes, bool *is_yes)
{
	*is_yes = strcmp(text, yes) == 0;
	return *is_yes || strcmp(text, no) == 0;
}

/* Those of a rehearsal. False when the value is wrong. */
static bool take_load(struct dm_client_options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_RATE:
		return parse_number(value, 0.01, 1e6, &options->rate);
	case OPTION_WARMUP:
		options->windowed = true;
		return parse_number(value, 0, 3600, &options->warmup);
	case OPTION_SAMPLE:
		return parse_listeners(value, &options->roles.sample_every);
	case OPTION_LATENCY:
		options->latency = true;
		return true;
	case OPTION_NACK:
		options->nack = true;
		return true;
	case OPTION_STALLED:
		return parse_share(value, &options->roles.stalled);
	case OPTION_STORM:
		return parse_share(value, &options->roles.storm);
	case OPTION_TICK:
		return parse_tick(value, &options->tick);
	case OPTION_SPREAD:
		return parse_either(value, "auto", "off", &options->own_sockets);
	case OPTION_SETUP:
		return parse_either(value, "actpass", "active", &options->active);
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
	default:
		return take_load(options, option, value);
	}
}

static bool belongs(enum dm_command command, int option)
{
	if (option == OPTION_WAV || option == OPTION_MKV)
		return command == DM_COMMAND_LISTEN;
	if (option >= OPTION_LISTENERS)
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

	*options = (struct dm_client_options){ .listeners = 1, .tick = DM_USEC_NEVER };
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
	if (options->roles.stalled + options->roles.storm > 1) {
		fputs("--stalled and --nack-storm together are more than all\n", errors);
		return false;
	}
	return true;
}
