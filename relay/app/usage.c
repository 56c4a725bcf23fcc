#include "app/command.h"

const char dm_command_usage[] =
	"usage: dragoman serve --config FILE [--http-port N] [--media-port N]\n"
	"                      [--log-level debug|info|warn|error] [--log-format key-value|json]\n"
	"       dragoman check --config FILE\n"
	"       dragoman token --config FILE --role delegate|interpreter|organiser|feed\n"
	"                      [--room R] [--channel L] [--name TEXT] [--ttl 8h]\n"
	"       dragoman version\n"
	"\n"
	"serve    runs the event that FILE describes; SIGTERM stops it, SIGHUP reads FILE again\n"
	"check    tells every mistake in FILE: file, line, key, what is wrong, what would be right\n"
	"token    prints an access token, good for all rooms and channels unless said otherwise\n"
	"         (--room a,b and --channel fr,en name several), until security.token_lifetime is over\n"
	"version  prints the version\n"
	"\n"
	"Exit codes: 0 fine, 1 bad input or configuration, 2 wrong usage, 3 a resource could not be had.\n";
