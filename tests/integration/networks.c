#include "networks.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_own(void)
{
	/* The thread's, not the process's. */
	const int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int connect_both(const struct networks *networks)
{
	int failed = networks_run(networks, NETWORK_RELAY,
				  "ip link add r0 type veth peer name l0 netns /proc/%d/fd/%d",
				  (int)getpid(), networks->fds[NETWORK_LISTENERS]);

	/* No duplicate address detection: addresses are there at once. */
	failed |= networks_run(networks, NETWORK_RELAY,
			       "ip link set lo up && ip link set r0 up && "
			       "ip addr add 10.77.0.1/16 dev r0 && "
			       "ip addr add fd77::1/64 dev r0 nodad");
	failed |= networks_run(networks, NETWORK_LISTENERS,
			       "ip link set lo up && ip link set l0 up && "
			       "ip addr add 10.77.0.2/16 dev l0 && "
			       "ip addr add fd77::2/64 dev l0 nodad");
	return failed ? -EPERM : 0;
}

int networks_init(struct networks *networks)
{
	int error = 0;

	for (int i = 0; i < 3; i++)
		networks->fds[i] = -1;
	networks->fds[NETWORK_OUTSIDE] = open_own();
	for (int i = NETWORK_LISTENERS; i >= NETWORK_RELAY && error == 0; i--) {
		if (unshare(CLONE_NEWNET) < 0)
			error = -errno;
		else
			networks->fds[i] = open_own();
	}
	if (error == 0)
		error = connect_both(networks);
	if (error < 0)
		networks_finish(networks);
	return error;
}

void networks_finish(struct networks *networks)
{
	if (networks->fds[NETWORK_OUTSIDE] >= 0)
		networks_enter(networks, NETWORK_OUTSIDE);
	for (int i = 0; i < 3; i++)
		if (networks->fds[i] >= 0)
			close(networks->fds[i]);
}

void networks_enter(const struct networks *networks, enum network network)
{
	if (setns(networks->fds[network], CLONE_NEWNET) < 0)
		abort();
}

int networks_run(const struct networks *networks, enum network network, const char *format, ...)
{
	const int before = open_own();
	char command[1000];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	networks_enter(networks, network);

	const int status = system(command);

	if (setns(before, CLONE_NEWNET) < 0)
		abort();
	close(before);
	if (status != 0)
		fprintf(stderr, "failed: %s\n", command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
