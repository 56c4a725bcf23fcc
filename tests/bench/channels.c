/* What channels cost: the ticker's beat, as the relay runs it, in shares of one core. A floor of
 * PCM and 32 channels, each with three microphones that come through intakes, are decoded, drawn to
 * our clock, measured and drawn to -23 LUFS; mixed, limited, metered, encoded at 64 kbit/s and
 * published. bench_channels [CHANNELS] [SECONDS] [survey]. With "survey" everything is listened to
 * besides, ten times a second (audio/survey.h), which is measured apart from the beat. Run the
 * release build. */
#include "audio/encoder.h"
#include "audio/survey.h"
#include "audio/ticker.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FRAME       DM_AUDIO_FRAME_SAMPLES
#define LOOP        75 /* frames of the voice that is repeated */
#define MOST        256
#define TARGET      50.0 /* percent of a core */
#define BITRATE_BPS 64000
#define MICROPHONES DM_ENGINE_MICROPHONES

/* Until encoders have heard of the loss, jitter buffers of the link, and fingerprints of sound. */
#define WARM_UP 450 /* ticks */

#define LOOK_EVERY 5 /* ticks */

struct loop {
	size_t bytes[LOOP];
	uint8_t payload[LOOP][DM_AUDIO_PAYLOAD_MAX];
};

struct scene {
	const char *name;
	size_t microphones; /* of each channel, that send */
	uint8_t loss;       /* that listeners report, in 256ths */
	size_t on_air;      /* channels; the others carry the floor */
};

static struct {
	struct dm_ticker *ticker;
	struct dm_survey *survey; /* NULL: nobody listens */
	struct dm_timeline timeline;
	struct dm_audience audience;
	struct dm_sound_inlet *inlet;
	struct dm_track *floor;
	struct dm_track *tracks[MOST];
	struct dm_intake *intakes[MOST][MICROPHONES];
} rig;

/* Of this thread, so that others on the machine count less. */
static double cpu_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void check(bool fine, const char *what)
{
	if (fine)
		return;
	fprintf(stderr, "channels: %s failed\n", what);
	exit(1);
}

/* Syllables and pauses of a low voice, with breath up to the top of the band. */
static void speak(float *samples, size_t frame)
{
	static uint32_t random = 1;

	for (size_t n = 0; n < FRAME; n++) {
		const size_t at = frame % LOOP * FRAME + n;
		const double phase = 2 * M_PI * 120 * (double)at / DM_AUDIO_RATE_HZ;
		double voice = 0;

		random = random * 1664525u + 1013904223u;
		for (int harmonic = 1; harmonic <= 30; harmonic++)
			voice += sin(phase * harmonic) / harmonic;
		voice += (double)(random >> 16) / 131072 - 0.25;
		if (at % 72000 >= 48000)
			voice *= 0.01;
		samples[n] = (float)(0.1 * voice * fabs(sin(M_PI * (double)(at % 9600) / 9600)));
	}
}

static void record(struct loop *loop, float (*voice)[FRAME])
{
	const struct dm_encoder_options options = {
		.bitrate_bps = BITRATE_BPS,
		.loss_percent = 10,
		.complexity = 9, /* what browsers send */
	};
	struct dm_encoder *encoder;

	check(dm_encoder_create(&encoder, &options) == 0, "an encoder");
	for (size_t frame = 0; frame < LOOP; frame++) {
		speak(voice[frame], frame);
		loop->bytes[frame] = (size_t)dm_encoder_encode(
			encoder, voice[frame], loop->payload[frame], DM_AUDIO_PAYLOAD_MAX);
	}
	dm_encoder_destroy(encoder);
}

static struct dm_track *make_track(size_t number)
{
	char name[32];
	const struct dm_track_options options = {
		.kind = DM_TRACK_AUDIO,
		.clock_rate_hz = DM_AUDIO_RATE_HZ,
		.capacity_packets = 256,
		.name = name,
	};
	struct dm_track *track;

	snprintf(name, sizeof(name), "bench/%zu", number);
	check(dm_track_create(&track, &options) == 0, "a track");
	return track;
}

static void add_channel(size_t number, const struct scene *scene)
{
	const struct dm_engine_options engine = {
		.ceiling_db = -2,
		.target_lufs = -23,
	};
	const struct dm_ticker_channel channel = {
		.track = rig.tracks[number] = make_track(number),
		.bitrate_bps = BITRATE_BPS,
		.engine = &engine,
		.floor = 0,
	};
	const struct dm_engine_state state = {
		.mode = number < scene->on_air ? DM_ENGINE_ON_AIR : DM_ENGINE_OFF,
		.has_standby = true,
		.standby = 1,
	};
	const int added = dm_ticker_add(rig.ticker, &channel);

	check(added > 0 && dm_ticker_set(rig.ticker, added, &state) == 0, "a channel");
	for (uint8_t n = 0; n < MICROPHONES; n++) {
		check(dm_intake_create(&rig.intakes[number][n], 64, DM_AUDIO_RATE_HZ) == 0 &&
			      dm_ticker_connect(rig.ticker, added, n, rig.intakes[number][n]) == 0,
		      "a microphone");
	}
}

static void set_up(size_t count, const struct scene *scene, bool survey)
{
	rig.timeline = dm_timeline_init(0, 0);
	check(dm_sound_inlet_create(&rig.inlet) == 0 &&
		      dm_ticker_create(&rig.ticker, &rig.timeline, &rig.audience, NULL) == 0,
	      "the ticker");
	check(dm_ticker_add(rig.ticker,
			    &(struct dm_ticker_channel){
				    .track = rig.floor = make_track(MOST),
				    .bitrate_bps = BITRATE_BPS,
				    .inlet = rig.inlet,
				    .floor = -1,
			    }) == 0,
	      "the floor");
	for (size_t n = 0; n < count; n++)
		add_channel(n, scene);
	if (survey)
		check(dm_survey_prepare(&rig.survey, rig.ticker, NULL) == 0, "the survey");
}

static void tear_down(size_t count)
{
	dm_survey_destroy(rig.survey);
	rig.survey = NULL;
	dm_ticker_destroy(rig.ticker);
	dm_sound_inlet_destroy(rig.inlet);
	dm_track_unref(rig.floor);
	for (size_t n = 0; n < count; n++) {
		dm_track_unref(rig.tracks[n]);
		for (size_t microphone = 0; microphone < MICROPHONES; microphone++)
			dm_intake_unref(rig.intakes[n][microphone]);
	}
}

/* What would have come by `now`; senders' clocks are 200 ppm slow, so it comes later and later. */
static void send(const struct loop *loop, size_t count, const struct scene *scene, size_t tick,
		 dm_usec now)
{
	for (size_t n = 0; n < count; n++) {
		for (size_t microphone = 0; microphone < scene->microphones; microphone++) {
			/* Apart from each other, so that pauses do not fall together. */
			const size_t frame = (tick + 37 * n + 25 * microphone) % LOOP;
			const struct dm_rtp_packet packet = {
				.ssrc = (uint32_t)(n * MICROPHONES + microphone),
				.sequence = (uint16_t)tick,
				.timestamp = (uint32_t)tick * FRAME,
				.payload = loop->payload[frame],
				.payload_bytes = loop->bytes[frame],
			};

			check(dm_intake_put(rig.intakes[n][microphone], &packet,
					    now - DM_MSEC(15) + (dm_usec)tick * 4),
			      "a packet");
		}
		dm_track_note_loss(rig.tracks[n], scene->loss);
	}
}

static void check_sound(size_t count, const struct scene *scene)
{
	for (size_t n = 0; n < count; n++) {
		struct dm_ticker_level level;

		dm_ticker_level(rig.ticker, (int)n + 1, &level);
		check(level.fallen_back == (n >= scene->on_air), "a level");
		for (uint8_t microphone = 0; microphone < scene->microphones; microphone++) {
			struct dm_microphone_stats stats;

			dm_ticker_microphone_stats(rig.ticker, (int)n + 1, microphone, &stats);
			check(stats.starts == 1 &&
				      stats.concealed_samples < stats.played_samples / 100,
			      "a microphone");
		}
	}
}

/* Returns what a look took. */
static double look(size_t tick)
{
	const double begin = cpu_ms();

	if (!rig.survey || tick % LOOK_EVERY != 0)
		return 0;
	dm_survey_look(rig.survey);
	return cpu_ms() - begin;
}

static void run(const struct loop *loop, float (*voice)[FRAME], size_t count, size_t ticks,
		const struct scene *scene, bool survey)
{
	double all = 0, worst = 0, looks = 0, longest = 0;

	set_up(count, scene, survey);
	for (size_t tick = 0; tick < WARM_UP + ticks; tick++) {
		const dm_usec now = (dm_usec)tick * DM_MSEC(20) + DM_TICKER_DELAY;

		send(loop, count, scene, tick, now);
		for (size_t ahead = tick == 0 ? 0 : 2; ahead < 3; ahead++)
			dm_sound_inlet_put(rig.inlet, (int64_t)(tick + ahead) * FRAME,
					   voice[(tick + ahead) % LOOP], FRAME);

		const double begin = cpu_ms();

		dm_ticker_make(rig.ticker, (int64_t)tick);
		dm_ticker_publish(rig.ticker, (int64_t)tick, now);

		const double spent = cpu_ms() - begin;

		const double looked = look(tick);

		if (tick < WARM_UP)
			continue;
		looks += looked;
		longest = looked > longest ? looked : longest;
		all += spent;
		worst = spent > worst ? spent : worst;
	}
	check_sound(count, scene);
	tear_down(count);

	const double share = 100 * all / ((double)ticks * 20);

	printf("{\"scene\": \"%s\", \"channels\": %zu, \"microphones\": %zu, \"sending\": %zu, "
	       "\"channel_us\": %.1f, \"core_percent\": %.1f, \"worst_beat_ms\": %.2f, "
	       "\"survey_percent\": %.1f, \"longest_look_ms\": %.1f, "
	       "\"target_percent\": %.0f, \"ok\": %s}\n",
	       scene->name, count, count * MICROPHONES, count * scene->microphones,
	       1000 * all / (double)(ticks * count), share, worst,
	       100 * looks / ((double)ticks * 20), longest, TARGET,
	       share <= TARGET ? "true" : "false");
}

int main(int argc, char **argv)
{
	static const struct scene scenes[] = {
		{ .name = "the floor alone", .microphones = 0 },
		{ .name = "eight channels on air", .microphones = 1, .on_air = 8 },
		{ .name = "one on air", .microphones = 1, .on_air = MOST },
		{ .name = "one on air, two beside", .microphones = 3, .on_air = MOST },
		{ .name = "the same, listeners lose 10 %",
		  .microphones = 3,
		  .on_air = MOST,
		  .loss = 26 },
	};
	const size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 32;
	const size_t seconds = argc > 2 ? strtoul(argv[2], NULL, 10) : 20;
	const bool survey = argc > 3 && strcmp(argv[3], "survey") == 0;
	static float voice[LOOP][FRAME];
	static struct loop loop;

	if (count == 0 || count > MOST || seconds == 0) {
		fprintf(stderr, "usage: bench_channels [CHANNELS, at most %d] [SECONDS] [survey]\n",
			MOST);
		return 2;
	}
	record(&loop, voice);
	for (size_t n = 0; n < sizeof(scenes) / sizeof(scenes[0]); n++)
		run(&loop, voice, count, seconds * 50, &scenes[n], survey);
	return 0;
}
