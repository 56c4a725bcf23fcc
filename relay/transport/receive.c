#include "transport/worker_private.h"

#include "rtp/packet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define RECEIVE_BATCH     64   /* datagrams a system call; choice */
#define RECEIVE_BYTES_MAX 2048 /* more than any path's MTU we can meet; choice */
/* System calls a turn: some 1,000 datagrams, then it is sending's turn again. Choice. */
#define RECEIVE_CALLS_MAX 16
#define HANDSHAKE_TIME    DM_SEC(30) /* choice: as long as consent lasts */
#define STUN_REPLY_MAX    640 /* bytes: XOR-MAPPED-ADDRESS, integrity, fingerprint and to spare */

struct dm_receive_buffers {
	struct mmsghdr headers[RECEIVE_BATCH];
	struct iovec vectors[RECEIVE_BATCH];
	struct sockaddr_storage addresses[RECEIVE_BATCH];
	uint8_t data[RECEIVE_BATCH][RECEIVE_BYTES_MAX];
};

int dm_receive_buffers_create(struct dm_receive_buffers **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void dm_receive_buffers_destroy(struct dm_receive_buffers *buffers)
{
	free(buffers);
}

static void set_address(struct dm_worker *worker, struct dm_connection *connection,
			const struct dm_address *before)
{
	struct sockaddr_storage storage;
	struct dm_destination *to = &connection->outlet.to;

	dm_sender_flush(worker->sender); /* what is waiting goes where it was meant to go */
	if (before->family != AF_UNSPEC) {
		dm_route_remove_address(worker->route, before);
		dm_metric_add(&worker->metrics.receive.address_changes, 1);
	}
	to->address_bytes = dm_address_to_sockaddr(&connection->ice.selected, worker->socket_family,
						   &storage);
	memcpy(&to->address, &storage, sizeof(to->address));
	dm_network_table_move(worker->networks, &connection->places, &connection->ice.selected);

	/* Somebody else's proven address moved here: the newest check is the truth. */
	struct dm_connection *other = dm_route_find_address(worker->route,
							    &connection->ice.selected);

	if (other)
		dm_worker_end(worker, other, DM_PEER_EXPIRED);
	(void)dm_route_add_address(worker->route, &connection->ice.selected, connection);
}

static void take_stun(struct dm_worker *worker, const uint8_t *data, size_t size,
		      const struct dm_address *from)
{
	struct dm_receive_metrics *metrics = &worker->metrics.receive;
	char ufrag[DM_ICE_LOCAL_UFRAG_CHARS + 1];
	uint8_t reply[STUN_REPLY_MAX];
	struct dm_writer writer = dm_writer_init(reply, sizeof(reply));
	struct dm_connection *connection = NULL;

	if (dm_ice_peek_ufrag(data, size, ufrag)) {
		connection = dm_route_find_ufrag(worker->route, ufrag);
		if (!connection) {
			/* A quick peer's check overtakes its connection while a turn is under way.
			 */
			dm_worker_take_commands(worker);
			connection = dm_route_find_ufrag(worker->route, ufrag);
		}
	}
	if (!connection) {
		dm_metric_add(&metrics->dropped_unknown_user, 1);
		return;
	}

	const struct dm_address before = connection->ice.selected;
	char old_ufrag[DM_ICE_LOCAL_UFRAG_CHARS + 1];

	memcpy(old_ufrag, connection->ice.old_ufrag, sizeof(old_ufrag));
	const enum dm_ice_result result = dm_ice_receive(&connection->ice, data, size, from,
							 worker->now, &writer);

	if (*old_ufrag && !*connection->ice.old_ufrag)
		dm_route_remove_ufrag(worker->route, old_ufrag); /* the restart took hold */
	if (result == DM_ICE_SELECTED)
		set_address(worker, connection, &before);
	if (result == DM_ICE_SELECTED || result == DM_ICE_VALID) {
		dm_metric_add(&metrics->checks, 1);
		if (connection->phase == DM_CONNECTION_PAUSED)
			dm_worker_resume(worker, connection);
	} else {
		dm_metric_add(&metrics->dropped_bad_check, 1);
	}
	if (result == DM_ICE_SELECTED && connection->phase == DM_CONNECTION_CHECKING) {
		connection->phase = DM_CONNECTION_HANDSHAKE;
		connection->handshake_until = worker->now + HANDSHAKE_TIME;
	}
	if (writer.size == 0 || writer.failed)
		return;

	/* To where the check came from, which need not be where media goes. */
	struct sockaddr_storage to;
	const socklen_t to_bytes = dm_address_to_sockaddr(from, worker->socket_family, &to);

	(void)sendto(worker->options.fd, reply, writer.size, MSG_DONTWAIT,
		     (const struct sockaddr *)&to, to_bytes);
}

/* Before the handshake's end. */
static void pass_to_handshaker(struct dm_worker *worker, struct dm_connection *connection,
			       const uint8_t *data, size_t size)
{
	struct dm_handshaker *handshaker = worker->handshaker;

	if (connection->handshake < 0)
		connection->handshake = dm_handshaker_begin(handshaker, connection,
							    &connection->fingerprint);
	if (connection->handshake < 0 || !dm_handshaker_pass(handshaker, connection->handshake,
							     &connection->outlet.to, data, size))
		dm_metric_add(&worker->metrics.receive.dropped_handshake, 1);
}

static void take_rtcp(struct dm_worker *worker, struct dm_connection *connection, uint8_t *data,
		      size_t size)
{
	if (connection->phase != DM_CONNECTION_CONNECTED)
		return;
	if (dm_unprotect_rtcp(connection->association->unprotector, data, &size) !=
	    DM_UNPROTECT_OK) {
		dm_metric_add(&worker->metrics.receive.dropped_bad_rtcp_auth, 1);
		return;
	}
	dm_feedback_take(connection, data, size,
			 &(struct dm_feedback_context){
				 .sender = worker->sender,
				 .scratch = dm_fanout_scratch(worker->fanout),
				 .metrics = &worker->metrics.feedback,
				 .networks = worker->networks,
				 .ntp_now = dm_timeline_ntp(worker->options.timeline, worker->now),
				 .now = worker->now });
}

/* What comes is heard before a check gives leave to answer: consent is about sending. */
static bool has_keys(const struct dm_connection *connection)
{
	return connection->phase == DM_CONNECTION_CONNECTED ||
	       connection->phase == DM_CONNECTION_PAUSED;
}

static void take_dtls(struct dm_worker *worker, struct dm_connection *connection,
		      const uint8_t *data, size_t size)
{
	if (connection->phase == DM_CONNECTION_HANDSHAKE) {
		pass_to_handshaker(worker, connection, data, size);
		return;
	}
	if (!has_keys(connection))
		return;
	switch (dm_dtls_epilogue_receive(&connection->association->epilogue, data, size)) {
	case DM_DTLS_HEARD_NOTHING:
		break;
	case DM_DTLS_HEARD_REPEAT:
		if (connection->phase == DM_CONNECTION_CONNECTED)
			dm_connection_repeat_flight(connection, worker->sender);
		break;
	case DM_DTLS_HEARD_CLOSE:
		dm_worker_end(worker, connection, DM_PEER_CLOSED);
		break;
	}
}

static void take_rtp(struct dm_worker *worker, struct dm_connection *connection, uint8_t *data,
		     size_t size)
{
	if (!connection->uplinks || !has_keys(connection))
		dm_metric_add(&worker->metrics.receive.dropped_rtp, 1);
	else
		dm_uplinks_receive(connection->uplinks, connection->association->unprotector, data,
				   size, connection->round_trip, worker->arrived_at,
				   &worker->metrics.uplink);
}

/* RFC 7983, 7: the first byte tells the protocols on one port apart. */
static void take_datagram(struct dm_worker *worker, uint8_t *data, size_t size,
			  const struct dm_address *from)
{
	struct dm_receive_metrics *metrics = &worker->metrics.receive;

	if (size < 2) {
		dm_metric_add(&metrics->dropped_bad_kind, 1);
		return;
	}
	if (data[0] <= 3) {
		take_stun(worker, data, size, from);
		return;
	}

	struct dm_connection *connection = dm_route_find_address(worker->route, from);

	if (!connection)
		dm_metric_add(&metrics->dropped_unknown_address, 1);
	else if (data[0] >= 20 && data[0] <= 63)
		take_dtls(worker, connection, data, size);
	else if (data[0] < 128 || data[0] > 191)
		dm_metric_add(&metrics->dropped_bad_kind, 1);
	else if (dm_rtp_is_rtcp(data, size))
		take_rtcp(worker, connection, data, size);
	else
		take_rtp(worker, connection, data, size);
}

/* Returns how many came. */
static int receive_batch(struct dm_worker *worker)
{
	struct dm_receive_buffers *buffers = worker->buffers;

	for (size_t i = 0; i < RECEIVE_BATCH; i++) {
		buffers->vectors[i] = (struct iovec){ .iov_base = buffers->data[i],
						      .iov_len = RECEIVE_BYTES_MAX };
		buffers->headers[i].msg_hdr = (struct msghdr){
			.msg_name = &buffers->addresses[i],
			.msg_namelen = sizeof(buffers->addresses[i]),
			.msg_iov = &buffers->vectors[i],
			.msg_iovlen = 1,
		};
	}

	const int count = recvmmsg(worker->options.fd, buffers->headers, RECEIVE_BATCH,
				   MSG_DONTWAIT, NULL);

	/* Jitter is measured by it: the turn may have begun some time ago. */
	worker->arrived_at = dm_time_now();

	for (int i = 0; i < count; i++) {
		const struct mmsghdr *header = &buffers->headers[i];
		const struct dm_address from = dm_address_from_sockaddr(&buffers->addresses[i]);

		dm_metric_add(&worker->metrics.receive.packets, 1);
		dm_metric_add(&worker->metrics.receive.bytes, header->msg_len);
		if (header->msg_hdr.msg_flags & MSG_TRUNC)
			dm_metric_add(&worker->metrics.receive.dropped_truncated, 1);
		else
			take_datagram(worker, buffers->data[i], header->msg_len, &from);
	}
	return count;
}

void dm_worker_receive(struct dm_worker *worker)
{
	/* What peers send, however much, delays nobody's sound by more than one batch. */
	for (int calls = 0; calls < RECEIVE_CALLS_MAX; calls++)
		if (receive_batch(worker) < RECEIVE_BATCH || dm_fanout_is_due(worker->fanout))
			break;
}
