#include "app/command.h"

#include "app/arguments.h"
#include "config/config.h"
#include "config/duration.h"
#include "config/nearest.h"
#include "control/token.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void tell(void *user, const char *message)
{
	(void)user;
	fprintf(stderr, "%s\n", message);
}

/* Complains of a name that is not there, with the nearest of those that are. */
static void tell_unknown(const char *what, const char *name, GPtrArray *known)
{
	const char *nearest = dm_nearest_word(name, (const char *const *)known->pdata, known->len);
	GString *list = g_string_new(NULL);

	for (guint i = 0; i < known->len; i++)
		g_string_append_printf(list, "%s%s", i ? ", " : "", (const char *)known->pdata[i]);
	fprintf(stderr, "dragoman token: there is no %s '%s'; ", what, name);
	if (nearest)
		fprintf(stderr, "did you mean '%s'? ", nearest);
	fprintf(stderr, "There is: %s\n", list->str);
	g_string_free(list, TRUE);
}

/* The one of `known` that is `name`, whatever its case; NULL. */
static const char *find(const GPtrArray *known, const char *name)
{
	for (guint i = 0; i < known->len; i++) {
		if (g_ascii_strcasecmp(known->pdata[i], name) == 0)
			return known->pdata[i];
	}
	return NULL;
}

/* "fr,en": each a known name. */
static bool take_names(const char *what, const char *list, GPtrArray *known,
		       struct dm_grant_names *names)
{
	char **parts = g_strsplit(list ? list : "", ",", 0);
	bool good = true;

	for (size_t i = 0; good && parts[i]; i++) {
		const char *name = find(known, g_strstrip(parts[i]));

		good = name != NULL;
		if (!good) {
			tell_unknown(what, parts[i], known);
		} else if (names->count == DM_GRANT_NAMES_MAX) {
			fprintf(stderr,
				"dragoman token: at most %d of --%s; leave it out for all\n",
				DM_GRANT_NAMES_MAX, what);
			good = false;
		} else {
			g_strlcpy(names->text[names->count++], name, DM_GRANT_NAME_SIZE);
		}
	}
	g_strfreev(parts);
	return good;
}

static bool is_chosen(const struct dm_grant_names *rooms, const char *id)
{
	for (size_t i = 0; i < rooms->count; i++) {
		if (strcmp(rooms->text[i], id) == 0)
			return true;
	}
	return rooms->count == 0;
}

static void add_once(GPtrArray *names, const char *name)
{
	if (!find(names, name))
		g_ptr_array_add(names, (char *)name);
}

/* Rooms of the event, then the channels of those rooms that are meant. */
static bool take_scope(const struct dm_event_options *event, const struct dm_arguments *arguments,
		       struct dm_grant *grant)
{
	GPtrArray *rooms = g_ptr_array_new();
	GPtrArray *channels = g_ptr_array_new();

	for (size_t i = 0; i < event->room_count; i++)
		add_once(rooms, event->rooms[i].id);

	bool good = take_names("room", arguments->room, rooms, &grant->rooms);

	add_once(channels, "floor");
	for (size_t i = 0; i < event->room_count; i++) {
		const struct dm_room_options *room = &event->rooms[i];

		for (size_t n = 0; n < room->channel_count && is_chosen(&grant->rooms, room->id);
		     n++)
			add_once(channels, room->channels[n].lang);
	}
	good = good && take_names("channel", arguments->channel, channels, &grant->channels);
	g_ptr_array_free(channels, TRUE);
	g_ptr_array_free(rooms, TRUE);
	return good;
}

static bool take_name(const char *name, char out[DM_TOKEN_NAME_SIZE])
{
	if (!name)
		return true;
	if (strlen(name) >= DM_TOKEN_NAME_SIZE || !g_utf8_validate(name, -1, NULL)) {
		fprintf(stderr, "dragoman token: --name takes at most %d bytes of UTF-8\n",
			DM_TOKEN_NAME_SIZE - 1);
		return false;
	}
	g_strlcpy(out, name, DM_TOKEN_NAME_SIZE);
	return true;
}

static int print_token(const struct dm_config *config, const struct dm_token *token, int64_t now)
{
	const struct dm_security_options *security = &config->control.security;
	const struct dm_token_key key = {
		.algorithm = security->algorithm,
		.bytes = security->key,
		.count = security->key_bytes,
		.event = config->event.id,
		.issuer = security->issuer,
		.audience = security->audience,
	};
	char *text;
	const int error = dm_token_sign(&key, token, now, &text);

	if (error == -EINVAL)
		fprintf(stderr,
			"dragoman token: the name has a character that no token may carry\n");
	else if (error)
		fprintf(stderr, "dragoman token: no token could be made: %s\n", g_strerror(-error));
	if (error)
		return error == -EINVAL ? DM_EXIT_BAD_INPUT : DM_EXIT_NO_RESOURCE;
	puts(text);
	explicit_bzero(text, strlen(text));
	g_free(text);
	return fflush(stdout) == 0 ? DM_EXIT_FINE : DM_EXIT_NO_RESOURCE;
}

static int make(const struct dm_config *config, const struct dm_arguments *arguments)
{
	const struct dm_security_options *security = &config->control.security;
	const int64_t now = time(NULL);
	struct dm_token token = { .grant.role = (enum dm_role)arguments->role };

	if (security->algorithm == DM_TOKEN_ALGORITHM_NONE) {
		fprintf(stderr,
			"%s: security.secret is missing; make a secret with: openssl rand -base64 -out FILE 48 && chmod 600 FILE\n",
			arguments->config);
		return DM_EXIT_BAD_INPUT;
	}
	if (security->algorithm != DM_TOKEN_HS256) {
		fprintf(stderr,
			"%s: security.public_key says that tokens are issued elsewhere; make them there, or give a secret instead\n",
			arguments->config);
		return DM_EXIT_BAD_INPUT;
	}
	if (!take_scope(&config->event, arguments, &token.grant) ||
	    !take_name(arguments->name, token.name))
		return DM_EXIT_BAD_INPUT;
	token.expires_at = now + (arguments->ttl_seconds ? arguments->ttl_seconds
							 : security->lifetime_seconds);
	return print_token(config, &token, now);
}

int dm_command_token(int argc, char **argv)
{
	struct dm_arguments arguments;
	struct dm_config *config;

	if (!dm_arguments_parse(&arguments, DM_ARGUMENTS_CONFIG | DM_ARGUMENTS_TOKEN, argc, argv))
		return DM_EXIT_USAGE;
	if (arguments.help) {
		fputs(dm_command_usage, stdout);
		return DM_EXIT_FINE;
	}
	if (arguments.role < 0) {
		fprintf(stderr,
			"dragoman token: --role ROLE is missing; it is delegate, interpreter, organiser or feed\n");
		return DM_EXIT_USAGE;
	}
	if (dm_config_load(&config, arguments.config, tell, NULL) != 0)
		return DM_EXIT_BAD_INPUT;

	const int status = make(config, &arguments);

	dm_config_destroy(config);
	return status;
}
