/* dragoman-client: listens to a relay from the command line, as one delegate or as a crowd. */
#include "listen.h"
#include "load.h"
#include "options.h"

#include <curl/curl.h>

int main(int argc, char **argv)
{
	struct dm_client_options options;
	int code;

	if (!dm_client_options_parse(&options, argc, argv, stderr))
		return DM_EXIT_USAGE;
	if (options.help) {
		dm_client_options_help(options.command, stdout);
		return DM_EXIT_FINE;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	code = options.command == DM_COMMAND_LISTEN ? dm_listen(&options) : dm_load(&options);
	curl_global_cleanup();
	return code;
}
