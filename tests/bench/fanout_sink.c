/* Receives what fanout_floor sends, for all receivers on one socket, and counts. Reads on a tick of
 * 1 ms, so that nobody pays for waking it. Stopped by SIGTERM.
 *
 *   fanout_sink PORT
 */
#include "trace.h"

#include <arpa/inet.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH        64
#define DATAGRAM_MAX 65536
#define BUFFER       (256 << 20)
#define TICK         DM_MSEC(1)

static volatile sig_atomic_t over;
static uint8_t data[BATCH][DATAGRAM_MAX];
static uint8_t controls[BATCH][CMSG_SPACE(sizeof(int))];

static void on_signal(int number)
{
	over = number;
}

/* Coalesced datagrams come as one, with the size of each in a control message. */
static size_t count_segments(struct mmsghdr *message)
{
	for (struct cmsghdr *control = CMSG_FIRSTHDR(&message->msg_hdr); control;
	     control = CMSG_NXTHDR(&message->msg_hdr, control)) {
		int segment;

		if (control->cmsg_level != SOL_UDP || control->cmsg_type != UDP_GRO)
			continue;
		memcpy(&segment, CMSG_DATA(control), sizeof(segment));
		return (message->msg_len + (unsigned)segment - 1) / (unsigned)segment;
	}
	return 1;
}

static size_t drain(int fd)
{
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec vectors[BATCH];
	size_t packets = 0;
	int count;

	do {
		for (size_t i = 0; i < BATCH; i++) {
			vectors[i] = (struct iovec){ .iov_base = data[i], .iov_len = DATAGRAM_MAX };
			messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i],
							       .msg_iovlen = 1,
							       .msg_control = controls[i],
							       .msg_controllen = sizeof(
								       controls[i]) };
		}
		count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < count; i++)
			packets += count_segments(&messages[i]);
	} while (count == BATCH);
	return packets;
}

int main(int count, char **arguments)
{
	const struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)(count > 1 ? atoi(arguments[1]) : 0)),
	};
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);
	const int buffer = BUFFER, on = 1;
	size_t packets = 0;

	if (fd < 0 || bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0) {
		perror("fanout_sink");
		return 3;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	(void)setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof(on));
	signal(SIGTERM, on_signal);
	puts("ready");
	fflush(stdout);

	dm_usec next = dm_time_now(), report = next + DM_SEC(1);

	while (!over) {
		next += TICK;
		trace_sleep_until(next);
		packets += drain(fd);
		if (next >= report) {
			printf("{\"packets\":%zu}\n", packets);
			fflush(stdout);
			report += DM_SEC(1);
		}
	}
	printf("{\"packets\":%zu}\n", packets);
	return 0;
}
