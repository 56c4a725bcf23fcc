#include "app/command.h"

#include "app/arguments.h"
#include "app/glib_log.h"
#include "app/relay.h"
#include "app/reload.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

/* Between "not ready" and goodbye: answers on their way are finished. Choice. */
#define DRAIN_MS 200

struct serving {
	struct dm_arguments arguments;
	struct dm_config *config; /* owned */
	struct dm_relay *relay;   /* owned */
	GMainLoop *loop;          /* owned */
	bool stopping;
};

static gboolean on_drained(gpointer user)
{
	g_main_loop_quit(((struct serving *)user)->loop);
	return G_SOURCE_REMOVE;
}

static gboolean stop(struct serving *serving, const char *signal_name)
{
	if (!serving->stopping) {
		dm_log(DM_LOG_INFO, "relay.stopping", "signal=%s", signal_name);
		serving->stopping = true;
		dm_relay_set_ready(serving->relay, false, "The relay is stopping.");
		g_timeout_add(DRAIN_MS, on_drained, serving);
	}
	/* The handler goes, the default comes back: a second signal ends the process at once. */
	return G_SOURCE_REMOVE;
}

static gboolean on_terminate(gpointer user)
{
	return stop(user, "SIGTERM");
}

static gboolean on_interrupt(gpointer user)
{
	return stop(user, "SIGINT");
}

static gboolean on_hangup(gpointer user)
{
	const struct serving *serving = user;

	dm_reload(serving->relay, serving->config, &serving->arguments);
	return G_SOURCE_CONTINUE;
}

/* Every websocket and every HTTP request is a descriptor: take what the system grants. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		dm_log(DM_LOG_WARN, "relay.descriptors", "error=%s", g_strerror(errno));
}

static void print_line(void *user, const char *message)
{
	fprintf(user, "%s\n", message);
}

static int load(struct serving *serving)
{
	const struct dm_arguments *arguments = &serving->arguments;
	const int error = dm_config_load(&serving->config, arguments->config, print_line, stderr);

	if (error)
		return error;
	if (arguments->http_port >= 0)
		serving->config->control.port = (uint16_t)arguments->http_port;
	if (arguments->media_port >= 0)
		serving->config->transport.first_port = (uint16_t)arguments->media_port;
	return 0;
}

static void announce(const struct serving *serving)
{
	char *line = dm_relay_ready_line(serving->relay);

	dm_log(DM_LOG_INFO, "relay.ready", "version=%s id=%s rooms=%zu", DM_VERSION,
	       serving->config->event.id, serving->config->event.room_count);
	puts(line);
	fflush(stdout);
	g_free(line);
}

/* Runs until a signal says otherwise. */
static void run(struct serving *serving)
{
	const guint hangup = g_unix_signal_add(SIGHUP, on_hangup, serving);

	g_unix_signal_add(SIGTERM, on_terminate, serving);
	g_unix_signal_add(SIGINT, on_interrupt, serving);
	dm_relay_set_ready(serving->relay, true, NULL);
	announce(serving);
	g_main_loop_run(serving->loop);
	g_source_remove(hangup);
}

static int serve(struct serving *serving)
{
	char message[512];

	if (load(serving) != 0)
		return DM_EXIT_BAD_INPUT;
	dm_reload_apply_log(serving->config, &serving->arguments);
	raise_descriptor_limit();

	serving->loop = g_main_loop_new(NULL, FALSE);

	const int error = dm_relay_create(&serving->relay, serving->config, message,
					  sizeof(message));

	if (error) {
		fprintf(stderr, "dragoman: %s\n", message);
	} else {
		run(serving);
		dm_relay_destroy(serving->relay);
		dm_log(DM_LOG_INFO, "relay.stopped", "id=%s", serving->config->event.id);
	}
	g_main_loop_unref(serving->loop);
	dm_config_destroy(serving->config);
	return error ? DM_EXIT_NO_RESOURCE : DM_EXIT_FINE;
}

int dm_command_serve(int argc, char **argv)
{
	struct serving serving = { .config = NULL };

	if (!dm_arguments_parse(&serving.arguments, DM_ARGUMENTS_CONFIG | DM_ARGUMENTS_SERVE, argc,
				argv))
		return DM_EXIT_USAGE;
	if (serving.arguments.help) {
		fputs(dm_command_usage, stdout);
		return DM_EXIT_FINE;
	}
	signal(SIGPIPE, SIG_IGN); /* a peer that hangs up is an error of write(2), no more */
	dm_glib_log_install();
	return serve(&serving);
}
