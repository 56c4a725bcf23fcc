/* tests/integration/networks.h
 *
 * Two networks of our own with a cable between them (network namespaces and a veth pair): "relay",
 * with the interface r0 (10.77.0.1/16, fd77::1/64), and "listeners", with l0 (10.77.0.2/16,
 * fd77::2/64). They vanish with the process. Needs root, or what network namespaces need.
 *
 * Thread: one makes and frees them; any may enter. Threads inherit the network of their maker.
 */
#ifndef DM_TEST_INTEGRATION_NETWORKS_H
#define DM_TEST_INTEGRATION_NETWORKS_H

enum network { NETWORK_RELAY, NETWORK_LISTENERS, NETWORK_OUTSIDE };

struct networks {
	int fds[3]; /* of each network */
};

/* Leaves the calling thread in NETWORK_RELAY. Returns 0, -EPERM (not allowed here) or -errno. */
int networks_init(struct networks *networks);

/* Brings the calling thread back to where it came from. */
void networks_finish(struct networks *networks);

/* The calling thread's sockets are in that network from now on. */
void networks_enter(const struct networks *networks, enum network network);

/* Runs a shell command in that network. Returns its exit status. */
int networks_run(const struct networks *networks, enum network network, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
