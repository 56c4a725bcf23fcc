#include "app/command.h"

#include "app/arguments.h"

#include <stdio.h>

int dm_command_version(int argc, char **argv)
{
	struct dm_arguments arguments;

	if (!dm_arguments_parse(&arguments, DM_ARGUMENTS_NONE, argc, argv))
		return DM_EXIT_USAGE;
	if (arguments.help)
		fputs(dm_command_usage, stdout);
	else
		puts("dragoman " DM_VERSION);
	return DM_EXIT_FINE;
}
