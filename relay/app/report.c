/* relay/app/report.c: the subcommand "report": what the event's history says. */
#include "monitor/report.h"

#include "app/arguments.h"
#include "app/command.h"
#include "config/config.h"
#include "monitor/history_export.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USEC_PER_S 1000000

static void tell(void *user, const char *message)
{
	(void)user;
	fprintf(stderr, "%s\n", message);
}

static bool is_a_room(const struct dm_event_options *event, const char *id)
{
	GString *all = g_string_new(NULL);
	bool known = false;

	for (size_t i = 0; i < event->room_count && !known; i++) {
		known = strcmp(event->rooms[i].id, id) == 0;
		g_string_append_printf(all, "%s%s", i ? ", " : "", event->rooms[i].id);
	}
	if (!known)
		fprintf(stderr, "dragoman report: there is no room '%s'. There is: %s\n", id,
			all->str);
	g_string_free(all, TRUE);
	return known;
}

/* What a query or an export came to, as an exit code; told. */
static int conclude(const char *path, int64_t error)
{
	const char *why = error == -ENOENT    ? "is not there yet; has the relay run?"
			  : error == -EPROTO  ? "is of another release; start the relay once"
			  : error == -EBADMSG ? "is damaged, or no history at all"
			  : error == -EBUSY   ? "is locked by another program"
					      : g_strerror((int)-error);

	if (error >= 0)
		return DM_EXIT_FINE;
	fprintf(stderr, "dragoman report: %s: %s\n", path, why);
	return DM_EXIT_NO_RESOURCE;
}

static dm_wall_usec usec(int64_t seconds)
{
	if (seconds == INT64_MIN || seconds == INT64_MAX)
		return seconds;
	return seconds * USEC_PER_S;
}

static int64_t print_rows(struct dm_history_reader *reader, const struct dm_arguments *arguments)
{
	const struct dm_history_filter filter = {
		.from = usec(arguments->from),
		.until = usec(arguments->until),
		.room = arguments->room,
		.limit = INT64_MAX,
	};

	switch ((enum dm_report_format)arguments->report_format) {
	case DM_REPORT_CSV_EVENTS:
		return dm_history_export_events(reader, &filter, DM_HISTORY_CSV, stdout);
	case DM_REPORT_CSV_MINUTES:
		return dm_history_export_minutes(reader, &filter, DM_HISTORY_CSV, stdout);
	case DM_REPORT_JSONL_EVENTS:
		return dm_history_export_events(reader, &filter, DM_HISTORY_JSON_LINES, stdout);
	default:
		return dm_history_export_minutes(reader, &filter, DM_HISTORY_JSON_LINES, stdout);
	}
}

static int64_t print_report(struct dm_history_reader *reader, const struct dm_arguments *arguments,
			    const char *event)
{
	const struct dm_report_filter filter = {
		.from = usec(arguments->from),
		.until = usec(arguments->until),
		.room = arguments->room,
		.event = event,
	};
	char *json;
	const int error = dm_report_make(reader, &filter, &json);

	if (error)
		return error;
	errno = 0;

	const bool written = puts(json) >= 0 && fflush(stdout) == 0;

	free(json);
	return written ? 0 : errno ? -errno : -EIO;
}

static int report(const struct dm_config *config, const struct dm_arguments *arguments)
{
	const char *path = config->monitor.history;
	struct dm_history_reader *reader;

	if (!path) {
		fprintf(stderr,
			"%s: no history is kept; write server.data, or monitor.history with a path\n",
			arguments->config);
		return DM_EXIT_BAD_INPUT;
	}
	if (arguments->room && !is_a_room(&config->event, arguments->room))
		return DM_EXIT_BAD_INPUT;
	if (arguments->from >= arguments->until) {
		fprintf(stderr, "dragoman report: --until is not after --from\n");
		return DM_EXIT_USAGE;
	}

	int64_t error = dm_history_reader_open(&reader, path);

	if (!error) {
		error = arguments->report_format == DM_REPORT_JSON
				? print_report(reader, arguments, config->event.id)
				: print_rows(reader, arguments);
		dm_history_reader_close(reader);
	}
	return conclude(path, error);
}

int dm_command_report(int argc, char **argv)
{
	struct dm_arguments arguments;
	struct dm_config *config;

	if (!dm_arguments_parse(&arguments, DM_ARGUMENTS_CONFIG | DM_ARGUMENTS_REPORT, argc, argv))
		return DM_EXIT_USAGE;
	if (arguments.help) {
		fputs(dm_command_usage, stdout);
		return DM_EXIT_FINE;
	}
	if (dm_config_load(&config, arguments.config, tell, NULL) != 0)
		return DM_EXIT_BAD_INPUT;

	const int status = report(config, &arguments);

	dm_config_destroy(config);
	return status;
}
