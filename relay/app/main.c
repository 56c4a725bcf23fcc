/* relay/app/main.c: the program "dragoman": chooses the subcommand. */
#include "app/command.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "serve", dm_command_serve },     { "check", dm_command_check },
	{ "token", dm_command_token },     { "report", dm_command_report },
	{ "version", dm_command_version },
};

static int is_help(const char *argument)
{
	return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0 ||
	       strcmp(argument, "help") == 0;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs(dm_command_usage, stderr);
		return DM_EXIT_USAGE;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	if (is_help(argv[1])) {
		fputs(dm_command_usage, stdout);
		return DM_EXIT_FINE;
	}
	if (strcmp(argv[1], "--version") == 0)
		return dm_command_version(1, argv + 1);
	fprintf(stderr, "dragoman: no command '%s'\n%s", argv[1], dm_command_usage);
	return DM_EXIT_USAGE;
}
