#include "transport/sender.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_PACKETS  512   /* choice: 0.6 MB, within a core's second-level cache */
#define SEGMENTS_MAX   64    /* the kernel's UDP_MAX_SEGMENTS */
#define SEND_BYTES_MAX 65000 /* below IPv4's 65,507 bytes of UDP payload */
struct dm_sender {
	struct dm_wire *wire;             /* borrowed */
	struct dm_protect_engine *engine; /* borrowed */
	struct dm_metric unprotected;
	struct dm_protect_job jobs[BATCH_PACKETS];
	uint16_t plain_bytes[BATCH_PACKETS]; /* of each job */
	size_t job_count;
	struct dm_wire_message messages[BATCH_PACKETS];
	size_t message_count;
	bool closed; /* the last message ends with a shorter segment: nothing may follow in it */
	size_t packets;
	size_t size; /* bytes used of the batch */
	uint8_t batch[(BATCH_PACKETS + 1) * DM_SENDER_DATAGRAM_MAX];
};

int dm_sender_create(struct dm_sender **out, struct dm_wire *wire, struct dm_protect_engine *engine)
{
	*out = NULL;

	struct dm_sender *sender = calloc(1, sizeof(*sender));

	if (!sender)
		return -ENOMEM;
	sender->wire = wire;
	sender->engine = engine;
	*out = sender;
	return 0;
}

void dm_sender_destroy(struct dm_sender *sender)
{
	free(sender);
}

const struct dm_metric *dm_sender_unprotected(const struct dm_sender *sender)
{
	return &sender->unprotected;
}

uint8_t *dm_sender_reserve(struct dm_sender *sender)
{
	if (sender->packets == BATCH_PACKETS)
		dm_sender_flush(sender);
	return sender->batch + sender->size;
}

/* The message that this packet may join as a further segment, or NULL. */
static struct dm_wire_message *joinable(struct dm_sender *sender,
					const struct dm_sender_packet *packet, size_t bytes)
{
	if (packet->alone || sender->message_count == 0 || !dm_wire_segments(sender->wire))
		return NULL;

	struct dm_wire_message *last = &sender->messages[sender->message_count - 1];

	/* One published_at a message: its packets are of one frame. */
	if (sender->closed || last->alone || last->to != packet->to ||
	    bytes > last->segment_bytes || last->segments == SEGMENTS_MAX ||
	    last->bytes + bytes > SEND_BYTES_MAX || last->published_at != packet->published_at)
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

	struct dm_wire_message *message = joinable(sender, packet, bytes);

	if (message) {
		sender->closed = bytes < message->segment_bytes;
		message->bytes += bytes;
		message->segments++;
	} else {
		sender->messages[sender->message_count++] = (struct dm_wire_message){
			.to = packet->to,
			.data = sender->batch + sender->size,
			.bytes = bytes,
			.segment_bytes = (uint16_t)bytes,
			.segments = 1,
			.published_at = packet->published_at,
			.alone = packet->alone,
		};
		sender->closed = false;
	}
	sender->size += bytes;
	sender->packets++;
}

static void protect(struct dm_sender *sender)
{
	dm_protect_batch(sender->engine, sender->jobs, sender->job_count);
	for (size_t i = 0; i < sender->job_count; i++) {
		/* What could not be protected must not leave readable. */
		if (sender->jobs[i].bytes == 0) {
			memset(sender->jobs[i].packet, 0, sender->plain_bytes[i]);
			dm_metric_add(&sender->unprotected, 1);
		}
	}
}

void dm_sender_flush(struct dm_sender *sender)
{
	protect(sender);
	dm_wire_send(sender->wire, sender->messages, sender->message_count);
	sender->job_count = 0;
	sender->message_count = 0;
	sender->packets = 0;
	sender->size = 0;
}
