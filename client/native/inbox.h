/* client/native/inbox.h
 *
 * The sockets of a crowd of listeners, read so that the reading neither costs the sender wake-ups
 * nor us a system call a packet: coalesced datagrams (UDP_GRO), many messages a call, and arrival
 * times from the kernel. Towards a server on this machine all listeners share one
 * socket and are told apart by their address 127.1.0.1 + n; otherwise each has its own.
 *
 * Thread: one.
 */
#ifndef DM_CLIENT_INBOX_H
#define DM_CLIENT_INBOX_H

#include "base/time.h"
#include "transport/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dm_inbox;

struct dm_inbox_options {
	uint32_t listeners; /* numbered from 0; at most DM_SPREAD_MAX (arrival.h) */
	bool spread;        /* one socket for servers on this machine */
	bool polled; /* dm_inbox_fd will be waited on; else the shared socket has no waiter that a
		      * sender on this machine would have to notify */
};

struct dm_inbox_datagram {
	uint32_t listener;
	uint8_t *data; /* may be changed; borrowed until the callback returns */
	size_t bytes;
	dm_usec at; /* when the kernel took it, on the axis of dm_time_now() */
};
typedef void dm_inbox_cb(void *user, const struct dm_inbox_datagram *datagram);

/* Returns 0, -EINVAL, -ENOMEM or what epoll_create1(2) said; on failure *out is NULL. */
int dm_inbox_create(struct dm_inbox **out, const struct dm_inbox_options *options);
void dm_inbox_destroy(struct dm_inbox *inbox); /* NULL is allowed */

/* Gives a listener that has none its way to one server. Returns 0, -EINVAL, or what socket(2),
 * bind(2), connect(2) or epoll_ctl(2) said. */
int dm_inbox_open(struct dm_inbox *inbox, uint32_t listener, const struct dm_address *server);
void dm_inbox_close(struct dm_inbox *inbox, uint32_t listener); /* closed already: allowed */

/* Returns 0, -ENOTCONN or what sendmsg(2) said. */
int dm_inbox_send(struct dm_inbox *inbox, uint32_t listener, const uint8_t *data, size_t bytes);

/* The port of the shared socket, for a sink that is sent to without any signalling; it is opened
 * if need be. Returns -errno when it cannot be had. */
int dm_inbox_port(struct dm_inbox *inbox);

/* Hands on all that is pending, but no more than some 30,000 datagrams, so that the caller gets to
 * its other work under any load. Returns how many. Callbacks may close listeners. */
size_t dm_inbox_drain(struct dm_inbox *inbox, dm_inbox_cb *on_datagram, void *user);

/* Polls readable when something is pending, with options.polled. */
int dm_inbox_fd(const struct dm_inbox *inbox);

/* CLOCK_REALTIME less dm_time_now(), in microseconds, as arrival times were converted with. */
dm_usec dm_inbox_wall_offset(const struct dm_inbox *inbox);

/* Datagrams that the kernel dropped since we did not read them soon enough: our fault, not the
 * server's. */
uint64_t dm_inbox_overflowed(const struct dm_inbox *inbox);

#endif
