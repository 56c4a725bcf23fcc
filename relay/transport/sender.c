#include "transport/sender.h"

#include "base/log.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH_PACKETS  512   /* choice: 0.6 MB, within a core's second-level cache */
#define BATCH_MESSAGES 64    /* choice: one clock reading each for the delay */
#define SEGMENTS_MAX   64    /* the kernel's UDP_MAX_SEGMENTS */
#define SEND_BYTES_MAX 65000 /* below IPv4's 65,507 bytes of UDP payload */
#define CONTROL_BYTES  CMSG_SPACE(sizeof(uint16_t))

/* Of the forwarding delay, in microseconds. */
static const int64_t delay_bounds[] = {
	250, 500, 1000, 1500, 2000, 5000, 10000, 20000, 50000, 100000,
};

/* Packets of one size to one address, behind one another in the batch; the last may be shorter. */
struct message {
	const struct dm_destination *to; /* borrowed until flush */
	size_t offset;                   /* into the batch */
	size_t bytes;
	dm_usec published_at;
	uint16_t segment_bytes;
	uint16_t segments;
	bool closed; /* ends with a shorter segment: nothing may follow */
};

struct dm_sender {
	int fd;                           /* borrowed */
	struct dm_protect_engine *engine; /* borrowed */
	bool segmentation;
	struct dm_sender_metrics metrics;
	struct dm_protect_job jobs[BATCH_PACKETS];
	uint16_t plain_bytes[BATCH_PACKETS]; /* of each job */
	size_t job_count;
	struct message messages[BATCH_PACKETS];
	size_t message_count;
	size_t packets;
	size_t size; /* bytes used of the batch */
	uint8_t batch[(BATCH_PACKETS + 1) * DM_SENDER_DATAGRAM_MAX];
};

int dm_sender_create(struct dm_sender **out, int fd, struct dm_protect_engine *engine)
{
	*out = NULL;

	struct dm_sender *sender = calloc(1, sizeof(*sender));

	if (!sender)
		return -ENOMEM;
	sender->fd = fd;
	sender->engine = engine;
	sender->segmentation = true;
	sender->metrics.delay.bounds = delay_bounds;
	sender->metrics.delay.bound_count = sizeof(delay_bounds) / sizeof(delay_bounds[0]);
	*out = sender;
	return 0;
}

void dm_sender_destroy(struct dm_sender *sender)
{
	free(sender);
}

struct dm_sender_metrics *dm_sender_metrics(struct dm_sender *sender)
{
	return &sender->metrics;
}

uint8_t *dm_sender_reserve(struct dm_sender *sender)
{
	if (sender->packets == BATCH_PACKETS)
		dm_sender_flush(sender);
	return sender->batch + sender->size;
}

/* The message that this packet may join as a further segment, or NULL. */
static struct message *joinable(struct dm_sender *sender, const struct dm_sender_packet *packet,
				size_t bytes)
{
	if (!sender->segmentation || sender->message_count == 0)
		return NULL;

	struct message *last = &sender->messages[sender->message_count - 1];

	/* One published_at a message: its packets are of one frame. */
	if (last->closed || last->to != packet->to || bytes > last->segment_bytes ||
	    last->segments == SEGMENTS_MAX || last->bytes + bytes > SEND_BYTES_MAX ||
	    last->published_at != packet->published_at)
		return NULL;
	return last;
}

void dm_sender_commit(struct dm_sender *sender, const struct dm_sender_packet *packet)
{
	size_t bytes = packet->bytes;

	if (packet->protector) {
		sender->plain_bytes[sender->job_count] = (uint16_t)packet->bytes;
		sender->jobs[sender->job_count++] = (struct dm_protect_job){
			.protector = packet->protector,
			.packet = sender->batch + sender->size,
			.bytes = packet->bytes,
			.header_bytes = packet->header_bytes,
			.rollover = packet->rollover,
		};
		bytes += dm_protector_tag_bytes(packet->protector);
	}

	struct message *message = joinable(sender, packet, bytes);

	if (message) {
		message->closed = bytes < message->segment_bytes;
		message->bytes += bytes;
		message->segments++;
	} else {
		sender->messages[sender->message_count++] = (struct message){
			.to = packet->to,
			.offset = sender->size,
			.bytes = bytes,
			.segment_bytes = (uint16_t)bytes,
			.segments = 1,
			.published_at = packet->published_at,
		};
	}
	sender->size += bytes;
	sender->packets++;
}

static void count_sent(struct dm_sender *sender, const struct message *messages, size_t count)
{
	struct dm_sender_metrics *metrics = &sender->metrics;
	const dm_usec now = dm_time_now();
	int64_t packets = 0, bytes = 0;

	for (size_t i = 0; i < count; i++) {
		packets += messages[i].segments;
		bytes += (int64_t)messages[i].bytes;
		if (messages[i].published_at != 0)
			dm_histogram_add(&metrics->delay, now - messages[i].published_at,
					 messages[i].segments);
	}
	dm_metric_add(&metrics->packets, packets);
	dm_metric_add(&metrics->bytes, bytes);
}

/* Each segment by a send of its own: the kernel or the path does not do UDP_SEGMENT. */
static void send_apart(struct dm_sender *sender, const struct message *message)
{
	for (size_t at = 0; at < message->bytes; at += message->segment_bytes) {
		const size_t left = message->bytes - at;
		const size_t bytes = left < message->segment_bytes ? left : message->segment_bytes;

		if (sendto(sender->fd, sender->batch + message->offset + at, bytes, MSG_DONTWAIT,
			   (const struct sockaddr *)&message->to->address,
			   message->to->address_bytes) < 0)
			dm_metric_add(errno == EAGAIN ? &sender->metrics.dropped_full
						      : &sender->metrics.dropped_error,
				      1);
	}
	count_sent(sender, message, 1);
}

/* The kernel refused `message`. Counts it, or learns from it. */
static void handle_refusal(struct dm_sender *sender, const struct message *message, int error)
{
	if (message->segments > 1 && (error == EIO || error == EINVAL || error == EOPNOTSUPP)) {
		/* EIO: no checksum offload on the way out (Linux, net/ipv4/udp.c). */
		dm_log(DM_LOG_WARN, "sender.segmentation-off", "errno=%d", error);
		sender->segmentation = false;
		send_apart(sender, message);
	} else if (error == EAGAIN || error == ENOBUFS) {
		dm_metric_add(&sender->metrics.dropped_full, message->segments);
	} else {
		dm_metric_add(&sender->metrics.dropped_error, message->segments);
	}
}

static void fill_header(struct dm_sender *sender, const struct message *message,
			struct msghdr *header, struct iovec *vector, uint8_t *control)
{
	*vector = (struct iovec){ .iov_base = sender->batch + message->offset,
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
static size_t send_some(struct dm_sender *sender, const struct message *messages, size_t count)
{
	struct mmsghdr headers[BATCH_MESSAGES];
	struct iovec vectors[BATCH_MESSAGES];
	union {
		struct cmsghdr align;
		uint8_t bytes[CONTROL_BYTES];
	} controls[BATCH_MESSAGES];

	if (!sender->segmentation && messages[0].segments > 1) {
		send_apart(sender, &messages[0]);
		return 1;
	}
	if (count > BATCH_MESSAGES)
		count = BATCH_MESSAGES;
	for (size_t i = 0; i < count; i++)
		fill_header(sender, &messages[i], &headers[i].msg_hdr, &vectors[i],
			    controls[i].bytes);

	const int sent = sendmmsg(sender->fd, headers, (unsigned)count, MSG_DONTWAIT);

	dm_metric_add(&sender->metrics.calls, 1);
	if (sent > 0) {
		count_sent(sender, messages, (size_t)sent);
		return (size_t)sent;
	}
	handle_refusal(sender, &messages[0], errno);
	return 1;
}

static void protect(struct dm_sender *sender)
{
	dm_protect_batch(sender->engine, sender->jobs, sender->job_count);
	for (size_t i = 0; i < sender->job_count; i++) {
		/* What could not be protected must not leave readable. */
		if (sender->jobs[i].bytes == 0) {
			memset(sender->jobs[i].packet, 0, sender->plain_bytes[i]);
			dm_metric_add(&sender->metrics.unprotected, 1);
		}
	}
}

void dm_sender_flush(struct dm_sender *sender)
{
	protect(sender);
	for (size_t done = 0; done < sender->message_count;)
		done += send_some(sender, sender->messages + done, sender->message_count - done);
	sender->job_count = 0;
	sender->message_count = 0;
	sender->packets = 0;
	sender->size = 0;
}
