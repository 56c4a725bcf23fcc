/* A microphone fed with what an attacker with valid keys may send: each record of the input is a
 * packet, and some time that passes. Whatever comes, 20 ms of finite sound go out every tick. */
#include "audio/encoder.h"
#include "audio/microphone.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

#define RECORD     12 /* bytes before the payload */
#define TICKS_MOST 400

/* Asleep or heard. */
static void read_ticks(struct dm_microphone *microphone, dm_usec *tick, size_t count, bool asleep)
{
	float samples[DM_AUDIO_FRAME_SAMPLES];

	for (size_t n = 0; n < count; n++, *tick += DM_MSEC(20)) {
		if (asleep) {
			dm_microphone_doze(microphone, *tick);
			continue;
		}
		dm_microphone_read(microphone, *tick, samples);
		for (size_t k = 0; k < DM_AUDIO_FRAME_SAMPLES; k++)
			if (!isfinite(samples[k]))
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	struct dm_microphone *microphone;
	struct dm_microphone_stats stats;
	dm_usec tick = DM_SEC(1000);
	size_t ticks = 0;

	if (dm_microphone_create(&microphone) != 0)
		return 0;
	while (size_bytes >= RECORD && ticks < TICKS_MOST) {
		const size_t wanted = (size_t)(data[10] << 8 | data[11]) % 2000;
		const size_t left = size_bytes - RECORD;
		const struct dm_jitter_packet packet = {
			.ssrc = data[0] & 3u,
			.sequence = (uint16_t)(data[2] << 8 | data[3]),
			.timestamp = (uint32_t)data[4] << 24 | (uint32_t)data[5] << 16 |
				     (uint32_t)data[6] << 8 | data[7],
			.payload = data + RECORD,
			.bytes = wanted < left ? wanted : left,
		};
		const size_t passing = data[8] % 16;

		dm_microphone_put(microphone, &packet, tick + data[9] * 80);
		read_ticks(microphone, &tick, passing, data[1] & 1);
		ticks += passing;
		data += RECORD + packet.bytes;
		size_bytes -= RECORD + packet.bytes;
	}
	read_ticks(microphone, &tick, 10, false);
	dm_microphone_stats(microphone, &stats);
	if (stats.concealed_samples > stats.played_samples)
		abort();
	dm_microphone_destroy(microphone);
	return 0;
}
