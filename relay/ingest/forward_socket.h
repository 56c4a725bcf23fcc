/* relay/ingest/forward_socket.h
 *
 * A UDP port that a passed-through source is sent to: opened, joined to its multicast group, read
 * in batches.
 *
 * Thread: one at a time.
 */
#ifndef DM_INGEST_FORWARD_SOCKET_H
#define DM_INGEST_FORWARD_SOCKET_H

#include "ingest/forward_source.h"

/* Binds and joins. `host` is a numeric address, or "" for any; `iface` ("" for any) is where a
 * group is joined. Not blocking, closed on exec. Returns a descriptor that the caller closes, or
 * -errno: -EADDRINUSE, -EADDRNOTAVAIL, -ENODEV (no such interface), -EINVAL and whatever socket(2)
 * and setsockopt(2) give. */
int dm_forward_socket_open(const char *host, uint16_t port, const char *iface);

/* Sends one datagram; what does not fit the socket's buffer now is lost, as on the network. */
void dm_forward_socket_send(int fd, const struct dm_forward_address *to, const uint8_t *data,
			    size_t bytes);

#define DM_FORWARD_BATCH          32   /* datagrams read at once; choice: a picture's frame */
#define DM_FORWARD_DATAGRAM_BYTES 1600 /* more than an Ethernet frame carries */

/* What one read gives. Some 55 kB, allocated once. */
struct dm_forward_batch;

/* Returns 0 or -ENOMEM. */
int dm_forward_batch_create(struct dm_forward_batch **out);
void dm_forward_batch_destroy(struct dm_forward_batch *batch); /* NULL is allowed */

/* Reads what is there, at most DM_FORWARD_BATCH. Returns how many, 0 when nothing is. */
size_t dm_forward_batch_read(struct dm_forward_batch *batch, int fd);

/* Datagram `n` of the last read; one that was larger is cut, and still too
 * large to go on. Borrowed until the next read. */
const uint8_t *dm_forward_batch_datagram(const struct dm_forward_batch *batch, size_t n,
					 size_t *bytes, struct dm_forward_address *from);

#endif
