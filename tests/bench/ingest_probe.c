/* Plays one room through ingest and prints, once a second, what its tracks get: a developer's
 * look at a source.
 *
 *   ingest_probe [--seconds N] [--rungs N] [--rate N] FLOOR-SOURCE [CHANNEL-SOURCE …]
 *
 * A source of "-" is none: the channel carries the floor. Files loop.
 */
#include "ingest/ingest.h"
#include "session/name.h"
#include "transport/transport.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct dm_rung_options rungs[] = {
	{ 1280, 720, 1500000 },
	{ 640, 360, 500000 },
	{ 320, 180, 150000 },
};

static const struct dm_title titles[] = {
	{ "en", "Plenary" },
	{ "ar", "الجلسة العامة" },
};

struct probe {
	struct dm_room *room;
	struct dm_metrics *metrics;
	GMainLoop *loop;
	unsigned seconds_left;
	uint64_t bytes[DM_CHANNELS_MAX + DM_LADDER_MAX];
};

static void print_track(struct probe *probe, const struct dm_track *track, size_t n,
			enum dm_feed_state state)
{
	static struct dm_track_packet packet;
	const uint64_t head = dm_track_head(track), bytes = dm_track_bytes(track);
	const uint64_t kbit = (bytes - probe->bytes[n]) * 8 / 1000;

	probe->bytes[n] = bytes;
	if (head == 0 || dm_track_read(track, head - 1, &packet) != DM_TRACK_READ_OK) {
		printf("  %-24s nothing yet\n", dm_track_name(track));
		return;
	}
	printf("  %-24s %-10s head=%" PRIu64 " kbit/s=%" PRIu64 " age_ms=%.1f key_age=%" PRId64
	       "\n",
	       dm_track_name(track), dm_feed_state_name(state), head, kbit,
	       (double)(dm_time_now() - packet.captured_at) / 1000,
	       (int64_t)(head - dm_track_key_index(track)));
}

static gboolean on_second(gpointer user)
{
	struct probe *probe = user;
	struct dm_room *room = probe->room;
	size_t n = 0;

	printf("--\n");
	for (size_t c = 0; c < room->channel_count; c++)
		print_track(probe, room->channels[c].track, n++, room->channels[c].state);
	for (size_t r = 0; r < room->picture.track_count; r++)
		print_track(probe, room->picture.tracks[r], n++, room->picture.state);
	fflush(stdout);
	if (--probe->seconds_left == 0)
		g_main_loop_quit(probe->loop);
	return G_SOURCE_CONTINUE;
}

static void must(int error, const char *what)
{
	if (error) {
		fprintf(stderr, "%s: %s\n", what, strerror(-error));
		exit(1);
	}
}

static void play(const struct dm_event_options *event_options, unsigned seconds)
{
	const struct dm_timeline timeline = dm_timeline_init(dm_time_now(), dm_time_ntp_now());
	const struct dm_transport_options transport_options = { .workers = 1 };
	const struct dm_ingest_options ingest_options = { 0 };
	struct probe probe = { .seconds_left = seconds };
	struct dm_transport *transport;
	struct dm_ticker *ticker;
	struct dm_event *event;
	struct dm_ingest *ingest;

	must(dm_metrics_create(&probe.metrics), "metrics");
	must(dm_transport_create(&transport, &transport_options, &timeline, NULL), "transport");
	must(dm_ticker_create(&ticker, &timeline, dm_transport_audience(transport), NULL),
	     "ticker");
	must(dm_event_create(&event, event_options, transport, ticker, NULL), "event");
	must(dm_ingest_create(&ingest, &ingest_options, event, &timeline,
			      dm_transport_audience(transport), probe.metrics),
	     "ingest");
	must(dm_ticker_start(ticker), "ticker's thread");
	probe.room = dm_event_room(event, 0);
	probe.loop = g_main_loop_new(NULL, FALSE);
	g_timeout_add_seconds(1, on_second, &probe);
	g_main_loop_run(probe.loop);

	char *text = dm_metrics_render(probe.metrics, NULL);

	puts(text);
	free(text);
	dm_ticker_stop(ticker);
	dm_ingest_destroy(ingest);
	dm_event_destroy(event);
	dm_ticker_destroy(ticker);
	dm_transport_destroy(transport);
	dm_metrics_destroy(probe.metrics);
	g_main_loop_unref(probe.loop);
}

int main(int argc, char **argv)
{
	static const char *const langs[] = { "en", "fr", "es", "ru", "ar", "zh", "ils", "de" };
	struct dm_channel_options channels[8] = { 0 };
	unsigned seconds = 10;
	struct dm_room_options room = {
		.id = "probe",
		.titles = titles,
		.title_count = 2,
		.floor_language = "en",
		.floor_bitrate_bps = 64000,
		.channel_bitrate_bps = 48000,
		.picture = { .frame_rate = 25, .ladder = rungs, .ladder_count = 3 },
		.channels = channels,
	};
	int n = 1;

	for (; n + 1 < argc && strncmp(argv[n], "--", 2) == 0; n += 2) {
		const unsigned value = (unsigned)atoi(argv[n + 1]);

		if (strcmp(argv[n], "--seconds") == 0)
			seconds = value;
		else if (strcmp(argv[n], "--rungs") == 0)
			room.picture.ladder_count = value <= 3 ? value : 3;
		else if (strcmp(argv[n], "--rate") == 0)
			room.picture.frame_rate = value;
	}
	if (n >= argc)
		return 2;
	room.floor = (struct dm_source_options){ .uri = argv[n++], .loop = true };
	for (; n < argc && room.channel_count < 8; n++) {
		struct dm_channel_options *channel = &channels[room.channel_count];

		channel->lang = langs[room.channel_count++];
		if (strcmp(argv[n], "-") != 0)
			channel->source = (struct dm_source_options){ .uri = argv[n],
								      .loop = true };
	}

	const struct dm_event_options event = { .id = "probe", .rooms = &room, .room_count = 1 };

	play(&event, seconds);
	return 0;
}
