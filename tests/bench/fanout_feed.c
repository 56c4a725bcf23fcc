/* Sends a trace in real time, again and again, until it is ended: what an encoder in the hall would
 * send to a relay. Sound and picture may go to ports of their own, as some relays want it.
 *
 *   fanout_feed TRACE sound|both SOUND_PORT [PICTURE_PORT]
 */
#include "trace.h"

#include <arpa/inet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int connect_to(const char *port)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons((uint16_t)atoi(port)),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0) {
		perror("fanout_feed");
		exit(3);
	}
	return fd;
}

int main(int count, char **arguments)
{
	/* The encoder is a machine of its own: whoever shares this core waits for it. */
	const struct sched_param first = { .sched_priority = 1 };
	struct trace trace;
	uint8_t packet[TRACE_PACKET_MAX];

	if (count < 4 || trace_load(&trace, arguments[1], !strcmp(arguments[2], "both"))) {
		fputs("usage: fanout_feed TRACE sound|both SOUND_PORT [PICTURE_PORT]\n", stderr);
		return 2;
	}

	const int sound = connect_to(arguments[3]);
	const int picture = count > 4 ? connect_to(arguments[4]) : sound;
	const dm_usec begin = dm_time_now();

	(void)sched_setscheduler(0, SCHED_FIFO, &first);
	for (uint64_t round = 0;; round++) {
		for (size_t i = 0; i < trace.count; i++) {
			const struct trace_packet *next = &trace.packets[i];

			trace_sleep_until(begin + (dm_usec)round * trace.duration + next->at);

			const size_t bytes = trace_write(&trace, i, round, packet);

			(void)send(next->picture ? picture : sound, packet, bytes, 0);
		}
	}
}
