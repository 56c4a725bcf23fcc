/* client/native/options.h
 *
 * The command line of dragoman-client.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CLIENT_OPTIONS_H
#define DM_CLIENT_OPTIONS_H

#include "base/time.h"
#include "handshake.h"
#include "roles.h"

#include <stdio.h>

/* Exit codes, as every program of Dragoman has them. */
enum { DM_EXIT_FINE = 0, DM_EXIT_FAILED = 1, DM_EXIT_USAGE = 2, DM_EXIT_RESOURCE = 3 };

enum dm_command { DM_COMMAND_NONE, DM_COMMAND_LISTEN, DM_COMMAND_PUBLISH, DM_COMMAND_LOAD };

enum dm_publish_source {
	DM_PUBLISH_NOTHING,
	DM_PUBLISH_FILE,
	DM_PUBLISH_TONE,
	DM_PUBLISH_BURSTS, /* of a tone, one a second, on the wall clock's second */
	DM_PUBLISH_MICROPHONE,
};

struct dm_client_options {
	enum dm_command command;
	bool help;
	const char *url;
	const char *room;
	const char *lang;  /* NULL: the relay's default, the floor; publish: never NULL */
	const char *video; /* none, low, medium, high, auto; NULL: auto */
	const char *token; /* nullable */
	double seconds;    /* 0: until interrupted */
	bool stats;        /* a line a second */
	/* listen */
	const char *wav; /* nullable path */
	const char *mkv; /* nullable path */
	bool speaker;
	/* publish */
	enum dm_publish_source source;
	const char *file;       /* of DM_PUBLISH_FILE */
	bool loop;              /* the file begins again at its end */
	bool vp8;               /* the floor's picture; else H.264 */
	double tone_hz;         /* of DM_PUBLISH_TONE and _BURSTS */
	double level_dbfs;      /* likewise; of its peaks */
	const char *microphone; /* its name; NULL: the system's default */
	bool once;              /* ends where it would try again */
	/* load */
	unsigned listeners;
	bool one_by_one;
	enum dm_profile_choice profiles;
	double rate;   /* joins a second; 0: as fast as it goes */
	bool windowed; /* figures count only once all have joined, and `warmup` later */
	double warmup; /* seconds */
	struct dm_roles roles;
	bool latency;     /* payloads end with a time stamp */
	bool nack;        /* ask for lost packets */
	bool own_sockets; /* one each on loopback too */
	bool active;      /* offer a=setup:active */
	dm_usec tick;     /* DM_USEC_NEVER: by the number of listeners; 0: read at once */
};

/* Strings are borrowed from argv. False when the command line is wrong: what and why is then
 * written to `errors`. */
bool dm_client_options_parse(struct dm_client_options *options, int argc, char **argv,
			     FILE *errors);

#endif
