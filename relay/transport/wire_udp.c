#include "transport/wire_udp.h"

#include "base/log.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH_MESSAGES 64 /* choice: one clock reading each for the delay */
#define CONTROL_BYTES  CMSG_SPACE(sizeof(uint16_t))

/* Each segment by a send of its own: the kernel or the path does not do UDP_SEGMENT. */
static void send_apart(struct dm_wire_udp *udp, const struct dm_wire_message *message)
{
	for (size_t at = 0; at < message->bytes; at += message->segment_bytes) {
		const size_t left = message->bytes - at;
		const size_t bytes = left < message->segment_bytes ? left : message->segment_bytes;

		if (sendto(udp->fd, message->data + at, bytes, MSG_DONTWAIT,
			   (const struct sockaddr *)&message->to->address,
			   message->to->address_bytes) < 0)
			dm_metric_add(errno == EAGAIN ? &udp->metrics->dropped_full
						      : &udp->metrics->dropped_error,
				      1);
	}
	dm_wire_count_sent(udp->metrics, message, 1);
}

/* The kernel refused `message`. Counts it, or learns from it. */
static void handle_refusal(struct dm_wire_udp *udp, const struct dm_wire_message *message,
			   int error)
{
	if (message->segments > 1 && (error == EIO || error == EINVAL || error == EOPNOTSUPP)) {
		/* EIO: no checksum offload on the way out (Linux, net/ipv4/udp.c). */
		dm_log(DM_LOG_WARN, "sender.segmentation-off", "errno=%d", error);
		udp->segmentation = false;
		send_apart(udp, message);
	} else if (error == EAGAIN || error == ENOBUFS) {
		dm_metric_add(&udp->metrics->dropped_full, message->segments);
	} else {
		dm_metric_add(&udp->metrics->dropped_error, message->segments);
	}
}

static void fill_header(const struct dm_wire_message *message, struct msghdr *header,
			struct iovec *vector, uint8_t *control)
{
	*vector = (struct iovec){ .iov_base = (void *)(uintptr_t)message->data,
				  .iov_len = message->bytes };
	*header = (struct msghdr){
		.msg_name = (void *)(uintptr_t)&message->to->address,
		.msg_namelen = message->to->address_bytes,
		.msg_iov = vector,
		.msg_iovlen = 1,
	};
	if (message->segments == 1)
		return;
	header->msg_control = control;
	header->msg_controllen = CONTROL_BYTES;

	struct cmsghdr *cmsg = CMSG_FIRSTHDR(header);

	cmsg->cmsg_level = SOL_UDP;
	cmsg->cmsg_type = UDP_SEGMENT;
	cmsg->cmsg_len = CMSG_LEN(sizeof(uint16_t));
	memcpy(CMSG_DATA(cmsg), &message->segment_bytes, sizeof(uint16_t));
}

/* Sends up to BATCH_MESSAGES messages. Returns how many are done with, at least one. */
static size_t send_some(struct dm_wire_udp *udp, const struct dm_wire_message *messages,
			size_t count)
{
	struct mmsghdr headers[BATCH_MESSAGES];
	struct iovec vectors[BATCH_MESSAGES];
	union {
		struct cmsghdr align;
		uint8_t bytes[CONTROL_BYTES];
	} controls[BATCH_MESSAGES];

	if (!udp->segmentation && messages[0].segments > 1) {
		send_apart(udp, &messages[0]);
		return 1;
	}
	if (count > BATCH_MESSAGES)
		count = BATCH_MESSAGES;
	for (size_t i = 0; i < count; i++)
		fill_header(&messages[i], &headers[i].msg_hdr, &vectors[i], controls[i].bytes);

	const int sent = sendmmsg(udp->fd, headers, (unsigned)count, MSG_DONTWAIT);

	dm_metric_add(&udp->metrics->calls, 1);
	if (sent > 0) {
		dm_wire_count_sent(udp->metrics, messages, (size_t)sent);
		return (size_t)sent;
	}
	handle_refusal(udp, &messages[0], errno);
	return 1;
}

void dm_wire_udp_send(struct dm_wire_udp *udp, const struct dm_wire_message *messages, size_t count)
{
	for (size_t done = 0; done < count;)
		done += send_some(udp, messages + done, count - done);
}
