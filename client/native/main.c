/* dragoman-client: listens to a relay from the command line, as one delegate or as a
 * crowd, or speaks. */
#include "listen.h"
#include "load.h"
#include "options.h"
#include "publish.h"
#include "usage.h"

#include <curl/curl.h>

int main(int argc, char **argv)
{
	struct dm_client_options options;
	int code = DM_EXIT_FINE;

	if (!dm_client_options_parse(&options, argc, argv, stderr))
		return DM_EXIT_USAGE;
	if (options.help) {
		dm_usage_help(options.command, stdout);
		return DM_EXIT_FINE;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	switch (options.command) {
	case DM_COMMAND_LISTEN:
		code = dm_listen(&options);
		break;
	case DM_COMMAND_PUBLISH:
		code = dm_publish(&options);
		break;
	case DM_COMMAND_LOAD:
		code = dm_load(&options);
		break;
	case DM_COMMAND_NONE:
		break;
	}
	curl_global_cleanup();
	return code;
}
