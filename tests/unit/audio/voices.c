#include "voices.h"

#include "audio/decoder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const char *const voice_names[VOICES] = { "cs", "de", "en", "nb", "zh" };

/* One page of an Ogg stream (RFC 3533, 6): packets go on over segments of 255 bytes. */
static size_t read_page(FILE *file, struct dm_decoder *decoder, size_t skip, float *samples,
			size_t count)
{
	uint8_t header[27], sizes[255], packet[1500];
	float sound[DM_DECODER_SAMPLES_MAX];
	size_t size = 0;

	if (fread(header, 1, sizeof(header), file) != sizeof(header))
		return 0;
	assert_memory_equal(header, "OggS", 4);
	assert_int_equal(fread(sizes, 1, header[26], file), header[26]);
	for (size_t n = 0; n < header[26]; n++) {
		assert_true(size + sizes[n] <= sizeof(packet));
		assert_int_equal(fread(packet + size, 1, sizes[n], file), sizes[n]);
		size += sizes[n];
		if (sizes[n] == 255)
			continue;
		if (!skip) {
			const int more = dm_decoder_decode(decoder, packet, size, sound);

			assert_true(more > 0);
			for (int at = 0; at < more && count < VOICE_SAMPLES; at++)
				samples[count++] = sound[at];
		}
		size = 0;
	}
	assert_int_equal(size, 0); /* these files have no packet over two pages */
	return skip ? 1 : count;
}

void voice_load(int voice, float *samples)
{
	struct dm_decoder *decoder;
	char path[512];
	size_t count = 0, more;

	snprintf(path, sizeof(path), DM_SOURCE_DIR "/tests/data/voices/%s.opus",
		 voice_names[voice]);

	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	assert_int_equal(dm_decoder_create(&decoder), 0);
	memset(samples, 0, VOICE_SAMPLES * sizeof(*samples));
	/* A page each for the two headers (RFC 7845, 3). */
	assert_int_equal(read_page(file, decoder, 1, samples, 0), 1);
	assert_int_equal(read_page(file, decoder, 1, samples, 0), 1);
	while (count < VOICE_SAMPLES &&
	       (more = read_page(file, decoder, 0, samples, count)) > count)
		count = more;
	assert_true(count > VOICE_SAMPLES * 3 / 4);
	dm_decoder_destroy(decoder);
	fclose(file);
}
