#include "publish.h"

#include "base/backoff.h"
#include "publication.h"

#include <glib-unix.h>
#include <jansson.h>

#include <signal.h>

/* Choice: soon enough that a relay's restart is a short pause, seldom enough not to burden one. */
#define RETRY_LEAST DM_MSEC(500)
#define RETRY_MOST  DM_SEC(10)

#define CONNECT_WITHIN 10 /* seconds from the answer until media may flow; choice */

struct publish {
	const struct dm_client_options *options;
	GMainLoop *loop;
	struct dm_http *http;
	struct dm_outgoing *outgoing;
	GMutex lock;                        /* `publication`, for threads of GStreamer */
	struct dm_publication *publication; /* owned, nullable */
	struct dm_backoff backoff;
	guint retry;    /* sources of the main loop; 0: none */
	guint deadline; /* likewise */
	dm_usec started_at;
	dm_usec connected_at; /* DM_USEC_NEVER: it is not */
	unsigned attempts;
	unsigned connections;
	struct dm_publication_stats past[DM_OUTGOING_COUNT]; /* of connections that are over */
	struct dm_publication_stats last[DM_OUTGOING_COUNT]; /* of this one, a second ago */
	dm_usec last_at;
	int code;
};

static gboolean try(gpointer user);

static void stop(struct publish *publish, int code)
{
	if (code)
		publish->code = code;
	g_main_loop_quit(publish->loop);
}

static gboolean on_time(gpointer user)
{
	stop(user, DM_EXIT_FINE);
	return G_SOURCE_REMOVE;
}

static gboolean on_signal(gpointer user)
{
	stop(user, DM_EXIT_FINE);
	return G_SOURCE_CONTINUE;
}

static void print(json_t *line)
{
	json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
	putchar('\n');
	fflush(stdout);
	json_decref(line);
}

static json_t *new_line(const struct publish *publish, const char *type)
{
	return json_pack("{s:s,s:f,s:b}", "type", type, "at_s",
			 (double)(dm_time_now() - publish->started_at) / 1e6, "connected",
			 publish->connected_at != DM_USEC_NEVER);
}

static void clear(guint *source)
{
	if (*source)
		g_source_remove(*source);
	*source = 0;
}

static void add(struct dm_publication_stats *sum, const struct dm_publication_stats *stats)
{
	sum->present = sum->present || stats->present;
	sum->packets += stats->packets;
	sum->bytes += stats->bytes;
	sum->lost += stats->lost > 0 ? stats->lost : 0;
}

/* The connection is over, however it ended. */
static void close_publication(struct publish *publish)
{
	struct dm_publication_stats stats[DM_OUTGOING_COUNT];
	struct dm_publication *publication = publish->publication;

	clear(&publish->deadline);
	if (!publication)
		return;
	dm_publication_stats(publication, stats);
	for (int kind = 0; kind < DM_OUTGOING_COUNT; kind++) {
		add(&publish->past[kind], &stats[kind]);
		publish->last[kind] = (struct dm_publication_stats){ 0 };
	}
	g_mutex_lock(&publish->lock);
	publish->publication = NULL;
	g_mutex_unlock(&publish->lock);
	dm_publication_destroy(publication);
	publish->connected_at = DM_USEC_NEVER;
}

static void try_again(struct publish *publish)
{
	const dm_usec lived = publish->connected_at == DM_USEC_NEVER
				      ? 0
				      : dm_time_now() - publish->connected_at;
	dm_usec wait;

	close_publication(publish);
	if (publish->options->once) {
		stop(publish, DM_EXIT_FAILED);
		return;
	}
	wait = dm_backoff_next(&publish->backoff, lived);
	publish->retry = g_timeout_add((guint)(wait / 1000), try, publish);
}

static gboolean on_deadline(gpointer user)
{
	struct publish *publish = user;

	publish->deadline = 0;
	fputs("the relay cannot be reached by UDP\n", stderr);
	try_again(publish);
	return G_SOURCE_REMOVE;
}

static void lose(struct publish *publish, const char *why)
{
	fprintf(stderr, "%s\n", why);
	if (publish->connected_at != DM_USEC_NEVER)
		print(new_line(publish, "lost"));
	try_again(publish);
}

static gboolean look(gpointer user)
{
	struct publish *publish = user;
	const enum dm_publication_state state = publish->publication
							? dm_publication_state(publish->publication)
							: DM_PUBLICATION_CONNECTING;

	if (state == DM_PUBLICATION_CONNECTED && publish->connected_at == DM_USEC_NEVER) {
		clear(&publish->deadline);
		publish->connected_at = dm_time_now();
		publish->last_at = publish->connected_at;
		publish->connections++;
		print(new_line(publish, "connected"));
	} else if (state == DM_PUBLICATION_FAILED) {
		lose(publish, "the relay has ended the session, or cannot be reached by UDP");
	}
	return G_SOURCE_REMOVE;
}

static void on_changed(void *user)
{
	g_idle_add(look, user);
}

static gboolean try(gpointer user)
{
	struct publish *publish = user;
	const struct dm_publication_options options = {
		.client = publish->options,
		.http = publish->http,
		.outgoing = publish->outgoing,
		.changed = on_changed,
		.user = publish,
	};
	struct dm_publication *publication;
	const int code = dm_publication_create(&publication, &options);

	publish->retry = 0;
	publish->attempts++;
	if (code == DM_EXIT_RESOURCE) {
		stop(publish, code);
		return G_SOURCE_REMOVE;
	}
	g_mutex_lock(&publish->lock);
	publish->publication = publication;
	g_mutex_unlock(&publish->lock);
	if (code) {
		try_again(publish);
		return G_SOURCE_REMOVE;
	}
	publish->deadline = g_timeout_add_seconds(CONNECT_WITHIN, on_deadline, publish);
	look(publish);
	return G_SOURCE_REMOVE;
}

static void on_ready(void *user)
{
	try(user);
}

static void on_ended(void *user, int code)
{
	stop(user, code);
}

static void on_packet(void *user, enum dm_outgoing_kind kind, GstBuffer *packet)
{
	struct publish *publish = user;

	g_mutex_lock(&publish->lock);
	if (publish->publication)
		dm_publication_send(publish->publication, kind, packet);
	else
		gst_buffer_unref(packet);
	g_mutex_unlock(&publish->lock);
}

static json_t *number_or_null(double number)
{
	return number < 0 ? json_null() : json_real(number);
}

/* Since the second before; the relay's report of the loss may be younger than the packets it is of.
 */
static double loss_of(const struct dm_publication_stats *now,
		      const struct dm_publication_stats *before)
{
	const double sent = (double)(now->packets - before->packets);
	const double lost = (double)(now->lost - (before->lost > 0 ? before->lost : 0));

	if (now->lost < 0)
		return -1;
	return sent > 0 && lost > 0 ? CLAMP(lost / sent, 0, 1) : 0;
}

static void add_second(struct publish *publish, json_t *line, enum dm_outgoing_kind kind,
		       const struct dm_publication_stats *now, double seconds)
{
	const struct dm_publication_stats *before = &publish->last[kind];
	const double loss = loss_of(now, before);

	if (kind == DM_OUTGOING_SOUND && loss >= 0)
		dm_outgoing_set_loss(publish->outgoing, loss);
	json_object_set_new(
		line, kind == DM_OUTGOING_SOUND ? "audio" : "video",
		json_pack("{s:I,s:f,s:o,s:o}", "packets",
			  (json_int_t)(now->packets - before->packets), "bitrate_bps",
			  seconds > 0 ? (double)(now->bytes - before->bytes) * 8 / seconds : 0.0,
			  "loss", number_or_null(loss), "round_trip_ms",
			  number_or_null(now->round_trip_ms)));
}

/* The redundancy follows the loss, whether or not anybody reads the lines. */
static gboolean on_second(gpointer user)
{
	struct publish *publish = user;
	struct dm_publication_stats stats[DM_OUTGOING_COUNT];
	json_t *line = new_line(publish, "second");
	const dm_usec now = dm_time_now();

	if (publish->connected_at != DM_USEC_NEVER) {
		dm_publication_stats(publish->publication, stats);
		for (int kind = 0; kind < DM_OUTGOING_COUNT; kind++) {
			if (stats[kind].present)
				add_second(publish, line, (enum dm_outgoing_kind)kind, &stats[kind],
					   (double)(now - publish->last_at) / 1e6);
			publish->last[kind] = stats[kind];
		}
		publish->last_at = now;
	}
	if (publish->options->stats)
		print(line);
	else
		json_decref(line);
	if (publish->connected_at != DM_USEC_NEVER &&
	    !dm_publication_is_alive(publish->publication, now))
		lose(publish, "the relay no longer has the session");
	return G_SOURCE_CONTINUE;
}

static void print_summary(const struct publish *publish)
{
	json_t *line = new_line(publish, "summary");

	json_object_set_new(line, "attempts", json_integer(publish->attempts));
	json_object_set_new(line, "connections", json_integer(publish->connections));
	for (int kind = 0; kind < DM_OUTGOING_COUNT; kind++) {
		const struct dm_publication_stats *past = &publish->past[kind];

		if (past->present)
			json_object_set_new(line, kind == DM_OUTGOING_SOUND ? "audio" : "video",
					    json_pack("{s:I,s:I,s:I}", "packets",
						      (json_int_t)past->packets, "bytes",
						      (json_int_t)past->bytes, "lost",
						      (json_int_t)past->lost));
	}
	print(line);
}

static void run(struct publish *publish)
{
	const double seconds = publish->options->seconds;

	if (seconds > 0)
		g_timeout_add((guint)(seconds * 1e3), on_time, publish);
	g_timeout_add_seconds(1, on_second, publish);
	g_unix_signal_add(SIGINT, on_signal, publish);
	g_unix_signal_add(SIGTERM, on_signal, publish);
	g_main_loop_run(publish->loop);
	clear(&publish->retry);
	close_publication(publish);
	print_summary(publish);
	/* Nothing sent is no success, whatever else went well. */
	if (!publish->code && !publish->connections)
		publish->code = DM_EXIT_FAILED;
}

int dm_publish(const struct dm_client_options *options)
{
	struct publish publish = {
		.options = options,
		.backoff = dm_backoff_init(RETRY_LEAST, RETRY_MOST),
		.started_at = dm_time_now(),
		.connected_at = DM_USEC_NEVER,
	};
	const struct dm_outgoing_events events = { on_ready, on_ended, on_packet, &publish };

	gst_init(NULL, NULL);
	g_mutex_init(&publish.lock);
	publish.loop = g_main_loop_new(NULL, FALSE);
	if (dm_http_create(&publish.http, options->url, options->token))
		publish.code = DM_EXIT_RESOURCE;
	else
		publish.code = dm_outgoing_create(&publish.outgoing, options, &events);
	if (!publish.code)
		run(&publish);
	dm_outgoing_destroy(publish.outgoing);
	dm_http_destroy(publish.http);
	g_main_loop_unref(publish.loop);
	g_mutex_clear(&publish.lock);
	return publish.code;
}
