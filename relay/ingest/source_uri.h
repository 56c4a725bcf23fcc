/* relay/ingest/source_uri.h
 *
 * What a source is, read from the text that names it in the configuration:
 *
 *   test:[speech|tone|flash|silence][?hz=500&level=-20]
 *   a path, or file:… (percent-encoded)
 *   srt://host:port[?mode=caller|listener|rendezvous&passphrase=…&latency=…&streamid=…]
 *   rtsp://… rtsps://… rtspt://… rtspu://…     rtmp://host[:port]/app/stream, rtmps://…
 *   udp://[address]:port[?iface=…]              MPEG-TS, unicast or multicast
 *   rtp://[address]:port[?iface=…]              MPEG-TS over RTP (RFC 2250)
 *   rtp://[address]:port?encoding=L24&rate=48000&channels=2&channel=1   AES67 (RFC 3190)
 *   rtp://[address]:port?opus=111&h264=96       passed through: payload types of Opus (RFC 7587)
 *                                               and H.264 (RFC 6184), either or both
 *   whip:                                       an encoder publishes it to the relay (RFC 9725)
 *
 * Pure. Thread: any.
 */
#ifndef DM_INGEST_SOURCE_URI_H
#define DM_INGEST_SOURCE_URI_H

#include "ingest/uri_part.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_SOURCE_URI_MAX 1024 /* bytes with the NUL; choice */
#define DM_SOURCE_PCM_MAX 64   /* channels of an AES67 stream; choice: MADI's number */

enum dm_source_kind {
	DM_SOURCE_TEST,
	DM_SOURCE_FILE,
	DM_SOURCE_SRT,
	DM_SOURCE_RTSP,
	DM_SOURCE_RTMP,
	DM_SOURCE_UDP_TS,
	DM_SOURCE_RTP_TS,
	DM_SOURCE_RTP_PCM,
	DM_SOURCE_RTP_FORWARD, /* never decoded: see forwarder.h */
	DM_SOURCE_WHIP,        /* comes by the room's intakes: see whip_inlet.h */
};

enum dm_test_pattern { DM_TEST_SPEECH, DM_TEST_TONE, DM_TEST_FLASH, DM_TEST_SILENCE };

struct dm_source_uri {
	enum dm_source_kind kind;
	char location[DM_SOURCE_URI_MAX]; /* FILE: the path; SRT, RTSP, RTMP: the whole URI */
	char label[DM_SOURCE_URI_MAX];    /* for logs and people: no user, password or query */
	char host[DM_URI_HOST_MAX];       /* UDP, RTP: "" for any address */
	char iface[16];                   /* UDP, RTP: network interface, or "" */
	uint16_t port;
	bool listens; /* waits to be called; silence before that is no failure */

	enum dm_test_pattern pattern;
	uint32_t test_hz;  /* the tone, or the voice's pitch */
	int test_level_db; /* dBFS of a sine's peak */

	uint32_t pcm_rate_hz;
	uint8_t pcm_bits;     /* 16 or 24 */
	uint8_t pcm_channels; /* 1..DM_SOURCE_PCM_MAX */
	uint8_t pcm_channel;  /* which of them, from 1 */

	uint8_t opus_type; /* RTP payload types, 96..127; 0: none */
	uint8_t h264_type;
};

/* Returns 0, or -EINVAL with a sentence in `message` that says what would be right (cut at
 * `message_bytes`, always terminated when that is not 0). */
int dm_source_uri_parse(struct dm_source_uri *out, const char *uri, char *message,
			size_t message_bytes);

#endif
