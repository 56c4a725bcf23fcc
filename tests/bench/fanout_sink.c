/* Receives what fanout_floor sends, for all receivers on one socket, and counts: the very sockets
 * and reading of dragoman-client load, so that the floor pays the same for them as a relay does.
 * Prints the port, then a count a second; stopped by SIGTERM.
 *
 *   fanout_sink RECEIVERS
 */
#include "inbox.h"
#include "trace.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define TICK DM_MSEC(1) /* as load has */

static volatile sig_atomic_t over;

static void on_signal(int number)
{
	over = number;
}

static void count_datagram(void *user, const struct dm_inbox_datagram *datagram)
{
	size_t *packets = user;

	(void)datagram;
	(*packets)++;
}

int main(int count, char **arguments)
{
	const struct dm_inbox_options options = {
		.listeners = count > 1 ? (uint32_t)strtoul(arguments[1], NULL, 10) : 0,
		.spread = true,
	};
	struct dm_inbox *inbox;
	size_t packets = 0;

	if (dm_inbox_create(&inbox, &options) || dm_inbox_port(inbox) < 0) {
		fputs("usage: fanout_sink RECEIVERS\n", stderr);
		return 2;
	}
	signal(SIGTERM, on_signal);
	printf("{\"port\":%d}\n", dm_inbox_port(inbox));
	fflush(stdout);

	dm_usec next = dm_time_now(), report = next + DM_SEC(1);

	while (!over) {
		next += TICK;
		trace_sleep_until(next);
		dm_inbox_drain(inbox, count_datagram, &packets);
		if (next >= report) {
			printf("{\"packets\":%zu}\n", packets);
			fflush(stdout);
			report += DM_SEC(1);
		}
	}
	dm_inbox_destroy(inbox);
	return 0;
}
