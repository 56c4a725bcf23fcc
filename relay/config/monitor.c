#include "config/monitor.h"

#include "config/duration.h"
#include "config/secret.h"

#include <string.h>

#define HISTORY   "history.sqlite" /* in the data folder */
#define KEEP_DAYS 400              /* choice: until the forum after this one is over */

/* A file that may not be there yet, in a folder that is. */
static const char *read_history(struct dm_reading *reading, const char *data)
{
	static const char path[] = "monitor.history";
	const char *text = reading->yaml->monitor.history;
	const char *name = text ? text : HISTORY;

	if (g_str_equal(name, "none") || (!text && !data))
		return NULL;
	if (!*name) {
		dm_reading_complain(reading, path, "is empty; write a file, or none");
		return NULL;
	}
	if (!data && !g_path_is_absolute(name)) {
		dm_reading_complain(
			reading, path,
			"there is no server.data, in which '%s' would be; write server.data, or a path that starts at /",
			name);
		return NULL;
	}

	char *file = g_canonicalize_filename(name, data);
	char *folder = g_path_get_dirname(file);
	const char *kept = dm_reading_directory(reading, path, folder)
				   ? dm_reading_copy(reading, file)
				   : NULL;

	if (kept && g_file_test(file, G_FILE_TEST_IS_DIR))
		dm_reading_complain(reading, path, "'%s' is a directory; name a file in it", name);
	g_free(folder);
	g_free(file);
	return kept;
}

static int32_t read_days(struct dm_reading *reading, const char *path, const char *text)
{
	int32_t days = KEEP_DAYS;

	if (text && !dm_duration_parse_days(text, &days))
		dm_reading_complain(reading, path,
				    "'%s' is no number of days; write one from 1d to 36500d", text);
	return days;
}

/* The address is never told: it may be a secret itself. */
static const char *read_url(struct dm_reading *reading, const char *path, const char *text)
{
	if (!text || !*text) {
		dm_reading_complain(
			reading, path,
			"is missing; write where to post to, such as https://192.0.2.1/");
		return NULL;
	}

	GUri *uri = g_uri_parse(text, G_URI_FLAGS_ENCODED, NULL);
	const char *scheme = uri ? g_uri_get_scheme(uri) : "";
	const char *host = uri ? g_uri_get_host(uri) : NULL;
	const char *kept = NULL;

	if ((strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0) || !host || !*host ||
	    strpbrk(text, " \t\r\n"))
		dm_reading_complain(
			reading, path,
			"is no address to post to; write one with a host, https://… (or http:// within this network)");
	else if (g_uri_get_userinfo(uri))
		dm_reading_complain(
			reading, path,
			"has a user or a password; leave it out: posts are signed with the secret");
	else if (g_uri_get_fragment(uri))
		dm_reading_complain(reading, path,
				    "has a fragment (#), which is never sent; leave it out");
	else
		kept = dm_reading_copy(reading, text);
	if (uri)
		g_uri_unref(uri);
	return kept;
}

static void read_events(struct dm_reading *reading, const char *path,
			const struct dm_yaml_webhook *yaml, struct dm_webhook_options *webhook)
{
	const struct dm_key_path all = dm_key_path("%s.events", path);
	const bool given = dm_outline_has(reading->outline, all.text);

	webhook->alarms = !given;
	webhook->sessions = !given;
	if (given && yaml->events_count == 0)
		dm_reading_complain(
			reading, all.text,
			"is empty, so that nothing would be posted; write alarms, sessions or both");
	for (unsigned i = 0; i < yaml->events_count; i++) {
		if (g_strcmp0(yaml->events[i], "alarms") == 0)
			webhook->alarms = true;
		else if (g_strcmp0(yaml->events[i], "sessions") == 0)
			webhook->sessions = true;
		else
			dm_reading_complain(reading, dm_key_path("%s[%u]", all.text, i).text,
					    "'%s' is not known here; write alarms or sessions",
					    yaml->events[i]);
	}
}

static void read_webhook(struct dm_reading *reading, const char *path,
			 const struct dm_yaml_webhook *yaml, struct dm_webhook_options *webhook)
{
	const struct dm_key_path secret = dm_key_path("%s.secret", path);

	webhook->url = read_url(reading, dm_key_path("%s.url", path).text, yaml->url);
	if (!yaml->secret)
		dm_reading_complain(
			reading, secret.text,
			"is missing; write the file of a secret that the receiver knows too: openssl rand -base64 -out webhook-secret 48 && chmod 600 webhook-secret");
	webhook->secret = dm_secret_read(reading, secret.text, yaml->secret,
					 &webhook->secret_bytes);
	read_events(reading, path, yaml, webhook);
}

static void read_webhooks(struct dm_reading *reading, struct dm_monitor_options *options)
{
	const struct dm_yaml_monitor *yaml = &reading->yaml->monitor;
	struct dm_webhook_options *webhooks = dm_reading_allocate(reading, yaml->webhooks_count,
								  sizeof(*webhooks));

	options->webhooks = webhooks;
	options->webhook_count = yaml->webhooks_count;
	if (yaml->webhooks_count > DM_WEBHOOKS_MAX)
		dm_reading_complain(reading, "monitor.webhooks",
				    "has %u webhooks; write at most %d", yaml->webhooks_count,
				    DM_WEBHOOKS_MAX);
	for (unsigned i = 0; i < yaml->webhooks_count; i++)
		read_webhook(reading, dm_key_path("monitor.webhooks[%u]", i).text,
			     &yaml->webhooks[i], &webhooks[i]);
}

void dm_monitor_read(struct dm_reading *reading, struct dm_config *config)
{
	const struct dm_yaml_monitor *yaml = &reading->yaml->monitor;
	struct dm_monitor_options *options = &config->monitor;

	options->enabled = !yaml->enabled || *yaml->enabled;
	options->history = read_history(reading, config->data_directory);
	options->keep_names = yaml->names == DM_YAML_NAMES_KEPT;
	options->keep_events_days = read_days(reading, "monitor.keep.events", yaml->keep.events);
	options->keep_minutes_days = read_days(reading, "monitor.keep.minutes", yaml->keep.minutes);
	read_webhooks(reading, options);
	options->certificate = config->control.certificate;
	options->directory = config->data_directory;
}
