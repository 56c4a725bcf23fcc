/* What channels cost: 32 engines, each with one live microphone (decoded, drawn to our clock,
 * measured and drawn to -23 LUFS, limited, encoded at 64 kbit/s), in shares of one core.
 * bench_channels [CHANNELS] [SECONDS]. Run the release build. */
#include "audio/engine.h"
#include "audio/encoder.h"

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

struct loop {
	size_t bytes[LOOP];
	uint8_t payload[LOOP][DM_AUDIO_PAYLOAD_MAX];
};

static struct dm_engine *channels[MOST];
static struct dm_encoder *encoders[MOST];

/* Of this thread, so that others on the machine count less. */
static double cpu_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void check(int error, const char *what)
{
	if (error == 0)
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

static void record(struct loop *loop)
{
	const struct dm_encoder_options options = {
		.bitrate_bps = BITRATE_BPS,
		.loss_percent = 10,
		.complexity = 9, /* what browsers send */
	};
	struct dm_encoder *encoder;
	float samples[FRAME];

	check(dm_encoder_create(&encoder, &options), "an encoder");
	for (size_t frame = 0; frame < LOOP; frame++) {
		speak(samples, frame);
		loop->bytes[frame] = (size_t)dm_encoder_encode(
			encoder, samples, loop->payload[frame], DM_AUDIO_PAYLOAD_MAX);
	}
	dm_encoder_destroy(encoder);
}

static void put(struct dm_engine *channel, const struct loop *loop, size_t tick, uint32_t ssrc,
		dm_usec now)
{
	const struct dm_jitter_packet packet = {
		.ssrc = ssrc,
		.sequence = (uint16_t)tick,
		.timestamp = (uint32_t)tick * FRAME,
		.payload = loop->payload[tick % LOOP],
		.bytes = loop->bytes[tick % LOOP],
	};

	/* A clock 200 ppm slow: it arrives later and later. */
	dm_microphone_put(dm_engine_microphone(channel, 0), &packet,
			  now - DM_MSEC(15) + (dm_usec)(tick * 4));
}

static void run(const struct loop *loop, size_t count, size_t ticks, uint8_t loss_percent)
{
	const struct dm_engine_options options = {
		.ceiling_db = -2,
		.target_lufs = -23,
	};
	const struct dm_engine_state state = { .mode = DM_ENGINE_ON_AIR };
	const struct dm_encoder_options encoding = {
		.bitrate_bps = BITRATE_BPS,
		.loss_percent = loss_percent,
		.complexity = dm_encoder_complexity(loss_percent),
	};
	const struct dm_engine_inputs inputs = { .floor = NULL };
	double engines = 0, encoding_ms = 0, worst = 0;

	for (size_t n = 0; n < count; n++) {
		check(dm_engine_create(&channels[n], &options), "a channel");
		check(dm_engine_set(channels[n], &state), "a state");
		check(dm_encoder_create(&encoders[n], &encoding), "an encoder");
	}
	for (size_t tick = 0; tick < ticks; tick++) {
		const double begin = cpu_ms();
		double encoder = 0;

		for (size_t n = 0; n < count; n++) {
			const dm_usec now = DM_SEC(10) + (dm_usec)tick * DM_MSEC(20);
			uint8_t payload[DM_AUDIO_PAYLOAD_MAX];
			float samples[FRAME];

			/* 37 frames apart, so that pauses do not fall together. */
			put(channels[n], loop, tick + 37 * n, (uint32_t)n,
			    now - (dm_usec)(37 * n * 4));
			dm_engine_tick(channels[n], &inputs, now, samples);

			const double made = cpu_ms();

			if (dm_encoder_encode(encoders[n], samples, payload, sizeof(payload)) < 0)
				check(1, "encoding");
			encoder += cpu_ms() - made;
		}

		const double spent = cpu_ms() - begin;

		engines += spent - encoder;
		encoding_ms += encoder;
		worst = spent > worst ? spent : worst;
	}

	const double all_ms = (double)ticks * 20;
	const double share = 100 * (engines + encoding_ms) / all_ms;

	printf("{\"channels\": %zu, \"loss_percent\": %u, \"complexity\": %u, \"engine_us\": %.1f, \"encoder_us\": %.1f, \"core_percent\": %.1f, \"worst_tick_ms\": %.2f, \"target_percent\": %.0f, \"ok\": %s}\n",
	       count, loss_percent, encoding.complexity, 1000 * engines / (double)(ticks * count),
	       1000 * encoding_ms / (double)(ticks * count), share, worst, TARGET,
	       share <= TARGET ? "true" : "false");
	for (size_t n = 0; n < count; n++) {
		struct dm_microphone_stats stats;

		dm_microphone_stats(dm_engine_microphone(channels[n], 0), &stats);
		if (stats.starts != 1 || stats.concealed_samples > stats.played_samples / 100)
			check(1, "a microphone");
		dm_engine_destroy(channels[n]);
		dm_encoder_destroy(encoders[n]);
	}
}

int main(int argc, char **argv)
{
	const size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 32;
	const size_t seconds = argc > 2 ? strtoul(argv[2], NULL, 10) : 20;
	static struct loop loop;

	if (count == 0 || count > MOST || seconds == 0) {
		fprintf(stderr, "usage: bench_channels [CHANNELS, at most %d] [SECONDS]\n", MOST);
		return 2;
	}
	record(&loop);
	run(&loop, count, seconds * 50, 0);
	run(&loop, count, seconds * 50, 10);
	return 0;
}
