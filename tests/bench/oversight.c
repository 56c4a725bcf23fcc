/* tests/bench/oversight.c: what one turn of telling organisers costs the control thread: eight
 * rooms of 32 channels with two interpreters in every booth, each room in detail on three screens,
 * and 20 alarms. Prints the mean and the longest turn; exit 1 above 5 ms. */
#include "control/oversight.h"

#include "fake_session.h"
#include "fake_watch.h"
#include "session/booth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROOMS    8
#define SCREENS  24
#define SEATED   2 /* in each booth */
#define BOOTHS   (DM_CHANNELS_MAX - 1)
#define TURNS    400
#define MOST_MS  5.0 /* what a turn may take */
#define GROUPS   (DM_CHANNELS_MAX + 1)
#define NETWORKS 64

static struct dm_channel_figures channels[DM_CHANNELS_MAX];
static struct dm_microphone_figures microphones[BOOTHS * SEATED];
static struct dm_group_figures groups[GROUPS];
static struct dm_group_figures networks[NETWORKS];

static double thread_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void on_wake(void *user)
{
	(void)user;
}

static void fill_figures(void)
{
	const struct dm_group_figures group = { .name = "203.0.0.0/16",
						.listeners = 123,
						.round_trip_p50_ms = 41.7,
						.round_trip_p95_ms = 123.4,
						.loss_p95 = 0.0123,
						.loss_mean = 0.0012,
						.resent_hz = 12.3 };

	for (size_t n = 0; n < DM_CHANNELS_MAX; n++)
		channels[n] = (struct dm_channel_figures){
			.sound = { .momentary_lufs = -23.1,
				   .short_term_lufs = -22.9,
				   .integrated_lufs = -23.04,
				   .true_peak_dbtp = -1.37,
				   .clipping = 0.0001,
				   .silent_for = 1.23,
				   .floor_likeness = 0.123,
				   .twin_likeness = 0.07,
				   .twin = -1 },
			.level = { .booth = DM_NOBODY, .peak_dbfs = -12.3, .lufs = -23.1 },
			.bitrate_bps = 63999.7,
			.listeners = 1234,
		};
	for (size_t n = 0; n < BOOTHS * SEATED; n++)
		microphones[n] = (struct dm_microphone_figures){
			.booth = (uint8_t)(n / SEATED),
			.seat = (uint8_t)(n % SEATED),
			.jitter_ms = 1.23,
			.loss = 0.0123,
			.delay_ms = 24.7,
			.drift_ppm = -3.3,
			.sound.fitness = { .verdict = DM_VERDICT_GOOD,
					   .ceiling_hz = 15123,
					   .snr_db = 41.2 },
		};
	for (size_t n = 0; n < GROUPS; n++)
		groups[n] = group;
	for (size_t n = 0; n < NETWORKS; n++)
		networks[n] = group;
}

static void seat_all(struct dm_event *event)
{
	unsigned made = 0;

	for (size_t r = 0; r < ROOMS; r++) {
		for (uint8_t b = 0; b < BOOTHS; b++) {
			for (unsigned s = 0; s < SEATED; s++) {
				struct dm_participant who = { .name = "Anna" };

				snprintf(who.id, sizeof(who.id), "%032x", ++made);
				dm_booth_sit(dm_event_room(event, r)->interpretation, b, &who,
					     dm_time_now());
			}
		}
	}
}

static size_t drain(struct dm_conversation *conversation)
{
	size_t bytes = 0;
	GBytes *text;

	while ((text = dm_conversation_take(conversation))) {
		bytes += g_bytes_get_size(text);
		g_bytes_unref(text);
	}
	return bytes;
}

static void open_screens(struct dm_hub *hub, struct dm_conversation **screens)
{
	for (int n = 0; n < SCREENS; n++) {
		char text[64];
		const int bytes = snprintf(text, sizeof(text),
					   "{\"type\":\"oversee\",\"room\":\"room%d\"}", n % ROOMS);

		screens[n] = dm_conversation_open(hub, 0, on_wake, NULL);
		dm_conversation_receive(screens[n], text, (size_t)bytes, 0);
		drain(screens[n]);
	}
}

static double measure(struct dm_hub *hub, struct dm_conversation **screens)
{
	double sum = 0, longest = 0;
	size_t bytes = 0;

	for (int n = 0; n < TURNS; n++) {
		const double began = thread_ms();

		dm_oversight_run(hub);

		const double took = thread_ms() - began;

		sum += took;
		longest = took > longest ? took : longest;
		for (int s = 0; s < SCREENS; s++)
			bytes += drain(screens[s]);
	}
	printf("turn mean %.3f ms, longest %.3f ms; to a screen %.1f kB/s\n", sum / TURNS, longest,
	       (double)bytes / SCREENS / TURNS * (1000.0 / DM_OVERSIGHT_MS) / 1e3);
	return longest;
}

int main(void)
{
	struct dm_event *event = fake_event_create_wide();
	struct dm_watch *watch = fake_watch_create(event);
	const struct dm_hub_options options = { .event = event, .watch = watch, .grace_ms = 1000 };
	const struct dm_channel_level level = { .booth = DM_NOBODY,
						.peak_dbfs = -12.3,
						.lufs = -23.1 };
	struct dm_conversation *screens[SCREENS];
	struct dm_hub *hub;
	double longest;

	fill_figures();
	fake_levels(&level);
	seat_all(event);
	for (size_t r = 0; r < ROOMS; r++)
		*fake_watch_figures(
			watch, r) = (struct dm_room_figures){ .channels = channels,
							      .channel_count = DM_CHANNELS_MAX,
							      .microphones = microphones,
							      .microphone_count = BOOTHS * SEATED,
							      .groups = groups,
							      .group_count = GROUPS };
	fake_watch_relay(watch)->networks = networks;
	fake_watch_relay(watch)->network_count = NETWORKS;
	for (int n = 0; n < 20; n++)
		fake_watch_raise(watch, DM_ALARM_CHANNEL_SILENT, "room3", "ab");
	if (dm_hub_create(&hub, &options))
		return 1;
	open_screens(hub, screens);
	longest = measure(hub, screens);
	for (int s = 0; s < SCREENS; s++)
		dm_conversation_close(screens[s]);
	dm_hub_destroy(hub);
	fake_watch_destroy(watch);
	fake_event_destroy(event);
	return longest > MOST_MS;
}
