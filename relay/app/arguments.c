#include "app/arguments.h"

#include "config/duration.h"
#include "config/moment.h"
#include "session/role.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT_MAX 65535

static bool parse_port(const char *text, int *port)
{
	char *end;

	errno = 0;
	const long value = strtol(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || errno || value > PORT_MAX)
		return false;
	*port = (int)value;
	return true;
}

static bool parse_name(const char *text, const char *const *names, int *number)
{
	for (int i = 0; names[i]; i++) {
		if (strcmp(text, names[i]) == 0) {
			*number = i;
			return true;
		}
	}
	return false;
}

/* In the order of the enums in base/log.h. */
static const char *const levels[] = { "debug", "info", "warn", "error", NULL };
static const char *const formats[] = { "key-value", "json", NULL };

/* In the order of enum dm_report_format. */
static const char *const report_formats[] = { "json",         "csv-events",    "csv-minutes",
					      "jsonl-events", "jsonl-minutes", NULL };

static bool take_config(struct dm_arguments *out, const char *value)
{
	out->config = value;
	return *value != '\0';
}

static bool take_http_port(struct dm_arguments *out, const char *value)
{
	return parse_port(value, &out->http_port);
}

static bool take_media_port(struct dm_arguments *out, const char *value)
{
	return parse_port(value, &out->media_port);
}

static bool take_log_level(struct dm_arguments *out, const char *value)
{
	return parse_name(value, levels, &out->log_level);
}

static bool take_log_format(struct dm_arguments *out, const char *value)
{
	return parse_name(value, formats, &out->log_format);
}

static bool take_role(struct dm_arguments *out, const char *value)
{
	enum dm_role role;
	const bool known = dm_role_parse(value, &role);

	if (known)
		out->role = (int)role;
	return known;
}

static bool take_room(struct dm_arguments *out, const char *value)
{
	out->room = value;
	return *value != '\0';
}

static bool take_channel(struct dm_arguments *out, const char *value)
{
	out->channel = value;
	return *value != '\0';
}

static bool take_name(struct dm_arguments *out, const char *value)
{
	out->name = value;
	return true;
}

static bool take_ttl(struct dm_arguments *out, const char *value)
{
	return dm_duration_parse(value, &out->ttl_seconds);
}

static bool take_from(struct dm_arguments *out, const char *value)
{
	return dm_moment_parse(value, &out->from);
}

static bool take_until(struct dm_arguments *out, const char *value)
{
	return dm_moment_parse(value, &out->until);
}

static bool take_format(struct dm_arguments *out, const char *value)
{
	return parse_name(value, report_formats, &out->report_format);
}

#define MOMENT "a moment such as 2026-11-22T09:00:00+01:00"

static const struct option {
	const char *name;
	unsigned groups; /* enum dm_arguments_known, ORed */
	bool (*take)(struct dm_arguments *out, const char *value);
	const char *right;
} options[] = {
	{ "--config", DM_ARGUMENTS_CONFIG, take_config, "the event's YAML file" },
	{ "--http-port", DM_ARGUMENTS_SERVE, take_http_port, "a port from 0 to 65535" },
	{ "--media-port", DM_ARGUMENTS_SERVE, take_media_port, "a port from 0 to 65535" },
	{ "--log-level", DM_ARGUMENTS_SERVE, take_log_level, "debug, info, warn or error" },
	{ "--log-format", DM_ARGUMENTS_SERVE, take_log_format, "key-value or json" },
	{ "--role", DM_ARGUMENTS_TOKEN, take_role, "delegate, interpreter, organiser or feed" },
	{ "--room", DM_ARGUMENTS_TOKEN | DM_ARGUMENTS_REPORT, take_room, "a room's id" },
	{ "--channel", DM_ARGUMENTS_TOKEN, take_channel, "a channel's language, or floor" },
	{ "--name", DM_ARGUMENTS_TOKEN, take_name, "a person's name" },
	{ "--ttl", DM_ARGUMENTS_TOKEN, take_ttl, "a span of time such as 8h, at most 366d" },
	{ "--from", DM_ARGUMENTS_REPORT, take_from, MOMENT },
	{ "--until", DM_ARGUMENTS_REPORT, take_until, MOMENT },
	{ "--format", DM_ARGUMENTS_REPORT, take_format,
	  "json, csv-events, csv-minutes, jsonl-events or jsonl-minutes" },
};

/* "--name" or "--name=value"; *value is NULL for the first. */
static const struct option *find_option(unsigned known, const char *argument, const char **value)
{
	const char *equals = strchr(argument, '=');
	const size_t length = equals ? (size_t)(equals - argument) : strlen(argument);

	*value = equals ? equals + 1 : NULL;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if ((known & options[i].groups) && strlen(options[i].name) == length &&
		    strncmp(argument, options[i].name, length) == 0)
			return &options[i];
	}
	return NULL;
}

bool dm_arguments_parse(struct dm_arguments *out, unsigned known, int argc, char **argv)
{
	*out = (struct dm_arguments){
		.http_port = -1,
		.media_port = -1,
		.log_level = -1,
		.log_format = -1,
		.role = -1,
		.from = INT64_MIN,
		.until = INT64_MAX,
		.report_format = DM_REPORT_JSON,
	};
	for (int i = 1; i < argc; i++) {
		const char *value;
		const struct option *option = find_option(known, argv[i], &value);

		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			out->help = true;
			return true;
		}
		if (!option) {
			fprintf(stderr,
				"dragoman %s: what is '%s'? 'dragoman --help' lists the options\n",
				argv[0], argv[i]);
			return false;
		}
		if (!value)
			value = i + 1 < argc ? argv[++i] : "";
		if (!option->take(out, value)) {
			fprintf(stderr, "dragoman %s: %s takes %s, not '%s'\n", argv[0],
				option->name, option->right, value);
			return false;
		}
	}
	if ((known & DM_ARGUMENTS_CONFIG) && !out->config) {
		fprintf(stderr, "dragoman %s: --config FILE is missing\n", argv[0]);
		return false;
	}
	return true;
}
