/* The floor under every relay: encrypts the packets of a trace for N receivers and hands them to
 * the kernel, in real time, and does nothing else. No sessions, no reports, no rewriting of
 * headers, no reading. What a relay costs beyond this is its own.
 *
 *   fanout_floor TRACE sound|both RECEIVERS PORT gcm|sha1      to 127.1.0.1 and following
 */
#include "trace.h"
#include "transport/srtp.h"

#include <arpa/inet.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH_PACKETS  512
#define BATCH_MESSAGES 64
#define FIRST_ADDRESS  0x7f010001 /* 127.1.0.1 */
#define GROUP_MAX      256
#define SEGMENTS_MAX   64 /* the kernel's UDP_MAX_SEGMENTS */
#define CONTROL_BYTES  CMSG_SPACE(sizeof(uint16_t))

struct receiver {
	struct sockaddr_in to;
	struct dm_protector *protector;
};

struct floor {
	int fd;
	size_t tag_bytes;
	struct dm_protect_engine *engine;
	struct receiver *receivers;
	size_t receiver_count;
	/* The packets of this moment, to be copied and encrypted for everybody. */
	uint8_t group[GROUP_MAX][TRACE_PACKET_MAX];
	size_t group_bytes[GROUP_MAX];
	size_t group_count;

	struct dm_protect_job jobs[BATCH_PACKETS];
	size_t job_count;
	struct mmsghdr messages[BATCH_MESSAGES];
	struct iovec vectors[BATCH_MESSAGES];
	union {
		struct cmsghdr align;
		uint8_t bytes[CONTROL_BYTES];
	} controls[BATCH_MESSAGES];
	size_t message_count;
	uint8_t batch[(BATCH_PACKETS + 1) * TRACE_PACKET_MAX];
	size_t used;
};

static void fail(const char *what)
{
	perror(what);
	exit(3);
}

static void create_receivers(struct floor *floor, size_t count, uint16_t port, bool gcm)
{
	floor->receivers = calloc(count, sizeof(*floor->receivers));
	floor->receiver_count = count;
	for (size_t i = 0; floor->receivers && i < count; i++) {
		struct receiver *receiver = &floor->receivers[i];
		struct dm_srtp_keys keys = { .profile = gcm ? DM_SRTP_AEAD_AES_128_GCM
							    : DM_SRTP_AES128_CM_SHA1_80 };

		memcpy(keys.local_key, &i, sizeof(i));
		receiver->to = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_port = htons(port),
			.sin_addr.s_addr = htonl(FIRST_ADDRESS + (uint32_t)i),
		};
		if (dm_protector_create(&receiver->protector, &keys))
			fail("keys");
		floor->tag_bytes = dm_protector_tag_bytes(receiver->protector);
	}
}

static void flush(struct floor *floor)
{
	dm_protect_batch(floor->engine, floor->jobs, floor->job_count);
	for (size_t sent = 0; sent < floor->message_count;) {
		const int count = sendmmsg(floor->fd, floor->messages + sent,
					   (unsigned)(floor->message_count - sent), 0);

		if (count < 0)
			fail("sendmmsg");
		sent += (size_t)count;
	}
	floor->job_count = 0;
	floor->message_count = 0;
	floor->used = 0;
}

static void add_message(struct floor *floor, struct receiver *receiver, size_t begin,
			size_t segment_bytes)
{
	const size_t n = floor->message_count++;
	struct msghdr *header = &floor->messages[n].msg_hdr;

	floor->vectors[n] = (struct iovec){ .iov_base = floor->batch + begin,
					    .iov_len = floor->used - begin };
	*header = (struct msghdr){ .msg_name = &receiver->to,
				   .msg_namelen = sizeof(receiver->to),
				   .msg_iov = &floor->vectors[n],
				   .msg_iovlen = 1 };
	if (segment_bytes == floor->used - begin)
		return;
	header->msg_control = floor->controls[n].bytes;
	header->msg_controllen = CONTROL_BYTES;

	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	const uint16_t segment = (uint16_t)segment_bytes;

	control->cmsg_level = SOL_UDP;
	control->cmsg_type = UDP_SEGMENT;
	control->cmsg_len = CMSG_LEN(sizeof(segment));
	memcpy(CMSG_DATA(control), &segment, sizeof(segment));
}

/* Packets of one size, the last may be shorter, are one send. Returns how many went into it. */
static size_t send_run(struct floor *floor, struct receiver *receiver, size_t from)
{
	const size_t begin = floor->used;
	size_t i = from;

	while (i < floor->group_count && i - from < SEGMENTS_MAX &&
	       floor->group_bytes[i] <= floor->group_bytes[from]) {
		uint8_t *packet = floor->batch + floor->used;

		memcpy(packet, floor->group[i], floor->group_bytes[i]);
		floor->jobs[floor->job_count++] = (struct dm_protect_job){
			.protector = receiver->protector,
			.packet = packet,
			.bytes = (uint32_t)floor->group_bytes[i],
			.header_bytes = TRACE_HEADER,
		};
		floor->used += floor->group_bytes[i] + floor->tag_bytes;
		if (floor->group_bytes[i++] < floor->group_bytes[from])
			break;
	}
	add_message(floor, receiver, begin, floor->group_bytes[from] + floor->tag_bytes);
	return i - from;
}

static void send_group(struct floor *floor)
{
	for (size_t n = 0; n < floor->receiver_count; n++) {
		for (size_t i = 0; i < floor->group_count;) {
			if (floor->job_count + SEGMENTS_MAX > BATCH_PACKETS ||
			    floor->message_count == BATCH_MESSAGES)
				flush(floor);
			i += send_run(floor, &floor->receivers[n], i);
		}
	}
	flush(floor);
}

static void play(struct floor *floor, const struct trace *trace)
{
	const dm_usec begin = dm_time_now();

	for (uint64_t round = 0;; round++) {
		for (size_t i = 0; i < trace->count;) {
			size_t count = trace_group(trace, i);

			trace_sleep_until(begin + (dm_usec)round * trace->duration +
					  trace->packets[i].at);
			count = count < GROUP_MAX ? count : GROUP_MAX;
			for (size_t n = 0; n < count; n++)
				floor->group_bytes[n] = trace_write(trace, i + n, round,
								    floor->group[n]);
			floor->group_count = count;
			send_group(floor);
			i += count;
		}
	}
}

int main(int count, char **arguments)
{
	struct floor *floor = calloc(1, sizeof(*floor));
	const int buffer = 4 << 20, whole = IP_PMTUDISC_PROBE; /* spares IP identifications */
	struct trace trace;

	if (count < 6 || !floor ||
	    trace_load(&trace, arguments[1], !strcmp(arguments[2], "both"))) {
		fputs("usage: fanout_floor TRACE sound|both RECEIVERS PORT gcm|sha1\n", stderr);
		return 2;
	}
	floor->fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (floor->fd < 0 || dm_protect_engine_create(&floor->engine))
		fail("fanout_floor");
	(void)setsockopt(floor->fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer));
	(void)setsockopt(floor->fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof(whole));
	create_receivers(floor, strtoul(arguments[3], NULL, 10), (uint16_t)atoi(arguments[4]),
			 !strcmp(arguments[5], "gcm"));
	puts("ready");
	fflush(stdout);
	play(floor, &trace);
}
