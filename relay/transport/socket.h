/* relay/transport/socket.h
 *
 * Opens a worker's UDP socket.
 *
 * Thread: the control thread.
 */
#ifndef DM_TRANSPORT_SOCKET_H
#define DM_TRANSPORT_SOCKET_H

#include <stdint.h>

/* A non-blocking UDP socket on `address` (numeric; NULL or "" is every address, IPv6 and IPv4 in
 * one socket where the machine has IPv6) and `port` (0: the kernel chooses; *bound tells), with
 * large buffers. Returns 0, -EINVAL (not an address) or what socket(2) and bind(2) say; on failure
 * *fd is -1. */
int dm_socket_open(int *fd, const char *address, uint16_t port, uint16_t *bound);

#endif
