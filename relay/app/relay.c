#include "app/relay.h"

#include "app/obstacle.h"
#include "app/process_metrics.h"
#include "app/watchdog.h"
#include "app/web_root.h"
#include "audio/survey.h"
#include "base/metric.h"
#include "base/time.h"
#include "control/control.h"
#include "ingest/ingest.h"
#include "monitor/watch.h"
#include "rtp/timeline.h"
#include "session/desk.h"
#include "transport/transport.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#define BEAT_EVERY_MS   200  /* choice: several beats in the second that makes a stall */
#define SAMPLE_EVERY_MS 2000 /* choice: well within the usual scrape of Prometheus (15 s) */

struct dm_relay {
	const struct dm_config *config;            /* borrowed */
	struct dm_control_options control_options; /* the config's, with the pages found */
	char *web_root;                            /* owned; nullable */
	struct dm_timeline timeline;
	struct dm_metrics *metrics; /* owned, and so are the rest */
	struct dm_process_metrics *process;
	struct dm_transport *transport;
	struct dm_ticker *ticker;
	struct dm_event *event;
	struct dm_survey *survey; /* NULL, like watch: nothing is watched */
	struct dm_ingest *ingest;
	struct dm_watch *watch;
	struct dm_control *control;
	struct dm_watchdog *watchdog;
	guint transport_source; /* of the main loop; 0: none */
	guint ticker_source;
	guint beat_source;
	guint sample_source;
};

static gboolean on_transport(gint fd, GIOCondition condition, gpointer user)
{
	(void)fd;
	(void)condition;
	dm_transport_dispatch(((struct dm_relay *)user)->transport);
	return G_SOURCE_CONTINUE;
}

static gboolean on_ticker(gint fd, GIOCondition condition, gpointer user)
{
	(void)fd;
	(void)condition;
	dm_desk_answer(((struct dm_relay *)user)->event);
	return G_SOURCE_CONTINUE;
}

static gboolean on_beat(gpointer user)
{
	dm_watchdog_beat(((struct dm_relay *)user)->watchdog, dm_time_now());
	return G_SOURCE_CONTINUE;
}

static gboolean on_sample(gpointer user)
{
	struct dm_relay *relay = user;

	dm_process_metrics_sample(relay->process);
	if (relay->watch)
		dm_watch_set_token_end(relay->watch, dm_control_token_end(relay->control));
	return G_SOURCE_CONTINUE;
}

static int start_measuring(struct dm_relay *relay)
{
	const int error = dm_metrics_create(&relay->metrics);

	return error ? error : dm_process_metrics_create(&relay->process, relay->metrics);
}

static int start_transport(struct dm_relay *relay, char *message, size_t size)
{
	const struct dm_transport_options *options = &relay->config->transport;
	const int error = dm_transport_create(&relay->transport, options, &relay->timeline,
					      relay->metrics);

	if (error) {
		dm_obstacle_explain_media(options, error, message, size);
		return error;
	}
	relay->transport_source = g_unix_fd_add(dm_transport_fd(relay->transport), G_IO_IN,
						on_transport, relay);
	return 0;
}

/* The event's channels go into the ticker, sources into the channels; then it beats. */
static int start_event(struct dm_relay *relay, char *message, size_t size)
{
	const struct dm_audience *audience = dm_transport_audience(relay->transport);
	int error = dm_ticker_create(&relay->ticker, &relay->timeline, audience, relay->metrics);

	if (error)
		return error;
	error = dm_event_create(&relay->event, &relay->config->event, relay->transport,
				relay->ticker, relay->metrics);
	if (error)
		return error;
	relay->ticker_source = g_unix_fd_add(dm_ticker_fd(relay->ticker), G_IO_IN, on_ticker,
					     relay);
	if (relay->config->monitor.enabled)
		error = dm_survey_create(&relay->survey, relay->ticker, relay->metrics);
	if (error)
		return error;
	dm_event_set_survey(relay->event, relay->survey);
	error = dm_ingest_create(&relay->ingest, &relay->config->ingest, relay->event,
				 &relay->timeline, audience, relay->metrics);
	if (error == -ENOENT)
		snprintf(
			message, size,
			"a GStreamer element is missing; the line above names it and its Debian package");
	return error ? error : dm_ticker_start(relay->ticker);
}

static int start_watch(struct dm_relay *relay)
{
	const struct dm_monitor_options *options = &relay->config->monitor;

	return options->enabled ? dm_watch_create(&relay->watch, options, relay->event,
						  relay->survey, relay->metrics)
				: 0;
}

static int start_control(struct dm_relay *relay, char *message, size_t size)
{
	struct dm_control_options *options = &relay->control_options;

	*options = relay->config->control;
	if (!options->web_root)
		options->web_root = relay->web_root = dm_web_root_find();

	const int error = dm_control_create(&relay->control, options, relay->event, relay->watch,
					    relay->metrics);

	if (error)
		dm_obstacle_explain_web(options, error, message, size);
	return error;
}

static int start_watchdog(struct dm_relay *relay)
{
	const int error = dm_watchdog_create(&relay->watchdog, relay->metrics);

	if (error)
		return error;
	relay->beat_source = g_timeout_add(BEAT_EVERY_MS, on_beat, relay);
	relay->sample_source = g_timeout_add(SAMPLE_EVERY_MS, on_sample, relay);
	return 0;
}

/* In the order of the arrows: what comes later uses what came before. */
static int start(struct dm_relay *relay, char *message, size_t size)
{
	int error = start_measuring(relay);

	if (error)
		return error;
	error = start_transport(relay, message, size);
	if (error)
		return error;
	error = start_event(relay, message, size);
	if (error)
		return error;
	error = start_watch(relay);
	if (error)
		return error;
	error = start_control(relay, message, size);
	if (error)
		return error;
	return start_watchdog(relay);
}

int dm_relay_create(struct dm_relay **out, const struct dm_config *config, char *message,
		    size_t size)
{
	struct dm_relay *relay = g_new0(struct dm_relay, 1);

	relay->config = config;
	relay->timeline = dm_timeline_init(dm_time_now(), dm_time_ntp_now());
	*message = '\0';

	const int error = start(relay, message, size);

	if (error && !*message)
		snprintf(message, size, "the relay cannot start: %s", g_strerror(-error));
	if (error) {
		dm_relay_destroy(relay);
		relay = NULL;
	}
	*out = relay;
	return error;
}

static void remove_source(guint *source)
{
	if (*source > 0)
		g_source_remove(*source);
	*source = 0;
}

void dm_relay_destroy(struct dm_relay *relay)
{
	if (!relay)
		return;
	remove_source(&relay->sample_source);
	remove_source(&relay->beat_source);
	dm_watchdog_destroy(relay->watchdog); /* first: to stop takes a moment, and is no stall */
	dm_control_destroy(relay->control);
	dm_watch_destroy(relay->watch);
	if (relay->ticker)
		dm_ticker_stop(relay->ticker); /* it reads what the next two own */
	dm_ingest_destroy(relay->ingest);
	dm_survey_destroy(relay->survey);
	remove_source(&relay->ticker_source);
	dm_event_destroy(relay->event);
	dm_ticker_destroy(relay->ticker);
	remove_source(&relay->transport_source);
	dm_transport_destroy(relay->transport);
	dm_process_metrics_destroy(relay->process);
	dm_metrics_destroy(relay->metrics);
	g_free(relay->web_root);
	g_free(relay);
}

void dm_relay_set_ready(struct dm_relay *relay, bool ready, const char *reason)
{
	dm_control_set_ready(relay->control, ready, reason);
}

void dm_relay_secure(struct dm_relay *relay, const struct dm_security_options *security)
{
	dm_control_secure(relay->control, security);
}

/* "udp:7000-7003" for ports in a row, else each of them. */
static void append_media(GString *line, const struct dm_transport *transport)
{
	const unsigned count = dm_transport_worker_count(transport);
	const unsigned first = dm_transport_port(transport, 0);
	bool row = true;

	for (unsigned i = 1; i < count; i++)
		row = row && dm_transport_port(transport, i) == first + i;
	g_string_append_printf(line, "udp:%u", first);
	if (row && count > 1)
		g_string_append_printf(line, "-%u", first + count - 1);
	for (unsigned i = 1; i < count && !row; i++)
		g_string_append_printf(line, ",%u", dm_transport_port(transport, i));
}

char *dm_relay_ready_line(const struct dm_relay *relay)
{
	const struct dm_control_options *options = &relay->control_options;
	const char *address = options->address ? options->address : "";
	const bool any = !*address || strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
	const bool ipv6 = !any && strchr(address, ':');
	const bool tls = options->certificate && *options->certificate;
	GString *line = g_string_new("ready http=");

	g_string_append_printf(line, "%s://%s%s%s:%u media=", tls ? "https" : "http",
			       ipv6 ? "[" : "", any ? "localhost" : address, ipv6 ? "]" : "",
			       dm_control_port(relay->control));
	append_media(line, relay->transport);
	return g_string_free(line, FALSE);
}
