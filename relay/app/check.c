#include "app/command.h"

#include "app/arguments.h"
#include "config/config.h"
#include "transport/wire.h"

#include <errno.h>
#include <stdio.h>

struct tally {
	unsigned mistakes;
};

static void tell(void *user, const char *message)
{
	struct tally *tally = user;

	fprintf(stderr, "%s\n", message);
	tally->mistakes++;
}

static void praise(const char *path, const struct dm_config *config)
{
	size_t channels = 0;

	for (size_t i = 0; i < config->event.room_count; i++)
		channels += config->event.rooms[i].channel_count;
	printf("%s: fine: %zu room%s, %zu channel%s beside the floor\n", path,
	       config->event.room_count, config->event.room_count == 1 ? "" : "s", channels,
	       channels == 1 ? "" : "s");
}

/* Nothing is wrong with the file; but it may be with this machine, or with who asks. */
static void warn(const struct dm_config *config)
{
	const char *obstacle = dm_wire_obstacle(config->transport.sender);

	if (obstacle)
		printf("server.media.sender: udp would be used: %s\n", obstacle);
}

int dm_command_check(int argc, char **argv)
{
	struct dm_arguments arguments;
	struct tally tally = { 0 };
	struct dm_config *config;

	if (!dm_arguments_parse(&arguments, DM_ARGUMENTS_CONFIG, argc, argv))
		return DM_EXIT_USAGE;
	if (arguments.help) {
		fputs(dm_command_usage, stdout);
		return DM_EXIT_FINE;
	}
	if (dm_config_load(&config, arguments.config, tell, &tally) != 0) {
		fprintf(stderr, "%u mistake%s in %s\n", tally.mistakes,
			tally.mistakes == 1 ? "" : "s", arguments.config);
		return DM_EXIT_BAD_INPUT;
	}
	praise(arguments.config, config);
	warn(config);
	dm_config_destroy(config);
	return DM_EXIT_FINE;
}
