/* The fan-out's own part of a packet: reading the ring, rewriting headers, protecting, gathering.
 * The kernel's part is left out: its call is this program's own. Nanoseconds of CPU a packet, for a
 * crowd whose keys and streams lie all over the memory. Run the release build.
 *
 *   bench_fanout_self [STREAMS] [ROUNDS]
 */
#include "rtp/track.h"
#include "transport/fanout.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SOUND_BYTES     100
#define PICTURE_BYTES   1100
#define PICTURE_PACKETS 6
#define FRAMES          100

struct listener {
	struct dm_stream_outlet outlet;
	struct dm_stream stream;
};

/* In place of the C library's. */
int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	(void)fd;
	(void)messages;
	(void)flags;
	return (int)count;
}

static void fail(const char *what)
{
	fprintf(stderr, "fanout_self: %s\n", what);
	exit(1);
}

static struct listener *create_listener(enum dm_media media, struct dm_track *track)
{
	const struct dm_stream_options options = { .wanted = true, .payload_type = 111 };
	const struct sockaddr_in nowhere = { .sin_family = AF_INET,
					     .sin_port = htons(9),
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct dm_srtp_keys keys = { .profile = DM_SRTP_AEAD_AES_128_GCM };
	struct listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		fail("memory");
	memcpy(&listener->outlet.to.address, &nowhere, sizeof(nowhere));
	listener->outlet.to.address_bytes = sizeof(nowhere);
	if (dm_protector_create(&listener->outlet.protector, &keys) ||
	    dm_stream_init(&listener->stream, &options, media, &listener->outlet, 0))
		fail("stream");
	dm_stream_set_rungs(&listener->stream, &track, 1);
	return listener;
}

static void publish(struct dm_track *track, size_t packets, size_t bytes, uint32_t timestamp)
{
	static const uint8_t payload[PICTURE_BYTES];
	struct dm_track_payload payloads[PICTURE_PACKETS];

	for (size_t i = 0; i < packets; i++)
		payloads[i] = (struct dm_track_payload){ .data = payload, .bytes = bytes };
	if (dm_track_publish(track,
			     &(struct dm_track_frame){ .payloads = payloads,
						       .payload_count = packets,
						       .timestamp = timestamp,
						       .key = true },
			     dm_time_now()))
		fail("publish");
}

static double cpu_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void measure(struct dm_fanout *fanout, enum dm_media media, size_t count, size_t rounds)
{
	const bool sound = media == DM_MEDIA_AUDIO;
	const size_t packets = sound ? 1 : PICTURE_PACKETS;
	struct dm_track *track;

	if (dm_track_create(&track, &(struct dm_track_options){
					    .kind = sound ? DM_TRACK_AUDIO : DM_TRACK_VIDEO,
					    .clock_rate_hz = sound ? 48000 : 90000,
					    .capacity_packets = 1024,
					    .name = "track" }))
		fail("track");
	publish(track, packets, sound ? SOUND_BYTES : PICTURE_BYTES, 0);
	for (size_t i = 0; i < count; i++)
		if (dm_fanout_place(fanout, &create_listener(media, track)->stream))
			fail("place");
	dm_fanout_run(fanout);
	for (size_t round = 0; round < rounds; round++) {
		const double begin = cpu_ns();

		for (uint32_t i = 0; i < FRAMES; i++) {
			publish(track, packets, sound ? SOUND_BYTES : PICTURE_BYTES,
				(uint32_t)(round * FRAMES + i + 1) * 960);
			dm_fanout_run(fanout);
		}
		printf("%s, %zu streams: %.0f ns a packet\n", sound ? "sound" : "picture", count,
		       (cpu_ns() - begin) / (double)(count * packets * FRAMES));
	}
}

int main(int count, char **arguments)
{
	const size_t streams = count > 1 ? strtoul(arguments[1], NULL, 10) : 2000;
	const size_t rounds = count > 2 ? strtoul(arguments[2], NULL, 10) : 3;
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	for (int media = DM_MEDIA_AUDIO; media <= DM_MEDIA_PICTURE; media++) {
		struct dm_protect_engine *engine;
		struct dm_wire *wire;
		struct dm_sender *sender;
		struct dm_fanout *fanout;

		if (fd < 0 || dm_protect_engine_create(&engine) ||
		    dm_wire_create(&wire, &(struct dm_wire_options){ .fd = fd }) ||
		    dm_sender_create(&sender, wire, engine) || dm_fanout_create(&fanout, sender))
			fail("create");
		measure(fanout, media, streams, rounds);
	}
	return 0;
}
