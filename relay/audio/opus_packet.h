/* relay/audio/opus_packet.h
 *
 * What an Opus packet tells without being decoded (RFC 6716, 3 and 4.2).
 *
 * Pure. Thread: any.
 */
#ifndef DM_AUDIO_OPUS_PACKET_H
#define DM_AUDIO_OPUS_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Its duration in samples at 48 kHz, 120..5760; 0 when it is no Opus packet. */
uint32_t dm_opus_packet_samples(const uint8_t *data, size_t size_bytes);

/* Whether it carries a copy of what came before (in-band FEC, RFC 6716, 2.1.7). */
bool dm_opus_packet_has_copy(const uint8_t *data, size_t size_bytes);

/* Whether the encoder stopped after it because there is nothing to hear (DTX, RFC 6716, 2.1.9). */
bool dm_opus_packet_is_pause(const uint8_t *data, size_t size_bytes);

#endif
