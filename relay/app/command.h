/* relay/app/command.h
 *
 * The subcommands of the program, and its exit codes.
 *
 * Thread: the main thread, once.
 */
#ifndef DM_APP_COMMAND_H
#define DM_APP_COMMAND_H

/* INTERFACES, "Commands". */
enum dm_exit {
	DM_EXIT_FINE = 0,
	DM_EXIT_BAD_INPUT = 1, /* or bad configuration */
	DM_EXIT_USAGE = 2,
	DM_EXIT_NO_RESOURCE = 3, /* port in use, file not writable */
};

/* argv[0] is the subcommand's own name. Each returns the exit code. */
int dm_command_serve(int argc, char **argv);
int dm_command_check(int argc, char **argv);
int dm_command_token(int argc, char **argv);
int dm_command_report(int argc, char **argv);
int dm_command_version(int argc, char **argv);

/* What --help prints, on standard output; and on standard error after wrong usage. */
extern const char dm_command_usage[];

#endif
