#include "ingest/reorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DROPOUT_MAX  3000 /* numbers ahead that are a loss, not a jump (RFC 3550, A.1) */
#define MISORDER_MAX 100  /* numbers behind that are late, not a jump (RFC 3550, A.1) */
#define MEMORY_BITS  64   /* of what passed, to tell duplicates from late ones */

struct slot {
	struct dm_reorder_packet packet;
	bool filled;
};

struct dm_reorder {
	dm_reorder_cb *on_packet;
	void *user; /* borrowed */
	bool started;
	bool restart;     /* of the next packet that passes */
	uint16_t next;    /* sequence number that passes next */
	uint32_t lost;    /* right before it */
	uint64_t passed;  /* bit n: next - 1 - n passed, and was not lost */
	unsigned waiting; /* filled slots */
	bool has_far;
	uint16_t far_next; /* after a far packet: the number that makes it a new beginning */
	struct slot slots[DM_REORDER_PACKETS]; /* by sequence number */
};

int dm_reorder_create(struct dm_reorder **out, dm_reorder_cb *on_packet, void *user)
{
	struct dm_reorder *reorder = calloc(1, sizeof(*reorder));

	*out = reorder;
	if (!reorder)
		return -ENOMEM;
	reorder->on_packet = on_packet;
	reorder->user = user;
	return 0;
}

void dm_reorder_destroy(struct dm_reorder *reorder)
{
	free(reorder);
}

void dm_reorder_reset(struct dm_reorder *reorder)
{
	for (size_t n = 0; n < DM_REORDER_PACKETS; n++)
		reorder->slots[n].filled = false;
	reorder->started = false;
	reorder->restart = true;
	reorder->lost = 0;
	reorder->passed = 0;
	reorder->waiting = 0;
	reorder->has_far = false;
}

static struct slot *slot_of(struct dm_reorder *reorder, uint16_t sequence)
{
	return &reorder->slots[sequence % DM_REORDER_PACKETS];
}

/* The next number passes, or is given up. */
static void pass_one(struct dm_reorder *reorder)
{
	struct slot *slot = slot_of(reorder, reorder->next);

	reorder->next++;
	reorder->passed = reorder->passed << 1 | (slot->filled ? 1 : 0);
	if (!slot->filled) {
		reorder->lost++;
		return;
	}
	slot->filled = false;
	reorder->waiting--;
	slot->packet.lost = reorder->lost;
	slot->packet.restart = reorder->restart;
	reorder->lost = 0;
	reorder->restart = false;
	reorder->on_packet(reorder->user, &slot->packet);
}

static void pass_ready(struct dm_reorder *reorder)
{
	while (reorder->waiting > 0 && slot_of(reorder, reorder->next)->filled)
		pass_one(reorder);
}

static void fill(struct dm_reorder *reorder, const struct dm_rtp_packet *packet, dm_usec now)
{
	struct slot *slot = slot_of(reorder, packet->sequence);
	const size_t bytes = packet->payload_bytes <= DM_INTAKE_PAYLOAD_MAX ? packet->payload_bytes
									    : 0;

	slot->filled = true;
	slot->packet.arrived_at = now;
	slot->packet.timestamp = packet->timestamp;
	slot->packet.sequence = packet->sequence;
	slot->packet.marker = packet->marker;
	slot->packet.payload_bytes = (uint16_t)bytes;
	if (bytes > 0)
		memcpy(slot->packet.payload, packet->payload, bytes);
	reorder->waiting++;
}

static void begin_at(struct dm_reorder *reorder, uint16_t sequence)
{
	dm_reorder_reset(reorder);
	reorder->started = true;
	reorder->next = sequence;
}

/* A number far from what is expected: a stray packet, or with its successor a new beginning (RFC
 * 3550, A.1). What waits is from before it. */
static bool is_new_beginning(struct dm_reorder *reorder, uint16_t sequence)
{
	const bool follows = reorder->has_far && sequence == reorder->far_next;

	reorder->has_far = true;
	reorder->far_next = (uint16_t)(sequence + 1);
	return follows;
}

static enum dm_reorder_result judge_old(const struct dm_reorder *reorder, int behind)
{
	if (behind <= MEMORY_BITS && (reorder->passed >> (behind - 1) & 1))
		return DM_REORDER_DUPLICATE;
	return DM_REORDER_LATE;
}

enum dm_reorder_result dm_reorder_put(struct dm_reorder *reorder,
				      const struct dm_rtp_packet *packet, dm_usec now)
{
	if (!reorder->started)
		begin_at(reorder, packet->sequence);

	int ahead = dm_rtp_sequence_diff(packet->sequence, reorder->next);

	if (ahead < -MISORDER_MAX || ahead >= DROPOUT_MAX) {
		if (!is_new_beginning(reorder, packet->sequence))
			return DM_REORDER_FAR;
		begin_at(reorder, packet->sequence);
		ahead = 0;
	}
	if (ahead < 0)
		return judge_old(reorder, -ahead);
	reorder->has_far = false;

	/* Whatever fell out of the window is given up. */
	for (; ahead >= DM_REORDER_PACKETS; ahead--)
		pass_one(reorder);
	if (slot_of(reorder, packet->sequence)->filled)
		return DM_REORDER_DUPLICATE;

	const bool fills_gap = reorder->waiting > 0 && ahead == 0;

	fill(reorder, packet, now);
	pass_ready(reorder);
	if (fills_gap)
		return DM_REORDER_REORDERED;
	return ahead == 0 ? DM_REORDER_IN_ORDER : DM_REORDER_EARLY;
}

dm_usec dm_reorder_deadline(const struct dm_reorder *reorder)
{
	dm_usec first = DM_USEC_NEVER;

	if (reorder->waiting == 0)
		return DM_USEC_NEVER;
	for (size_t n = 0; n < DM_REORDER_PACKETS; n++)
		if (reorder->slots[n].filled && reorder->slots[n].packet.arrived_at < first)
			first = reorder->slots[n].packet.arrived_at;
	return first + DM_REORDER_WAIT;
}

void dm_reorder_expire(struct dm_reorder *reorder, dm_usec now)
{
	while (dm_reorder_deadline(reorder) <= now) {
		while (!slot_of(reorder, reorder->next)->filled)
			pass_one(reorder);
		pass_ready(reorder);
	}
}
