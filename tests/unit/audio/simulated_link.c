#include "simulated_link.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START DM_SEC(100) /* when the first packet's sound begins */

uint64_t link_seed(void)
{
	const char *text = getenv("DM_SEED");
	const uint64_t seed = text ? strtoull(text, NULL, 0) : 20261121;

	printf("DM_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

/* splitmix64 */
static uint64_t next_random(struct link *link)
{
	uint64_t z = (link->random += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static bool happens(struct link *link, uint32_t permille)
{
	return next_random(link) % 1000 < permille;
}

void recording_make(struct recording *recording, size_t frames, uint32_t bitrate_bps,
		    uint8_t loss_percent, float (*sound)(int64_t n))
{
	const struct dm_encoder_options options = {
		.bitrate_bps = bitrate_bps,
		.loss_percent = loss_percent,
		.complexity = 2,
	};
	struct dm_encoder *encoder;

	if (frames > LINK_FRAMES_MAX || dm_encoder_create(&encoder, &options) != 0)
		abort();
	recording->frames = frames;
	for (size_t frame = 0; frame < 2 * frames; frame++) {
		float samples[DM_AUDIO_FRAME_SAMPLES];
		const size_t at = frame % frames;

		for (int n = 0; n < DM_AUDIO_FRAME_SAMPLES; n++)
			samples[n] = sound((int64_t)frame * DM_AUDIO_FRAME_SAMPLES + n);
		recording->bytes[at] = (size_t)dm_encoder_encode(
			encoder, samples, recording->payload[at], sizeof(recording->payload[at]));
	}
	dm_encoder_destroy(encoder);
}

float sound_of_tone(int64_t n)
{
	return TONE_PEAK * (float)sin(2 * M_PI * TONE_HZ * (double)(n % 4800) / DM_AUDIO_RATE_HZ);
}

float sound_of_bursts(int64_t n)
{
	const int64_t at = n % 24000;

	return at < 960 ? 0.5f * (float)sin(2 * M_PI * 1000 * (double)at / DM_AUDIO_RATE_HZ) : 0;
}

float sound_of_voice(int64_t n)
{
	/* A syllable of 200 ms, five to a phrase of 1.5 s, of which the last third is a pause. */
	const int64_t in_phrase = n % 72000;
	const int64_t in_syllable = in_phrase % 9600;
	float voice = 0;

	if (in_phrase >= 48000)
		return 0;
	for (int harmonic = 1; harmonic <= 20; harmonic++)
		voice += (float)sin(2 * M_PI * 120 * harmonic * (double)(n % 48000) /
				    DM_AUDIO_RATE_HZ) /
			 (float)harmonic;
	return 0.15f * voice * (float)sin(M_PI * (double)in_syllable / 9600);
}

void link_start(struct link *link, const struct link_options *options, uint64_t seed)
{
	memset(link, 0, sizeof(*link));
	link->options = *options;
	link->random = seed;
	/* Both wrap soon. */
	link->first_sequence = 65500;
	link->first_timestamp = UINT32_MAX - 100 * DM_AUDIO_FRAME_SAMPLES;
}

dm_usec link_sends_at(const struct link *link, int64_t number)
{
	return START + (dm_usec)((double)DM_MSEC(20) * (double)(number + 1) /
				 (1 + link->options.drift_ppm * 1e-6));
}

static void fly(struct link *link, int64_t number, dm_usec at)
{
	const struct link_options *options = &link->options;
	dm_usec arrives = at + options->delay;

	if (link->losing == 0 && happens(link, options->loss_permille))
		link->losing = options->burst > 0 ? options->burst : 1;
	if (link->losing > 0) {
		link->losing--;
		return;
	}
	if (options->jitter > 0)
		arrives += (dm_usec)(next_random(link) % (uint64_t)options->jitter);
	if (options->spike > 0 && next_random(link) % 300 == 0)
		arrives += options->spike;
	if (happens(link, options->reorder_permille))
		arrives += DM_MSEC(25);
	for (int copies = happens(link, options->duplicate_permille) ? 2 : 1; copies > 0; copies--)
		if (link->count < LINK_FLIGHT_MAX)
			link->flight[link->count++] = (struct flight){ .arrives = arrives,
								       .number = number };
}

static void send(struct link *link, dm_usec until)
{
	while (link_sends_at(link, link->sent) <= until) {
		if (link->pause > 0)
			link->pause--;
		else
			fly(link, link->sent, link_sends_at(link, link->sent));
		link->sent++;
	}
}

bool link_next(struct link *link, dm_usec until, struct arrival *arrival)
{
	size_t best = 0;

	send(link, until);
	for (size_t n = 1; n < link->count; n++)
		if (link->flight[n].arrives < link->flight[best].arrives)
			best = n;
	if (link->count == 0 || link->flight[best].arrives > until)
		return false;

	const struct flight flight = link->flight[best];
	const struct recording *recording = link->options.recording;
	const size_t frame = (size_t)flight.number % recording->frames;

	link->flight[best] = link->flight[--link->count];
	*arrival = (struct arrival){
		.at = flight.arrives,
		.number = flight.number,
		.packet = {
			.ssrc = link->options.ssrc,
			.sequence = (uint16_t)(link->first_sequence + flight.number),
			.timestamp = link->first_timestamp +
				     (uint32_t)flight.number * DM_AUDIO_FRAME_SAMPLES,
			.payload = recording->payload[frame],
			.bytes = recording->bytes[frame],
		},
	};
	return true;
}

void link_resend(struct link *link, uint16_t sequence, dm_usec now)
{
	const uint16_t back = (uint16_t)(link->first_sequence + link->sent - sequence);

	if (!link->options.no_resend && back <= link->sent)
		fly(link, link->sent - back, now + link->options.delay);
}
