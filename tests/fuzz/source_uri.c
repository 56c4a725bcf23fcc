/* A source's name, as an organiser writes it: parsed or refused with a sentence, never beyond its
 * buffers. */
#include "ingest/source_uri.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	char *text = malloc(size_bytes + 1);
	struct dm_source_uri uri;
	char message[64];

	if (!text)
		abort();
	memcpy(text, data, size_bytes);
	text[size_bytes] = '\0';
	if (dm_source_uri_parse(&uri, text, message, sizeof(message)) == 0) {
		if (uri.label[0] == '\0' || message[0] != '\0')
			abort();
		/* What is told to people never holds the secret. */
		if (uri.kind == DM_SOURCE_SRT && strstr(uri.label, "passphrase="))
			abort();
		if (uri.kind == DM_SOURCE_RTP_PCM && uri.pcm_channel > uri.pcm_channels)
			abort();
		if (uri.kind == DM_SOURCE_RTP_FORWARD && uri.opus_type == uri.h264_type)
			abort();
	} else if (message[0] == '\0') {
		abort();
	}
	free(text);
	return 0;
}
